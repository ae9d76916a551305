// Copyright 2026 MirageLSD contributors. Licensed under the Apache License 2.0.
// Part of a stand-in for Unreal Engine, written by hand for tests: see unreal_plugin/tests/stand_in/README.md.
#pragma once

// FAutoConsoleCommand(Name, Help, FConsoleCommandWithArgsDelegate), TAutoConsoleVariable: public plugins of 4.x to 5.x.
#include <map>

#include "StandIn/Delegates.h"

enum EConsoleVariableFlags : uint32
{
	ECVF_Default = 0
};
class FConsoleCommandWithArgsDelegate : public TStandInDelegate<void, const TArray<FString>&>
{
public:
	using TStandInDelegate::TStandInDelegate;
	static FConsoleCommandWithArgsDelegate CreateStatic(void (*Call)(const TArray<FString>&)) { return FConsoleCommandWithArgsDelegate(Call); }
};
namespace StandIn
{
	/** By name; each is registered when the program starts. */
	inline std::map<std::wstring, FConsoleCommandWithArgsDelegate>& GetConsoleCommands()
	{
		static std::map<std::wstring, FConsoleCommandWithArgsDelegate> Commands;
		return Commands;
	}
	inline std::map<std::wstring, float>& GetConsoleVariables()
	{
		// The engine's own; 1: custom depth without stencil, which is its default.
		static std::map<std::wstring, float> Variables{{TEXT("r.CustomDepth"), 1.0f}};
		return Variables;
	}
}
// IConsoleManager::Get().FindTConsoleVariableDataInt(Name) and GetValueOnGameThread: public plugins of 4.x to 5.x. nullptr: there is none of the name.
template <typename T>
class TConsoleVariableData
{
public:
	explicit TConsoleVariableData(const float& InValue) : Value(&InValue) {}
	T GetValueOnGameThread() const { return static_cast<T>(*Value); }

private:
	const float* Value;
};
class IConsoleManager
{
public:
	static IConsoleManager& Get()
	{
		static IConsoleManager Manager;
		return Manager;
	}
	TConsoleVariableData<int32>* FindTConsoleVariableDataInt(const TCHAR* Name) const
	{
		static std::map<std::wstring, TConsoleVariableData<int32>> Found;
		const auto At = StandIn::GetConsoleVariables().find(Name);
		return At == StandIn::GetConsoleVariables().end() ? nullptr : &Found.try_emplace(Name, At->second).first->second;
	}
};
class FAutoConsoleCommand
{
public:
	FAutoConsoleCommand(const TCHAR* Name, const TCHAR*, const FConsoleCommandWithArgsDelegate& Command, uint32 = ECVF_Default)
	{
		check(StandIn::GetConsoleCommands().emplace(Name, Command).second);
	}
};
template <typename T>
class TAutoConsoleVariable
{
public:
	TAutoConsoleVariable(const TCHAR* InName, const T& Default, const TCHAR*, uint32 = ECVF_Default) : Name(InName)
	{
		StandIn::GetConsoleVariables()[InName] = Default;
	}
	T GetValueOnGameThread() const { return StandIn::GetConsoleVariables()[Name]; }

private:
	const TCHAR* const Name;
};
