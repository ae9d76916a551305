#include "draw_log.h"

#include <gtest/gtest.h>

#include <optional>

#include "scenes.h"

namespace mirage_hook {
namespace {

PerspectiveDraw draw_of(int framebuffer, int width, int height, uint32_t vertices, double x = 0) {
  PerspectiveDraw draw;
  draw.target = {framebuffer, {0, 0, width, height}};
  draw.transform = {perspective(1, 1, 0.1, 100), pose(0, 0, x, 0, 0)};
  draw.vertices = vertices;
  return draw;
}

/** A shadow map, the world, the interface. Returns the main pass of the frame, if it was seen in time. */
std::optional<Pass> frame(DrawLog* log, uint32_t world) {
  EXPECT_EQ(log->perspective(draw_of(3, 512, 512, 500)), nullptr);
  EXPECT_EQ(log->perspective(draw_of(0, 640, 360, world)), nullptr);
  const Pass* seen = log->end_pass();
  std::optional<Pass> main;
  if (seen != nullptr) main = *seen;
  EXPECT_EQ(log->perspective(draw_of(0, 640, 360, world / 10)), nullptr);  // a map in the corner of the interface
  const Pass* late = log->end_frame();
  EXPECT_EQ(late, nullptr);
  return main;
}

TEST(DrawLog, TheMainPassIsKnownFromTheFrameBefore) {
  DrawLog log;
  EXPECT_FALSE(frame(&log, 2000).has_value());
  const std::optional<Pass> main = frame(&log, 1900);
  ASSERT_TRUE(main.has_value());
  EXPECT_EQ(main->vertices, 1900);
  EXPECT_EQ(main->target.framebuffer, 0);
}

TEST(DrawLog, AFrameThatShowsLittleIsStillTheWorldOneThatShowsNextToNothingIsNot) {
  DrawLog log;
  frame(&log, 3000);
  EXPECT_TRUE(frame(&log, 1100).has_value());
  EXPECT_FALSE(frame(&log, 600).has_value());
}

TEST(DrawLog, ADrawToAnotherTargetEndsThePassAndIsToldAgain) {
  DrawLog log;
  frame(&log, 2000);
  EXPECT_EQ(log.perspective(draw_of(0, 640, 360, 2000)), nullptr);
  const Pass* ended = log.perspective(draw_of(5, 640, 360, 10));
  ASSERT_NE(ended, nullptr);
  EXPECT_EQ(ended->target.framebuffer, 0);
}

TEST(DrawLog, TheWorldIsApartFromWhatIsHeld) {
  DrawLog log;
  log.perspective(draw_of(0, 640, 360, 100));
  log.end_frame();
  log.perspective(draw_of(0, 640, 360, 100));
  PerspectiveDraw weapon = draw_of(0, 640, 360, 5000, 1);
  weapon.depth_range[1] = 0.3f;
  log.perspective(weapon);
  const Pass* main = log.end_pass();
  ASSERT_NE(main, nullptr);
  EXPECT_EQ(main->heaviest().object.vertices, 100);
  EXPECT_FLOAT_EQ(log.held_depth(), 0.3f);
}

TEST(DrawLog, SmallPicturesAreNotTheWorld) {
  DrawLog log;
  EXPECT_TRUE(log.large_enough({0, {0, 0, 640, 360}}));
  EXPECT_FALSE(log.large_enough({0, {0, 0, 64, 64}}));
  log.end_frame();
  EXPECT_FALSE(log.large_enough({0, {0, 0, 64, 64}}));
}

TEST(DrawLog, AFloodOfTransformsIsBounded) {
  DrawLog log;
  for (int i = 0; i < 3000; i++) log.perspective(draw_of(0, 640, 360, 3, i));
  log.end_frame();
  for (int i = 0; i < 3000; i++) log.perspective(draw_of(0, 640, 360, 3, i));
  const Pass* main = log.end_pass();
  ASSERT_NE(main, nullptr);
  EXPECT_LE(main->groups.size(), 512u);
  EXPECT_EQ(main->vertices, 9000);
}

TEST(DrawLog, APrimitiveMadeVertexByVertexIsCountedAtItsEnd) {
  DrawLog log;
  log.perspective(draw_of(0, 640, 360, 100));
  log.perspective(draw_of(0, 640, 360, 4, 1));
  log.last_was_immediate(300);
  const Pass::Group* const last = log.last();
  ASSERT_NE(last, nullptr);
  EXPECT_TRUE(last->object.immediate);
  EXPECT_EQ(last->object.draws, std::vector<uint32_t>{300});
  EXPECT_EQ(last->object.vertices, 300);
}

}  // namespace
}  // namespace mirage_hook
