// Copyright 2026 MirageLSD contributors. Licensed under the Apache License 2.0.
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <thread>

#include "StandIn/Engine.h"

namespace StandIn
{
	static std::mutex GLogMutex;
	static std::vector<std::wstring> GLog;

	void Check(bool bHolds, const char* Expression)
	{
		if (!bHolds)
		{
			std::fprintf(stderr, "check failed: %s\n", Expression);
			std::abort();
		}
	}

	void Log(const FLogCategory& Category, ELogVerbosity::Type Verbosity, const FString& Line)
	{
		const std::lock_guard<std::mutex> Lock(GLogMutex);
		static const TCHAR* const Names[] = {TEXT("Error"), TEXT("Warning"), TEXT("Display"), TEXT("Log"), TEXT("Verbose"), TEXT("All")};
		GLog.push_back(std::wstring(Category.Name) + TEXT(": ") + Names[Verbosity] + TEXT(": ") + *Line);
	}

	std::vector<std::wstring> TakeLog()
	{
		const std::lock_guard<std::mutex> Lock(GLogMutex);
		return std::move(GLog);
	}

	std::string ToUtf8(const TCHAR* Text)
	{
		std::string Out;
		for (; *Text != 0; ++Text)
		{
			const uint32 Code = static_cast<uint32>(*Text);
			if (Code < 0x80)
			{
				Out += static_cast<char>(Code);
			}
			else if (Code < 0x800)
			{
				Out += {static_cast<char>(0xC0 | (Code >> 6)), static_cast<char>(0x80 | (Code & 0x3F))};
			}
			else
			{
				Out += {static_cast<char>(0xE0 | (Code >> 12)), static_cast<char>(0x80 | ((Code >> 6) & 0x3F)), static_cast<char>(0x80 | (Code & 0x3F))};
			}
		}
		return Out;
	}

	std::wstring FromUtf8(const char* Text)
	{
		std::wstring Out;
		while (*Text != 0)
		{
			const uint8 First = static_cast<uint8>(*Text++);
			uint32 Code = First;
			for (int32 More = First >= 0xE0 ? 2 : First >= 0xC0 ? 1 : 0; More > 0; --More)
			{
				Code = (Code << 6 | (static_cast<uint8>(*Text++) & 0x3F));
			}
			Out += static_cast<wchar_t>(First >= 0xE0 ? Code & 0xFFFF : First >= 0xC0 ? Code & 0x7FF : Code);
		}
		return Out;
	}

	void Destroy(UObject* Object)
	{
		Object->BeginDestroy();
		delete Object;
	}
}

FString FString::Printf(const TCHAR* Format, ...)
{
	// In the engine %s takes TCHAR strings; in the C library that is %ls.
	std::wstring Wide;
	for (const TCHAR* C = Format; *C != 0; ++C)
	{
		Wide += *C;
		if (*C == L'%' && C[1] == L's')
		{
			Wide += L'l';
		}
	}
	wchar_t Buffer[2048];
	va_list Arguments;
	va_start(Arguments, Format);
	const int Count = std::vswprintf(Buffer, UE_ARRAY_COUNT(Buffer), Wide.c_str(), Arguments);
	va_end(Arguments);
	check(Count >= 0);
	return FString(Buffer);
}

FString FString::TrimStartAndEnd() const
{
	const size_t First = Value.find_first_not_of(L" \t\n");
	return First == std::wstring::npos ? FString() : FString(Value.substr(First, Value.find_last_not_of(L" \t\n") - First + 1));
}

