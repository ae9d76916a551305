// Copyright 2026 MirageLSD contributors. Licensed under the Apache License 2.0.
#include <atomic>

#include "StandIn/Engine.h"

static float HalfToFloat(uint16 Half)
{
	const int32 Exponent = Half >> 10 & 0x1F;
	const float Mantissa = static_cast<float>(Half & 0x3FF);
	const float Value = Exponent == 0 ? std::ldexp(Mantissa, -24) : std::ldexp(Mantissa + 1024.0f, Exponent - 25);
	return (Half & 0x8000) != 0 ? -Value : Value;
}

static uint16 FloatToHalf(float Value)
{
	const uint16 Sign = Value < 0 ? 0x8000 : 0;
	const float Size = std::min(std::abs(Value), 65504.0f);
	if (Size < 6.1e-5f)
	{
		return static_cast<uint16>(Sign | std::lround(std::ldexp(Size, 24)));
	}
	int Exponent = 0;
	const float Fraction = std::frexp(Size, &Exponent);
	return static_cast<uint16>(Sign | (((Exponent + 14) << 10) + std::lround(std::ldexp(Fraction, 11)) - 1024));
}

static float Decode(float Encoded)
{
	return Encoded <= 0.04045f ? Encoded / 12.92f : std::pow((Encoded + 0.055f) / 1.055f, 2.4f);
}

FRHITexture::FRHITexture(FIntPoint InSize, EPixelFormat InFormat, ETextureCreateFlags InFlags) : Size(InSize), Format(InFormat), Flags(InFlags)
{
	StandInBytes.resize(static_cast<size_t>(Size.X) * static_cast<size_t>(Size.Y) * StandInPixelBytes());
}

size_t FRHITexture::StandInPixelBytes() const
{
	return Format == PF_FloatRGBA || Format == PF_A16B16G16R16 ? 8 : Format == PF_R8 ? 1 : 4;
}

StandIn::FPixel FRHITexture::StandInLoad(int32 X, int32 Y) const
{
	check(X >= 0 && Y >= 0 && X < Size.X && Y < Size.Y);
	const uint8* const At = &StandInBytes[(static_cast<size_t>(Y) * static_cast<size_t>(Size.X) + static_cast<size_t>(X)) * StandInPixelBytes()];
	StandIn::FPixel Pixel;
	uint16 Words[4] = {};
	switch (Format)
	{
	case PF_R32_FLOAT:
	case PF_DepthStencil:
		std::memcpy(Pixel.V, At, 4);
		break;
	case PF_G16R16F:
	case PF_FloatRGBA:
		std::memcpy(Words, At, StandInPixelBytes());
		for (int32 i = 0; i < 4; ++i)
		{
			Pixel.V[i] = HalfToFloat(Words[i]);
		}
		break;
	case PF_A16B16G16R16:
		std::memcpy(Words, At, 8);
		for (int32 i = 0; i < 4; ++i)
		{
			Pixel.V[i] = static_cast<float>(Words[i]) / 65535.0f;
		}
		break;
	case PF_R8:
		Pixel.V[0] = static_cast<float>(At[0]) / 255.0f;
		break;
	default:
		for (int32 i = 0; i < 4; ++i)
		{
			const float Stored = static_cast<float>(At[i]) / 255.0f;
			Pixel.V[i] = i < 3 && EnumHasAnyFlags(Flags, ETextureCreateFlags::SRGB) ? Decode(Stored) : Stored;
		}
		if (Format == PF_B8G8R8A8)
		{
			std::swap(Pixel.V[0], Pixel.V[2]);
		}
	}
	return Pixel;
}

void FRHITexture::StandInStore(int32 X, int32 Y, const StandIn::FPixel& Pixel)
{
	check(X >= 0 && Y >= 0 && X < Size.X && Y < Size.Y);
	check(!EnumHasAnyFlags(Flags, ETextureCreateFlags::SRGB));
	uint8* const At = &StandInBytes[(static_cast<size_t>(Y) * static_cast<size_t>(Size.X) + static_cast<size_t>(X)) * StandInPixelBytes()];
	uint16 Words[4] = {};
	switch (Format)
	{
	case PF_R32_FLOAT:
	case PF_DepthStencil:
		std::memcpy(At, Pixel.V, 4);
		break;
	case PF_G16R16F:
	case PF_FloatRGBA:
	case PF_A16B16G16R16:
		for (int32 i = 0; i < 4; ++i)
		{
			Words[i] = Format == PF_A16B16G16R16 ? static_cast<uint16>(std::lround(Pixel.V[i] * 65535.0f)) : FloatToHalf(Pixel.V[i]);
		}
		std::memcpy(At, Words, StandInPixelBytes());
		break;
	case PF_R8:
		At[0] = static_cast<uint8>(std::lround(std::min(std::max(Pixel.V[0], 0.0f), 1.0f) * 255.0f));
		break;
	default:
		for (int32 i = 0; i < 4; ++i)
		{
			const int32 Channel = Format == PF_B8G8R8A8 && i < 3 ? 2 - i : i;
			At[Channel] = static_cast<uint8>(std::lround(std::min(std::max(Pixel.V[i], 0.0f), 1.0f) * 255.0f));
		}
	}
}

