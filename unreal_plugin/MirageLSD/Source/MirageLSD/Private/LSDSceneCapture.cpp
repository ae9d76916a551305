// Copyright 2026 MirageLSD contributors. Licensed under the Apache License 2.0.

#include "LSDSceneCapture.h"

#include "Components/SceneCaptureComponent2D.h"
#include "Engine/EngineTypes.h"
#include "Engine/TextureRenderTarget2D.h"
#include "LSDEngineVersion.h"

namespace LSDSceneCapture
{
	bool CanBeSent(const USceneCaptureComponent2D& Capture, FString& OutError)
	{
		if (Capture.TextureTarget == nullptr)
		{
			OutError = TEXT("The scene capture has no texture target; give it one, or nothing is rendered that could be sent.");
			return false;
		}
		const ESceneCaptureSource Source = Capture.CaptureSource;
		if (Source != SCS_FinalColorLDR && Source != SCS_FinalColorHDR && Source != SCS_FinalToneCurveHDR)
		{
			// A new scene capture's source is of this kind.
			OutError = TEXT("The scene capture's source is not tone-mapped, so its picture can't be taken; set Capture Source to Final Color (LDR).");
			return false;
		}
#if LSD_CAPTURES_IN_MAIN_RENDERER
		if (Capture.bRenderInMainRenderer)
		{
			OutError = TEXT("The scene capture is rendered in the main renderer, where its picture can't be taken; switch Render in Main Renderer off.");
			return false;
		}
#endif
		return true;
	}
}
