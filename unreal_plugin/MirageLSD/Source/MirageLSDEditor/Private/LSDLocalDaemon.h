// Copyright 2026 MirageLSD contributors. Licensed under the Apache License 2.0.

#pragma once

#include "Containers/Ticker.h"
#include "CoreMinimal.h"
#include "LSDChildProcess.h"

/** A daemon that the editor starts on this machine, and what belongs to it: its installation and its check. Owned by the editor's module, so that it
 * outlives the panel; it ends with the editor. Nothing here waits. */
class FLSDLocalDaemon
{
public:
	enum class EState : uint8
	{
		Stopped,
		Running,
		/** It was asked to end. */
		Stopping,
		Installing,
		Checking
	};

	FLSDLocalDaemon();
	~FLSDLocalDaemon();

	/** Tries what was found, one after the other. That it runs does not mean that it is ready: the streams will find out. */
	void Start(bool bUseGPU);
	void Stop();
	/** Makes a virtual environment in the project's Saved folder and installs into it. */
	void Install();
	/** Runs `mirage-lsd doctor`. */
	void Check();

	EState GetState() const { return State; }
	/** One sentence, or what a check has found. */
	const FString& GetText() const { return Text; }
	/** The end of what the program printed. */
	const FString& GetOutput() const { return Child.GetOutput(); }
	/** What it would be started with; empty: nothing was found, and it can be installed. */
	bool IsFound() const;
	/** The daemon's own log. */
	static FString GetLogFile();

private:
	bool Tick(float DeltaSeconds);
	/** Starts the next of the commands; false if there is none. */
	bool StartNext();
	void OnEnded();
	bool Prepare(const lsd_unreal::Command& Arguments, EState NewState);
	static FString GetFolder();
	static lsd_unreal::FoundDaemon Find();

	FLSDChildProcess Child;
	std::vector<lsd_unreal::Command> Commands;
	std::vector<std::pair<std::string, std::string>> Environment;
	EState State = EState::Stopped;
	FString Text;
	FTSTicker::FDelegateHandle TickerHandle;
};