void FRHICommandListImmediate::UpdateTexture2D(
	FRHITexture* Texture, uint32 MipIndex, const FUpdateTextureRegion2D& UpdateRegion, uint32 SourcePitch, const uint8* SourceData)
{
	check(StandIn::IsInRenderThread());
	check(MipIndex == 0 && UpdateRegion.DestX == 0 && UpdateRegion.DestY == 0);
	const FIntPoint Size = Texture->StandInSize();
	check(static_cast<int32>(UpdateRegion.Width) == Size.X && static_cast<int32>(UpdateRegion.Height) == Size.Y);
	StandIn::EnqueueRHI([Texture = Texture->shared_from_this(), SourcePitch, SourceData, Size]
	{
		FPlatformProcess::Sleep(0.001f);
		const size_t RowBytes = static_cast<size_t>(Size.X) * Texture->StandInPixelBytes();
		for (int32 Row = 0; Row < Size.Y; ++Row)
		{
			std::memcpy(&Texture->StandInBytes[static_cast<size_t>(Row) * RowBytes], SourceData + static_cast<size_t>(Row) * SourcePitch, RowBytes);
		}
	});
}

namespace StandIn
{
	static std::atomic<double> GReadbackSeconds{0.002};
	void SetReadbackMilliseconds(double Milliseconds) { GReadbackSeconds.store(Milliseconds * 1e-3); }
}

FRHIGPUTextureReadback::~FRHIGPUTextureReadback()
{
	check(StandIn::IsInRenderThread() && !bLocked);
}

std::shared_ptr<FRHIGPUTextureReadback::FStaging> FRHIGPUTextureReadback::StandInBegin(FIntPoint Size)
{
	check(StandIn::IsInRenderThread() && !bLocked);
	check(FirstSize == FIntPoint() || FirstSize == Size);
	FirstSize = Size;
	Staging = std::make_shared<FStaging>();
	return Staging;
}

void FRHIGPUTextureReadback::StandInFinish(FStaging& Staging, const FRHITexture& Source)
{
	const FIntPoint Size = Source.StandInSize();
	// Rows are padded, as staging textures' are.
	Staging.PitchInPixels = (Size.X + 63) / 64 * 64;
	Staging.Height = Size.Y;
	const size_t Bytes = Source.StandInPixelBytes();
	Staging.Bytes.assign(static_cast<size_t>(Staging.PitchInPixels) * static_cast<size_t>(Size.Y) * Bytes, 0xCD);
	for (int32 Row = 0; Row < Size.Y; ++Row)
	{
		std::memcpy(&Staging.Bytes[static_cast<size_t>(Row) * static_cast<size_t>(Staging.PitchInPixels) * Bytes],
			&Source.StandInBytes[static_cast<size_t>(Row) * static_cast<size_t>(Size.X) * Bytes], static_cast<size_t>(Size.X) * Bytes);
	}
	Staging.ReadySeconds = FPlatformTime::Seconds() + StandIn::GReadbackSeconds.load();
	Staging.bCopied.store(true, std::memory_order_release);
}

bool FRHIGPUTextureReadback::IsReady()
{
	check(StandIn::IsInRenderThread());
	return Staging != nullptr && Staging->bCopied.load(std::memory_order_acquire) && FPlatformTime::Seconds() >= Staging->ReadySeconds;
}

void* FRHIGPUTextureReadback::Lock(int32& OutRowPitchInPixels, int32* OutBufferHeight)
{
	// To lock a picture that is not there yet stalls an engine.
	check(IsReady() && !bLocked);
	bLocked = true;
	OutRowPitchInPixels = Staging->PitchInPixels;
	if (OutBufferHeight != nullptr)
	{
		*OutBufferHeight = Staging->Height;
	}
	return Staging->Bytes.data();
}

void FRHIGPUTextureReadback::Unlock()
{
	check(StandIn::IsInRenderThread() && bLocked);
	bLocked = false;
}

ERHIFeatureLevel GMaxRHIFeatureLevel = ERHIFeatureLevel::SM5;

UTexture::~UTexture()
{
	// The engine destroys resources on the render thread, after the commands that were enqueued before.
	ENQUEUE_RENDER_COMMAND(DeleteResource)([Old = Resource](FRHICommandListImmediate&) { delete Old; });
}

void UTexture::UpdateResource()
{
	FTextureResource* const Made = StandInMakeResource();
	const FIntPoint Size = StandInSize();
	const ETextureCreateFlags Flags = SRGB ? ETextureCreateFlags::SRGB : ETextureCreateFlags::None;
	ENQUEUE_RENDER_COMMAND(SetResource)([Old = Resource, Made, Size, Format = StandInFormat(), Flags](FRHICommandListImmediate&)
	{
		Made->TextureRHI = std::make_shared<FRHITexture>(Size, Format, Flags);
		delete Old;
	});
	Resource = Made;
}

std::shared_ptr<FRHITexture> UTexture::StandInTexture() const
{
	FlushRenderingCommands();
	return Resource != nullptr ? Resource->TextureRHI.StandInPointer() : nullptr;
}

UTexture2D* UTexture2D::CreateTransient(int32 InSizeX, int32 InSizeY, EPixelFormat InFormat)
{
	UTexture2D* const Made = new UTexture2D();
	Made->Size = FIntPoint(InSizeX, InSizeY);
	Made->Format = InFormat;
	return Made;
}

EPixelFormat UTextureRenderTarget2D::GetFormat() const
{
	switch (RenderTargetFormat)
	{
	case RTF_RGBA8:
	case RTF_RGBA8_SRGB:
		return PF_B8G8R8A8;
	case RTF_RGBA16f:
		return PF_FloatRGBA;
	default:
		return PF_R32_FLOAT;
	}
}

void UTextureRenderTarget2D::InitAutoFormat(uint32 InSizeX, uint32 InSizeY)
{
	SizeX = static_cast<int32>(InSizeX);
	SizeY = static_cast<int32>(InSizeY);
	SRGB = RenderTargetFormat == RTF_RGBA8_SRGB;
	UpdateResource();
}
