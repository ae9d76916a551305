// Copyright 2026 MirageLSD contributors. Licensed under the Apache License 2.0.

#include "LSDOffline.h"

#include "Engine/Engine.h"
#include "Engine/EngineCustomTimeStep.h"
#include "HAL/PlatformProcess.h"
#include "HAL/PlatformTime.h"
#include "LSDProfiling.h"
#include "LSDStreamSession.h"
#include "Misc/App.h"
#include "RenderingThread.h"

bool LSDOffline::IsRendering()
{
	if (FApp::UseFixedTimeStep())
	{
		return true;
	}
	// MoviePipelineCustomTimeStep, MovieGraphEngineTimeStep: by name, because their plugin need not be there.
	const UEngineCustomTimeStep* const Step = GEngine != nullptr ? GEngine->GetCustomTimeStep() : nullptr;
	return Step != nullptr && Step->GetClass()->GetName().StartsWith(TEXT("Movie"));
}

bool LSDOffline::WaitForResult(const FLSDStreamSession& Session, TFunctionRef<void()> Pump)
{
	constexpr double PatienceSeconds = 10.0;
	SCOPE_CYCLE_COUNTER(STAT_MirageLSD_Wait);
	const double End = FPlatformTime::Seconds() + PatienceSeconds;
	// After this the frame has been rendered, and its copy asked for.
	FlushRenderingCommands();
	while (Session.GetBridge().IsUnderWay() && Session.GetState() == ELSDState::Connected)
	{
		if (FPlatformTime::Seconds() > End)
		{
			return false;
		}
		Pump();
		FlushRenderingCommands();
		FPlatformProcess::Sleep(0.001f);
	}
	return true;
}
