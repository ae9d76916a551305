#include "camera_vote.h"

#include <gtest/gtest.h>

#include <random>

#include "scenes.h"

namespace mirage_hook {
namespace {

Matrix walk(int frame) { return pose(0.05 * frame, 0.2 * std::sin(0.1 * frame), 0.1 * frame, -1.7, -0.3 * frame); }

/** How far the estimated motion is from the true one, over the frames of a scene. */
template <typename Draw>
double worst_error(Draw draw, int frames, int* cuts) {
  CameraVote vote;
  Matrix before;
  double worst = 0;
  *cuts = 0;
  for (int frame = 0; frame < frames; frame++) {
    const CameraEstimate estimate = vote.update(draw(frame));
    EXPECT_TRUE(estimate.found);
    if (frame > 0) {
      *cuts += estimate.cut;
      const Matrix truth = walk(frame) * inverse_of_similarity(walk(frame - 1));
      worst = std::max(worst, difference(estimate.view * inverse_of_similarity(before), truth));
    }
    before = estimate.view;
  }
  return worst;
}

TEST(CameraVote, ACarThatOutdrawsTheWorldIsNotTheCamera) {
  int cuts = 0;
  const auto draw = [](int frame) {
    std::vector<ObjectGroup> groups;
    groups.push_back({walk(frame) * pose(0.2 * frame, 0, 0.4 * frame, 0, 5), 9000, {9000}});
    for (int i = 0; i < 12; i++) {
      const auto vertices = static_cast<uint32_t>(300 + i);
      groups.push_back({walk(frame) * pose(i, 0, 10.0 * i, 0, 3.0 * i * i), vertices, {vertices}});
    }
    return groups;
  };
  EXPECT_LT(worst_error(draw, 60, &cuts), 1e-6);
  EXPECT_EQ(cuts, 0);
}

TEST(CameraVote, ThingsThatTurnTogetherDoNotOutvoteTheWorld) {
  int cuts = 0;
  const auto draw = [](int frame) {
    std::vector<ObjectGroup> groups;
    // What is seen of the world changes from frame to frame; the ten items are all alike.
    groups.push_back({walk(frame), 0, {}});
    for (int i = 0; i < 40; i++)
      if ((i + frame) % 5 != 0) groups[0].draws.push_back(static_cast<uint32_t>(40 + i));
    for (uint32_t v : groups[0].draws) groups[0].vertices += v;
    for (int i = 0; i < 10; i++)
      groups.push_back({walk(frame) * pose(0.2 * frame, 0, 5.0 * i, 0, 2.0 * i), 150, {150}});
    return groups;
  };
  EXPECT_LT(worst_error(draw, 80, &cuts), 1e-6);
  EXPECT_EQ(cuts, 0);
}

TEST(CameraVote, AGridOfEqualBlocksAndAHandThatGoesAlong) {
  int cuts = 0;
  std::mt19937 random(1);
  const auto draw = [](int frame) {
    std::vector<ObjectGroup> groups;
    groups.push_back({pose(0, 0, 0.3, -0.3, -0.8), 2500, {2500}});  // the hand
    for (int x = 0; x < 8; x++)
      for (int z = 0; z < 8; z++) {
        const auto vertices = static_cast<uint32_t>(200 + (x * 7 + z * 3) % 11);  // many are alike
        groups.push_back({walk(frame) * pose(0, 0, 16 * x, 0, 16 * z), vertices, {vertices}});
      }
    return groups;
  };
  EXPECT_LT(worst_error(draw, 60, &cuts), 1e-6);
  EXPECT_EQ(cuts, 0);
}

TEST(CameraVote, TheWorldDoesNotDriftWhileItsAnchorIsInSight) {
  CameraVote vote;
  Matrix first, last;
  for (int frame = 0; frame <= 5000; frame++) {
    const int there_and_back = frame <= 2500 ? frame : 5000 - frame;
    std::vector<ObjectGroup> groups = {{walk(there_and_back), 500, {500}},
                                       {walk(there_and_back) * pose(1, 0, 3, 0, 9), 200, {200}}};
    last = vote.update(groups).view;
    if (frame == 0) first = last;
  }
  EXPECT_LT(difference(first, last), 1e-9);
}

TEST(CameraVote, NothingInCommonIsACut) {
  CameraVote vote;
  EXPECT_TRUE(vote.update({{walk(0), 500, {500}}}).cut);
  EXPECT_FALSE(vote.update({{walk(1), 500, {500}}}).cut);
  EXPECT_TRUE(vote.update({{walk(2), 77, {77}}}).cut);
  EXPECT_FALSE(vote.update({}).found);
}

}  // namespace
}  // namespace mirage_hook
