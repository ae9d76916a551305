#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "lsd_reproject.h"

namespace {

constexpr int kWidth = 24, kHeight = 16;
constexpr float kSlope = 1.0f;  // of the lens, both ways

// A camera at (x, y, z) that looks along -z.
struct Eye {
  float x = 0.0f, y = 0.0f, z = 0.0f;
};

// Row-major projection times view, for near 0.1, far 100.
void clip_of(const Eye& eye, float (&m)[16]) {
  const float a = -100.1f / 99.9f, b = -20.0f / 99.9f;
  const float values[16] = {kSlope, 0, 0, -kSlope * eye.x, 0, kSlope, 0,  -kSlope * eye.y,
                            0,      0, a, b - a * eye.z,   0, 0,      -1, eye.z};
  std::copy(values, values + 16, m);
}

// A wall of stripes at `depth`, as the results of some frames and the frame of now see it.
class LateReprojection : public testing::Test {
 protected:
  LateReprojection()
      : depth_(kWidth * kHeight, 4.0f), fill_(kWidth * kHeight * 4, 7), out_(fill_.size(), 1), unseen_(depth_.size()) {
    frame_ = {kWidth, kHeight, depth_.data(), fill_.data(), nullptr, nullptr, {}, {kSlope, kSlope, 0, 0}};
    keys_ = {0, kWidth, kHeight, kWidth, kHeight, 0, 0.03f, {}};
    stand({});
    colors_.reserve(LSD_REPROJECT_KEYS);
    depths_.reserve(LSD_REPROJECT_KEYS);
  }

  void stand(const Eye& eye) {
    const float pose[12] = {1, 0, 0, eye.x, 0, 1, 0, eye.y, 0, 0, 1, eye.z};
    std::copy(pose, pose + 12, frame_.world_from_camera);
  }

  lsd_reproject_key& add_key(const Eye& eye, float weight, int brightness = 100) {
    colors_.emplace_back(kWidth * kHeight * 4);
    for (int i = 0; i < kWidth * kHeight * 4; ++i) {
      colors_.back()[i] = static_cast<uint8_t>(brightness + i / 4 % kWidth);
    }
    depths_.emplace_back(kWidth * kHeight, 4.0f);
    lsd_reproject_key& key = keys_.key[keys_.count++];
    key = {colors_.back().data(), depths_.back().data(), {}, weight, nullptr};
    clip_of(eye, key.clip_from_world);
    return key;
  }

  float run(int threads = 1) { return lsd_reproject(&frame_, &keys_, out_.data(), unseen_.data(), threads); }
  int red(int x, int y) const { return out_[(y * kWidth + x) * 4]; }
  bool lost(int x, int y) const { return unseen_[y * kWidth + x] != 0; }

