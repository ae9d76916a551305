// Copyright 2026 MirageLSD contributors. Licensed under the Apache License 2.0.

#pragma once

#include "CoreMinimal.h"
#include "RenderGraphFwd.h"
#include "ScreenPass.h"

/** The plugin's passes in the render graph. Each adds one full-screen draw. */
namespace LSDCapturePass
{
	struct FGeometryInputs
	{
		FRDGTextureRef SceneDepth = nullptr;
		FRDGTextureRef Velocity = nullptr;
		FIntRect ViewRect;
		FVector2f DepthScale = FVector2f(0.0f, 0.0f);
		/** Clip space of this frame to that of the frame captured before, and to that of the engine's frame before; without jitter. */
		FMatrix44f ClipToCapturedClip;
		FMatrix44f ClipToEngineClip;
		/** Engine frames since the one captured before, at least 1. */
		float EngineFrames = 1.0f;
	};

	/** Depth in metres and motion in pixels of `Size`. OutMotion is drawn in any case, because the pass writes both. */
	void AddGeometry(FRDGBuilder& GraphBuilder, const FGeometryInputs& Inputs, FIntPoint Size, FRDGTextureRef& OutDepth, FRDGTextureRef& OutMotion);

	struct FIdsInputs
	{
		FRDGTextureRef SceneDepth = nullptr;
		/** Of another size than the scene's depth where nothing was drawn into it. */
		FRDGTextureRef CustomDepth = nullptr;
		FRDGTextureSRVRef CustomStencil = nullptr;
		FIntRect ViewRect;
		FVector2f DepthScale = FVector2f(0.0f, 0.0f);
		/** By number: bit Number % 32 of word Number / 32. */
		uint32 KnownSlots[8] = {};
	};

	/** The number of what is seen at each pixel, 0 where it has none; 8 bits. */
	FRDGTextureRef AddIds(FRDGBuilder& GraphBuilder, const FIdsInputs& Inputs, FIntPoint Size);

	/** The picture scaled to `Size`, 8 bits, sRGB-encoded. bLinear: the source holds linear light. */
	FRDGTextureRef AddColor(FRDGBuilder& GraphBuilder, const FScreenPassTexture& Source, FIntPoint Size, bool bLinear);

	enum class EEncode : uint8
	{
		None,
		/** Linear light to sRGB. */
		SRGB
	};

	/** Draws Source over all of Target, alpha too. */
	void AddCopy(FRDGBuilder& GraphBuilder, const FScreenPassTexture& Source, const FScreenPassRenderTarget& Target, EEncode Encode);
}
