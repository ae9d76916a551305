// The kernel for AMX by a stand-in of its instructions (tests/stand_ins/amx), which few processors have: the same
// source, checked against the portable kernel and the one that multiplies the same bfloat16 pairs without tiles.
// Only built with AddressSanitizer, which knows where arrays end.
#include "tiles.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

#include "../src/kernel.h"
#include "shot.h"

namespace {

using stand_in::Planted;

struct Difference {
  int largest = 0;
  double share_above_4 = 0;  // of 255
  double share_above_1 = 0;
};

Difference difference(const std::vector<uint8_t>& a, const std::vector<uint8_t>& b) {
  Difference found;
  for (size_t i = 0; i < a.size(); ++i) {
    const int apart = std::abs(int(a[i]) - int(b[i]));
    found.largest = std::max(found.largest, apart);
    found.share_above_4 += double(apart > 4) / double(a.size());
    found.share_above_1 += double(apart > 1) / double(a.size());
  }
  return found;
}

class Tiles : public testing::Test {
 protected:
  void SetUp() override {
    stand_in::mistakes = 0;
    stand_in::products = 0;
  }
  void TearDown() override { stand_in::planted = Planted::kNothing; }

  static std::vector<uint8_t> by_tiles(const Shot& shot, int width, int height, int threads = 1) {
    return shaded_by(mirage::amx_bf16::shade, shot, width, height, threads);
  }
};

TEST_F(Tiles, PaintThePictureOfTheOtherKernels) {
  for (const int width : {1, 16, 33, 101}) {
    for (const int height : {1, 2, 19}) {
      const Shot shot(width, height);
      const std::vector<uint8_t> found = by_tiles(shot, width, height);
      const Difference to_float32 = difference(found, shaded_by(mirage::portable::shade, shot, width, height, 1));
      EXPECT_LE(to_float32.share_above_4, 0.02) << width << "x" << height;
      // The same roundings but for the order of the sums.
      const Difference to_pairs = difference(found, shaded_by(mirage::avx512_bf16::shade, shot, width, height, 1));
      EXPECT_LE(to_pairs.largest, 4) << width << "x" << height;
      EXPECT_LE(to_pairs.share_above_1, 0.01) << width << "x" << height;
    }
  }
  EXPECT_EQ(stand_in::mistakes, 0) << stand_in::last_mistake;
  EXPECT_GT(stand_in::products, 0);
}

TEST_F(Tiles, AreConfiguredAndReleasedByEveryThread) {
  const Shot shot(64, 40);
  const std::vector<uint8_t> one = by_tiles(shot, 64, 40, 1);
  EXPECT_EQ(one, by_tiles(shot, 64, 40, 3));
  EXPECT_EQ(stand_in::mistakes, 0) << stand_in::last_mistake;
  EXPECT_EQ(stand_in::threads_with_tiles, 0);
}

TEST_F(Tiles, ALoadBeyondAnArrayIsSeen) {
  stand_in::planted = Planted::kStrideTooLong;
  const Shot shot(33, 8);
  by_tiles(shot, 33, 8);
  EXPECT_GT(stand_in::mistakes, 0);
  EXPECT_STREQ(stand_in::last_mistake, "a tile was read from beyond an array");
}

TEST_F(Tiles, AWrongStrideWithinAnArrayIsSeenInThePicture) {
  const Shot shot(33, 8);
  const std::vector<uint8_t> expected = shaded_by(mirage::portable::shade, shot, 33, 8, 1);
  stand_in::planted = Planted::kStrideTooShort;
  const Difference found = difference(by_tiles(shot, 33, 8), expected);
  EXPECT_GT(found.share_above_4, 0.3);
}

TEST_F(Tiles, AMissingConfigurationIsSeen) {
  stand_in::planted = Planted::kNoConfig;
  const Shot shot(33, 8);
  by_tiles(shot, 33, 8);
  EXPECT_GT(stand_in::mistakes, 0);
  EXPECT_STREQ(stand_in::last_mistake, "a tile without a shape");
}

TEST_F(Tiles, TilesThatAreKeptAreSeen) {
  stand_in::planted = Planted::kNoRelease;
  const Shot shot(33, 24);
  by_tiles(shot, 33, 24, 3);
  EXPECT_GT(stand_in::threads_with_tiles + stand_in::mistakes, 0);
  stand_in::planted = Planted::kNothing;
  stand_in::release();
}

}  // namespace
