// Copyright 2026 MirageLSD contributors. Licensed under the Apache License 2.0.

#pragma once

#include "CoreMinimal.h"
#include "RenderGraphFwd.h"
#include "ScreenPass.h"

#include "lsd/lsd.h"

/** What one view has of its frame when post-processing begins. Of the graph that is being built. */
struct FLSDShadeInputs
{
	FRDGTextureRef Depth = nullptr;
	/** GBufferA, of Depth's size; nullptr: there is none. */
	FRDGTextureRef Normals = nullptr;
	/** Numbers of what is seen, of the size of ViewRect; nullptr: nothing is marked. */
	FRDGTextureRef Ids = nullptr;
	/** Late reprojection alone looks at it. */
	FRDGTextureRef Velocity = nullptr;
	FIntRect ViewRect;
	FVector2f DepthScale = FVector2f(0.0f, 0.0f);
	/** By how much temporal anti-aliasing has moved the scene, in clip space. */
	FVector2f Jitter = FVector2f(0.0f, 0.0f);
	lsd_camera Camera = {};
	const lsd_sun* Sun = nullptr;
	const TArray<lsd_slot>* Slots = nullptr;
	/** The weights are bound as a structured buffer, not as constants. */
	bool bWeightsInBuffer = false;

	bool HasSlots() const { return Ids != nullptr && Slots != nullptr; }

	/** Sets what LSDShadeInputs.ush reads: the parameters of any shader that includes it. bLinear: SceneColor holds linear light. */
	template <typename TParameters>
	void Bind(TParameters& Parameters, const FScreenPassTexture& SceneColor, const FScreenPassRenderTarget& Output, bool bLinear) const
	{
		const FIntPoint Size = Output.ViewRect.Size();
		Parameters.ColorTexture = SceneColor.Texture;
		Parameters.DepthTexture = Depth;
		// Something has to be bound; without slots it is not looked at.
		Parameters.IdsTexture = HasSlots() ? Ids : Depth;
		Parameters.ColorMin = ToVector(SceneColor.ViewRect.Min);
		Parameters.ColorStep = Step(SceneColor.ViewRect.Size(), Size);
		Parameters.DepthMin = ToVector(ViewRect.Min);
		Parameters.DepthStep = Step(ViewRect.Size(), Size);
		Parameters.DepthSize = ToVector(ViewRect.Size());
		Parameters.DepthShift =
			FVector2f(Jitter.X * 0.5f * static_cast<float>(ViewRect.Width()), -Jitter.Y * 0.5f * static_cast<float>(ViewRect.Height()));
		Parameters.DepthScale = DepthScale;
		Parameters.TargetMin = ToVector(Output.ViewRect.Min);
		Parameters.bLinear = bLinear ? 1 : 0;
		Parameters.RenderTargets[0] = Output.GetRenderTargetBinding();
	}

private:
	static FVector2f ToVector(FIntPoint Point)
	{
		return FVector2f(static_cast<float>(Point.X), static_cast<float>(Point.Y));
	}

	static FVector2f Step(FIntPoint From, FIntPoint To)
	{
		return FVector2f(static_cast<float>(From.X) / static_cast<float>(To.X), static_cast<float>(From.Y) / static_cast<float>(To.Y));
	}
};
