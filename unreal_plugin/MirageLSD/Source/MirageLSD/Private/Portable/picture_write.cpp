// Copyright 2026 MirageLSD contributors. Licensed under the Apache License 2.0.
#include "picture_write.h"

#include <cmath>
#include <cstring>

namespace lsd_unreal {
namespace {

struct Tables {
  uint8_t linear8[256];
  uint16_t half[256];
  uint16_t half_alpha[256];

  Tables() {
    for (int i = 0; i < 256; ++i) {
      const float linear = linear_from_srgb(static_cast<uint8_t>(i));
      linear8[i] = static_cast<uint8_t>(std::lround(linear * 255.0f));
      half[i] = half_from_unit(linear);
      half_alpha[i] = half_from_unit(static_cast<float>(i) / 255.0f);
    }
  }
};

const Tables& tables() {
  static const Tables made;
  return made;
}

}  // namespace

float linear_from_srgb(uint8_t encoded) {
  const float c = static_cast<float>(encoded) / 255.0f;
  return c <= 0.04045f ? c / 12.92f : std::pow((c + 0.055f) / 1.055f, 2.4f);
}

uint16_t half_from_unit(float value) {
  if (!(value > 0.0f)) return 0;
  int exponent = 0;
  const float fraction = std::frexp(value, &exponent);  // value = fraction * 2^exponent, fraction in 0.5..1
  if (exponent < -13) return static_cast<uint16_t>(std::lround(std::ldexp(value, 24)));
  const long mantissa = std::lround(std::ldexp(fraction, 11));  // 1024..2048; 2048 carries into the exponent
  return static_cast<uint16_t>(((exponent + 14) << 10) + static_cast<int>(mantissa) - 1024);
}

void write_picture(PictureWrite write, const uint8_t* source, uint8_t* target, size_t pixels) {
  if (write == PictureWrite::kCopy) {
    std::memcpy(target, source, pixels * 4);
    return;
  }
  const Tables& table = tables();
  if (write == PictureWrite::kLinear8) {
    for (size_t i = 0; i < pixels * 4; i += 4) {
      target[i] = table.linear8[source[i]];
      target[i + 1] = table.linear8[source[i + 1]];
      target[i + 2] = table.linear8[source[i + 2]];
      target[i + 3] = source[i + 3];
    }
    return;
  }
  for (size_t i = 0; i < pixels * 4; i += 4) {
    const uint16_t halves[4] = {table.half[source[i]], table.half[source[i + 1]], table.half[source[i + 2]],
                                table.half_alpha[source[i + 3]]};
    std::memcpy(target + i * 2, halves, sizeof halves);
  }
}

}  // namespace lsd_unreal
