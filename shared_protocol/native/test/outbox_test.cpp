#include "outbox.h"

#include <gtest/gtest.h>

#include <atomic>
#include <cstring>
#include <memory>
#include <thread>

namespace lsd {
namespace {

FrameInfo frame(int64_t seq, bool reset = false) {
  FrameInfo info;
  info.seq = seq;
  info.reset = reset;
  return info;
}

/// Stands in for a transport: slots of the heap, and nothing is sent.
class HeapChannel : public FrameChannel {
 public:
  explicit HeapChannel(size_t frame_bytes) {
    for (auto& slot : slots_) slot = std::make_unique<std::byte[]>(frame_bytes);
  }
  lsd_transport transport() const override { return LSD_TRANSPORT_INLINE; }
  std::byte* frame(uint32_t slot) const override { return slots_[slot].get(); }
  void begin_write(uint32_t) override {}
  uint64_t end_write(uint32_t, int64_t) override { return 0; }
  std::optional<SlotReference> reference(const OutgoingFrame&) const override { return std::nullopt; }
  bool send(Connection&, const std::string&, const OutgoingFrame&, const std::shared_ptr<Outbox>&,
            const std::shared_ptr<Wakeup>&) override {
    return false;
  }
  ResultRead read_result(const Result&, Incoming&, std::byte*, std::string*) const override { return ResultRead::torn; }

 private:
  std::unique_ptr<std::byte[]> slots_[kSlots];
};

std::unique_ptr<FrameChannel> heap(size_t frame_bytes) { return std::make_unique<HeapChannel>(frame_bytes); }

bool put(Outbox& outbox, const FrameInfo& info) { return outbox.end_write(outbox.begin_write(), info); }

TEST(Outbox, NewestWins) {
  Outbox outbox(heap(64));
  EXPECT_FALSE(put(outbox, frame(1)));
  EXPECT_TRUE(put(outbox, frame(2)));
  EXPECT_EQ(outbox.take()->info.seq, 2);
  EXPECT_FALSE(outbox.take());
}

TEST(Outbox, KeepsTheCutOfAReplacedFrame) {
  Outbox outbox(heap(64));
  put(outbox, frame(1, true));
  put(outbox, frame(2));
  EXPECT_TRUE(outbox.take()->info.reset);
}

TEST(Outbox, HoldsFramesBackWhileTheSocketIsSlow) {
  Outbox outbox(heap(64));
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
  Outbox outbox(heap(sizeof(int64_t)));
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

TEST(Outbox, CountsWhatNobodyWillSend) {
  Outbox outbox(heap(64));
  put(outbox, frame(1));
  EXPECT_TRUE(outbox.shut());
  EXPECT_TRUE(put(outbox, frame(2)));
  EXPECT_FALSE(outbox.take());
}

}  // namespace
}  // namespace lsd