double FPlatformTime::Seconds()
{
	return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

void FPlatformProcess::Sleep(float Seconds)
{
	std::this_thread::sleep_for(std::chrono::duration<float>(Seconds));
}

uint32 FPlatformProcess::GetCurrentProcessId()
{
	return static_cast<uint32>(getpid());
}

FString FPlatformMisc::GetEnvironmentVariable(const TCHAR* Name)
{
	const char* const Value = std::getenv(StandIn::ToUtf8(Name).c_str());
	return Value != nullptr ? FString(StandIn::FromUtf8(Value)) : FString();
}

void FPlatformMisc::SetEnvironmentVar(const TCHAR* Name, const TCHAR* Value)
{
	const std::string Text = StandIn::ToUtf8(Value);
	if (Text.empty())
	{
		unsetenv(StandIn::ToUtf8(Name).c_str());
	}
	else
	{
		setenv(StandIn::ToUtf8(Name).c_str(), Text.c_str(), 1);
	}
}

bool FPlatformProcess::LaunchFileInDefaultExternalApplication(const TCHAR* FileName)
{
	StandIn::GetOpenedFiles().push_back(FileName);
	return true;
}

std::vector<std::wstring>& StandIn::GetOpenedFiles()
{
	static std::vector<std::wstring> Files;
	return Files;
}

StandIn::FProcessKind& StandIn::GetProcessKind()
{
	static FProcessKind Kind;
	return Kind;
}

FString FPaths::ProjectDir()
{
	return FString(StandIn::GetProcessKind().ProjectFolder + TEXT("/"));
}

FString FPaths::ProjectSavedDir()
{
	return FString(StandIn::GetProcessKind().ProjectFolder + TEXT("/Saved/"));
}

bool FPaths::FileExists(const FString& Path)
{
	return std::filesystem::is_regular_file(StandIn::ToUtf8(*Path));
}

IFileManager& IFileManager::Get()
{
	static IFileManager Manager;
	return Manager;
}

bool IFileManager::MakeDirectory(const TCHAR* Path, bool bTree)
{
	std::error_code Error;
	const std::string Folder = StandIn::ToUtf8(Path);
	bTree ? std::filesystem::create_directories(Folder, Error) : std::filesystem::create_directory(Folder, Error);
	return std::filesystem::is_directory(Folder);
}

bool FApp::UseFixedTimeStep()
{
	return StandIn::GetProcessKind().bFixedTimeStep;
}

bool FApp::CanEverRender()
{
	return StandIn::GetProcessKind().bCanRender;
}

bool IsRunningDedicatedServer()
{
	return StandIn::GetProcessKind().bDedicatedServer;
}

bool IsRunningCommandlet()
{
	return StandIn::GetProcessKind().bCommandlet;
}

const TCHAR* FCommandLine::Get()
{
	return StandIn::GetProcessKind().CommandLine.c_str();
}

bool FParse::Value(const TCHAR* Stream, const TCHAR* Match, FString& OutValue)
{
	const TCHAR* const Found = std::wcsstr(Stream, Match);
	if (Found == nullptr)
	{
		return false;
	}
	const TCHAR* const Begin = Found + std::wcslen(Match);
	OutValue = FString(std::wstring(Begin, std::wcscspn(Begin, L" ")));
	return true;
}

int32 FString::ParseIntoArrayLines(TArray<FString>& OutLines, bool bCullEmpty) const
{
	OutLines.Reset();
	size_t Begin = 0;
	while (Begin <= Value.size())
	{
		const size_t End = std::min(Value.find(L'\n', Begin), Value.size());
		std::wstring Line = Value.substr(Begin, End - Begin);
		if (!Line.empty() && Line.back() == L'\r')
		{
			Line.pop_back();
		}
		if (!bCullEmpty || !Line.empty())
		{
			OutLines.Add(FString(Line));
		}
		Begin = End + 1;
	}
	return OutLines.Num();
}

void* FPlatformProcess::GetDllHandle(const TCHAR*)
{
	return nullptr;
}

void FPlatformProcess::FreeDllHandle(void*) {}

FTSTicker& FTSTicker::GetCoreTicker()
{
	static FTSTicker Ticker;
	return Ticker;
}

FDelegateHandle FTSTicker::AddTicker(const FTickerDelegate& Delegate, float)
{
	Tickers.emplace_back(++Last, Delegate);
	return ::FDelegateHandle{Last};
}

void FTSTicker::RemoveTicker(FDelegateHandle Handle)
{
	auto& Tickers = GetCoreTicker().Tickers;
	Tickers.erase(std::remove_if(Tickers.begin(), Tickers.end(), [&](const auto& Ticker) { return Ticker.first == Handle.Id; }), Tickers.end());
}

void FTSTicker::Tick(float DeltaSeconds)
{
	// The engine's frame ends here.
	++GFrameCounter;
	const auto Copy = Tickers;
	for (const auto& Ticker : Copy)
	{
		if (!Ticker.second.Execute(DeltaSeconds))
		{
			RemoveTicker(::FDelegateHandle{Ticker.first});
		}
	}
}

TStandInMulticast<> FCoreDelegates::OnEnginePreExit;

void AsyncTask(ENamedThreads::Type, std::function<void()> Task)
{
	std::thread(std::move(Task)).detach();
}

IPluginManager& IPluginManager::Get()
{
	static IPluginManager Manager;
	return Manager;
}

TSharedPtr<IPlugin> IPluginManager::FindPlugin(const TCHAR*)
{
	return MakeShared<IPlugin>();
}

static TMap<FString, FString>& ShaderFolders()
{
	static TMap<FString, FString> Folders;
	return Folders;
}

void AddShaderSourceDirectoryMapping(const FString& VirtualFolder, const FString& RealFolder)
{
	check(VirtualFolder == TEXT("/Plugin/MirageLSD"));
	ShaderFolders().Add(VirtualFolder, RealFolder);
}

const TMap<FString, FString>& AllShaderSourceDirectoryMappings()
{
	return ShaderFolders();
}

UObject::UObject()
{
	StandInAll().push_back(this);
}

UObject::~UObject()
{
	auto& All = StandInAll();
	All.erase(std::remove(All.begin(), All.end(), this), All.end());
}

std::vector<UObject*>& UObject::StandInAll()
{
	// Never destroyed: objects with static lifetime leave later.
	static auto* const All = new std::vector<UObject*>();
	return *All;
}

UEngine* GEngine = new UEngine();
