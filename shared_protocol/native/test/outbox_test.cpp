#include "outbox.h"

#include <gtest/gtest.h>

#include <atomic>
#include <cstring>
#include <thread>

#include "channel/inline_channel.h"
#include "channel/shared_memory_channel.h"

namespace lsd {
namespace {

FrameInfo frame(int64_t seq, bool reset = false) {
  FrameInfo info;
  info.seq = seq;
  info.reset = reset;
  return info;
}

std::unique_ptr<FrameChannel> inline_channel(size_t frame_bytes) {
  auto channel = std::make_unique<InlineChannel>(ChannelSizes{frame_bytes, 1, 64});
  std::string problem;
  EXPECT_TRUE(channel->connect({"inline", std::nullopt}, &problem));
  return channel;
}

bool put(Outbox& outbox, const FrameInfo& info) { return outbox.end_write(outbox.begin_write(), info); }

TEST(Outbox, NewestWins) {
  Outbox outbox(inline_channel(64));
  EXPECT_FALSE(put(outbox, frame(1)));
  EXPECT_TRUE(put(outbox, frame(2)));
  EXPECT_EQ(outbox.take()->info.seq, 2);
  EXPECT_FALSE(outbox.take());
}

TEST(Outbox, KeepsTheCutOfAReplacedFrame) {
  Outbox outbox(inline_channel(64));
  put(outbox, frame(1, true));
  put(outbox, frame(2));
  EXPECT_TRUE(outbox.take()->info.reset);
}

TEST(Outbox, HoldsFramesBackWhileTheSocketIsSlow) {
  Outbox outbox(inline_channel(64));
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

// The engine, the I/O thread and libzmq's thread, without libzmq: ThreadSanitizer does not look into its calls.
TEST(Outbox, ThreeThreadsShareIt) {
  constexpr int64_t kFrames = 2000;
  Outbox outbox(inline_channel(sizeof(int64_t)));
  std::atomic<bool> is_over{false};
  std::atomic<bool> is_done{false};
  std::atomic<int> taken_slot{-1};
  int64_t last_seq = 0;
  std::thread io([&] {
    while (true) {
      const bool was_over = is_over;
      if (const auto taken = outbox.take()) {
        int64_t seq = 0;
        std::memcpy(&seq, outbox.frame(taken->slot), sizeof seq);
        EXPECT_EQ(seq, taken->info.seq);
        EXPECT_GT(seq, last_seq);
        last_seq = seq;
        while (taken_slot != -1) std::this_thread::yield();
        taken_slot = static_cast<int>(taken->slot);
      } else if (was_over) {
        return;
      }
      std::this_thread::yield();
    }
  });
  std::thread socket([&] {
    while (!is_done || taken_slot != -1) {
      const int slot = taken_slot;
      if (slot != -1) {
        outbox.release(static_cast<uint32_t>(slot));
        taken_slot = -1;
      }
      std::this_thread::yield();
    }
  });
  for (int64_t seq = 1; seq <= kFrames; ++seq) {
    const uint32_t slot = outbox.begin_write();
    std::memcpy(outbox.frame(slot), &seq, sizeof seq);
    outbox.end_write(slot, frame(seq));
  }
  is_over = true;
  io.join();
  is_done = true;
  socket.join();
  EXPECT_EQ(last_seq, kFrames);
}

TEST(Outbox, SparesTheSlotAnnouncedLast) {
  std::string problem;
  Outbox outbox(SharedMemoryChannel::make({64, 1, 64}, &problem));
  ASSERT_FALSE(outbox.channel().sends_out_of_slots());
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
  Outbox outbox(inline_channel(64));
  put(outbox, frame(1));
  EXPECT_TRUE(outbox.shut());
  EXPECT_TRUE(put(outbox, frame(2)));
  EXPECT_FALSE(outbox.take());
}

}  // namespace
}  // namespace lsd
