// Copyright 2026 MirageLSD contributors. Licensed under the Apache License 2.0.

#include "LSDUpload.h"

#include "picture_write.h"

namespace
{
	bool ChooseWrite(const FRHITexture& Texture, int32 ResultFormat, lsd_unreal::PictureWrite& OutWrite)
	{
		const EPixelFormat Format = Texture.GetDesc().Format;
		if (Format == PF_FloatRGBA)
		{
			OutWrite = lsd_unreal::PictureWrite::kLinearHalf;
			return ResultFormat == LSD_FORMAT_RGBA8;
		}
		OutWrite = EnumHasAnyFlags(Texture.GetDesc().Flags, ETextureCreateFlags::SRGB) ? lsd_unreal::PictureWrite::kCopy
																				   : lsd_unreal::PictureWrite::kLinear8;
		return (Format == PF_B8G8R8A8 && ResultFormat == LSD_FORMAT_BGRA8) || (Format == PF_R8G8B8A8 && ResultFormat == LSD_FORMAT_RGBA8);
	}
}

FLSDUpload::FLSDUpload()
	: Ring(MakeShared<FRing, ESPMode::ThreadSafe>())
{
}

bool FLSDUpload::Write_RenderThread(FRHICommandListImmediate& RHICmdList, FRHITexture* Texture, const lsd_result& Result, FString& OutProblem)
{
	if (Texture == nullptr)
	{
		return false;
	}
	lsd_unreal::PictureWrite Write;
	if (!ChooseWrite(*Texture, Result.format, Write))
	{
		OutProblem = TEXT("The bound texture's format can't be written; use RTF_RGBA8, RTF_RGBA8_SRGB or RTF_RGBA16f, or a B8G8R8A8 texture.");
		return false;
	}
	const FIntPoint Size = Texture->GetDesc().Extent;
	if (Size.X != Result.width || Size.Y != Result.height)
	{
		// The texture was resized; the stream is being opened anew.
		return false;
	}
	const SIZE_T Pixels = static_cast<SIZE_T>(Result.width) * Result.height;
	const SIZE_T PixelBytes = lsd_unreal::pixel_bytes(Write);
	const int32 Slot = Ring->begin(Pixels * PixelBytes);
	if (Slot == FRing::kNone)
	{
		return false;
	}
	uint8* const Data = Ring->data(Slot);
	lsd_unreal::write_picture(Write, static_cast<const uint8*>(Result.pixels), Data, Pixels);

	const FUpdateTextureRegion2D Region(0, 0, 0, 0, Result.width, Result.height);
	RHICmdList.UpdateTexture2D(Texture, 0, Region, static_cast<uint32>(Result.width * PixelBytes), Data);
	// Runs after the update, wherever the RHI runs it: only then may the buffer be written again.
	RHICmdList.EnqueueLambda([Ring = Ring, Slot](auto&) { Ring->done(Slot); });
	return true;
}
