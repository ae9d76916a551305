// Copyright 2026 MirageLSD contributors. Licensed under the Apache License 2.0.

#pragma once

#include "CoreMinimal.h"

struct lsd_client;

/** Ends native clients on a background thread: that may take half a second, which no engine thread is to wait. */
namespace LSDBackgroundRelease
{
	void Destroy(lsd_client* Client);

	/** Waits until all are gone, for the module's shutdown only: its code must not be unloaded under them. */
	void WaitForAll(double TimeoutSeconds);
}
