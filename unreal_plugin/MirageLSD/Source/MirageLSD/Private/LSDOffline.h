// Copyright 2026 MirageLSD contributors. Licensed under the Apache License 2.0.

#pragma once

#include "CoreMinimal.h"
#include "Templates/Function.h"

class FLSDStreamSession;

/** Renders whose clock is not the wall's. Game thread. */
namespace LSDOffline
{
	/** The engine renders with a fixed time step (-benchmark, -fps, a recorder), or Movie Render Queue or Movie Render Graph runs it. */
	bool IsRendering();

	/** The game stands still until the newest captured frame has come back; false after ten seconds. Pump: hands the render thread its next request. A
	 * daemon that is gone is not waited for. */
	bool WaitForResult(const FLSDStreamSession& Session, TFunctionRef<void()> Pump);
}
