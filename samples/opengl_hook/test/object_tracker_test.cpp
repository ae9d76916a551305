#include "object_tracker.h"

#include <gtest/gtest.h>

#include "scenes.h"

namespace mirage_hook {
namespace {

ObjectGroup thing(uint32_t vertices, const Matrix& at, double size) {
  Matrix stretch;
  for (int i = 0; i < 3; i++) stretch(i, i) = size * (i == 1 ? 0.5 : 1);
  return {at * stretch, vertices, {vertices}, false};
}

TEST(ObjectTracker, WhatIsStretchedMovesRigidlyAndWhatStandsStillHasNoNumber) {
  ObjectTracker tracker(8);
  const Matrix view = pose(0, 0, 0, 0, 0);
  for (int frame = 0; frame < 8; frame++) {
    const ObjectGroup moving = thing(100, pose(0.1 * frame, 0, 0.2 * frame, 0, -5), 2);
    const ObjectGroup still = thing(200, pose(0.3, 0, 1, 1, -6), 1);
    const std::vector<int> slots = tracker.update({&still, &moving}, view, 1, frame == 0);
    EXPECT_EQ(slots[0], 0);
    EXPECT_EQ(slots[1], frame >= 3 ? 1 : 0);
    if (frame < 3) continue;
    ASSERT_EQ(tracker.moving().size(), 1u);
    const MovingObject& found = tracker.moving()[0];
    const Matrix expected = pose(0.1 * frame, 0, 0.2 * frame, 0, -5) *
                            inverse_of_similarity(pose(0.1 * (frame - 1), 0, 0.2 * (frame - 1), 0, -5));
    EXPECT_LT(difference(found.world_from_object * inverse_of_similarity(found.previous), expected), 1e-9);
  }
  EXPECT_TRUE(tracker.may_move(100));
  EXPECT_FALSE(tracker.may_move(200));
}

TEST(ObjectTracker, TheLargestGetTheNumbersThatThereAre) {
  ObjectTracker tracker(1);
  std::vector<int> slots;
  for (int frame = 0; frame < 6; frame++) {
    const ObjectGroup small = thing(100, pose(0, 0, 0.2 * frame, 0, -5), 0.1);
    const ObjectGroup large = thing(300, pose(0, 0, 0.2 * frame, 1, -5), 3);
    slots = tracker.update({&small, &large}, pose(0, 0, 0, 0, 0), 1, frame == 0);
  }
  EXPECT_EQ(slots, (std::vector<int>{0, 1}));
}

}  // namespace
}  // namespace mirage_hook
