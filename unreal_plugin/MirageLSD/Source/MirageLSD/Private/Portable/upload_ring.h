// Copyright 2026 MirageLSD contributors. Licensed under the Apache License 2.0.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <vector>

namespace lsd_unreal {

/** A few picture buffers handed to the RHI thread. A buffer belongs to the RHI thread from `begin` until `done`, so its
 * memory outlives the command that reads it. `begin`: render thread; `done`: any thread. */
template <int Count>
class UploadRing {
 public:
  static constexpr int kNone = -1;

  /** A buffer of `bytes`, or kNone while all are still being read: then this result is skipped, the next comes soon. */
  int begin(size_t bytes) {
    for (int i = 0; i < Count; ++i) {
      const int slot = (next_ + i) % Count;
      if (busy_[slot].load(std::memory_order_acquire)) continue;
      if (buffers_[slot].size() != bytes) buffers_[slot].resize(bytes);
      busy_[slot].store(true, std::memory_order_relaxed);
      next_ = (slot + 1) % Count;
      return slot;
    }
    ++skipped_;
    return kNone;
  }

  uint8_t* data(int slot) { return buffers_[slot].data(); }
  void done(int slot) { busy_[slot].store(false, std::memory_order_release); }
  int64_t skipped() const { return skipped_; }

 private:
  std::array<std::vector<uint8_t>, Count> buffers_;
  std::array<std::atomic<bool>, Count> busy_ = {};
  int next_ = 0;
  int64_t skipped_ = 0;
};

}  // namespace lsd_unreal
