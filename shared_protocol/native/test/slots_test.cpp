#include "slots.h"

#include <gtest/gtest.h>

#include <cmath>

namespace lsd {
namespace {

lsd_slot entry(int32_t number, lsd_class object_class = LSD_CLASS_PROP, float x = 0) {
  lsd_slot slot{};
  slot.slot = number;
  slot.object_class = object_class;
  slot.flags = LSD_SLOT_HAS_TRANSFORM;
  slot.world_from_object[3] = x;
  return slot;
}

SlotTable table(const std::vector<lsd_slot>& slots, const SlotTable& before = nullptr) {
  return make_slot_table(slots.data(), static_cast<int32_t>(slots.size()), before);
}

std::vector<int32_t> numbers(const std::vector<const lsd_slot*>& slots) {
  std::vector<int32_t> found;
  for (const lsd_slot* slot : slots) found.push_back(slot->slot);
  return found;
}

TEST(Slots, OnlyWhatChangedIsSent) {
  SentSlots sent;
  EXPECT_TRUE(sent.changes(nullptr).empty());
  const SlotTable first = table({entry(1), entry(2), entry(255)});
  EXPECT_EQ(numbers(sent.changes(first)), (std::vector<int32_t>{1, 2, 255}));
  sent.sent(first);
  EXPECT_TRUE(sent.changes(first).empty());
  const SlotTable second = table({entry(255), entry(1, LSD_CLASS_PROP, 0.5f), entry(3)}, first);
  EXPECT_EQ(numbers(sent.changes(second)), (std::vector<int32_t>{1, 3}));
}

TEST(Slots, AFrameThatDidNotGoOutLosesNothing) {
  SentSlots sent;
  const SlotTable first = table({entry(1)});
  sent.sent(first);
  const SlotTable unsent = table({entry(1, LSD_CLASS_PROP, 1), entry(2)}, first);
  EXPECT_EQ(numbers(sent.changes(unsent)), (std::vector<int32_t>{1, 2}));
  const SlotTable next = table({entry(1, LSD_CLASS_PROP, 1), entry(2), entry(3)}, unsent);
  EXPECT_EQ(numbers(sent.changes(next)), (std::vector<int32_t>{1, 2, 3}));
  // Back to what the daemon has: nothing to say of slot 1.
  const SlotTable back = table({entry(1)}, next);
  EXPECT_TRUE(sent.changes(back).empty());
}

TEST(Slots, OneThatWasLeftOutAndComesBackAsItWasIsKnown) {
  SentSlots sent;
  const SlotTable both = table({entry(1), entry(2)});
  sent.sent(both);
  const SlotTable one = table({entry(1)}, both);
  sent.sent(one);
  EXPECT_TRUE(sent.changes(table({entry(1), entry(2)}, one)).empty());
}

TEST(Slots, ANewSessionIsToldAll) {
  SentSlots sent;
  const SlotTable both = table({entry(1), entry(2)});
  sent.sent(both);
  sent.forget();
  EXPECT_EQ(numbers(sent.changes(both)), (std::vector<int32_t>{1, 2}));
}

TEST(Slots, AnUnchangedTableIsShared) {
  const SlotTable first = table({entry(1), entry(2)});
  EXPECT_EQ(table({entry(1), entry(2)}, first), first);
  EXPECT_NE(table({entry(2), entry(1)}, first), first);
  EXPECT_NE(table({entry(1)}, first), first);
}

TEST(Slots, WhatTheFlagsLeaveOutDoesNotCount) {
  lsd_slot slot = entry(1);
  const SlotTable first = table({slot});
  slot.strength = std::nanf("");
  slot.previous_world_from_object[0] = std::nanf("");
  slot.flags |= 1 << 20;
  EXPECT_EQ(slots_problem(&slot, 1), "");
  EXPECT_EQ(table({slot}, first), first);
}

TEST(Slots, WrongTablesAreRefusedInOneSentence) {
  const auto is_refused = [](auto&& change) {
    lsd_slot slots[] = {entry(1), entry(2)};
    change(slots);
    return !slots_problem(slots, 2).empty();
  };
  EXPECT_FALSE(is_refused([](auto&) {}));
  EXPECT_TRUE(is_refused([](auto& slots) { slots[1].slot = 0; }));
  EXPECT_TRUE(is_refused([](auto& slots) { slots[1].slot = 256; }));
  EXPECT_TRUE(is_refused([](auto& slots) { slots[1].slot = 1; }));
  EXPECT_TRUE(is_refused([](auto& slots) { slots[1].object_class = 16; }));
  EXPECT_TRUE(is_refused([](auto& slots) { slots[1].object_class = -1; }));
  EXPECT_TRUE(is_refused([](auto& slots) { slots[1].world_from_object[11] = INFINITY; }));
  EXPECT_TRUE(is_refused([](auto& slots) {
    slots[1].flags |= LSD_SLOT_HAS_STRENGTH;
    slots[1].strength = 1.5f;
  }));
  EXPECT_TRUE(is_refused([](auto& slots) {
    slots[1].flags |= LSD_SLOT_HAS_PREVIOUS;
    slots[1].previous_world_from_object[0] = std::nanf("");
  }));
  EXPECT_NE(slots_problem(nullptr, 1), "");
  EXPECT_NE(slots_problem(nullptr, -1), "");
  const std::vector<lsd_slot> many(256, entry(1));
  EXPECT_EQ(slots_problem(many.data(), 256), "slot_count must be 0 to 255.");
  EXPECT_EQ(slots_problem(nullptr, 0), "");
}

}  // namespace
}  // namespace lsd
