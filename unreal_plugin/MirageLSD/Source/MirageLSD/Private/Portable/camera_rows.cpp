// Copyright 2026 MirageLSD contributors. Licensed under the Apache License 2.0.
#include "camera_rows.h"

namespace lsd_unreal {

void world_from_camera_rows(const lsd_camera& camera, float* rows) {
  for (int row = 0; row < 3; ++row) {
    double origin = 0.0;
    for (int column = 0; column < 3; ++column) {
      // The inverse of a rotation is its transpose.
      rows[4 * row + column] = camera.view[4 * column + row];
      origin -= static_cast<double>(camera.view[4 * column + row]) * camera.view[4 * column + 3];
    }
    rows[4 * row + 3] = static_cast<float>(origin);
  }
}

void clip_from_world_rows(const lsd_camera& camera, float* rows) {
  constexpr int kRows[3] = {0, 1, 3};
  for (int row = 0; row < 3; ++row) {
    for (int column = 0; column < 4; ++column) {
      double sum = 0.0;
      for (int k = 0; k < 4; ++k) {
        sum += static_cast<double>(camera.projection[4 * kRows[row] + k]) * camera.view[4 * k + column];
      }
      rows[4 * row + column] = static_cast<float>(sum);
    }
  }
}

void lens_row(const lsd_camera& camera, float* row) {
  row[0] = camera.projection[0];
  row[1] = camera.projection[5];
  row[2] = camera.projection[2];
  row[3] = camera.projection[6];
}

}  // namespace lsd_unreal
