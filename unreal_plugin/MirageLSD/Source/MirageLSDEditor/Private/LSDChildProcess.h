// Copyright 2026 MirageLSD contributors. Licensed under the Apache License 2.0.

#pragma once

#include "CoreMinimal.h"
#include "HAL/PlatformProcess.h"

#include "launcher.h"

/** A program of this machine that the editor started: polled, never waited for. Game thread. */
class FLSDChildProcess
{
public:
	FLSDChildProcess() = default;
	~FLSDChildProcess();
	FLSDChildProcess(const FLSDChildProcess&) = delete;
	FLSDChildProcess& operator=(const FLSDChildProcess&) = delete;

	/** In `Folder`, with `Environment` set for it alone. False and a sentence if it can't be started. */
	bool Start(const lsd_unreal::Command& Command, const std::vector<std::pair<std::string, std::string>>& Environment, const FString& Folder, FString& OutError);

	/** Reads what it printed, and notices its end. True once, when it has ended. */
	bool Poll();

	/** Asks it to end; killed by Poll if it has not done so within KillAfterSeconds. */
	void Terminate();

	bool IsRunning() const { return Process.IsValid(); }
	int32 GetExitCode() const { return ExitCode; }

	/** The end of what it printed, at most 16,384 characters. */
	const FString& GetOutput() const { return Output; }

private:
	static constexpr double KillAfterSeconds = 5.0;

	void Read();
	void Close();
	void Kill();

	FProcHandle Process;
	uint32 ProcessId = 0;
	void* ReadEnd = nullptr;
	void* WriteEnd = nullptr;
	FString Output;
	/** The line that has no end yet. */
	FString Line;
	double TerminatedAt = 0.0;
	int32 ExitCode = 0;
};
