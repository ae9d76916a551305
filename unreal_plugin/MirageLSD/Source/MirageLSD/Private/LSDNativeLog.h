// Copyright 2026 MirageLSD contributors. Licensed under the Apache License 2.0.

#pragma once

#include "lsd/lsd.h"

/** The native core's own messages, in the engine's log. */
namespace LSDNativeLog
{
	/** Called on the core's thread, which UE_LOG allows. */
	void Write(void* User, lsd_log_level Level, const char* Message);
}
