// Copyright 2026 MirageLSD contributors. Licensed under the Apache License 2.0.
// Part of a stand-in for Unreal Engine, written by hand for tests: see unreal_plugin/tests/stand_in/README.md.
#pragma once

// The render graph and global shaders. Execute() gives the passes to the RHI thread in order; a full-screen pass runs the C++ form of
// the shader, which the test program registers under the shader's path.
#include <atomic>
#include <map>

#include "StandIn/Engine.h"

struct FRDGTextureDesc
{
	FIntPoint Extent;
	EPixelFormat Format = PF_Unknown;
	ETextureCreateFlags Flags = ETextureCreateFlags::None;
	// Create2D(Extent, Format, ClearValue, Flags): A57R4L/TonemapOverride, TonemapOverrideSceneViewExtension.cpp.
	static FRDGTextureDesc Create2D(FIntPoint InExtent, EPixelFormat InFormat, FClearValueBinding, ETextureCreateFlags InFlags)
	{
		FRDGTextureDesc Desc;
		Desc.Extent = InExtent;
		Desc.Format = InFormat;
		Desc.Flags = InFlags;
		return Desc;
	}
};
template <typename T>
class TRefCountPtr
{
public:
	TRefCountPtr() = default;
	TRefCountPtr(std::shared_ptr<T> InHeld) : Held(std::move(InHeld)) {}
	T* operator->() const { return Held.get(); }
	bool IsValid() const { return Held != nullptr; }
	void SafeRelease() { Held.reset(); }
	const std::shared_ptr<T>& StandInPointer() const { return Held; }

private:
	std::shared_ptr<T> Held;
};
// ConvertToExternalTexture(Texture), RegisterExternalTexture(Pooled): public compute plugins that keep textures from frame to frame, 5.0 to 5.7.
struct IPooledRenderTarget
{
	explicit IPooledRenderTarget(std::shared_ptr<FRHITexture> InRHI) : StandInRHI(std::move(InRHI)) { ++StandInAlive; }
	~IPooledRenderTarget()
	{
		// The pool is the render thread's.
		check(StandIn::IsInRenderThread());
		--StandInAlive;
	}
	std::shared_ptr<FRHITexture> StandInRHI;
	/** How many are kept from graph to graph in the whole process. */
	inline static std::atomic<int32> StandInAlive{0};
};
struct FRDGTexture
{
	FRDGTextureDesc Desc;
	std::shared_ptr<FRHITexture> StandInRHI;
	TRefCountPtr<IPooledRenderTarget> StandInPooled;
	/** What a graph makes holds nothing until a pass draws to it. */
	bool bStandInWritten = false;
};
using FRDGTextureRef = FRDGTexture*;
struct FRDGTextureSRV
{
	FRDGTextureRef StandInTexture = nullptr;
	FRDGTextureRef GetParent() const { return StandInTexture; }
};
using FRDGTextureSRVRef = FRDGTextureSRV*;

// TRefCountPtr<FRDGPooledBuffer>, CreateStructuredBuffer(GraphBuilder, Name, BytesPerElement, NumElements, Data, Size), ConvertToExternalBuffer,
// RegisterExternalBuffer, CreateSRV(Buffer): public compute plugins of 5.2 to 5.7, and the water plugin's quad tree.
struct FRDGPooledBuffer
{
	std::vector<uint8> StandInBytes;
	uint32 StandInStride = 0;
};
struct FRDGBuffer
{
	TRefCountPtr<FRDGPooledBuffer> StandInPooled;
};
using FRDGBufferRef = FRDGBuffer*;
struct FRDGBufferSRV
{
	FRDGBufferRef StandInBuffer = nullptr;
	const float* StandInFloats() const { return reinterpret_cast<const float*>(StandInBuffer->StandInPooled.StandInPointer()->StandInBytes.data()); }
	size_t StandInCount() const { return StandInBuffer->StandInPooled.StandInPointer()->StandInBytes.size() / sizeof(float); }
};
using FRDGBufferSRVRef = FRDGBufferSRV*;

