#include "exposure.h"

#include <algorithm>
#include <cmath>

namespace mirage_hook {
namespace {

constexpr double kSpeed = 0.08;

/** Luma (0..1), over a part of the pixels. */
double mean_luma(const uint8_t* color, int64_t pixels) {
  double sum = 0;
  int64_t count = 0;
  for (int64_t i = 0; i < pixels; i += 7, count++)
    sum += 0.299 * color[4 * i] + 0.587 * color[4 * i + 1] + 0.114 * color[4 * i + 2];
  return sum / (255.0 * static_cast<double>(std::max<int64_t>(count, 1)));
}

/** The gamma that brings a mean to `wanted` (0..255); it only ever brightens. */
double gamma_for(double mean, double wanted) {
  return std::clamp(std::log(wanted / 255) / std::log(std::clamp(mean, 0.02, 0.9)), 0.2, 1.0);
}

}  // namespace

void Exposure::watch(const uint8_t* color, int64_t pixels) {
  if (wanted_ <= 0) return;
  // Its gamma leads back to what the game drew.
  const double wanted = gamma_for(std::pow(mean_luma(color, pixels), 1 / gamma_), wanted_);
  gamma_ = watched_ ? gamma_ + kSpeed * (wanted - gamma_) : wanted;
  watched_ = true;
}

}  // namespace mirage_hook
