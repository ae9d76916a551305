// Copyright 2026 MirageLSD contributors. Licensed under the Apache License 2.0.
#pragma once

#include <cstdint>

namespace lsd_unreal {

/** Which of the engine's frames are sent, so that about `fps` a second are. One thread. */
class FramePacer {
 public:
  /** 0 or less: every frame. */
  void set_fps(double fps) { period_ns_ = fps > 0.0 ? static_cast<int64_t>(1e9 / fps) : 0; }

  /** True if the frame rendered now is to be sent. */
  bool due(int64_t now_ns) {
    if (period_ns_ == 0) return true;
    if (now_ns < next_ns_) return false;
    // Keep the rhythm, unless a pause lies between: then frames must not come in a burst.
    next_ns_ = now_ns - next_ns_ > period_ns_ ? now_ns + period_ns_ : next_ns_ + period_ns_;
    return true;
  }

 private:
  int64_t period_ns_ = 0;
  int64_t next_ns_ = 0;
};

}  // namespace lsd_unreal
