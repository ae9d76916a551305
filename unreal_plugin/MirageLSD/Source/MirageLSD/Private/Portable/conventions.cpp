// Copyright 2026 MirageLSD contributors. Licensed under the Apache License 2.0.
#include "conventions.h"

#include <cmath>
#include <utility>

namespace lsd_unreal {
namespace {

constexpr double kMetresPerUnit = 0.01;
constexpr Matrix kIdentity = {1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1};

// Where each axis of the protocol's world goes in Unreal's: +x right is +Y, +y up is +Z, +z backwards is -X.
constexpr int kUnrealAxis[3] = {1, 2, 0};
constexpr double kSign[3] = {1.0, 1.0, -1.0};

double at(const Matrix& m, int row, int column) { return m[4 * row + column]; }

}  // namespace

bool is_perspective(const Matrix& projection) {
  for (double element : projection) {
    if (!std::isfinite(element)) return false;
  }
  return std::abs(at(projection, 2, 3) - 1.0) < 1e-6 && std::abs(at(projection, 0, 0)) > 1e-4 &&
         std::abs(at(projection, 1, 1)) > 1e-4 && at(projection, 3, 2) > 0.0;
}

ClipPlanes clip_planes(const Matrix& projection) {
  // device_z = a + b / z, with device_z = 1 at the near plane and 0 at the far one.
  const double a = at(projection, 2, 2), b = at(projection, 3, 2);
  ClipPlanes planes;
  planes.near_m = b / (1.0 - a) * kMetresPerUnit;
  planes.far_m = a < 0.0 ? b / -a * kMetresPerUnit : kInfiniteFarM;
  return planes;
}

DepthScale depth_scale(const Matrix& projection) {
  return {static_cast<float>(at(projection, 3, 2) * kMetresPerUnit), static_cast<float>(at(projection, 2, 2))};
}

lsd_camera to_protocol(const Matrix& view, const Matrix& projection) {
  lsd_camera camera = {};
  for (int row = 0; row < 3; ++row) {
    const double row_sign = row == 2 ? -1.0 : 1.0;  // view space: Unreal looks along +z, the protocol along -z
    for (int column = 0; column < 3; ++column) {
      camera.view[4 * row + column] = static_cast<float>(row_sign * kSign[column] * at(view, kUnrealAxis[column], row));
    }
    camera.view[4 * row + 3] = static_cast<float>(row_sign * at(view, 3, row) * kMetresPerUnit);
  }
  camera.view[15] = 1.0f;

  const ClipPlanes planes = clip_planes(projection);
  const double depth = planes.far_m - planes.near_m;
  camera.projection[0] = static_cast<float>(at(projection, 0, 0));
  camera.projection[2] = static_cast<float>(-at(projection, 2, 0));
  camera.projection[5] = static_cast<float>(at(projection, 1, 1));
  camera.projection[6] = static_cast<float>(-at(projection, 2, 1));
  camera.projection[10] = static_cast<float>(-(planes.far_m + planes.near_m) / depth);
  camera.projection[11] = static_cast<float>(-2.0 * planes.far_m * planes.near_m / depth);
  camera.projection[14] = -1.0f;
  camera.near_plane = static_cast<float>(planes.near_m);
  camera.far_plane = static_cast<float>(planes.far_m);
  return camera;
}

std::array<float, 3> direction_to_protocol(double x, double y, double z) {
  return {static_cast<float>(y), static_cast<float>(z), static_cast<float>(-x)};
}

void transform_to_protocol(const Matrix& world_from_object, float (&out)[12]) {
  for (int row = 0; row < 3; ++row) {
    for (int column = 0; column < 3; ++column) {
      // Vectors are rows in Unreal: what takes column to row there is the transpose.
      out[4 * row + column] =
          static_cast<float>(kSign[row] * kSign[column] * at(world_from_object, kUnrealAxis[column], kUnrealAxis[row]));
    }
    out[4 * row + 3] = static_cast<float>(kSign[row] * at(world_from_object, 3, kUnrealAxis[row]) * kMetresPerUnit);
  }
}

Matrix multiply(const Matrix& a, const Matrix& b) {
  Matrix product = {};
  for (int row = 0; row < 4; ++row) {
    for (int column = 0; column < 4; ++column) {
      double sum = 0.0;
      for (int k = 0; k < 4; ++k) sum += at(a, row, k) * at(b, k, column);
      product[4 * row + column] = sum;
    }
  }
  return product;
}

bool invert(const Matrix& m, Matrix& out) {
  // Gauss-Jordan with pivoting: a projection's elements differ by many orders of magnitude.
  Matrix left = m, right = kIdentity;
  for (int column = 0; column < 4; ++column) {
    int pivot = column;
    for (int row = column + 1; row < 4; ++row) {
      if (std::abs(at(left, row, column)) > std::abs(at(left, pivot, column))) pivot = row;
    }
    const double size = at(left, pivot, column);
    if (!(std::abs(size) > 1e-12)) return false;
    for (int k = 0; k < 4; ++k) {
      std::swap(left[4 * column + k], left[4 * pivot + k]);
      std::swap(right[4 * column + k], right[4 * pivot + k]);
    }
    for (int k = 0; k < 4; ++k) {
      left[4 * column + k] /= size;
      right[4 * column + k] /= size;
    }
    for (int row = 0; row < 4; ++row) {
      const double factor = at(left, row, column);
      if (row == column || factor == 0.0) continue;
      for (int k = 0; k < 4; ++k) {
        left[4 * row + k] -= factor * at(left, column, k);
        right[4 * row + k] -= factor * at(right, column, k);
      }
    }
  }
  out = right;
  return true;
}

Matrix clip_to_previous_clip(const Matrix& view, const Matrix& projection, const Matrix& previous_view,
                             const Matrix& previous_projection) {
  // View by view, not through the world: far from the origin the product of world and clip loses digits.
  Matrix world_from_view, view_from_clip;
  if (!invert(projection, view_from_clip) || !invert(view, world_from_view)) return kIdentity;
  return multiply(multiply(view_from_clip, multiply(world_from_view, previous_view)), previous_projection);
}

}  // namespace lsd_unreal
