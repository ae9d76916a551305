// Copyright 2026 MirageLSD contributors. Licensed under the Apache License 2.0.

#include "LSDLocalDaemon.h"

#include "HAL/PlatformMisc.h"
#include "LSDConnection.h"
#include "LSDSettings.h"
#include "LSDUserSettings.h"
#include "Misc/Paths.h"
#include "MirageLSDLog.h"

namespace
{
	constexpr lsd_unreal::HostPlatform Platform = PLATFORM_WINDOWS ? lsd_unreal::HostPlatform::kWindows
												  : PLATFORM_MAC   ? lsd_unreal::HostPlatform::kMac
																   : lsd_unreal::HostPlatform::kLinux;

	std::string ToStd(const FString& Text)
	{
		return FTCHARToUTF8(*Text).Get();
	}

	/** The last line that says something. */
	FString LastLine(const FString& Output)
	{
		TArray<FString> Lines;
		Output.ParseIntoArrayLines(Lines);
		for (int32 Index = Lines.Num() - 1; Index >= 0; --Index)
		{
			const FString Line = Lines[Index].TrimStartAndEnd();
			if (!Line.IsEmpty())
			{
				return Line;
			}
		}
		return FString();
	}
}

FLSDLocalDaemon::FLSDLocalDaemon()
	: Text(TEXT("No daemon was started here; one that runs already is used."))
	, TickerHandle(FTSTicker::GetCoreTicker().AddTicker(FTickerDelegate::CreateRaw(this, &FLSDLocalDaemon::Tick), 0.1f))
{
}

FLSDLocalDaemon::~FLSDLocalDaemon()
{
	FTSTicker::GetCoreTicker().RemoveTicker(TickerHandle);
}

FString FLSDLocalDaemon::GetFolder()
{
	return FPaths::ConvertRelativePathToFull(FPaths::Combine(FPaths::ProjectSavedDir(), TEXT("MirageLSD")));
}

FString FLSDLocalDaemon::GetLogFile()
{
	return FPaths::Combine(GetFolder(), TEXT("daemon.log"));
}

lsd_unreal::FoundDaemon FLSDLocalDaemon::Find()
{
	lsd_unreal::LauncherPlace Place;
	Place.platform = Platform;
	Place.setting = ToStd(GetDefault<ULSDUserSettings>()->DaemonCommand.TrimStartAndEnd());
	Place.project = ToStd(FPaths::ConvertRelativePathToFull(FPaths::ProjectDir()));
	Place.own_environment = ToStd(FPaths::Combine(GetFolder(), TEXT("venv")));
	Place.environment = [](const char* Name) { return ToStd(FPlatformMisc::GetEnvironmentVariable(UTF8_TO_TCHAR(Name))); };
	Place.is_file = [](const std::string& File) { return FPaths::FileExists(UTF8_TO_TCHAR(File.c_str())); };
	return lsd_unreal::find_daemon(Place);
}

bool FLSDLocalDaemon::IsFound() const
{
	return !Find().candidates.empty();
}

bool FLSDLocalDaemon::Prepare(const lsd_unreal::Command& Arguments, EState NewState)
{
	if (State != EState::Stopped)
	{
		return false;
	}
	Commands = Find().candidates;
	for (lsd_unreal::Command& Command : Commands)
	{
		Command.insert(Command.end(), Arguments.begin(), Arguments.end());
	}
	if (Commands.empty())
	{
		Text = GetDefault<ULSDUserSettings>()->DaemonCommand.IsEmpty()
				   ? TEXT("mirage-lsd was not found on this machine; press Install, or enter where it is in Editor Preferences > Plugins > MirageLSD.")
				   : TEXT("What Editor Preferences > Plugins > MirageLSD names as Daemon Command is not there; correct it, or leave it empty.");
		return false;
	}
	State = NewState;
	return true;
}

void FLSDLocalDaemon::Start(bool bUseGPU)
{
	const FLSDConnection Connection = FLSDConnection::FromSettings();
	const ULSDUserSettings* const User = GetDefault<ULSDUserSettings>();
	lsd_unreal::ServeOptions Options;
	Options.endpoint = ToStd(Connection.Endpoint);
	Options.model = ToStd(GetDefault<ULSDSettings>()->Model);
	Options.device = bUseGPU ? ToStd(User->Device) : "cpu";
	Options.log = ToStd(GetLogFile());
	Options.token = ToStd(Connection.Token);
	Options.keys = ToStd(User->ServerKeyFile.TrimStartAndEnd());
	Options.parent = FPlatformProcess::GetCurrentProcessId();
	lsd_unreal::ServeCommand Serve;
	std::string Error;
	if (!lsd_unreal::serve_command(Options, Serve, Error))
	{
		Text = UTF8_TO_TCHAR(Error.c_str());
		return;
	}
	if (Prepare(Serve.arguments, EState::Running))
	{
		Environment = Serve.environment;
		StartNext();
	}
}

