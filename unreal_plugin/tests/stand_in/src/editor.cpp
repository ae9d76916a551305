// Copyright 2026 MirageLSD contributors. Licensed under the Apache License 2.0.
#include "StandIn/Slate.h"

TStandInMulticast<bool> FEditorDelegates::EndPIE;

namespace StandIn
{
	static std::vector<std::wstring> GStarted;
	static bool bRuns = false;

	std::vector<std::wstring>& GetStartedProcesses() { return GStarted; }
}

FProcHandle FPlatformProcess::CreateProc(
	const TCHAR* Url, const TCHAR* Params, bool, bool, bool, uint32*, int32, const TCHAR*, void*, void*)
{
	const std::wstring Program = Url;
	StandIn::GStarted.push_back(Program + TEXT(" ") + Params);
	FProcHandle Handle;
	Handle.Id = Program == TEXT("missing") ? 0 : 1;
	StandIn::bRuns = Handle.IsValid();
	return Handle;
}

bool FPlatformProcess::IsProcRunning(FProcHandle& Handle)
{
	return Handle.IsValid() && StandIn::bRuns;
}

void FPlatformProcess::TerminateProc(FProcHandle&, bool)
{
	StandIn::bRuns = false;
}

void FPlatformProcess::CloseProc(FProcHandle&) {}
