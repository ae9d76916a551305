// Copyright 2026 MirageLSD contributors. Licensed under the Apache License 2.0.
// Part of a stand-in for Unreal Engine, written by hand for tests: see unreal_plugin/tests/stand_in/README.md.
#pragma once

// DECLARE_STATS_GROUP, DECLARE_CYCLE_STAT_EXTERN, DEFINE_STAT, SET_FLOAT_STAT, CSV_DEFINE_CATEGORY, CSV_CUSTOM_STAT, TRACE_COUNTER_SET: public plugins of
// 4.2x to 5.x. A stat that is declared and never defined does not link, as in the engine.
#include <atomic>

namespace StandIn
{
	struct FStat
	{
		/** How often its scope was entered, or it was set. */
		std::atomic<int> Count{0};
		std::atomic<float> Value{0.0f};
		void Set(float NewValue)
		{
			Value.store(NewValue);
			++Count;
		}
	};
}
#define DECLARE_STATS_GROUP(Name, Group, Category) \
	struct Group##_StandIn                         \
	{                                              \
	}
#define DECLARE_CYCLE_STAT_EXTERN(Name, Stat, Group, Api) \
	static_assert(sizeof(Group##_StandIn) > 0, "");       \
	extern Api StandIn::FStat Stat
#define DECLARE_FLOAT_COUNTER_STAT_EXTERN(Name, Stat, Group, Api) DECLARE_CYCLE_STAT_EXTERN(Name, Stat, Group, Api)
#define DEFINE_STAT(Stat) StandIn::FStat Stat
#define SCOPE_CYCLE_COUNTER(Stat) ++Stat.Count
#define SET_FLOAT_STAT(Stat, Number) Stat.Set(Number)
enum class ECsvCustomStatOp
{
	Set
};
#define CSV_DECLARE_CATEGORY_EXTERN(Category) extern StandIn::FStat StandInCsv##Category
#define CSV_DEFINE_CATEGORY(Category, bByDefault) StandIn::FStat StandInCsv##Category
#define CSV_CUSTOM_STAT(Category, Stat, Number, Operation) (static_cast<void>(Operation), StandInCsv##Category.Set(Number))
#define CSV_SCOPED_TIMING_STAT(Category, Stat) ++StandInCsv##Category.Count
#define TRACE_DECLARE_FLOAT_COUNTER(Counter, Name) StandIn::FStat StandInTrace##Counter
#define TRACE_COUNTER_SET(Counter, Number) StandInTrace##Counter.Set(Number)
