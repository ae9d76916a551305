// Copyright 2026 MirageLSD contributors. Licensed under the Apache License 2.0.

#pragma once

#include "CoreMinimal.h"
#include "SceneView.h"

/** How the picture of a view is encoded. */
namespace LSDViewColor
{
	/** Whether the picture after tone mapping is encoded for an HDR display: it can neither be sent nor painted as sRGB. */
	inline bool IsForHDRDisplay(const FSceneView& View)
	{
		return View.Family->RenderTarget != nullptr && View.Family->RenderTarget->GetSceneHDREnabled();
	}

	/** Whether the picture after tone mapping is linear light: scene captures of HDR sources, and everything that is drawn to a target of gamma 1. */
	inline bool IsLinear(const FSceneView& View)
	{
		const ESceneCaptureSource Source = View.Family->SceneCaptureSource;
		if (View.bIsSceneCapture && (Source == SCS_FinalColorHDR || Source == SCS_FinalToneCurveHDR))
		{
			return true;
		}
		return View.Family->RenderTarget != nullptr && View.Family->RenderTarget->GetDisplayGamma() < 1.5f;
	}
}
