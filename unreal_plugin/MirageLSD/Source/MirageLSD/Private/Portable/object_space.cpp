// Copyright 2026 MirageLSD contributors. Licensed under the Apache License 2.0.
#include "object_space.h"

#include <algorithm>
#include <cmath>

namespace lsd_unreal {
namespace {

// A transform whose axes are shorter, or less apart, says nothing of directions.
constexpr double kLeastScale = 1e-6;
constexpr double kLeastSine = 1e-3;

double dot(const double a[3], const double b[3]) { return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]; }

void read_axis(const float matrix[12], int column, double out[3]) {
  for (int row = 0; row < 3; ++row) out[row] = matrix[4 * row + column];
}

}  // namespace

int up_axis(const float world_from_object[12]) {
  int best = 1;
  double highest = 0.0;
  for (int column = 0; column < 3; ++column) {
    double axis[3];
    read_axis(world_from_object, column, axis);
    const double length = std::sqrt(dot(axis, axis));
    if (!(length > kLeastScale)) continue;
    const double height = axis[1] / length;
    // Between two that are as good, y as it is.
    if (std::abs(height) <= highest + (best == 1 ? kLeastSine : 0.0)) continue;
    highest = std::abs(height);
    best = height < 0.0 ? column + 3 : column;
  }
  return best;
}

void stand_up(int axis, float world_from_object[12]) {
  const int up = axis % 3;
  const float sign = axis < 3 ? 1.0f : -1.0f;
  for (int row = 0; row < 3; ++row) {
    float* const to = world_from_object + 4 * row;
    const float from[3] = {to[0], to[1], to[2]};
    to[0] = from[(up + 2) % 3];
    to[1] = sign * from[up];
    to[2] = sign * from[(up + 1) % 3];
  }
}

bool object_from_world(const float world_from_object[12], float out[12]) {
  double axes[3][3];
  for (int i = 0; i < 3; ++i) {
    double* const axis = axes[i];
    read_axis(world_from_object, i, axis);
    const double scale = std::sqrt(dot(axis, axis));
    for (int k = 0; k < i; ++k) {
      const double along = dot(axes[k], axis);
      for (int row = 0; row < 3; ++row) axis[row] -= along * axes[k][row];
    }
    const double length = std::sqrt(dot(axis, axis));
    if (!(length > kLeastSine * scale) || !(scale > kLeastScale)) return false;
    for (int row = 0; row < 3; ++row) axis[row] /= length;
  }
  double origin[3];
  read_axis(world_from_object, 3, origin);
  for (int i = 0; i < 3; ++i) {
    std::copy(axes[i], axes[i] + 3, out + 4 * i);
    out[4 * i + 3] = static_cast<float>(-dot(axes[i], origin));
  }
  return true;
}

}  // namespace lsd_unreal
