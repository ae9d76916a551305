#pragma once

#include <cstdint>

namespace lsd {

constexpr int64_t kNanosecondsPerMillisecond = 1'000'000;
constexpr int64_t kNanosecondsPerSecond = 1'000'000'000;

/// Monotonic nanoseconds of the clock that PROTOCOL.md section 3 names for this system; the daemon reads the same one.
int64_t now_ns();

}  // namespace lsd
