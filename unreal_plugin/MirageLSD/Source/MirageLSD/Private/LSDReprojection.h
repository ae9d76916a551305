// Copyright 2026 MirageLSD contributors. Licensed under the Apache License 2.0.

#pragma once

#include "CoreMinimal.h"
#include "LSDCameraHistory.h"
#include "LSDShadeInputs.h"
#include "RenderGraphResources.h"
#include "RendererInterface.h"
#include "ScreenPass.h"

#include "reprojection_data.h"

/** Shows the daemon's newest pictures where this frame sees the same points (late reprojection). Keeps the depth of frames that are under way, and up to
 * four results with theirs; nothing while it is not used. Render thread. */
class FLSDReprojection
{
public:
	/** A frame's depth in metres, of the graph that is being built, is to be kept until the frame's result comes. Capture: rising from frame to frame;
	 * Frame: the view's, counted. */
	void AddCaptured(
		FRDGBuilder& GraphBuilder, int64 Capture, FRDGTextureRef Depth, const FLSDCameraHistory::FCamera& Camera, const TArray<lsd_slot>& Slots, int64 Frame);
	/** The captured frame went out under a number; frames before it that did not won't any more. */
	void AddSubmitted(int64 Capture, int64 Sequence);
	/** The texture of results has been told to take this one. */
	void TakeResult(int64 Sequence);
	/** Picture: that texture, in the graph that is built next. It gives linear light. */
	void KeepPicture(FRDGBuilder& GraphBuilder, const FScreenPassTexture& Picture);

	bool HasKeys() const { return !Keys.IsEmpty(); }
	int32 GetKeyCount() const { return Keys.Num(); }

	/** Draws over all of Output. History: of the view, at this frame; Frame: as above. */
	void AddPass(FRDGBuilder& GraphBuilder, const FLSDShadeInputs& Inputs, const FLSDCameraHistory& History, int64 Frame, const FScreenPassTexture& SceneColor,
		const FScreenPassRenderTarget& Output, bool bLinear) const;

	/** What was made before, and is under way, is of another place or time. */
	void Forget() { *this = FLSDReprojection(); }

private:
	/** A frame that was captured, then went out, then came back painted. */
	struct FKey
	{
		int64 Capture = 0;
		/** 0: it has not gone out. */
		int64 Sequence = 0;
		int64 Frame = 0;
		FLSDCameraHistory::FCamera Camera;
		TArray<lsd_slot> Slots;
		TRefCountPtr<IPooledRenderTarget> Depth;
		/** Encoded as sRGB. */
		TRefCountPtr<IPooledRenderTarget> Color;
	};
	/** With the GPU, in the core, with the daemon and on the way back. */
	static constexpr int32 MostUnderWay = 16;

	/** The oldest first. */
	TArray<FKey> UnderWay;
	/** Of the captured frames each that its number divides is kept. */
	int64 Stride = 1;
	/** The newest first. */
	TArray<FKey> Keys;
	/** Its picture is in the texture of results and must still be kept; Sequence 0: there is none. */
	FKey Coming;
};
