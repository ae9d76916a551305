// Copyright 2026 MirageLSD contributors. Licensed under the Apache License 2.0.

#pragma once

#include "CoreMinimal.h"

class USceneCaptureComponent2D;

/** What a stream can take its picture from. */
namespace LSDSceneCapture
{
	/** False and a sentence for a scene capture whose picture never comes. */
	bool CanBeSent(const USceneCaptureComponent2D& Capture, FString& OutError);
}
