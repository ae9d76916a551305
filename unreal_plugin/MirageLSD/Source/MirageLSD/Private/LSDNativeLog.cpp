// Copyright 2026 MirageLSD contributors. Licensed under the Apache License 2.0.

#include "LSDNativeLog.h"

#include "CoreMinimal.h"
#include "MirageLSDLog.h"

namespace LSDNativeLog
{
	void Write(void*, lsd_log_level Level, const char* Message)
	{
		const FString Text(UTF8_TO_TCHAR(Message));
		switch (Level)
		{
		case LSD_LOG_ERROR:
		case LSD_LOG_WARNING:
			// What a user has to do something about is said by the stream; this is for those who look closer.
			UE_LOG(LogMirageLSD, Display, TEXT("Native core: %s"), *Text);
			break;
		case LSD_LOG_INFO:
			UE_LOG(LogMirageLSD, Log, TEXT("Native core: %s"), *Text);
			break;
		default:
			UE_LOG(LogMirageLSD, Verbose, TEXT("Native core: %s"), *Text);
			break;
		}
	}
}
