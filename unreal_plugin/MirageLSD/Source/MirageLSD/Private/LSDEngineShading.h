// Copyright 2026 MirageLSD contributors. Licensed under the Apache License 2.0.

#pragma once

#include "CoreMinimal.h"
#include "LSDShadeInputs.h"
#include "LSDShaders.h"
#include "LSDTypes.h"
#include "RenderGraphResources.h"
#include "ScreenPass.h"

#include "shading_data.h"

class FLSDNativeStream;

/** Paints the view from the newest context, in every frame that the engine renders. Render thread. Nothing is kept on the GPU before a context has come. */
class FLSDEngineShading
{
public:
	/** True, and what it was made from, if a context has come that was not taken yet. A problem: why it can't be used. */
	bool TakeContext(FLSDNativeStream& Stream, FLSDFrameInfo& OutFrame, FString& OutProblem);

	bool HasContext() const { return Context.width > 0; }
	/** When the frame was captured that the newest context was made for; 0: none has come. */
	int64 GetCapturedNs() const { return CapturedNs; }

	/** Draws the painted picture over all of Output. bLinear: SceneColor holds linear light. */
	void AddPass(
		FRDGBuilder& GraphBuilder, const FLSDShadeInputs& Inputs, const FScreenPassTexture& SceneColor, const FScreenPassRenderTarget& Output, bool bLinear);

	void Release();

private:
	/** Whichever of the two the pass reads; the other one is let go. */
	void BindWeights(FRDGBuilder& GraphBuilder, bool bInBuffer, bool bChanged, FLSDShadePS::FParameters& Parameters);

	lsd_unreal::ShadeContext Context;
	lsd_unreal::ShadeLook Look;
	int64 CapturedNs = 0;
	bool bContextChanged = false;
	/** Kept from graph to graph; written anew when the numbers change. */
	TRefCountPtr<FRDGPooledBuffer> ContextBuffer;
	TRefCountPtr<FRDGPooledBuffer> WeightBuffer;
	/** The one or the other holds the weights. */
	TUniformBufferRef<FLSDWeights> WeightConstants;
};
