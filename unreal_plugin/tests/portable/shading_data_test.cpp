// Copyright 2026 MirageLSD contributors. Licensed under the Apache License 2.0.
#include "shading_data.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "object_space.h"

namespace lsd_unreal {
namespace {

struct Sent {
  std::vector<uint16_t> weights = std::vector<uint16_t>(7203, 0x3c00);       // 1
  std::vector<uint16_t> values = std::vector<uint16_t>(2 * 1 * 16, 0xc000);  // -2
  lsd_context context = {};
  Sent() {
    context.width = 2;
    context.height = 1;
    context.channels = 16;
    context.values = values.data();
    context.shape = "mirage-head-48x2";
    context.shape_version = 1;
    context.weight_count = 7203;
    context.weights = weights.data();
    context.weights_generation = 1;
    context.sun[1] = 1.0f;
    context.strength = 1.0f;
  }
};

TEST(ShadingData, HalvesAreFloats) {
  EXPECT_EQ(half_to_float(0x3c00), 1.0f);
  EXPECT_EQ(half_to_float(0xc500), -5.0f);
  EXPECT_EQ(half_to_float(0x0001), std::ldexp(1.0f, -24));
  EXPECT_EQ(half_to_float(0x7bff), 65504.0f);
  EXPECT_EQ(half_to_float(0x8000), 0.0f);
  EXPECT_TRUE(std::isnan(half_to_float(0x7e00)) && std::isinf(half_to_float(0xfc00)));
}

TEST(ShadingData, OtherShapesAreNotTaken) {
  Sent sent;
  ShadeLook look;
  ShadeContext context;
  sent.context.shape = "another";
  EXPECT_FALSE(look.take(sent.context, 0));
  sent.context.shape = "mirage-head-48x2";
  sent.context.shape_version = 2;
  EXPECT_FALSE(look.take(sent.context, 0));
  sent.context.channels = 8;
  EXPECT_FALSE(read_context(sent.context, context));
}

TEST(ShadingData, ALookGoesEvenlyFromOneStepOfATransitionToTheNext) {
  Sent sent;
  ShadeLook look;
  ASSERT_TRUE(look.take(sent.context, 1'000'000'000));
  EXPECT_TRUE(look.advance(1'000'000'000));
  EXPECT_EQ(look.weights()[7202], 1.0f);
  EXPECT_EQ(look.weights()[7203], 0.0f);  // of the last float4
  EXPECT_FALSE(look.advance(2'000'000'000)) << "nothing has changed";

  // A step 100 ms later takes 100 ms.
  sent.context.weights_generation = 2;
  sent.weights.assign(7203, 0x4200);  // 3
  sent.context.strength = 0.0f;
  ASSERT_TRUE(look.take(sent.context, 1'100'000'000));
  EXPECT_TRUE(look.advance(1'125'000'000));
  EXPECT_FLOAT_EQ(look.weights()[5], 1.5f);
  EXPECT_FLOAT_EQ(look.strength(), 0.75f);
  EXPECT_TRUE(look.advance(1'200'000'000));
  EXPECT_EQ(look.weights()[5], 3.0f);
  EXPECT_EQ(look.strength(), 0.0f);
  EXPECT_FALSE(look.advance(1'300'000'000));

  // What comes much later is no step: it counts at once.
  sent.context.weights_generation = 3;
  sent.weights.assign(7203, 0x3c00);
  ASSERT_TRUE(look.take(sent.context, 9'000'000'000));
  EXPECT_TRUE(look.advance(9'000'000'000));
  EXPECT_EQ(look.weights()[5], 1.0f);
}

TEST(ShadingData, SlotsAreLookedUpByNumber) {
  lsd_slot slots[5] = {};
  slots[0].slot = 7;
  slots[0].object_class = LSD_CLASS_OUTFIT;
  slots[1].slot = 200;
  slots[1].object_class = LSD_CLASS_VEHICLE;
  slots[1].flags = LSD_SLOT_HAS_STRENGTH;
  slots[1].strength = 0.25f;
  slots[2].slot = 999;
  slots[3].slot = 8;
  slots[3].object_class = LSD_CLASS_BUILDING;
  slots[4].slot = 9;
  slots[4].object_class = LSD_CLASS_FOLIAGE;
  const auto table = slot_table(slots, 5);
  EXPECT_EQ(table[4 * 7], 3.0f);
  EXPECT_EQ(table[4 * 7 + 1], 1.0f);
  EXPECT_EQ(table[4 * 8], 0.0f);
  EXPECT_EQ(table[4 * 9], 5.0f);
  EXPECT_EQ(table[4 * 200], 4.0f);
  EXPECT_EQ(table[4 * 200 + 1], 0.25f);
  EXPECT_EQ(table[1], 1.0f);
}

TEST(ShadingData, WhatMovesBringsItsSpace) {
  lsd_slot slots[3] = {};
  slots[0].slot = 7;
  slots[0].flags = LSD_SLOT_HAS_TRANSFORM;
  // Turned by a quarter about y, three times as large, at (1, 2, -6).
  const float turned[12] = {0, 0, 3, 1, 0, 3, 0, 2, -3, 0, 0, -6};
  std::copy(turned, turned + 12, slots[0].world_from_object);
  slots[1].slot = 8;
  std::copy(turned, turned + 12, slots[1].world_from_object);  // and says not to look at it
  slots[2].slot = 9;
  slots[2].flags = LSD_SLOT_HAS_TRANSFORM;  // of no directions
  const auto table = slot_table(slots, 3);
  const auto row = [&table](int number, int which) { return table.data() + 4 * ((1 + which) * kSlotNumbers + number); };
  const float expected[12] = {0, 0, -1, -6, 0, 1, 0, -2, 1, 0, 0, -1};
  for (int i = 0; i < 12; ++i) EXPECT_FLOAT_EQ(row(7, i / 4)[i % 4], expected[i]) << i;
  for (int number : {0, 8, 9, 255}) {
    for (int i = 0; i < 12; ++i) EXPECT_EQ(row(number, i / 4)[i % 4], i % 5 == 0 ? 1.0f : 0.0f) << number << ' ' << i;
  }
}

TEST(ObjectSpace, WhatWasUpIsY) {
  // A model whose z is up, as it stands; one that lies on its back, one upside down; and one that leans.
  const float lying[12] = {1, 0, 0, 5, 0, 0, 2, 6, 0, -1, 0, 7};
  const float plain[12] = {0.8f, -0.6f, 0, 0, 0.6f, 0.8f, 0, 0, 0, 0, 1, 0};
  const float down[12] = {1, 0, 0, 0, 0, -1, 0, 0, 0, 0, -1, 0};
  EXPECT_EQ(up_axis(lying), 2);
  EXPECT_EQ(up_axis(plain), 1);
  EXPECT_EQ(up_axis(down), 4);
  for (const float* matrix : {lying, plain, down}) {
    float stood[12];
    std::copy(matrix, matrix + 12, stood);
    stand_up(up_axis(matrix), stood);
    EXPECT_GT(stood[5], 0.7f);
    EXPECT_EQ(stood[3], matrix[3]);
    // No mirror.
    const float determinant = stood[0] * (stood[5] * stood[10] - stood[6] * stood[9]) -
                              stood[1] * (stood[4] * stood[10] - stood[6] * stood[8]) +
                              stood[2] * (stood[4] * stood[9] - stood[5] * stood[8]);
    EXPECT_GT(determinant, 0.0f);
  }
}

}  // namespace
}  // namespace lsd_unreal
