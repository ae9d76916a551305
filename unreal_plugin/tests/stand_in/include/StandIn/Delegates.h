// Copyright 2026 MirageLSD contributors. Licensed under the Apache License 2.0.
// Part of a stand-in for Unreal Engine, written by hand for tests: see unreal_plugin/tests/stand_in/README.md.
#pragma once

// Delegates and the core ticker (FTSTicker, FTickerDelegate::CreateUObject: 5.0 on).
#include "StandIn/Core.h"

struct FDelegateHandle
{
	uint64 Id = 0;
	bool IsValid() const { return Id != 0; }
	void Reset() { Id = 0; }
};

template <typename... Args>
class TStandInMulticast
{
public:
	void Broadcast(Args... Arguments) const
	{
		const auto Copy = Calls;
		for (const auto& Call : Copy)
		{
			Call.second(Arguments...);
		}
	}
	/** For tests; a UFUNCTION is bound with AddDynamic in the engine. */
	FDelegateHandle StandInAdd(std::function<void(Args...)> Call)
	{
		Calls.emplace_back(++Last, std::move(Call));
		return FDelegateHandle{Last};
	}
	FDelegateHandle AddStatic(void (*Call)(Args...)) { return StandInAdd(Call); }
	// AddDynamic is a macro in the engine, too.
	template <typename Object, typename... MethodArgs>
	void StandInAddDynamic(Object* Target, void (Object::*Method)(MethodArgs...))
	{
		const std::weak_ptr<int> Alive = Target->StandInAlive;
		StandInAdd([=](Args... Arguments)
		{
			if (!Alive.expired())
			{
				(Target->*Method)(Arguments...);
			}
		});
	}
	template <typename Object>
	FDelegateHandle AddRaw(Object* Target, void (Object::*Method)(Args...))
	{
		return StandInAdd([=](Args... Arguments) { (Target->*Method)(Arguments...); });
	}
	void Remove(FDelegateHandle Handle)
	{
		Calls.erase(std::remove_if(Calls.begin(), Calls.end(), [&](const auto& Call) { return Call.first == Handle.Id; }), Calls.end());
	}

private:
	std::vector<std::pair<uint64, std::function<void(Args...)>>> Calls;
	uint64 Last = 0;
};
#define AddDynamic(Target, Method) StandInAddDynamic(Target, Method)
#define DECLARE_DYNAMIC_MULTICAST_DELEGATE(Name) \
	class Name : public TStandInMulticast<>      \
	{                                            \
	}
#define DECLARE_DYNAMIC_MULTICAST_DELEGATE_OneParam(Name, Type, Parameter) \
	class Name : public TStandInMulticast<Type>                            \
	{                                                                      \
	}

template <typename Result, typename... Args>
class TStandInDelegate
{
public:
	template <typename Object>
	static TStandInDelegate CreateRaw(Object* Target, Result (Object::*Method)(Args...))
	{
		return TStandInDelegate([=](Args... Arguments) -> Result { return (Target->*Method)(std::forward<Args>(Arguments)...); });
	}
	template <typename Function>
	static TStandInDelegate CreateLambda(Function&& Call)
	{
		return TStandInDelegate(std::forward<Function>(Call));
	}
	TStandInDelegate() = default;
	explicit TStandInDelegate(std::function<Result(Args...)> InCall) : Call(std::move(InCall)) {}
	Result Execute(Args... Arguments) const { return Call(std::forward<Args>(Arguments)...); }
	bool IsBound() const { return static_cast<bool>(Call); }

private:
	std::function<Result(Args...)> Call;
};

class FTickerDelegate : public TStandInDelegate<bool, float>
{
public:
	using TStandInDelegate::TStandInDelegate;
	FTickerDelegate(TStandInDelegate Delegate) : TStandInDelegate(std::move(Delegate)) {}
	template <typename Object>
	static FTickerDelegate CreateRaw(Object* Target, bool (Object::*Method)(float))
	{
		return FTickerDelegate(TStandInDelegate([=](float Delta) { return (Target->*Method)(Delta); }));
	}
	/** Does nothing once the object is gone. */
	template <typename Object>
	static FTickerDelegate CreateUObject(Object* Target, bool (Object::*Method)(float))
	{
		const std::weak_ptr<int> Alive = Target->StandInAlive;
		return FTickerDelegate(TStandInDelegate([=](float Delta) { return Alive.expired() ? false : (Target->*Method)(Delta); }));
	}
};

class FTSTicker
{
public:
	using FDelegateHandle = ::FDelegateHandle;
	static FTSTicker& GetCoreTicker();
	FDelegateHandle AddTicker(const FTickerDelegate& Delegate, float Delay = 0.0f);
	static void RemoveTicker(FDelegateHandle Handle);
	void Tick(float DeltaSeconds);

private:
	std::vector<std::pair<uint64, FTickerDelegate>> Tickers;
	uint64 Last = 0;
};

struct FCoreDelegates
{
	static TStandInMulticast<> OnEnginePreExit;
};

namespace ENamedThreads
{
	enum Type
	{
		GameThread,
		AnyBackgroundThreadNormalTask
	};
}
/** Background tasks run on a thread of their own. */
void AsyncTask(ENamedThreads::Type Thread, std::function<void()> Task);

class IModuleInterface
{
public:
	virtual ~IModuleInterface() = default;
	virtual void StartupModule() {}
	virtual void ShutdownModule() {}
};
#define IMPLEMENT_MODULE(Class, Name) \
	IModuleInterface* StandInModule##Name();   \
	IModuleInterface* StandInModule##Name()    \
	{                                          \
		return new Class();                    \
	}

class IPlugin
{
public:
	FString GetBaseDir() const { return TEXT("/StandIn/Plugins/MirageLSD"); }
};
class IPluginManager
{
public:
	static IPluginManager& Get();
	TSharedPtr<IPlugin> FindPlugin(const TCHAR* Name);
};
/** A second call for the same folder ends an engine. */
void AddShaderSourceDirectoryMapping(const FString& VirtualFolder, const FString& RealFolder);
// AllShaderSourceDirectoryMappings().Contains(...): public shader plugins of 4.25 to 5.6.
const TMap<FString, FString>& AllShaderSourceDirectoryMappings();
