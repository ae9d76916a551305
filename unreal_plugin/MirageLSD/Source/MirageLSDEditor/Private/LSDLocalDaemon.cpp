// Copyright 2026 MirageLSD contributors. Licensed under the Apache License 2.0.

#include "LSDLocalDaemon.h"

#include "LSDSettings.h"

#include "daemon_arguments.h"

FLSDLocalDaemon::~FLSDLocalDaemon()
{
	Stop();
}

bool FLSDLocalDaemon::Start(bool bUseGPU, FString& OutError)
{
	if (IsRunning())
	{
		return true;
	}
	const ULSDSettings* const Settings = GetDefault<ULSDSettings>();
	lsd_unreal::DaemonOptions Options;
	Options.endpoint = FTCHARToUTF8(*Settings->Endpoint).Get();
	Options.model = FTCHARToUTF8(*Settings->Model).Get();
	Options.token = FTCHARToUTF8(*Settings->Token).Get();
	Options.use_gpu = bUseGPU;
	std::string Error;
	const std::string Arguments = lsd_unreal::daemon_arguments(Options, Error);
	if (Arguments.empty())
	{
		OutError = UTF8_TO_TCHAR(Error.c_str());
		return false;
	}
	// A child of the editor, without a window of its own.
	Process = FPlatformProcess::CreateProc(*Settings->DaemonCommand, UTF8_TO_TCHAR(Arguments.c_str()), false, true, true, nullptr, 0, nullptr, nullptr);
	if (!Process.IsValid())
	{
		OutError = FString::Printf(
			TEXT("%s can't be started; install it with pip install mirage-lsd, or enter its full path in Project Settings > Plugins > MirageLSD."),
			*Settings->DaemonCommand);
		return false;
	}
	return true;
}

void FLSDLocalDaemon::Stop()
{
	if (Process.IsValid())
	{
		FPlatformProcess::TerminateProc(Process, true);
		FPlatformProcess::CloseProc(Process);
		Process.Reset();
	}
}

bool FLSDLocalDaemon::IsRunning()
{
	return Process.IsValid() && FPlatformProcess::IsProcRunning(Process);
}
