// Copyright 2026 MirageLSD contributors. Licensed under the Apache License 2.0.

#pragma once

#include "CoreMinimal.h"
#include "HAL/PlatformProcess.h"

/** A daemon that the editor started on this machine. It ends with the editor. */
class FLSDLocalDaemon
{
public:
	~FLSDLocalDaemon();

	/** False and a sentence if it can't be started; true does not mean that it is ready: the streams will find out. */
	bool Start(bool bUseGPU, FString& OutError);
	void Stop();
	bool IsRunning();

private:
	FProcHandle Process;
};
