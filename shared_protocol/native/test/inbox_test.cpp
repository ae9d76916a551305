#include "inbox.h"

#include <gtest/gtest.h>

#include <thread>

namespace lsd {
namespace {

TEST(Inbox, GivesTheNewestOnce) {
  Inbox inbox;
  inbox.allocate(64, nullptr);
  EXPECT_EQ(inbox.take(), nullptr);
  inbox.back().seq = 1;
  EXPECT_FALSE(inbox.publish());
  inbox.back().seq = 2;
  EXPECT_TRUE(inbox.publish());
  const IncomingFrame* frame = inbox.take();
  ASSERT_NE(frame, nullptr);
  EXPECT_EQ(frame->seq, 2);
  EXPECT_EQ(inbox.take(), nullptr);
}

TEST(Inbox, NeverShowsAHalfWrittenFrame) {
  constexpr int64_t kFrames = 20'000;
  constexpr size_t kBytes = 256;
  Inbox inbox;
  inbox.allocate(kBytes, nullptr);
  std::thread writer([&] {
    for (int64_t seq = 1; seq <= kFrames; ++seq) {
      IncomingFrame& frame = inbox.back();
      frame.seq = seq;
      std::memset(frame.pixels.get(), static_cast<int>(seq & 0xFF), kBytes);
      inbox.publish();
    }
  });
  int64_t last = 0;
  while (last < kFrames) {
    const IncomingFrame* frame = inbox.take();
    if (frame == nullptr) continue;
    ASSERT_GT(frame->seq, last);
    last = frame->seq;
    for (size_t i = 0; i < kBytes; ++i) ASSERT_EQ(frame->pixels[i], static_cast<std::byte>(last & 0xFF));
  }
  writer.join();
}

}  // namespace
}  // namespace lsd
