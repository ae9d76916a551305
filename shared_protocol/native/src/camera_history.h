#pragma once

#include <array>
#include <cstdint>
#include <mutex>
#include <optional>

#include "lsd/lsd.h"

namespace lsd {

/// The cameras of the newest frames, so that a result can say which one it was made with.
class CameraHistory {
 public:
  void add(int64_t seq, const std::optional<lsd_camera>& camera) {
    const std::lock_guard lock(mutex_);
    entries_[static_cast<size_t>(seq) % kMost] = {seq, camera};
  }
  /// Nothing when the frame had none, or is longer ago than kMost frames.
  std::optional<lsd_camera> find(int64_t seq) const {
    const std::lock_guard lock(mutex_);
    const Entry& entry = entries_[static_cast<size_t>(seq) % kMost];
    return entry.seq == seq ? entry.camera : std::nullopt;
  }

 private:
  // Two seconds at 240 frames a second.
  static constexpr size_t kMost = 512;
  struct Entry {
    int64_t seq = 0;
    std::optional<lsd_camera> camera;
  };
  mutable std::mutex mutex_;
  std::array<Entry, kMost> entries_{};
};

}  // namespace lsd
