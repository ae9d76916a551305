// Copyright 2026 MirageLSD contributors. Licensed under the Apache License 2.0.

#include "LSDProfiling.h"

#include "ProfilingDebugging/CountersTrace.h"

DEFINE_STAT(STAT_MirageLSD_Capture);
DEFINE_STAT(STAT_MirageLSD_Submit);
DEFINE_STAT(STAT_MirageLSD_Upload);
DEFINE_STAT(STAT_MirageLSD_Wait);
DEFINE_STAT(STAT_MirageLSD_Latency);
DEFINE_STAT(STAT_MirageLSD_Shade);
DEFINE_STAT(STAT_MirageLSD_Reproject);
DEFINE_STAT(STAT_MirageLSD_ContextAge);
CSV_DEFINE_CATEGORY(MirageLSD, true);
TRACE_DECLARE_FLOAT_COUNTER(MirageLSDLatency, TEXT("MirageLSD/Latency (ms)"));

void LSDProfiling::SetLatency(float Milliseconds)
{
	SET_FLOAT_STAT(STAT_MirageLSD_Latency, Milliseconds);
	CSV_CUSTOM_STAT(MirageLSD, LatencyMs, Milliseconds, ECsvCustomStatOp::Set);
	TRACE_COUNTER_SET(MirageLSDLatency, Milliseconds);
}

void LSDProfiling::SetContextAge(float Milliseconds)
{
	SET_FLOAT_STAT(STAT_MirageLSD_ContextAge, Milliseconds);
	CSV_CUSTOM_STAT(MirageLSD, ContextAgeMs, Milliseconds, ECsvCustomStatOp::Set);
}
