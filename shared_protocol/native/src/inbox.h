#pragma once

#include <array>
#include <atomic>
#include <cstdint>

#include "buffer.h"
#include "messages.h"

namespace lsd {

struct IncomingFrame {
  Buffer pixels;
  int64_t seq = 0;
  int64_t control_seq = 0;
  int64_t t_capture_ns = 0, t_submit_ns = 0, t_receive_ns = 0, t_start_ns = 0, t_end_ns = 0, t_send_ns = 0;
};

/// Results between the I/O thread and the thread that acquires: a triple buffer without a lock. One frame is being
/// filled, one is the newest, one is in the engine's hands.
class Inbox {
 public:
  // The I/O thread.
  /// `device`: where; null: in host memory.
  void allocate(size_t bytes, const std::shared_ptr<CudaDevice>& device);
  bool is_allocated() const { return frames_.back().pixels != nullptr; }
  IncomingFrame& back() { return frames_[back_]; }
  /// Makes back() the newest. True when that replaced one that was never taken.
  bool publish();

  /// The acquiring thread: the newest frame, valid until the next take(); null when there is none since.
  const IncomingFrame* take();
  bool has_newer() const { return (newest_.load(std::memory_order_relaxed) & kFresh) != 0; }

 private:
  static constexpr uint32_t kFresh = 4;
  static constexpr uint32_t kIndex = 3;

  std::array<IncomingFrame, 3> frames_;
  uint32_t back_ = 0;
  uint32_t front_ = 1;
  std::atomic<uint32_t> newest_{2};
};

}  // namespace lsd
