// Copyright 2026 MirageLSD contributors. Licensed under the Apache License 2.0.
// Part of a stand-in for Unreal Engine, written by hand for tests: see unreal_plugin/tests/stand_in/README.md.
#pragma once

// BEGIN_DEFINE_SPEC, Describe, It, Test...: CesiumGS/cesium-unreal, CesiumCameraManager.spec.cpp.
#include "StandIn/Core.h"

namespace EAutomationTestFlags
{
	constexpr uint32 EditorContext = 1;
	constexpr uint32 ProductFilter = 2;
}
class FAutomationSpecBase
{
public:
	FAutomationSpecBase() { StandInAll().push_back(this); }
	virtual ~FAutomationSpecBase() = default;
	virtual void Define() = 0;
	static std::vector<FAutomationSpecBase*>& StandInAll()
	{
		static std::vector<FAutomationSpecBase*> All;
		return All;
	}
	std::vector<std::pair<std::wstring, std::function<void()>>> StandInTests;
	std::vector<std::string> StandInFailures;

protected:
	void Describe(const TCHAR*, const std::function<void()>& Work) { Work(); }
	void It(const TCHAR* Name, const std::function<void()>& Work) { StandInTests.emplace_back(Name, Work); }
	bool TestTrue(const TCHAR* What, bool bValue)
	{
		if (!bValue)
		{
			StandInFailures.push_back(StandIn::ToUtf8(What));
		}
		return bValue;
	}
	bool TestFalse(const TCHAR* What, bool bValue) { return TestTrue(What, !bValue); }
};
#define BEGIN_DEFINE_SPEC(Class, PrettyName, Flags) \
	static_assert((Flags) != 0, PrettyName);        \
	class Class : public FAutomationSpecBase        \
	{                                               \
	public:                                         \
		void Define() override;
#define END_DEFINE_SPEC(Class) \
	}                          \
	;                          \
	static Class StandInSpec##Class;
