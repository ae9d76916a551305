// Copyright 2026 MirageLSD contributors. Licensed under the Apache License 2.0.
// Processes, as FUnixPlatformProcess has them.
#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <map>

#include "StandIn/Core.h"

extern char** environ;

namespace
{
	struct FProcess
	{
		bool bDetached = false;
		bool bEnded = false;
		int Status = 0;
	};
	std::map<pid_t, FProcess> GProcesses;

	/** Words between spaces; double quotes hold one together. */
	std::vector<std::string> Split(const std::string& Line)
	{
		std::vector<std::string> Words;
		std::string Word;
		bool bQuoted = false, bHas = false;
		for (const char C : Line + " ")
		{
			if (C == '"')
			{
				bQuoted = !bQuoted;
				bHas = true;
			}
			else if (C != ' ' || bQuoted)
			{
				Word += C;
				bHas = true;
			}
			else if (bHas)
			{
				Words.push_back(Word);
				Word.clear();
				bHas = false;
			}
		}
		return Words;
	}

	int ToDescriptor(void* Pipe) { return static_cast<int>(reinterpret_cast<intptr_t>(Pipe)) - 1; }
	void* FromDescriptor(int Descriptor) { return reinterpret_cast<void*>(static_cast<intptr_t>(Descriptor) + 1); }

	void Look(pid_t Id, FProcess& Process, bool bWait)
	{
		if (!Process.bEnded && waitpid(Id, &Process.Status, bWait ? 0 : WNOHANG) == Id)
		{
			Process.bEnded = true;
		}
	}
}

FProcHandle FPlatformProcess::CreateProc(const TCHAR* Url, const TCHAR* Params, bool bLaunchDetached, bool, bool, uint32* OutProcessId, int32,
	const TCHAR* OptionalWorkingDirectory, void* PipeWriteChild, void*)
{
	const std::string Program = StandIn::ToUtf8(Url);
	std::vector<std::string> Words = Split(StandIn::ToUtf8(Params));
	Words.insert(Words.begin(), Program);
	std::vector<char*> Arguments;
	for (std::string& Word : Words)
	{
		Arguments.push_back(Word.data());
	}
	Arguments.push_back(nullptr);
	posix_spawn_file_actions_t Actions;
	posix_spawn_file_actions_init(&Actions);
	if (OptionalWorkingDirectory != nullptr)
	{
		posix_spawn_file_actions_addchdir_np(&Actions, StandIn::ToUtf8(OptionalWorkingDirectory).c_str());
	}
	if (PipeWriteChild != nullptr)
	{
		posix_spawn_file_actions_adddup2(&Actions, ToDescriptor(PipeWriteChild), STDOUT_FILENO);
		posix_spawn_file_actions_adddup2(&Actions, ToDescriptor(PipeWriteChild), STDERR_FILENO);
	}
	pid_t Id = 0;
	FProcHandle Handle;
	if (posix_spawnp(&Id, Program.c_str(), &Actions, nullptr, Arguments.data(), environ) == 0)
	{
		GProcesses[Id].bDetached = bLaunchDetached;
		Handle.Id = Id;
		if (OutProcessId != nullptr)
		{
			*OutProcessId = static_cast<uint32>(Id);
		}
	}
	posix_spawn_file_actions_destroy(&Actions);
	return Handle;
}

bool FPlatformProcess::IsProcRunning(FProcHandle& Handle)
{
	const auto Found = GProcesses.find(static_cast<pid_t>(Handle.Id));
	if (Found == GProcesses.end())
	{
		return false;
	}
	Look(Found->first, Found->second, false);
	return !Found->second.bEnded;
}

bool FPlatformProcess::GetProcReturnCode(FProcHandle& Handle, int32* OutReturnCode)
{
	if (!Handle.IsValid() || IsProcRunning(Handle))
	{
		return false;
	}
	const int Status = GProcesses[static_cast<pid_t>(Handle.Id)].Status;
	*OutReturnCode = WIFEXITED(Status) ? WEXITSTATUS(Status) : -1;
	return true;
}

void FPlatformProcess::TerminateProc(FProcHandle& Handle, bool)
{
	if (IsProcRunning(Handle))
	{
		kill(static_cast<pid_t>(Handle.Id), SIGTERM);
	}
}

void FPlatformProcess::CloseProc(FProcHandle& Handle)
{
	const auto Found = GProcesses.find(static_cast<pid_t>(Handle.Id));
	if (Found != GProcesses.end())
	{
		Look(Found->first, Found->second, !Found->second.bDetached);
		GProcesses.erase(Found);
	}
	Handle.Reset();
}

bool FPlatformProcess::CreatePipe(void*& OutReadPipe, void*& OutWritePipe, bool)
{
	int Ends[2];
	if (pipe2(Ends, O_CLOEXEC) != 0)
	{
		return false;
	}
	OutReadPipe = FromDescriptor(Ends[0]);
	OutWritePipe = FromDescriptor(Ends[1]);
	return true;
}

FString FPlatformProcess::ReadPipe(void* ReadPipe)
{
	std::string Text;
	pollfd Poll = {ToDescriptor(ReadPipe), POLLIN, 0};
	while (poll(&Poll, 1, 0) > 0 && (Poll.revents & POLLIN) != 0)
	{
		char Buffer[4096];
		const ssize_t Count = read(Poll.fd, Buffer, sizeof Buffer);
		if (Count <= 0)
		{
			break;
		}
		Text.append(Buffer, static_cast<size_t>(Count));
	}
	return FString(StandIn::FromUtf8(Text.c_str()));
}

void FPlatformProcess::ClosePipe(void* ReadPipe, void* WritePipe)
{
	for (void* Pipe : {ReadPipe, WritePipe})
	{
		if (Pipe != nullptr)
		{
			close(ToDescriptor(Pipe));
		}
	}
}