namespace StandIn
{
	/** A parameter that names a resource of the graph, with the place of the pointer. */
	struct FBound
	{
		const TCHAR* Name;
		const void* const* Place;
	};
	/** Where the parameters that are being made on this thread tell of themselves; nullptr: nobody asks. */
	std::vector<FBound>*& GetCollector();
	template <typename T>
	class TBound
	{
	public:
		explicit TBound(const TCHAR* Name)
		{
			if (GetCollector() != nullptr)
			{
				GetCollector()->push_back({Name, reinterpret_cast<const void* const*>(&Value)});
			}
		}
		TBound& operator=(T NewValue)
		{
			Value = NewValue;
			return *this;
		}
		operator T() const { return Value; }
		T operator->() const { return Value; }

	private:
		T Value = nullptr;
	};
	/** What the engine's validation would have stopped at; a pass with a fault is not run. */
	void AddFault(const FString& Fault);
	std::vector<std::wstring> TakeFaults();
}

enum class ERenderTargetLoadAction : uint8
{
	ENoAction,
	ELoad,
	EClear
};
struct FRenderTargetBinding
{
	FRenderTargetBinding() = default;
	FRenderTargetBinding(FRDGTextureRef InTexture, ERenderTargetLoadAction InLoadAction) : Texture(InTexture), LoadAction(InLoadAction) {}
	FRDGTextureRef GetTexture() const { return Texture; }
	ERenderTargetLoadAction GetLoadAction() const { return LoadAction; }

private:
	FRDGTextureRef Texture = nullptr;
	ERenderTargetLoadAction LoadAction = ERenderTargetLoadAction::ENoAction;
};
struct FRenderTargetBindingSlots
{
	FRenderTargetBinding& operator[](uint32 Index) { return Output[Index]; }
	const FRenderTargetBinding& operator[](uint32 Index) const { return Output[Index]; }
	FRenderTargetBinding Output[8];
};

struct FRDGEventName
{
	FRDGEventName() = default;
	template <typename... Args>
	explicit FRDGEventName(const TCHAR*, Args...)
	{
	}
};
#define RDG_EVENT_NAME(Format, ...) FRDGEventName(TEXT(Format), ##__VA_ARGS__)

class FRDGBuilder
{
public:
	explicit FRDGBuilder(FRHICommandListImmediate&) {}
	~FRDGBuilder() { check(bExecuted); }
	FRDGTextureRef CreateTexture(const FRDGTextureDesc& Desc, const TCHAR* Name);
	FRDGTextureRef StandInRegister(FRHITexture* Texture);
	FRDGTextureRef RegisterExternalTexture(const TRefCountPtr<IPooledRenderTarget>& Pooled);
	const TRefCountPtr<IPooledRenderTarget>& ConvertToExternalTexture(FRDGTextureRef Texture);
	FRDGTextureSRVRef StandInView(FRDGTextureRef Texture);
	FRDGBufferRef RegisterExternalBuffer(const TRefCountPtr<FRDGPooledBuffer>& Pooled);
	const TRefCountPtr<FRDGPooledBuffer>& ConvertToExternalBuffer(FRDGBufferRef Buffer);
	FRDGBufferSRVRef CreateSRV(FRDGBufferRef Buffer);
	/** Whether every resource that the parameters name is one of this graph's, and holds something; what does not is a fault. The targets hold something
	 * from then on. */
	bool StandInValidate(const void* Parameters, const FRenderTargetBindingSlots& Targets) const;
	/** A pass other than a draw reads the texture. */
	void StandInRead(FRDGTextureRef Texture) const;
	template <typename T>
	T* AllocParameters()
	{
		std::vector<StandIn::FBound> Bound;
		StandIn::GetCollector() = &Bound;
		auto Made = std::make_shared<T>();
		StandIn::GetCollector() = nullptr;
		Kept->Parameters.push_back(Made);
		Kept->Bound[Made.get()] = std::move(Bound);
		return Made.get();
	}
	void StandInAddPass(std::function<void()> Pass) { Passes.push_back(std::move(Pass)); }
	void Execute();

private:
	struct FKept
	{
		std::vector<std::shared_ptr<void>> Parameters;
		std::vector<std::unique_ptr<FRDGTexture>> Textures;
		std::vector<std::unique_ptr<FRDGTextureSRV>> Views;
		std::vector<std::unique_ptr<FRDGBuffer>> Buffers;
		std::vector<std::unique_ptr<FRDGBufferSRV>> BufferViews;
		std::map<const void*, std::vector<StandIn::FBound>> Bound;
		bool Has(const void* Resource) const;
		/** False for a texture of this graph that nothing was drawn to. */
		bool HoldsSomething(const void* Resource) const;
	};
	std::shared_ptr<FKept> Kept = std::make_shared<FKept>();
	std::vector<std::function<void()>> Passes;
	bool bExecuted = false;
};

