// Copyright 2026 MirageLSD contributors. Licensed under the Apache License 2.0.
#pragma once

#include <algorithm>
#include <cmath>

/** A stand-in for the HLSL that LSDConventions.ush uses, so that the shaders' arithmetic runs in tests. */
struct float2 {
  float x, y;
  float2() : x(0), y(0) {}
  float2(float x_, float y_) : x(x_), y(y_) {}
};

struct float4 {
  float x, y, z, w;
  float4() : x(0), y(0), z(0), w(0) {}
  float4(float x_, float y_, float z_, float w_) : x(x_), y(y_), z(z_), w(w_) {}
};

namespace hlsl {
using uint = unsigned int;
using std::ceil;
using std::max;
using std::min;
using std::pow;
inline float clamp(float v, float low, float high) { return std::min(std::max(v, low), high); }
// Several files of a program may take it in, and none of them needs all of it.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wunused-function"
namespace {
#include "LSDConventions.ush"
}
#pragma GCC diagnostic pop

/** mul(float4(...), M) for a matrix as Unreal passes it: rows. */
template <typename Elements>
float4 mul(const float4& v, const Elements& m) {
  auto column = [&](int c) {
    return static_cast<float>(v.x * m[c] + v.y * m[4 + c] + v.z * m[8 + c] + v.w * m[12 + c]);
  };
  return {column(0), column(1), column(2), column(3)};
}

/** DecodeVelocityFromTexture of the engine's Common.ush from SM5 on; 0..1 as the 16-bit texture is read. The plugin
 * calls the engine's own function. */
inline float decode_velocity(float stored) {
  const float inverse = 1.0f / (0.499f * 0.5f);
  const float v = stored * inverse - 32767.0f / 65535.0f * inverse;
  return v * std::abs(v) * 0.5f;
}
}  // namespace hlsl
