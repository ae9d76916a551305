// Copyright 2026 MirageLSD contributors. Licensed under the Apache License 2.0.
#pragma once

#include <algorithm>
#include <array>

namespace lsd_unreal {

/** The last `Capacity` numbers, oldest first: the editor's latency graph. One thread. */
template <int Capacity>
class SampleHistory {
 public:
  void add(float value) {
    samples_[(first_ + count_) % Capacity] = value;
    if (count_ < Capacity) {
      ++count_;
    } else {
      first_ = (first_ + 1) % Capacity;
    }
  }

  int count() const { return count_; }
  float operator[](int i) const { return samples_[(first_ + i) % Capacity]; }

  float max() const {
    float largest = 0.0f;
    for (int i = 0; i < count_; ++i) largest = std::max(largest, (*this)[i]);
    return largest;
  }

 private:
  std::array<float, Capacity> samples_ = {};
  int first_ = 0;
  int count_ = 0;
};

}  // namespace lsd_unreal