// RegisterExternalTexture(GraphBuilder, FRHITexture*, Name) and AddEnqueueCopyPass(GraphBuilder, Readback, Texture): RenderGraphUtils.h
// as used by public readers of textures, 5.1 to 5.7.
FRDGTextureRef RegisterExternalTexture(FRDGBuilder& GraphBuilder, FRHITexture* Texture, const TCHAR* Name);
FRDGBufferRef CreateStructuredBuffer(
	FRDGBuilder& GraphBuilder, const TCHAR* Name, uint32 BytesPerElement, uint32 NumElements, const void* InitialData, uint64 InitialDataSize);
struct FResolveRect
{
};
void AddEnqueueCopyPass(FRDGBuilder& GraphBuilder, FRHIGPUTextureReadback* Readback, FRDGTextureRef SourceTexture, FResolveRect Rect = FResolveRect());

// AddClearRenderTargetPass(GraphBuilder, Texture, Color): RenderGraphUtils.h as used by public passes of 5.x.
void AddClearRenderTargetPass(FRDGBuilder& GraphBuilder, FRDGTextureRef Texture, const FLinearColor& ClearColor);

struct FGlobalShaderPermutationParameters
{
	/** The stand-in's platforms are its feature levels. */
	ERHIFeatureLevel Platform = ERHIFeatureLevel::SM5;
};
inline bool IsFeatureLevelSupported(ERHIFeatureLevel Platform, ERHIFeatureLevel FeatureLevel)
{
	return Platform >= FeatureLevel;
}

namespace StandIn
{
	struct FPermutationBool
	{
	};
	/** The defines of a compiled shader that are 1. */
	using FDefines = std::vector<std::wstring>;
	/** Of the shader that is being run. RHI thread. */
	bool IsDefined(const TCHAR* Name);
}
// SHADER_PERMUTATION_BOOL, TShaderPermutationDomain<...>, Set<Dimension>(Value), TShaderMapRef(ShaderMap, Domain): public global shaders of 4.2x to 5.7.
#define SHADER_PERMUTATION_BOOL(Name)                                     \
public                                                                    \
	StandIn::FPermutationBool                                              \
	{                                                                      \
	public:                                                                \
		static constexpr const TCHAR* StandInDefine = TEXT(Name);           \
	}
template <typename... Dimensions>
class TShaderPermutationDomain
{
public:
	template <typename Dimension>
	void Set(bool bValue)
	{
		static_assert((std::is_same_v<Dimension, Dimensions> || ...), "not of this domain");
		if (bValue)
		{
			StandInDefines.emplace_back(Dimension::StandInDefine);
		}
	}
	StandIn::FDefines StandInDefines;
};
class FGlobalShader
{
public:
	using FPermutationDomain = TShaderPermutationDomain<>;
};
struct FGlobalShaderMap
{
	ERHIFeatureLevel StandInLevel = ERHIFeatureLevel::SM5;
};
FGlobalShaderMap* GetGlobalShaderMap(ERHIFeatureLevel FeatureLevel);
/** A shader that was not compiled for the platform ends an engine. */
template <typename Shader>
class TShaderMapRef
{
public:
	explicit TShaderMapRef(const FGlobalShaderMap* Map, const typename Shader::FPermutationDomain& Domain = typename Shader::FPermutationDomain())
		: StandInDefines(Domain.StandInDefines)
		, bStandInFound(Shader::ShouldCompilePermutation(FGlobalShaderPermutationParameters{Map->StandInLevel}))
	{
		if (!bStandInFound)
		{
			StandIn::AddFault(FString(TEXT("not compiled for this platform: ")) + Shader::StandInSource.Path);
		}
	}
	const StandIn::FDefines StandInDefines;
	const bool bStandInFound;
};

