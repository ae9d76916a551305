#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>

#include "channel/frame_channel.h"
#include "messages.h"

namespace lsd {

/// A frame on its way to the I/O thread.
struct OutgoingFrame {
  FrameInfo info;
  uint32_t slot = 0;
  uint64_t slot_seq = 0;
};

/// Frames between the thread that submits and the I/O thread: one waits, a newer one replaces it. The slots are the
/// channel's. The mutex guards a few words; no copy and no system call happens under it.
class Outbox {
 public:
  static constexpr uint32_t kSlots = FrameChannel::kSlots;

  explicit Outbox(std::unique_ptr<FrameChannel> channel) : channel_(std::move(channel)) {}

  FrameChannel& channel() const { return *channel_; }
  std::byte* frame(uint32_t slot) const { return channel_->frame(slot); }

  // The submitting thread; one at a time.
  uint32_t begin_write();
  /// Makes it the waiting frame. True when that dropped a frame: the one that waited, or this one if nobody will send
  /// it.
  bool end_write(uint32_t slot, const FrameInfo& info);
  /// Gives a slot back whose frame did not come about.
  void abandon_write(uint32_t slot) { channel_->end_write(slot, 0); }

  // The I/O thread.
  /// The waiting frame, if there is one and not too many are still on their way through the socket.
  std::optional<OutgoingFrame> take();
  /// Nothing will be sent any more. True when a frame was waiting.
  bool shut();

  /// Any thread: the socket is done with a slot that it sent out of.
  void release(uint32_t slot);

 private:
  // With more than that inside the socket a slow network would turn into latency instead of dropped frames.
  static constexpr int kMostInFlight = 2;
  static constexpr uint32_t kNone = ~0u;

  const std::unique_ptr<FrameChannel> channel_;
  std::mutex mutex_;
  std::optional<OutgoingFrame> waiting_;
  std::array<bool, kSlots> is_in_flight_{};
  int in_flight_ = 0;
  uint32_t last_written_ = kSlots - 1;
  uint32_t last_announced_ = kNone;
  bool is_shut_ = false;
};

}  // namespace lsd
