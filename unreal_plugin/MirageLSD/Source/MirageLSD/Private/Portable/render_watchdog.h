// Copyright 2026 MirageLSD contributors. Licensed under the Apache License 2.0.
#pragma once

#include <cstdint>

namespace lsd_unreal {

/** Notices that a connected stream is given nothing to send. One thread. */
class RenderWatchdog {
 public:
  static constexpr double kPatienceS = 3.0;

  /** True once `kPatienceS` seconds have passed without a new rendered frame, and then not again before one came. */
  bool update(bool connected, int64_t rendered, double now_s) {
    if (!connected || rendered != rendered_ || since_s_ < 0.0) {
      rendered_ = rendered;
      since_s_ = now_s;
      said_ = false;
      return false;
    }
    if (said_ || now_s - since_s_ < kPatienceS) return false;
    said_ = true;
    return true;
  }

 private:
  int64_t rendered_ = 0;
  double since_s_ = -1.0;
  bool said_ = false;
};

}  // namespace lsd_unreal
