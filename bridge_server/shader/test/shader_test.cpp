// The kernels among themselves: every instruction set, odd sizes, hostile values. What they compute is compared with
// PyTorch in tests of the Python package (test_pixel_shader.py).
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <string>
#include <tuple>
#include <vector>

#include "mirage_shader.h"
#include "shot.h"

namespace {

const std::vector<std::string> kInstructions = {"amx-bf16", "avx512-bf16", "avx512", "avx2", "portable"};

std::vector<uint8_t> shade(const Shot& shot, int width, int height, int threads = 2) {
  const auto by_pointers = [](const mls_frame& frame, const mls_weights& weights, auto... rest) {
    mls_shade(&frame, &weights, rest...);
  };
  return shaded_by(by_pointers, shot, width, height, threads);
}

class EveryInstructionSet : public testing::TestWithParam<std::tuple<std::string, int, int>> {
 protected:
  void SetUp() override {
    before_ = mls_instructions();
    if (!mls_use(std::get<0>(GetParam()).c_str())) GTEST_SKIP() << "this CPU lacks " << std::get<0>(GetParam());
  }
  void TearDown() override { mls_use(before_.c_str()); }

  std::string before_;
};

TEST_P(EveryInstructionSet, AgreesWithThePortableOne) {
  const auto [name, width, height] = GetParam();
  const Shot shot(width, height);
  const std::vector<uint8_t> found = shade(shot, width, height);
  ASSERT_TRUE(mls_use("portable"));
  const std::vector<uint8_t> expected = shade(shot, width, height);
  size_t different = 0;
  for (size_t i = 0; i < found.size(); ++i) different += std::abs(int(found[i]) - int(expected[i])) > 4;
  // bfloat16 rounds; a position on a cell's border may fall to either side.
  EXPECT_LE(different, found.size() / 50);
  for (size_t i = 3; i < found.size(); i += 4) ASSERT_EQ(found[i], 255);
}

TEST_P(EveryInstructionSet, WritesAnotherSizeAndNothingBeyond) {
  const auto [name, width, height] = GetParam();
  const Shot shot(width, height);
  const int out_width = 2 * width + 1, out_height = height + 3;
  const std::vector<uint8_t> one = shade(shot, out_width, out_height, 1);
  EXPECT_EQ(one, shade(shot, out_width, out_height, 3));  // the number of threads changes nothing
  std::vector<float> guide(size_t(MLS_GUIDE_CHANNELS) * out_width * out_height, 1e9f);
  std::vector<float> noise(size_t(3) * out_width * out_height, 1e9f);
  std::vector<float> depth(size_t(out_width) * out_height, -1.0f);
  mls_guide(&shot.frame, out_width, out_height, guide.data(), noise.data(), depth.data(), 2);
  for (float x : depth) ASSERT_GE(x, 0.0f);
  for (float x : guide) ASSERT_LT(std::abs(x), 100.0f);
  for (float x : noise) ASSERT_LT(std::abs(x), 10.0f);
}

TEST_P(EveryInstructionSet, HostileDepthIsSky) {
  const auto [name, width, height] = GetParam();
  Shot shot(width, height);
  const float hostile[] = {std::nanf(""), std::numeric_limits<float>::infinity(), -1.0f, 0.0f,
                           1e30f,         -std::numeric_limits<float>::infinity()};
  for (size_t i = 0; i < shot.depth.size(); ++i) shot.depth[i] = hostile[i % 6];
  std::vector<float> guide(size_t(MLS_GUIDE_CHANNELS) * width * height);
  mls_guide(&shot.frame, width, height, guide.data(), nullptr, nullptr, 2);
  for (float x : guide) ASSERT_TRUE(std::isfinite(x));
  for (int i = 0; i < width * height; ++i) ASSERT_EQ(guide[size_t(i) * MLS_GUIDE_CHANNELS + 8], 1.0f);
}

TEST_P(EveryInstructionSet, ColorAloneHasNoGeometry) {
  const auto [name, width, height] = GetParam();
  Shot shot(width, height);
  shot.frame.depth = nullptr;
  shot.frame.ids = nullptr;
  std::vector<float> guide(size_t(MLS_GUIDE_CHANNELS) * width * height, 1e9f);
  mls_guide(&shot.frame, width, height, guide.data(), nullptr, nullptr, 2);
  for (size_t i = 0; i < guide.size(); ++i) ASSERT_TRUE(guide[i] == 0.0f || i % MLS_GUIDE_CHANNELS < 3);
  EXPECT_EQ(shade(shot, width, height).size(), size_t(width) * height * 4);
}

TEST_P(EveryInstructionSet, AStillCameraFindsEverythingWhereItWas) {
  const auto [name, width, height] = GetParam();
  const Shot shot(width, height);
  const int w = 16, h = 24;
  std::vector<float> guide(size_t(MLS_GUIDE_CHANNELS) * w * h), depth(w * h);
  std::vector<float> coarse(3 * (w / 8) * (h / 8), 9.0f);
  mls_guide(&shot.frame, w, h, guide.data(), nullptr, depth.data(), 2);
  mls_before before{};
  before.depth = depth.data();
  // The shot's own camera: at (3, 1.7, -2), looking along -z.
  const float clip[16] = {1.2f, 0, 0, -3.6f, 0, 1.6f, 0, -2.72f, 0, 0, -1, -2.2f, 0, 0, -1, -2};
  std::copy(clip, clip + 16, before.clip_from_world);
  const float share = mls_reproject(&shot.frame, &before, depth.data(), nullptr, w, h, coarse.data(), 2);
  EXPECT_GT(share, 0.99f);
  for (int i = 0; i < 2 * (w / 8) * (h / 8); ++i) ASSERT_NEAR(coarse[i], 0.0f, 0.01f);
  for (int i = 2 * (w / 8) * (h / 8); i < 3 * (w / 8) * (h / 8); ++i) ASSERT_GT(coarse[i], 0.9f);
  // Motion vectors beyond the picture, or that are no numbers, find nothing and read nothing.
  std::vector<float> motion(2 * w * h, std::nanf(""));
  motion[0] = 1e30f;
  EXPECT_EQ(mls_reproject(&shot.frame, &before, depth.data(), motion.data(), w, h, coarse.data(), 2), 0);
  for (float x : coarse) ASSERT_TRUE(std::isfinite(x));
}

INSTANTIATE_TEST_SUITE_P(Sizes, EveryInstructionSet,
                         testing::Combine(testing::ValuesIn(kInstructions), testing::Values(1, 16, 33, 101),
                                          testing::Values(1, 2, 37)),
                         [](const auto& info) {
                           std::string name = std::get<0>(info.param);
                           for (char& c : name) c = c == '-' ? '_' : c;
                           return name + "_" + std::to_string(std::get<1>(info.param)) + "x" +
                                  std::to_string(std::get<2>(info.param));
                         });

TEST(Choice, AnUnknownNameChangesNothing) {
  const std::string before = mls_instructions();
  EXPECT_EQ(mls_use("mmx"), 0);
  EXPECT_EQ(before, mls_instructions());
}

}  // namespace
