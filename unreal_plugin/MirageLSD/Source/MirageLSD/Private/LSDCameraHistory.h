// Copyright 2026 MirageLSD contributors. Licensed under the Apache License 2.0.

#pragma once

#include "CoreMinimal.h"
#include "SceneView.h"

#include "conventions.h"

/** The cameras of earlier frames, which motion is relative to. Render thread. */
class FLSDCameraHistory
{
public:
	struct FCamera
	{
		lsd_unreal::Matrix View = {};
		lsd_unreal::Matrix Projection = {};
	};

	static FCamera FromView(const FSceneView& View);
	static lsd_unreal::Matrix ToPortable(const FMatrix& In);

	/** Every frame of the view, whether it is captured or not. */
	void BeginFrame(const FCamera& Camera, bool bCut);
	/** After a captured frame. */
	void EndCapture();

	/** Nothing older is known: after the start and after a cut, until a frame was captured. */
	bool IsCut() const { return bHasCut; }
	float GetEngineFrames() const { return static_cast<float>(FMath::Max(FramesSinceCapture, 1)); }
	/** Clip space of this frame to that of an earlier camera. */
	FMatrix44f GetClipTo(const FCamera& Earlier) const;
	FMatrix44f GetClipToCapturedClip() const { return GetClipTo(Captured); }
	FMatrix44f GetClipToEngineClip() const { return GetClipTo(Previous); }

private:
	FCamera Current;
	FCamera Previous;
	FCamera Captured;
	int32 FramesSinceCapture = 0;
	bool bHasCut = true;
};
