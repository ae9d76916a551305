// How much a dark picture is brightened before it is painted.
#pragma once

#include <cstdint>

namespace mirage_hook {

class Exposure {
 public:
  /** `wanted`: mean luma, 0..255, that a darker picture is slowly brought to; 0: it stays as it is. */
  explicit Exposure(double wanted) : wanted_(wanted) {}

  /** Watches a picture (RGBA) that was brightened by `gamma` already. */
  void watch(const uint8_t* color, int64_t pixels);
  /** 1: as it is; below: brighter. */
  double gamma() const { return gamma_; }

 private:
  double wanted_, gamma_ = 1;
  bool watched_ = false;
};

}  // namespace mirage_hook
