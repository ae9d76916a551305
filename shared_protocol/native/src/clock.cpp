#include "clock.h"

#if defined(_WIN32)
#define WIN32_LEAN_AND_MEAN
#include <windows.h>
#else
#include <time.h>
#endif

namespace lsd {

// Named here and not left to std::chrono: the daemon reads the same clocks, and a standard library is free to choose.
#if defined(_WIN32)
int64_t now_ns() {
  static const int64_t ticks_per_second = [] {
    LARGE_INTEGER frequency;
    QueryPerformanceFrequency(&frequency);
    return static_cast<int64_t>(frequency.QuadPart);
  }();
  LARGE_INTEGER ticks;
  QueryPerformanceCounter(&ticks);
  // In two parts: ticks times 1e9 would overflow after a few weeks.
  const int64_t seconds = ticks.QuadPart / ticks_per_second;
  const int64_t rest = ticks.QuadPart % ticks_per_second;
  return seconds * kNanosecondsPerSecond + rest * kNanosecondsPerSecond / ticks_per_second;
}
#elif defined(__APPLE__)
int64_t now_ns() { return static_cast<int64_t>(clock_gettime_nsec_np(CLOCK_MONOTONIC_RAW)); }
#else
int64_t now_ns() {
  timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * kNanosecondsPerSecond + now.tv_nsec;
}
#endif

}  // namespace lsd
