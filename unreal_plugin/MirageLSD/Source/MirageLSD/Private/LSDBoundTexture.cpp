// Copyright 2026 MirageLSD contributors. Licensed under the Apache License 2.0.

#include "LSDBoundTexture.h"

#include "Engine/Texture2D.h"
#include "Engine/TextureRenderTarget2D.h"

#include "lsd/lsd.h"

bool FLSDBoundTexture::Describe(const UTexture& Texture, FLSDBoundTexture& Out, FString& OutError)
{
	EPixelFormat Format = PF_Unknown;
	if (const UTextureRenderTarget2D* RenderTarget = Cast<UTextureRenderTarget2D>(&Texture))
	{
		Out.Size = FIntPoint(RenderTarget->SizeX, RenderTarget->SizeY);
		Format = RenderTarget->GetFormat();
	}
	else if (const UTexture2D* Texture2D = Cast<UTexture2D>(&Texture))
	{
		Out.Size = FIntPoint(Texture2D->GetSizeX(), Texture2D->GetSizeY());
		Format = Texture2D->GetPixelFormat();
	}
	else
	{
		OutError = TEXT("Only a UTextureRenderTarget2D or a UTexture2D can be bound.");
		return false;
	}
	if (Format != PF_B8G8R8A8 && Format != PF_R8G8B8A8 && Format != PF_FloatRGBA)
	{
		OutError = FString::Printf(
			TEXT("%s can't take the picture: give it the format RTF_RGBA8, RTF_RGBA8_SRGB or RTF_RGBA16f (a texture: B8G8R8A8)."), *Texture.GetName());
		return false;
	}
	if (Out.Size.X < 16 || Out.Size.Y < 16 || Out.Size.X > 4096 || Out.Size.Y > 4096)
	{
		OutError = FString::Printf(TEXT("%s is %d x %d pixels; a bound texture has 16 to 4096 a side."), *Texture.GetName(), Out.Size.X, Out.Size.Y);
		return false;
	}
	Out.OutputFormat = Format == PF_B8G8R8A8 ? LSD_FORMAT_BGRA8 : LSD_FORMAT_RGBA8;
	return true;
}
