#include "controls.h"

#include <gtest/gtest.h>

#include "encode.h"
#include "messages.h"

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

TEST(Controls, AValueThatWasRefusedDoesNotComeBackWithALaterRefusal) {
  Controls controls;
  commit(controls, "scene", "forest");
  controls.confirm(1);
  commit(controls, "scene", "no such scene");
  commit(controls, "scene", "nor this one");
  controls.refuse(2);
  controls.refuse(3);
  controls.replay();
  EXPECT_EQ(text(*controls.next(), "scene"), "forest");
}

TEST(Controls, TakesOutExactlyTheGroupThatWasRefused) {
  Controls controls;
  commit(controls, "scene", "forest");
  controls.begin();
  controls.set("weather", 0.5f);
  controls.set("bypass", true);
  controls.commit(0);
  commit(controls, "lighting", "dusk");
  controls.refuse(2);
  controls.refuse(99);
  controls.replay();
  const auto control = controls.next();
  EXPECT_EQ(control->values.size(), 2u);
  EXPECT_EQ(text(*control, "scene"), "forest");
  EXPECT_EQ(text(*control, "lighting"), "dusk");
}

TEST(Controls, OfARefusedReplayEachIsTriedByItself) {
  Controls controls;
  commit(controls, "scene", "forest");
  commit(controls, "weather", "rain");
  controls.replay();
  EXPECT_EQ(controls.next()->control_seq, 2);
  controls.refuse(2);
  const auto scene = controls.next();
  const auto weather = controls.next();
  EXPECT_EQ(scene->control_seq, 3);
  EXPECT_EQ(text(*scene, "scene"), "forest");
  EXPECT_EQ(text(*weather, "weather"), "rain");
  controls.refuse(weather->control_seq);
  EXPECT_FALSE(controls.next());
  controls.replay();
  const auto left = controls.next();
  EXPECT_EQ(left->values.size(), 1u);
  EXPECT_EQ(text(*left, "scene"), "forest");
}

TEST(Controls, AReplayThatIsTooLongForOneMessageIsSplit) {
  Controls controls;
  for (int group = 0; group < 3; ++group) {
    controls.begin();
    for (int i = 0; i < 11; ++i) {
      const std::string name = std::to_string(group) + "." + std::to_string(i);
      ASSERT_TRUE(controls.set(name, std::string(4096, 'x')));
    }
    EXPECT_FALSE(controls.set("one more", std::string(4096, 'x')));
    controls.commit(0);
  }
  controls.replay();
  size_t count = 0;
  int64_t last = 0;
  while (const auto control = controls.next()) {
    EXPECT_LE(encode_control(1, *control).size(), kMostHeaderBytes);
    EXPECT_GT(control->control_seq, last);
    last = control->control_seq;
    count += control->values.size();
  }
  EXPECT_EQ(count, 33u);
  EXPECT_EQ(last, 3);
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
