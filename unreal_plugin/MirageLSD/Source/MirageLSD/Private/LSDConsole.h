// Copyright 2026 MirageLSD contributors. Licensed under the Apache License 2.0.

#pragma once

#include "CoreMinimal.h"

/** Console variables, which beat what a stream was told: for testers, device profiles and automation. Game thread. */
namespace LSDConsole
{
	/** MirageLSD.Enable. */
	bool IsEnabled();
	/** MirageLSD.TargetFPS, or the stream's own. */
	float GetTargetFPS(float OfStream);
	/** MirageLSD.BeforeAfter, or the stream's own. */
	float GetBeforeAfter(float OfStream);
	/** MirageLSD.LateReprojection, or the stream's own. */
	bool GetLateReprojection(bool bOfStream);
	/** MirageLSD.WeightsInBuffer. */
	bool HasWeightsInBuffer();
}