  std::vector<float> depth_;
  std::vector<uint8_t> fill_, out_, unseen_;
  std::vector<std::vector<uint8_t>> colors_;
  std::vector<std::vector<float>> depths_;
  lsd_reproject_frame frame_{};
  lsd_reproject_keys keys_{};
};

TEST_F(LateReprojection, FromTheSamePlaceTheResultIsShownAsItIs) {
  add_key({}, 1.0f);
  EXPECT_EQ(run(), 0.0f);
  EXPECT_EQ(out_, colors_[0]);
}

TEST_F(LateReprojection, WithoutAResultTheFillIsShown) {
  EXPECT_EQ(run(), 1.0f);
  EXPECT_EQ(out_, fill_);
  EXPECT_TRUE(lost(3, 3));
}

// The wall is 4 m away and 8 m wide: a third of a metre to a pixel.
TEST_F(LateReprojection, AStepToTheSideMovesThePicture) {
  add_key({}, 1.0f);
  stand({4.0f * 2.0f / kWidth * 3.0f, 0, 0});
  EXPECT_NEAR(run(), 3.0f / kWidth, 1e-6f);
  EXPECT_EQ(red(5, 8), 100 + 8);
  EXPECT_FALSE(lost(kWidth - 4, 8));
  EXPECT_TRUE(lost(kWidth - 3, 8));
  EXPECT_EQ(red(kWidth - 1, 8), 7);
}

TEST_F(LateReprojection, WhatStoodBehindSomethingWasNotSeen) {
  lsd_reproject_key& key = add_key({}, 1.0f);
  const_cast<float*>(key.depth)[5 * kWidth + 6] = 2.0f;
  run();
  EXPECT_TRUE(lost(6, 5));
  EXPECT_FALSE(lost(7, 5));
}

TEST_F(LateReprojection, WhatTheNewestDidNotSeeComesFromAnOlderOne) {
  lsd_reproject_key& newest = add_key({}, 1.0f);
  const_cast<float*>(newest.depth)[5 * kWidth + 6] = 2.0f;
  add_key({}, 0.25f, 200);
  EXPECT_EQ(run(), 0.0f);
  EXPECT_EQ(red(6, 5), 206);
  EXPECT_EQ(red(7, 5), 127);  // (107 + 207 / 4) / 1.25
}

TEST_F(LateReprojection, SkyIsFoundInTheSkyAlone) {
  std::fill(depth_.begin(), depth_.end(), std::numeric_limits<float>::infinity());
  lsd_reproject_key& key = add_key({}, 1.0f);
  stand({0.5f, 0.2f, -1.0f});  // far from where it was: the sky stays
  EXPECT_EQ(run(), 1.0f);
  std::fill(const_cast<float*>(key.depth), const_cast<float*>(key.depth) + kWidth * kHeight,
            std::numeric_limits<float>::quiet_NaN());
  EXPECT_EQ(run(), 0.0f);
  EXPECT_EQ(red(9, 9), 109);
}

TEST_F(LateReprojection, ASlotIsFollowedToWhereItWas) {
  std::vector<uint8_t> ids(kWidth * kHeight, 0);
  ids[8 * kWidth + 10] = 3;
  std::vector<float> then_from_now(LSD_REPROJECT_SLOTS * 12, 0.0f);
  for (int slot = 0; slot < LSD_REPROJECT_SLOTS; ++slot) {
    for (int row = 0; row < 3; ++row) then_from_now[slot * 12 + row * 5] = 1.0f;
  }
  then_from_now[3 * 12 + 3] = 4.0f * 2.0f / kWidth * -2.0f;  // it was two pixels further left
  frame_.ids = ids.data();
  add_key({}, 1.0f).then_from_now = then_from_now.data();
  EXPECT_EQ(run(), 0.0f);
  EXPECT_EQ(red(10, 8), 108);
  EXPECT_EQ(red(11, 8), 111);
}

TEST_F(LateReprojection, MotionVectorsLeadToTheNewestResult) {
  std::vector<float> motion(kWidth * kHeight * 2, 0.0f);
  motion[(8 * kWidth + 10) * 2] = 3.0f;
  motion[(9 * kWidth + 10) * 2] = 100.0f;
  frame_.motion = motion.data();
  add_key({}, 1.0f);
  run();
  EXPECT_EQ(red(10, 8), 113);
  EXPECT_EQ(red(9, 8), 109);
  EXPECT_TRUE(lost(10, 9));
}

TEST_F(LateReprojection, DepthMayBeSmallerThanThePicture) {
  lsd_reproject_key& key = add_key({}, 1.0f);
  keys_.depth_width = kWidth / 2;
  keys_.depth_height = kHeight / 2;
  std::vector<float> small(kWidth / 2 * (kHeight / 2), 4.0f);
  small[2 * kWidth / 2 + 3] = 2.0f;
  key.depth = small.data();
  EXPECT_NEAR(run(), 4.0f / (kWidth * kHeight), 1e-6f);
  EXPECT_TRUE(lost(6, 4) && lost(7, 5));
}

// Beyond the picture's side the side goes on; behind something, what is as far away, not what stood in front.
TEST_F(LateReprojection, WhatNoneSawIsBorrowedFromWhatIsAsFarAway) {
  lsd_reproject_key& key = add_key({}, 1.0f);
  keys_.borrow = 1;
  const_cast<float*>(key.depth)[5 * kWidth + 6] = 2.0f;
  const_cast<uint8_t*>(key.color)[(5 * kWidth + 6) * 4] = 250;
  run();
  EXPECT_TRUE(lost(6, 5));
  EXPECT_EQ(red(6, 5), 107);
  stand({4.0f * 2.0f / kWidth * 3.0f, 0, 0});
  run();
  EXPECT_TRUE(lost(kWidth - 1, 8));
  EXPECT_EQ(red(kWidth - 1, 8), 100 + kWidth - 1);
}

TEST_F(LateReprojection, ThreadsChangeNothing) {
  add_key({0.3f, 0.1f, 0.2f}, 1.0f);
  add_key({-0.3f, 0.4f, -0.2f}, 0.5f, 180);
  run(1);
  const std::vector<uint8_t> alone = out_;
  std::fill(out_.begin(), out_.end(), 0);
  run(3);
  EXPECT_EQ(out_, alone);
}

TEST_F(LateReprojection, NumbersThatAreNoneReachNothingOutside) {
  const float bad[] = {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity(), -1.0f, 1e-38f,
                       3e38f};
  lsd_reproject_key& key = add_key({}, 1.0f);
  for (int i = 0; i < kWidth * kHeight; ++i) depth_[i] = bad[i % 5];
  keys_.borrow = 1;
  for (float value : bad) {
    key.clip_from_world[3] = key.clip_from_world[15] = value;
    const float share = run();
    EXPECT_GE(share, 0.0f);
    EXPECT_LE(share, 1.0f);
  }
}

TEST_F(LateReprojection, WhatCannotBeIsRefused) {
  add_key({}, 1.0f);
  const auto refused = [&](auto change) {
    const lsd_reproject_frame frame = frame_;
    const lsd_reproject_keys keys = keys_;
    change();
    const float share = run();
    frame_ = frame;
    keys_ = keys;
    return share == -1.0f;
  };
  EXPECT_TRUE(refused([&] { frame_.width = 0; }));
  EXPECT_TRUE(refused([&] { frame_.height = 1 << 20; }));
  EXPECT_TRUE(refused([&] { frame_.depth = nullptr; }));
  EXPECT_TRUE(refused([&] { frame_.fill = nullptr; }));
  EXPECT_TRUE(refused([&] { keys_.count = 5; }));
  EXPECT_TRUE(refused([&] { keys_.count = -1; }));
  EXPECT_TRUE(refused([&] { keys_.depth_width = 0; }));
  EXPECT_TRUE(refused([&] { keys_.key[0].color = nullptr; }));
  EXPECT_EQ(lsd_reproject(nullptr, &keys_, out_.data(), nullptr, 1), -1.0f);
  EXPECT_EQ(run(), 0.0f);
}

}  // namespace
