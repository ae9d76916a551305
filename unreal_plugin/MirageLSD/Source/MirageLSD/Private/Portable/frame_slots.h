// Copyright 2026 MirageLSD contributors. Licensed under the Apache License 2.0.
#pragma once

#include <array>
#include <cstdint>

namespace lsd_unreal {

/** Which of a few buffers are with the GPU. One thread. A frame that finds no free buffer is dropped and counted:
 * nothing here ever waits. */
template <int Count>
class FrameSlots {
 public:
  static constexpr int kNone = -1;

  /** A buffer for a new frame, or kNone, counted as dropped. `now_ns`: when it was captured. */
  int begin(int64_t now_ns) {
    for (int slot = 0; slot < Count; ++slot) {
      if (order_[slot] == 0) {
        order_[slot] = ++newest_;
        captured_ns_[slot] = now_ns;
        return slot;
      }
    }
    ++dropped_;
    return kNone;
  }

  /** The newest buffer for which `is_ready(slot)` holds; older ones that are ready are freed and counted as dropped,
   * for only the newest picture is worth sending. A buffer older than `max_age_ns` is dropped too: it is from before a
   * pause. The returned buffer stays taken until `release`. */
  template <typename IsReady>
  int take_newest(IsReady&& is_ready, int64_t now_ns, int64_t max_age_ns) {
    int found = kNone;
    for (int slot = 0; slot < Count; ++slot) {
      if (order_[slot] == 0 || !is_ready(slot)) continue;
      if (now_ns - captured_ns_[slot] > max_age_ns) {
        drop(slot);
      } else if (found == kNone) {
        found = slot;
      } else if (order_[slot] > order_[found]) {
        drop(found);
        found = slot;
      } else {
        drop(slot);
      }
    }
    return found;
  }

  void release(int slot) { order_[slot] = 0; }

  int64_t captured_ns(int slot) const { return captured_ns_[slot]; }
  int64_t dropped() const { return dropped_; }

  int in_flight() const {
    int count = 0;
    for (int64_t order : order_) count += order != 0;
    return count;
  }

 private:
  void drop(int slot) {
    release(slot);
    ++dropped_;
  }

  std::array<int64_t, Count> order_ = {};  // 0: free
  std::array<int64_t, Count> captured_ns_ = {};
  int64_t newest_ = 0;
  int64_t dropped_ = 0;
};

}  // namespace lsd_unreal