enum EShaderFrequency
{
	SF_Pixel
};
namespace StandIn
{
	struct FShaderSource
	{
		const TCHAR* Path;
		const TCHAR* Entry;
	};
	/** Position: the pixel's centre, as SV_POSITION. */
	using FPixelShader = std::function<void(const void* Parameters, float PositionX, float PositionY, FPixel* OutTargets)>;
	std::map<std::wstring, FPixelShader>& GetShaders();
	void RunFullscreen(
		const FShaderSource& Source, const FDefines& Defines, const void* Parameters, const FRenderTargetBindingSlots& Targets, const FIntRect& Viewport);
}
// DECLARE_GLOBAL_SHADER, SHADER_USE_PARAMETER_STRUCT, SHADER_PARAMETER..., IMPLEMENT_GLOBAL_SHADER: A57R4L/TonemapOverride.
#define DECLARE_GLOBAL_SHADER(Class) \
	static const StandIn::FShaderSource StandInSource
#define SHADER_USE_PARAMETER_STRUCT(Class, Base) \
	Class() = default;                            \
	static_assert(true, "")
#define IMPLEMENT_GLOBAL_SHADER(Class, Path, Entry, Frequency) \
	const StandIn::FShaderSource Class::StandInSource          \
	{                                                          \
		TEXT(Path), TEXT(Entry)                                 \
	}
#define BEGIN_SHADER_PARAMETER_STRUCT(Name, Linkage) \
	struct Name                                      \
	{
#define END_SHADER_PARAMETER_STRUCT() \
	}                                 \
	;
// BEGIN_GLOBAL_SHADER_PARAMETER_STRUCT, IMPLEMENT_GLOBAL_SHADER_PARAMETER_STRUCT(Type, "Name"), SHADER_PARAMETER_STRUCT_REF(Type, Name): documentation of
// 5.x and public plugins. Its members are Name.Member in the shader.
#define BEGIN_GLOBAL_SHADER_PARAMETER_STRUCT(Name, Linkage) BEGIN_SHADER_PARAMETER_STRUCT(Name, Linkage)
#define END_GLOBAL_SHADER_PARAMETER_STRUCT() END_SHADER_PARAMETER_STRUCT()
#define IMPLEMENT_GLOBAL_SHADER_PARAMETER_STRUCT(Type, Name) static_assert(sizeof(Type) % 16 == 0 && sizeof(Name) > 1, "")
#define SHADER_PARAMETER_STRUCT_REF(Type, Name) TUniformBufferRef<Type> Name;
#define SHADER_PARAMETER(Type, Name) Type Name = {};
#define SHADER_PARAMETER_RDG_TEXTURE(ShaderType, Name) StandIn::TBound<FRDGTextureRef> Name{TEXT(#Name)};
#define SHADER_PARAMETER_RDG_TEXTURE_SRV(ShaderType, Name) StandIn::TBound<FRDGTextureSRVRef> Name{TEXT(#Name)};
#define SHADER_PARAMETER_RDG_BUFFER_SRV(ShaderType, Name) StandIn::TBound<FRDGBufferSRVRef> Name{TEXT(#Name)};
#define SHADER_PARAMETER_ARRAY(Type, Name, Dimension) Type Name Dimension = {};
#define SHADER_PARAMETER_SAMPLER(ShaderType, Name) FRHISamplerState* Name = nullptr;
#define RENDER_TARGET_BINDING_SLOTS() FRenderTargetBindingSlots RenderTargets;

struct FPixelShaderUtils
{
	// AddFullscreenPass(GraphBuilder, ShaderMap, Name, Shader, Parameters, Viewport): RyanSweeney987/UE5_Tut_2_Custom_Shaders.
	template <typename Shader>
	static void AddFullscreenPass(FRDGBuilder& GraphBuilder, const FGlobalShaderMap*, FRDGEventName&&, const TShaderMapRef<Shader>& Compiled,
		typename Shader::FParameters* Parameters, const FIntRect& Viewport)
	{
		if (!GraphBuilder.StandInValidate(Parameters, Parameters->RenderTargets) || !Compiled.bStandInFound)
		{
			return;
		}
		GraphBuilder.StandInAddPass([Parameters, Viewport, Defines = Compiled.StandInDefines]
		{ StandIn::RunFullscreen(Shader::StandInSource, Defines, Parameters, Parameters->RenderTargets, Viewport); });
	}
};
