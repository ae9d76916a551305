#include "clock.h"

#if defined(_WIN32)
#include <chrono>
#else
#include <time.h>
#endif

namespace lsd {

// The same clock as the daemon's (PROTOCOL.md section 3).
#if defined(_WIN32)

int64_t now_ns() {
  // QueryPerformanceCounter, in this compiler's library as in Microsoft's.
  using std::chrono::duration_cast;
  using std::chrono::nanoseconds;
  return duration_cast<nanoseconds>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

#else

int64_t now_ns() {
#if defined(__APPLE__)
  constexpr clockid_t kClock = CLOCK_MONOTONIC_RAW;
#else
  constexpr clockid_t kClock = CLOCK_MONOTONIC;
#endif
  timespec time{};
  clock_gettime(kClock, &time);
  return static_cast<int64_t>(time.tv_sec) * 1'000'000'000 + time.tv_nsec;
}

#endif

}  // namespace lsd
