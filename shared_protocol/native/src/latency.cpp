#include "latency.h"

#include <algorithm>

#include "clock.h"

namespace lsd {

void LatencyWindow::add(float value) {
  values_[next_] = value;
  next_ = (next_ + 1) % kCapacity;
  count_ = std::min(count_ + 1, kCapacity);
}

Percentiles LatencyWindow::percentiles() const {
  if (count_ == 0) return {};
  std::array<float, kCapacity> sorted = values_;
  std::sort(sorted.begin(), sorted.begin() + static_cast<std::ptrdiff_t>(count_));
  const auto at = [&](size_t percent) { return sorted[(count_ * percent + 99) / 100 - 1]; };
  return {at(50), at(95), sorted[count_ - 1]};
}

void RateCounter::add(int64_t now_ns) {
  if (count_ == 0) first_ns_ = now_ns;
  times_[next_] = now_ns;
  next_ = (next_ + 1) % times_.size();
  count_ = std::min(count_ + 1, times_.size());
}

float RateCounter::per_second(int64_t now_ns) const {
  constexpr int64_t window = 2 * kNanosecondsPerSecond;
  const auto recent = std::count_if(times_.begin(), times_.begin() + static_cast<std::ptrdiff_t>(count_),
                                    [&](int64_t time) { return now_ns - time < window; });
  // A stream younger than the window would seem slow; the first quarter second is too short to tell.
  const int64_t age = std::clamp(now_ns - first_ns_, window / 8, window);
  return static_cast<float>(recent) * static_cast<float>(kNanosecondsPerSecond) / static_cast<float>(age);
}

}  // namespace lsd
