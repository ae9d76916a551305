// Copyright 2026 MirageLSD contributors. Licensed under the Apache License 2.0.
// Part of a stand-in for Unreal Engine, written by hand for tests: see unreal_plugin/tests/stand_in/README.md.
#pragma once

// The RHI on the CPU. A render thread and an RHI thread run for real, each with a queue, so that what may not be touched by two
// threads at once is found by ThreadSanitizer, and memory that is let go too early by AddressSanitizer.
#include "StandIn/Math.h"

enum EPixelFormat : uint8
{
	PF_Unknown,
	PF_B8G8R8A8,
	PF_R8G8B8A8,
	PF_FloatRGBA,
	PF_R32_FLOAT,
	PF_G16R16F,
	PF_A16B16G16R16,
	PF_DepthStencil,
	PF_R8,
	PF_A2B10G10R10
};

enum class ETextureCreateFlags : uint64
{
	None = 0,
	RenderTargetable = 1 << 0,
	ShaderResource = 1 << 3,
	SRGB = 1 << 4
};
ENUM_CLASS_FLAGS(ETextureCreateFlags)

struct FClearValueBinding
{
	static const FClearValueBinding None;
};
inline const FClearValueBinding FClearValueBinding::None;

namespace StandIn
{
	struct FPixel
	{
		float V[4] = {0, 0, 0, 0};
	};
	bool IsInRenderThread();
	void EnqueueRHI(std::function<void()> Command);
}

/** Held by reference counting, as in the engine. */
class FRHITexture : public std::enable_shared_from_this<FRHITexture>
{
public:
	FRHITexture(FIntPoint InSize, EPixelFormat InFormat, ETextureCreateFlags InFlags);
	// GetDesc().Format, .Flags, .Extent: public readers of textures of 5.1 to 5.8.
	struct FDesc
	{
		FIntPoint Extent;
		EPixelFormat Format;
		ETextureCreateFlags Flags;
	};
	FDesc GetDesc() const { return {Size, Format, Flags}; }
	FIntPoint StandInSize() const { return Size; }

	/** As a shader reads it; of an sRGB texture, linear light. */
	StandIn::FPixel StandInLoad(int32 X, int32 Y) const;
	void StandInStore(int32 X, int32 Y, const StandIn::FPixel& Pixel);
	size_t StandInPixelBytes() const;
	std::vector<uint8> StandInBytes;

private:
	const FIntPoint Size;
	const EPixelFormat Format;
	const ETextureCreateFlags Flags;
};

class FTextureRHIRef
{
public:
	FTextureRHIRef() = default;
	FTextureRHIRef(std::shared_ptr<FRHITexture> InTexture) : Texture(std::move(InTexture)) {}
	FTextureRHIRef& operator=(FRHITexture* InTexture)
	{
		Texture = InTexture != nullptr ? InTexture->shared_from_this() : nullptr;
		return *this;
	}
	FRHITexture* GetReference() const { return Texture.get(); }
	operator FRHITexture*() const { return Texture.get(); }
	FRHITexture* operator->() const { return Texture.get(); }
	bool IsValid() const { return Texture != nullptr; }
	void SafeRelease() { Texture.reset(); }
	const std::shared_ptr<FRHITexture>& StandInPointer() const { return Texture; }

private:
	std::shared_ptr<FRHITexture> Texture;
};

// FUpdateTextureRegion2D and UpdateTexture2D on the immediate list: CesiumGS/cesium-unreal, VoxelOctree.cpp (5.6 to 5.8);
// FRHITexture2D is another name of FRHITexture since 5.1.
struct FUpdateTextureRegion2D
{
	uint32 DestX, DestY;
	int32 SrcX, SrcY;
	uint32 Width, Height;
	FUpdateTextureRegion2D(uint32 InDestX, uint32 InDestY, int32 InSrcX, int32 InSrcY, uint32 InWidth, uint32 InHeight)
		: DestX(InDestX), DestY(InDestY), SrcX(InSrcX), SrcY(InSrcY), Width(InWidth), Height(InHeight)
	{
	}
};

class FRHICommandListImmediate
{
public:
	/** Runs later, on the RHI thread, and reads SourceData only then: the worst that an RHI may do. */
	void UpdateTexture2D(FRHITexture* Texture, uint32 MipIndex, const FUpdateTextureRegion2D& UpdateRegion, uint32 SourcePitch, const uint8* SourceData);
	template <typename Lambda>
	void EnqueueLambda(Lambda&& Call)
	{
		StandIn::EnqueueRHI([Call = std::forward<Lambda>(Call)]() mutable
		{
			FRHICommandListImmediate List;
			Call(List);
		});
	}
};

