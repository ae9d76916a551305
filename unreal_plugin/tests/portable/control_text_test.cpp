// Copyright 2026 MirageLSD contributors. Licensed under the Apache License 2.0.
#include "control_text.h"

#include <gtest/gtest.h>

namespace lsd_unreal {
namespace {

TEST(ControlText, NumbersAndFlags) {
  double number = 7.0;
  EXPECT_TRUE(number_from_text(" 0.25 ", number));
  EXPECT_EQ(number, 0.25);
  for (const char* broken : {"", " ", "a", "1x", "nan", "inf", "0x10", "1e999", "1 2"}) {
    EXPECT_FALSE(number_from_text(broken, number)) << broken;
  }
  EXPECT_EQ(number, 0.25);
  bool flag = false;
  for (const char* on : {"1", "true", "On", " yes "}) EXPECT_TRUE(flag_from_text(on, flag) && flag) << on;
  for (const char* off : {"0", "False", "off", "no"}) EXPECT_TRUE(flag_from_text(off, flag) && !flag) << off;
  EXPECT_FALSE(flag_from_text("maybe", flag));
  int64_t seed = 0;
  EXPECT_TRUE(seed_from_text("12", seed));
  EXPECT_EQ(seed, 12);
  for (const char* broken : {"-1", "1.5", "2147483648", "x"}) EXPECT_FALSE(seed_from_text(broken, seed)) << broken;
}

TEST(ControlText, VectorsAndColors) {
  std::array<double, 3> three = {};
  EXPECT_TRUE(vector_from_text("1, -2 0.5", three));
  EXPECT_EQ(three, (std::array<double, 3>{1.0, -2.0, 0.5}));
  for (const char* broken : {"1 2", "1 2 3 4", "a b c", ""}) EXPECT_FALSE(vector_from_text(broken, three)) << broken;
  EXPECT_TRUE(color_from_text("#FF0080", three));
  EXPECT_NEAR(three[0], 1.0, 1e-6);
  EXPECT_EQ(three[1], 0.0);
  EXPECT_NEAR(three[2], 0.2159, 1e-3);
  EXPECT_TRUE(color_from_text("0.5 0.5 2", three));
  EXPECT_EQ(three[2], 2.0);
  for (const char* broken : {"#fff", "#GG0000", "red", "#ff00800"})
    EXPECT_FALSE(color_from_text(broken, three)) << broken;
}

}  // namespace
}  // namespace lsd_unreal
