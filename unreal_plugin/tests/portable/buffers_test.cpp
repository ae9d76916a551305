// Copyright 2026 MirageLSD contributors. Licensed under the Apache License 2.0.
#include <gtest/gtest.h>

#include <cstring>
#include <thread>

#include "frame_slots.h"
#include "picture_write.h"
#include "upload_ring.h"

namespace lsd_unreal {
namespace {

constexpr int64_t kLong = 1'000'000'000;

TEST(FrameSlots, AreBoundedAndDropWhatFindsNone) {
  FrameSlots<3> slots;
  EXPECT_EQ(slots.begin(0), 0);
  EXPECT_EQ(slots.begin(1), 1);
  EXPECT_EQ(slots.begin(2), 2);
  EXPECT_EQ(slots.begin(3), FrameSlots<3>::kNone);
  EXPECT_EQ(slots.dropped(), 1);
  EXPECT_EQ(slots.in_flight(), 3);
  slots.release(1);
  EXPECT_EQ(slots.begin(4), 1);
}

TEST(FrameSlots, NewestReadyWins) {
  FrameSlots<3> slots;
  for (int i = 0; i < 3; ++i) slots.begin(i);
  slots.release(0);
  EXPECT_EQ(slots.begin(3), 0);  // now slot 0 is the newest
  EXPECT_EQ(slots.take_newest([](int slot) { return slot != 2; }, 4, kLong), 0);
  EXPECT_EQ(slots.dropped(), 1);    // slot 1
  EXPECT_EQ(slots.in_flight(), 2);  // slot 0, taken, and slot 2, not ready
  slots.release(0);
  EXPECT_EQ(slots.take_newest([](int) { return true; }, 5, kLong), 2);
}

TEST(FrameSlots, FramesFromBeforeAPauseAreDropped) {
  FrameSlots<3> slots;
  slots.begin(0);
  slots.begin(900);
  EXPECT_EQ(slots.take_newest([](int) { return true; }, 1000, 500), 1);
  slots.release(1);
  EXPECT_EQ(slots.in_flight(), 0);
  EXPECT_EQ(slots.dropped(), 1);
}

TEST(FrameSlots, NothingReadyIsNone) {
  FrameSlots<2> slots;
  slots.begin(0);
  EXPECT_EQ(slots.take_newest([](int) { return false; }, 10, kLong), FrameSlots<2>::kNone);
  EXPECT_EQ(slots.in_flight(), 1);
}

TEST(UploadRing, BuffersStayUntilDone) {
  UploadRing<2> ring;
  const int a = ring.begin(16), b = ring.begin(16);
  ASSERT_NE(a, b);
  EXPECT_EQ(ring.begin(16), UploadRing<2>::kNone);
  EXPECT_EQ(ring.skipped(), 1);
  uint8_t* kept = ring.data(a);
  ring.done(a);
  EXPECT_EQ(ring.begin(16), a);
  EXPECT_EQ(ring.data(a), kept);  // same size: no new memory
}

TEST(UploadRing, IsFreedByAnotherThread) {
  UploadRing<2> ring;
  int written = 0;
  std::vector<std::thread> readers;
  for (int i = 0; i < 200; ++i) {
    const int slot = ring.begin(64);
    if (slot == UploadRing<2>::kNone) {
      std::this_thread::yield();
      continue;
    }
    std::memset(ring.data(slot), i, 64);
    ++written;
    readers.emplace_back([&ring, slot, i] {
      EXPECT_EQ(ring.data(slot)[63], static_cast<uint8_t>(i));
      ring.done(slot);
    });
  }
  for (std::thread& reader : readers) reader.join();
  EXPECT_GT(written, 1);
}

TEST(PictureWrite, CopiesDecodesAndMakesHalves) {
  const uint8_t source[8] = {0, 128, 255, 64, 10, 20, 30, 255};
  uint8_t copied[8] = {}, linear[8] = {};
  uint16_t half[8] = {};
  write_picture(PictureWrite::kCopy, source, copied, 2);
  EXPECT_EQ(std::memcmp(source, copied, 8), 0);
  write_picture(PictureWrite::kLinear8, source, linear, 2);
  EXPECT_EQ(linear[0], 0);
  EXPECT_EQ(linear[1], 55);  // 128 of 255 is 0.2158 of the light
  EXPECT_EQ(linear[2], 255);
  EXPECT_EQ(linear[3], 64);  // alpha is no light
  write_picture(PictureWrite::kLinearHalf, source, reinterpret_cast<uint8_t*>(half), 2);
  EXPECT_EQ(half[0], 0x0000);
  EXPECT_EQ(half[1], half_from_unit(linear_from_srgb(128)));
  EXPECT_EQ(half[2], 0x3C00);  // 1.0
  EXPECT_EQ(half[7], 0x3C00);
}

TEST(PictureWrite, HalvesAreIeee) {
  EXPECT_EQ(half_from_unit(0.5f), 0x3800);
  EXPECT_EQ(half_from_unit(0.25f), 0x3400);
  EXPECT_EQ(half_from_unit(0.333251953125f), 0x3555);
  EXPECT_EQ(half_from_unit(0.99999f), 0x3C00);  // rounds up over the exponent
  EXPECT_EQ(half_from_unit(6.103515625e-05f), 0x0400);
  EXPECT_EQ(half_from_unit(5.9604645e-08f), 0x0001);  // the smallest
  EXPECT_EQ(half_from_unit(-1.0f), 0x0000);
}

}  // namespace
}  // namespace lsd_unreal
