#pragma once

#include <array>
#include <cstdint>
#include <mutex>
#include <optional>

#include "lsd/lsd.h"

namespace lsd {

/// The cameras of the newest frames: a result is shown with the one that it was painted for.
class CameraHistory {
 public:
  /// Two seconds at 120 frames per second; an older result has no camera.
  static constexpr size_t kFrames = 240;

  void add(int64_t seq, const std::optional<lsd_camera>& camera) {
    const std::lock_guard lock(mutex_);
    entries_[index(seq)] = {seq, camera};
  }

  std::optional<lsd_camera> find(int64_t seq) const {
    const std::lock_guard lock(mutex_);
    const Entry& entry = entries_[index(seq)];
    return entry.seq == seq ? entry.camera : std::nullopt;
  }

 private:
  struct Entry {
    int64_t seq = -1;
    std::optional<lsd_camera> camera;
  };

  static size_t index(int64_t seq) { return static_cast<uint64_t>(seq) % kFrames; }

  mutable std::mutex mutex_;
  std::array<Entry, kFrames> entries_;
};

}  // namespace lsd
