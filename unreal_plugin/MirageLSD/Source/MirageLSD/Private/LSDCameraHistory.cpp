// Copyright 2026 MirageLSD contributors. Licensed under the Apache License 2.0.

#include "LSDCameraHistory.h"

lsd_unreal::Matrix FLSDCameraHistory::ToPortable(const FMatrix& In)
{
	lsd_unreal::Matrix Out;
	for (int32 Row = 0; Row < 4; ++Row)
	{
		for (int32 Column = 0; Column < 4; ++Column)
		{
			Out[4 * Row + Column] = In.M[Row][Column];
		}
	}
	return Out;
}

FLSDCameraHistory::FCamera FLSDCameraHistory::FromView(const FSceneView& View)
{
	// Without jitter: the picture that goes out has been through temporal anti-aliasing, which takes it out.
	return {ToPortable(View.ViewMatrices.GetViewMatrix()), ToPortable(View.ViewMatrices.GetProjectionNoAAMatrix())};
}

void FLSDCameraHistory::BeginFrame(const FCamera& Camera, bool bCut)
{
	const bool bForget = bCut || (bHasCut && FramesSinceCapture == 0);
	Previous = bForget ? Camera : Current;
	Current = Camera;
	if (bForget)
	{
		Captured = Camera;
		bHasCut = true;
	}
	++FramesSinceCapture;
}

void FLSDCameraHistory::EndCapture()
{
	Captured = Current;
	FramesSinceCapture = 0;
	bHasCut = false;
}

FMatrix44f FLSDCameraHistory::GetClipTo(const FCamera& Earlier) const
{
	const lsd_unreal::Matrix Clip = lsd_unreal::clip_to_previous_clip(Current.View, Current.Projection, Earlier.View, Earlier.Projection);
	FMatrix44f Out;
	for (int32 Row = 0; Row < 4; ++Row)
	{
		for (int32 Column = 0; Column < 4; ++Column)
		{
			Out.M[Row][Column] = static_cast<float>(Clip[4 * Row + Column]);
		}
	}
	return Out;
}
