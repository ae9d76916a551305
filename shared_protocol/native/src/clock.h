#pragma once

#include <cstdint>

namespace lsd {

constexpr int64_t kNanosecondsPerMillisecond = 1'000'000;
constexpr int64_t kNanosecondsPerSecond = 1'000'000'000;

/// Monotonic nanoseconds. On Linux this is CLOCK_MONOTONIC, which the daemon's Python clock is too.
int64_t now_ns();

}  // namespace lsd
