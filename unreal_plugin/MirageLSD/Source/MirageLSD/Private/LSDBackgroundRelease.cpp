// Copyright 2026 MirageLSD contributors. Licensed under the Apache License 2.0.

#include "LSDBackgroundRelease.h"

#include "Async/Async.h"
#include "HAL/PlatformProcess.h"
#include "HAL/PlatformTime.h"

#include "lsd/lsd.h"

#include <atomic>

namespace LSDBackgroundRelease
{
	static std::atomic<int32> GUnderWay{0};

	void Destroy(lsd_client* Client)
	{
		if (Client == nullptr)
		{
			return;
		}
		GUnderWay.fetch_add(1);
		AsyncTask(ENamedThreads::AnyBackgroundThreadNormalTask, [Client]()
		{
			lsd_client_destroy(Client);
			GUnderWay.fetch_sub(1);
		});
	}

	void WaitForAll(double TimeoutSeconds)
	{
		const double Deadline = FPlatformTime::Seconds() + TimeoutSeconds;
		while (GUnderWay.load() > 0 && FPlatformTime::Seconds() < Deadline)
		{
			FPlatformProcess::Sleep(0.005f);
		}
	}
}
