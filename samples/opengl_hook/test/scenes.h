// Transforms for tests.
#pragma once

#include <cmath>

#include "matrix.h"

namespace mirage_hook {

inline Matrix perspective(double focal, double aspect, double near, double far) {
  Matrix m;
  m.at = {focal / aspect,
          0,
          0,
          0,
          0,
          focal,
          0,
          0,
          0,
          0,
          -(far + near) / (far - near),
          -2 * far * near / (far - near),
          0,
          0,
          -1,
          0};
  return m;
}

/** Turned by `yaw` and `pitch`, then moved. */
inline Matrix pose(double yaw, double pitch, double x, double y, double z) {
  Matrix a, b;
  a.at = {std::cos(yaw), 0, std::sin(yaw), 0, 0, 1, 0, 0, -std::sin(yaw), 0, std::cos(yaw), 0, 0, 0, 0, 1};
  b.at = {1, 0, 0, 0, 0, std::cos(pitch), -std::sin(pitch), 0, 0, std::sin(pitch), std::cos(pitch), 0, 0, 0, 0, 1};
  Matrix m = b * a;
  m(0, 3) = x;
  m(1, 3) = y;
  m(2, 3) = z;
  return m;
}

inline double difference(const Matrix& a, const Matrix& b) {
  double most = 0;
  for (size_t i = 0; i < 16; i++) most = std::fmax(most, std::abs(a.at[i] - b.at[i]));
  return most;
}

}  // namespace mirage_hook
