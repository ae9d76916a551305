#include "outbox.h"

#include <gtest/gtest.h>

namespace lsd {
namespace {

FrameInfo frame(int64_t seq, bool reset = false) {
  FrameInfo info;
  info.seq = seq;
  info.reset = reset;
  return info;
}

bool put(Outbox& outbox, const FrameInfo& info) { return outbox.end_write(outbox.begin_write(), info); }

TEST(Outbox, NewestWins) {
  Outbox outbox(64);
  EXPECT_FALSE(put(outbox, frame(1)));
  EXPECT_TRUE(put(outbox, frame(2)));
  EXPECT_EQ(outbox.take()->info.seq, 2);
  EXPECT_FALSE(outbox.take());
}

TEST(Outbox, KeepsTheCutOfAReplacedFrame) {
  Outbox outbox(64);
  put(outbox, frame(1, true));
  put(outbox, frame(2));
  EXPECT_TRUE(outbox.take()->info.reset);
}

TEST(Outbox, HoldsFramesBackWhileTheSocketIsSlow) {
  Outbox outbox(64);
  put(outbox, frame(1));
  const uint32_t first = outbox.take()->slot;
  put(outbox, frame(2));
  const uint32_t second = outbox.take()->slot;
  for (int64_t seq = 3; seq < 20; ++seq) {
    const uint32_t slot = outbox.begin_write();
    EXPECT_NE(slot, first);
    EXPECT_NE(slot, second);
    outbox.end_write(slot, frame(seq));
    EXPECT_FALSE(outbox.take());
  }
  outbox.release(first);
  EXPECT_EQ(outbox.take()->info.seq, 19);
}

TEST(Outbox, SparesTheSlotAnnouncedLast) {
  std::string problem;
  Outbox outbox(RingWriter::create(Outbox::kSlots, 1, 64, &problem));
  ASSERT_TRUE(outbox.is_shared());
  put(outbox, frame(1));
  const auto announced = outbox.take();
  EXPECT_EQ(announced->slot_seq % 2, 0u);
  for (int64_t seq = 2; seq < 30; ++seq) {
    const uint32_t slot = outbox.begin_write();
    EXPECT_NE(slot, announced->slot);
    outbox.end_write(slot, frame(seq));
  }
}

TEST(Outbox, CountsWhatNobodyWillSend) {
  Outbox outbox(64);
  put(outbox, frame(1));
  EXPECT_TRUE(outbox.shut());
  EXPECT_TRUE(put(outbox, frame(2)));
  EXPECT_FALSE(outbox.take());
}

}  // namespace
}  // namespace lsd
