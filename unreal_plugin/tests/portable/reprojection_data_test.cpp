// Copyright 2026 MirageLSD contributors. Licensed under the Apache License 2.0.
#include "reprojection_data.h"

#include <gtest/gtest.h>

namespace lsd_unreal {
namespace {

/** At (1, 2, 3), looking along -z. */
lsd_camera Camera() {
  lsd_camera camera = {};
  for (int i = 0; i < 4; ++i) camera.view[5 * i] = 1.0f;
  camera.view[3] = -1.0f;
  camera.view[7] = -2.0f;
  camera.view[11] = -3.0f;
  camera.projection[0] = 1.5f;
  camera.projection[5] = 2.5f;
  camera.projection[2] = 0.125f;
  camera.projection[14] = -1.0f;
  return camera;
}

lsd_slot Slot(int number, float x, bool known = true) {
  lsd_slot slot = {};
  slot.slot = number;
  slot.flags = known ? LSD_SLOT_HAS_TRANSFORM : 0;
  for (int i = 0; i < 3; ++i) slot.world_from_object[5 * i] = 2.0f;  // twice as large
  slot.world_from_object[3] = x;
  return slot;
}

TEST(ReprojectionData, ConstantsAreInTheShadersOrder) {
  ReprojectFrame frame;
  frame.camera = Camera();
  frame.width = 640;
  frame.height = 360;
  frame.key_width = 320;
  frame.key_height = 180;
  frame.depth_width = 160;
  frame.depth_height = 90;
  frame.has_motion = true;
  const auto packed = reproject_constants(frame, {{Camera(), nullptr, 0}, {Camera(), nullptr, 0}});
  auto row = [&packed](int i) { return std::vector<float>(packed.begin() + 4 * i, packed.begin() + 4 * i + 4); };
  EXPECT_EQ(row(0), (std::vector<float>{1, 0, 0, 1}));
  EXPECT_EQ(row(2), (std::vector<float>{0, 0, 1, 3}));
  EXPECT_EQ(row(3), (std::vector<float>{1.5f, 2.5f, 0.125f, 0}));
  EXPECT_EQ(row(4), (std::vector<float>{640, 360, 2, 0.03f}));
  EXPECT_EQ(row(5), (std::vector<float>{320, 180, 160, 90}));
  EXPECT_EQ(row(6), (std::vector<float>{1, 0.5f, 0, 0}));
  EXPECT_EQ(row(7), (std::vector<float>{0, 1, 1, 0}));
  // x of clip space: 1.5 (x - 1) + 0.125 (z - 3); w: 3 - z.
  EXPECT_EQ(row(8), (std::vector<float>{1.5f, 0, 0.125f, -1.875f}));
  EXPECT_EQ(row(10), (std::vector<float>{0, 0, -1, 3}));
  EXPECT_EQ(row(12), row(8));
  EXPECT_EQ(row(16), (std::vector<float>{0, 0, 0, 0}));
}

TEST(ReprojectionData, AThingIsFollowedToWhereItWas) {
  const lsd_slot now[] = {Slot(7, 5.0f), Slot(9, 1.0f, false), Slot(11, 4.0f)};
  const lsd_slot then[] = {Slot(7, 2.0f), Slot(9, 8.0f)};
  EXPECT_TRUE(has_transforms(now, 3));
  EXPECT_FALSE(has_transforms(now + 1, 1));
  EXPECT_FALSE(has_transforms(nullptr, 0));
  const std::vector<float> rows = reproject_slot_rows(now, 3, {{Camera(), nullptr, 0}, {Camera(), then, 2}});
  ASSERT_EQ(rows.size(), 4u * kReprojectSlotRows);
  auto row = [&rows](int slot, int key, int i) {
    const auto first = rows.begin() + 4 * (12 * slot + 3 * key + i);
    return std::vector<float>(first, first + 4);
  };
  EXPECT_EQ(row(7, 1, 0), (std::vector<float>{1, 0, 0, -3}));
  EXPECT_EQ(row(7, 1, 1), (std::vector<float>{0, 1, 0, 0}));
  // Not known then, not known now, not there then, never there.
  const std::vector<float> still = {1, 0, 0, 0};
  EXPECT_EQ(row(7, 0, 0), still);
  EXPECT_EQ(row(9, 1, 0), still);
  EXPECT_EQ(row(11, 1, 0), still);
  EXPECT_EQ(row(255, 3, 0), still);
}

TEST(ReprojectionData, AThingWithoutSizeHasNotMoved) {
  lsd_slot flat = Slot(3, 1.0f);
  for (float& number : flat.world_from_object) number = 0.0f;
  const lsd_slot then = Slot(3, 2.0f);
  const std::vector<float> rows = reproject_slot_rows(&flat, 1, {{Camera(), &then, 1}});
  EXPECT_EQ(rows[4 * 36], 1.0f);
  EXPECT_EQ(rows[4 * 36 + 3], 0.0f);
}

}  // namespace
}  // namespace lsd_unreal
