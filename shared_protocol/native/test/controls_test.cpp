#include "controls.h"

#include <gtest/gtest.h>

namespace lsd {
namespace {

int64_t commit(Controls& controls, const char* name, const char* value) {
  controls.begin();
  controls.set(name, std::string(value));
  return *controls.commit(0.5f);
}

std::string text(const Control& control, const std::string& name) {
  for (const auto& [each, value] : control.values) {
    if (each == name) return std::get<std::string>(value);
  }
  return "";
}

TEST(Controls, SendsGroupsInOrder) {
  Controls controls;
  EXPECT_FALSE(controls.commit(0));
  EXPECT_EQ(commit(controls, "scene", "forest"), 1);
  EXPECT_EQ(commit(controls, "scene", "desert"), 2);
  EXPECT_EQ(text(*controls.next(), "scene"), "forest");
  const auto second = controls.next();
  EXPECT_EQ(second->control_seq, 2);
  EXPECT_EQ(second->transition_s, 0.5f);
  EXPECT_FALSE(controls.next());
}

TEST(Controls, ReplaysAllValuesAtOnceWithoutATransition) {
  Controls controls;
  commit(controls, "scene", "forest");
  commit(controls, "lighting", "night");
  commit(controls, "scene", "desert");
  controls.replay();
  const auto control = controls.next();
  ASSERT_TRUE(control);
  EXPECT_EQ(control->control_seq, 3);
  EXPECT_EQ(control->transition_s, 0);
  EXPECT_EQ(text(*control, "scene"), "desert");
  EXPECT_EQ(text(*control, "lighting"), "night");
  EXPECT_FALSE(controls.next());
}

TEST(Controls, DoesNotReplayWhatWasRefused) {
  Controls controls;
  commit(controls, "scene", "forest");
  controls.confirm(1);
  commit(controls, "scene", "no such scene");
  controls.refuse(std::nullopt);
  controls.replay();
  EXPECT_EQ(text(*controls.next(), "scene"), "forest");
}

TEST(Controls, KeepsALaterGoodValueWhenAnEarlierIsRefused) {
  Controls controls;
  commit(controls, "scene", "no such scene");
  commit(controls, "scene", "forest");
  controls.refuse(1);
  controls.replay();
  EXPECT_EQ(text(*controls.next(), "scene"), "forest");
}

TEST(Controls, IsBounded) {
  Controls controls;
  for (int i = 0; i < 1000; ++i) commit(controls, "scene", "forest");
  int count = 0;
  std::optional<Control> last;
  while (auto control = controls.next()) {
    last = control;
    ++count;
  }
  EXPECT_LE(count, 32);
  EXPECT_EQ(last->control_seq, 1000);
  controls.begin();
  for (size_t i = 0; i < Controls::kMostValues; ++i) EXPECT_TRUE(controls.set("v" + std::to_string(i), int64_t{1}));
  EXPECT_FALSE(controls.set("one more", int64_t{1}));
}

}  // namespace
}  // namespace lsd
