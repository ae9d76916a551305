// Copyright 2026 MirageLSD contributors. Licensed under the Apache License 2.0.

#include "LSDChildProcess.h"

#include "HAL/FileManager.h"
#include "HAL/PlatformMisc.h"
#include "HAL/PlatformTime.h"
#include "Misc/Paths.h"
#include "MirageLSDLog.h"

#if PLATFORM_LINUX || PLATFORM_MAC
#include <signal.h>
#endif

namespace
{
	constexpr int32 MostOutput = 16384;

	/** The editor's own environment, changed while a child is made. */
	class FScopedEnvironment
	{
	public:
		explicit FScopedEnvironment(const std::vector<std::pair<std::string, std::string>>& Environment)
		{
			for (const auto& [Name, Value] : Environment)
			{
				const FString Key(UTF8_TO_TCHAR(Name.c_str()));
				Before.Add(TPair<FString, FString>(Key, FPlatformMisc::GetEnvironmentVariable(*Key)));
				FPlatformMisc::SetEnvironmentVar(*Key, UTF8_TO_TCHAR(Value.c_str()));
			}
		}
		~FScopedEnvironment()
		{
			for (const TPair<FString, FString>& Variable : Before)
			{
				FPlatformMisc::SetEnvironmentVar(*Variable.Key, *Variable.Value);
			}
		}

	private:
		TArray<TPair<FString, FString>> Before;
	};
}

FLSDChildProcess::~FLSDChildProcess()
{
	if (IsRunning())
	{
		FPlatformProcess::TerminateProc(Process, true);
	}
	Close();
}

bool FLSDChildProcess::Start(
	const lsd_unreal::Command& Command, const std::vector<std::pair<std::string, std::string>>& Environment, const FString& Folder, FString& OutError)
{
	check(!IsRunning() && !Command.empty());
	const FString Program(UTF8_TO_TCHAR(Command.front().c_str()));
	std::string Arguments;
	std::string Error;
	if (!lsd_unreal::command_line(lsd_unreal::Command(Command.begin() + 1, Command.end()), Arguments, Error))
	{
		OutError = UTF8_TO_TCHAR(Error.c_str());
		return false;
	}
	// On a Mac the engine takes a program that is not there for a fatal error.
	if (!FPaths::FileExists(Program))
	{
		OutError = FString::Printf(TEXT("%s is not there any more; press Start again."), *Program);
		return false;
	}
	if (!IFileManager::Get().MakeDirectory(*Folder, true))
	{
		OutError = FString::Printf(TEXT("The folder %s can't be made; make it, or give yourself the right to."), *Folder);
		return false;
	}
	Output.Reset();
	Line.Reset();
	ExitCode = 0;
	TerminatedAt = 0.0;
	if (!FPlatformProcess::CreatePipe(ReadEnd, WriteEnd))
	{
		ReadEnd = WriteEnd = nullptr;
	}
	{
		const FScopedEnvironment Scope(Environment);
		// On Linux and Mac detached, because the editor would otherwise wait for its end when the handle is closed. On Windows not, because what a
		// detached program starts in its turn opens a console window. It ends with the editor all the same: it is told the editor's process.
		constexpr bool bDetached = !PLATFORM_WINDOWS;
		Process = FPlatformProcess::CreateProc(*Program, UTF8_TO_TCHAR(Arguments.c_str()), bDetached, true, true, &ProcessId, 0, *Folder, WriteEnd);
	}
	if (!Process.IsValid())
	{
		Close();
		OutError = FString::Printf(TEXT("%s can't be started; enter what starts mirage-lsd in Editor Preferences > Plugins > MirageLSD."), *Program);
		return false;
	}
	return true;
}

bool FLSDChildProcess::Poll()
{
	if (!IsRunning())
	{
		return false;
	}
	// Asked before it is read: what a process printed last is there when it has ended.
	const bool bRuns = FPlatformProcess::IsProcRunning(Process);
	Read();
	if (bRuns)
	{
		if (TerminatedAt > 0.0 && FPlatformTime::Seconds() - TerminatedAt > KillAfterSeconds)
		{
			Kill();
		}
		return false;
	}
	if (!Line.IsEmpty())
	{
		UE_LOG(LogMirageLSD, Display, TEXT("%s"), *Line);
		Line.Reset();
	}
	if (!FPlatformProcess::GetProcReturnCode(Process, &ExitCode))
	{
		ExitCode = -1;
	}
	Close();
	return true;
}

void FLSDChildProcess::Read()
{
	if (ReadEnd == nullptr)
	{
		return;
	}
	const FString Text = FPlatformProcess::ReadPipe(ReadEnd);
	if (Text.IsEmpty())
	{
		return;
	}
	Output = (Output + Text).Right(MostOutput);
	Line += Text;
	TArray<FString> Lines;
	const bool bEnded = Text.EndsWith(TEXT("\n"));
	Line.ParseIntoArrayLines(Lines);
	Line.Reset();
	for (int32 Index = 0; Index < Lines.Num(); ++Index)
	{
		if (!bEnded && Index + 1 == Lines.Num())
		{
			Line = Lines[Index];
			break;
		}
		UE_LOG(LogMirageLSD, Display, TEXT("%s"), *Lines[Index]);
	}
}

void FLSDChildProcess::Terminate()
{
	if (IsRunning() && TerminatedAt == 0.0)
	{
		TerminatedAt = FPlatformTime::Seconds();
		FPlatformProcess::TerminateProc(Process, true);
	}
}

void FLSDChildProcess::Kill()
{
#if PLATFORM_LINUX || PLATFORM_MAC
	// The engine only asks there.
	kill(static_cast<pid_t>(ProcessId), SIGKILL);
#else
	FPlatformProcess::TerminateProc(Process, true);
#endif
}

void FLSDChildProcess::Close()
{
	if (Process.IsValid())
	{
		FPlatformProcess::CloseProc(Process);
		Process.Reset();
	}
	if (ReadEnd != nullptr || WriteEnd != nullptr)
	{
		FPlatformProcess::ClosePipe(ReadEnd, WriteEnd);
		ReadEnd = WriteEnd = nullptr;
	}
}