void FLSDLocalDaemon::Check()
{
	if (Prepare({"doctor"}, EState::Checking))
	{
		Environment = {{"PYTHONSAFEPATH", "1"}, {"PYTHONUTF8", "1"}};
		StartNext();
	}
}

void FLSDLocalDaemon::Install()
{
	if (State != EState::Stopped)
	{
		return;
	}
	const std::vector<lsd_unreal::Command> Pythons = Find().pythons;
	if (Pythons.empty())
	{
		Text = TEXT("No Python was found on this machine; install Python 3.11 or newer from python.org, then press Install again.");
		return;
	}
	const std::string Folder = ToStd(FPaths::Combine(GetFolder(), TEXT("venv")));
	lsd_unreal::Command Make = Pythons.front();
	Make.insert(Make.end(), {"-m", "venv", Folder});
	const std::string Source = ToStd(GetDefault<ULSDUserSettings>()->InstallSource.TrimStartAndEnd());
	Commands = {Make,
		{lsd_unreal::environment_python(Platform, Folder), "-P", "-m", "pip", "install", "--disable-pip-version-check", Source.empty() ? "mirage-lsd" : Source}};
	Environment = {{"PYTHONUTF8", "1"}};
	State = EState::Installing;
	StartNext();
}

bool FLSDLocalDaemon::StartNext()
{
	while (!Commands.empty())
	{
		const lsd_unreal::Command Command = Commands.front();
		Commands.erase(Commands.begin());
		FString Error;
		if (Child.Start(Command, Environment, GetFolder(), Error))
		{
			const FString Program(UTF8_TO_TCHAR(Command.front().c_str()));
			Text = State == EState::Installing ? FString(TEXT("Installing; this takes some minutes, the log shows how far it is."))
				   : State == EState::Checking ? FString(TEXT("Checking this machine."))
											   : FString::Printf(TEXT("The daemon runs (%s); loading its model takes a moment."), *Program);
			UE_LOG(LogMirageLSD, Display, TEXT("Started %s."), *Program);
			return true;
		}
		Text = Error;
		if (State == EState::Installing)
		{
			break;
		}
	}
	Commands.clear();
	State = EState::Stopped;
	return false;
}

void FLSDLocalDaemon::Stop()
{
	if (State == EState::Stopped || State == EState::Stopping)
	{
		return;
	}
	Commands.clear();
	State = EState::Stopping;
	Text = TEXT("Stopping.");
	Child.Terminate();
}

bool FLSDLocalDaemon::Tick(float)
{
	if (Child.Poll())
	{
		OnEnded();
	}
	return true;
}

void FLSDLocalDaemon::OnEnded()
{
	const EState Was = State;
	const int32 Code = Child.GetExitCode();
	const FString& Output = Child.GetOutput();
	if (Was == EState::Stopping)
	{
		State = EState::Stopped;
		Text = TEXT("The daemon was stopped.");
		return;
	}
	const bool bNext = Was == EState::Installing ? Code == 0 : lsd_unreal::tries_next(Code, ToStd(Output));
	if (bNext && !Commands.empty() && StartNext())
	{
		return;
	}
	State = EState::Stopped;
	const FString Last = LastLine(Output);
	switch (Was)
	{
	case EState::Installing:
		Text = Code == 0 ? FString(TEXT("mirage-lsd is installed; press Start."))
						 : FString::Printf(TEXT("Installing failed (exit code %d): %s The log has the rest."), Code, *Last);
		break;
	case EState::Checking:
		Text = bNext ? FString(TEXT("mirage-lsd is not installed in any Python of this machine; press Install.")) : Output.TrimStartAndEnd();
		break;
	default:
		Text = bNext ? FString(TEXT("mirage-lsd is not installed in any Python of this machine; press Install."))
					 : FString::Printf(TEXT("The daemon has ended (exit code %d). %s Its log is %s."), Code, *Last, *GetLogFile());
		break;
	}
	UE_LOG(LogMirageLSD, Warning, TEXT("%s"), *Text);
}
