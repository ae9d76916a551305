#include "held.h"

#include <gtest/gtest.h>

#include <vector>

namespace mirage_hook {
namespace {

TEST(Held, GapsAreBridgedFromBothSides) {
  std::vector<uint8_t> color(5 * 4, 0);
  color[0] = 100;
  color[16] = 200;
  std::vector<float> depth = {2, -1, -1, -1, 4};
  EXPECT_EQ(fill_held(color.data(), depth.data(), 5, 1), 3);
  EXPECT_EQ(color[8], 150);
  EXPECT_NEAR(1 / depth[2], (1 / 2.0 + 1 / 4.0) / 2, 1e-6);
}

TEST(Held, AnEdgeTakesItsOnlyNeighborAndAFullRowTheOneAbove) {
  std::vector<uint8_t> color = {9, 9, 9, 9, 7, 7, 7, 7, 0, 0, 0, 0, 0, 0, 0, 0};
  std::vector<float> depth = {-1, 3, -1, -1};
  EXPECT_EQ(fill_held(color.data(), depth.data(), 2, 2), 3);
  EXPECT_EQ(color[0], 7);
  EXPECT_EQ(color[8], 7);
  for (float d : depth) EXPECT_FLOAT_EQ(d, 3);
}

TEST(Held, WhereAllIsHeldThereIsSky) {
  std::vector<uint8_t> color(8, 1);
  std::vector<float> depth = {-1, -1};
  EXPECT_EQ(fill_held(color.data(), depth.data(), 2, 1), 2);
  EXPECT_FLOAT_EQ(depth[0], 0);
}

}  // namespace
}  // namespace mirage_hook
