#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace lsd {

struct Percentiles {
  float p50 = 0;
  float p95 = 0;
  float max = 0;
};

/// The last 512 values of something.
class LatencyWindow {
 public:
  static constexpr size_t kCapacity = 512;

  void add(float value);
  size_t count() const { return count_; }

  /// Nearest rank: the smallest value that at least p percent of the values do not exceed. All 0 without values.
  Percentiles percentiles() const;

 private:
  std::array<float, kCapacity> values_{};
  size_t count_ = 0;
  size_t next_ = 0;
};

/// Events per second over the last two seconds.
class RateCounter {
 public:
  void add(int64_t now_ns);
  float per_second(int64_t now_ns) const;

 private:
  std::array<int64_t, 1024> times_{};
  size_t count_ = 0;
  size_t next_ = 0;
  int64_t first_ns_ = 0;
};

}  // namespace lsd