// FRHIGPUTextureReadback: Udon-Tobira/ViewportCaptureSample; Lock(int32&, int32*) and the pitch in pixels: carla-simulator/carla PR 9744.
class FRHIGPUTextureReadback
{
public:
	explicit FRHIGPUTextureReadback(FName RequestName) : Name(RequestName) {}
	~FRHIGPUTextureReadback();
	bool IsReady();
	void* Lock(int32& OutRowPitchInPixels, int32* OutBufferHeight = nullptr);
	void Unlock();

	struct FStaging
	{
		std::vector<uint8> Bytes;
		int32 PitchInPixels = 0;
		int32 Height = 0;
		double ReadySeconds = 0.0;
		std::atomic<bool> bCopied{false};
	};
	/** A new copy was asked for. */
	std::shared_ptr<FStaging> StandInBegin(FIntPoint Size);
	/** The GPU's part. */
	static void StandInFinish(FStaging& Staging, const FRHITexture& Source);

private:
	FName Name;
	/** The engine's staging texture has the size of the first copy for ever. */
	FIntPoint FirstSize;
	std::shared_ptr<FStaging> Staging;
	bool bLocked = false;
};

enum EUniformBufferUsage
{
	UniformBuffer_SingleDraw,
	UniformBuffer_SingleFrame,
	UniformBuffer_MultiFrame
};
// TUniformBufferRef<T>::CreateUniformBufferImmediate(Contents, Usage): public vertex factories and view extensions of 4.2x to 5.x.
template <typename T>
class TUniformBufferRef
{
public:
	static TUniformBufferRef CreateUniformBufferImmediate(const T& Contents, EUniformBufferUsage)
	{
		static_assert(sizeof(T) <= 65536, "a constant buffer of SM5 has 4096 vectors");
		check(StandIn::IsInRenderThread());
		TUniformBufferRef Made;
		Made.Held = std::make_shared<const T>(Contents);
		return Made;
	}
	bool IsValid() const { return Held != nullptr; }
	void SafeRelease() { Held.reset(); }
	const T* StandInContents() const { return Held.get(); }

private:
	std::shared_ptr<const T> Held;
};

enum class ERHIFeatureLevel
{
	ES3_1,
	SM5,
	SM6
};
extern ERHIFeatureLevel GMaxRHIFeatureLevel;

struct FRHISamplerState
{
};
enum ESamplerFilter
{
	SF_Point,
	SF_Bilinear
};
enum ESamplerAddressMode
{
	AM_Clamp
};
template <ESamplerFilter Filter, ESamplerAddressMode U, ESamplerAddressMode V, ESamplerAddressMode W>
struct TStaticSamplerState
{
	static FRHISamplerState* GetRHI()
	{
		static FRHISamplerState State;
		return &State;
	}
};

namespace StandIn
{
	/** A command that may be moved only. */
	class FCommand
	{
	public:
		template <typename Lambda>
		explicit FCommand(Lambda&& Call) : Held(new THeld<std::decay_t<Lambda>>(std::forward<Lambda>(Call)))
		{
		}
		void Run(FRHICommandListImmediate& List) { Held->Run(List); }

	private:
		struct FHeld
		{
			virtual ~FHeld() = default;
			virtual void Run(FRHICommandListImmediate& List) = 0;
		};
		template <typename Lambda>
		struct THeld : FHeld
		{
			explicit THeld(Lambda InCall) : Call(std::move(InCall)) {}
			void Run(FRHICommandListImmediate& List) override { Call(List); }
			Lambda Call;
		};
		std::unique_ptr<FHeld> Held;
	};
	void EnqueueRenderCommand(FCommand Command);
	template <typename Lambda>
	void EnqueueRender(Lambda&& Call)
	{
		EnqueueRenderCommand(FCommand(std::forward<Lambda>(Call)));
	}

	void StartThreads();
	void StopThreads();
	/** While true the render thread takes no command. */
	void HoldRenderThread(bool bHold);
	int32 GetQueuedRenderCommands();
	/** How long the GPU takes to bring a picture. */
	void SetReadbackMilliseconds(double Milliseconds);
	void FlushRHI();
}
// ENQUEUE_RENDER_COMMAND(Name)(lambda): CesiumGS/cesium-unreal, CesiumTextureUtility.cpp.
#define ENQUEUE_RENDER_COMMAND(Name) StandIn::EnqueueRender
/** Waits for the render thread and the RHI thread. The plugin does so in offline renders only. */
void FlushRenderingCommands();
