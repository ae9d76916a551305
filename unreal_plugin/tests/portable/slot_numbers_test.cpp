// Copyright 2026 MirageLSD contributors. Licensed under the Apache License 2.0.
#include "slot_numbers.h"

#include <gtest/gtest.h>

#include <set>

#include "conventions.h"

namespace lsd_unreal {
namespace {

TEST(SlotNumbers, ComeFromTheTopAndAreKept) {
  std::vector<int> numbers = {0, 0, 0};
  give_slot_numbers(numbers, {});
  EXPECT_EQ(numbers, (std::vector<int>{255, 254, 253}));
  numbers = {0, 253, 255};
  give_slot_numbers(numbers, {});
  EXPECT_EQ(numbers, (std::vector<int>{254, 253, 255}));
}

TEST(SlotNumbers, TakenOnesAreLeftAlone) {
  TakenNumbers taken = {};
  taken[255] = taken[253] = true;
  std::vector<int> numbers = {253, 0};
  give_slot_numbers(numbers, taken);
  EXPECT_EQ(numbers, (std::vector<int>{254, 252}));
}

TEST(SlotNumbers, TheFirstAsManyAsThereIsRoomFor) {
  std::vector<int> numbers(300, 0);
  numbers[299] = 7;  // no longer important
  give_slot_numbers(numbers, {});
  EXPECT_EQ(std::set<int>(numbers.begin(), numbers.begin() + 255).size(), 255u);
  for (size_t i = 255; i < 300; ++i) EXPECT_EQ(numbers[i], 0);
}

TEST(Transform, AMovedPointIsTheSamePointInTheProtocolsWorld) {
  // Turned about two axes, scaled and moved.
  const Matrix object = {0.0, 2.0, 0.0, 0, -0.8, 0.0, 0.6, 0, 0.6, 0.0, 0.8, 0, 300, -200, 100, 1};
  float rows[12];
  transform_to_protocol(object, rows);
  const double point[4] = {30, -20, 70, 1};
  double moved[3] = {};
  for (int i = 0; i < 12; ++i) moved[i % 3] += point[i / 3] * object[4 * (i / 3) + i % 3];
  const double there[3] = {0.01 * moved[1], 0.01 * moved[2], -0.01 * moved[0]};
  const double local[4] = {0.01 * point[1], 0.01 * point[2], -0.01 * point[0], 1};
  for (int row = 0; row < 3; ++row) {
    double sum = 0.0;
    for (int column = 0; column < 4; ++column) sum += static_cast<double>(rows[4 * row + column]) * local[column];
    EXPECT_NEAR(sum, there[row], 1e-5);
  }
}

}  // namespace
}  // namespace lsd_unreal
