// Copyright 2026 MirageLSD contributors. Licensed under the Apache License 2.0.

#pragma once

#include "CoreMinimal.h"
#include "ProfilingDebugging/CsvProfiler.h"
#include "Stats/Stats.h"

// `stat MirageLSD`, Unreal Insights, the columns MirageLSD/... of a CSV profile.
DECLARE_STATS_GROUP(TEXT("MirageLSD"), STATGROUP_MirageLSD, STATCAT_Advanced);
DECLARE_CYCLE_STAT_EXTERN(TEXT("Capture"), STAT_MirageLSD_Capture, STATGROUP_MirageLSD, );
DECLARE_CYCLE_STAT_EXTERN(TEXT("Submit"), STAT_MirageLSD_Submit, STATGROUP_MirageLSD, );
DECLARE_CYCLE_STAT_EXTERN(TEXT("Upload"), STAT_MirageLSD_Upload, STATGROUP_MirageLSD, );
DECLARE_CYCLE_STAT_EXTERN(TEXT("Wait (offline)"), STAT_MirageLSD_Wait, STATGROUP_MirageLSD, );
DECLARE_CYCLE_STAT_EXTERN(TEXT("Shade"), STAT_MirageLSD_Shade, STATGROUP_MirageLSD, );
DECLARE_CYCLE_STAT_EXTERN(TEXT("Reproject"), STAT_MirageLSD_Reproject, STATGROUP_MirageLSD, );
DECLARE_FLOAT_COUNTER_STAT_EXTERN(TEXT("Context age (ms)"), STAT_MirageLSD_ContextAge, STATGROUP_MirageLSD, );
DECLARE_FLOAT_COUNTER_STAT_EXTERN(TEXT("Latency (ms)"), STAT_MirageLSD_Latency, STATGROUP_MirageLSD, );
CSV_DECLARE_CATEGORY_EXTERN(MirageLSD);

namespace LSDProfiling
{
	void SetLatency(float Milliseconds);
	/** Of the context that the engine shades with: when it grows, none come. */
	void SetContextAge(float Milliseconds);
}
