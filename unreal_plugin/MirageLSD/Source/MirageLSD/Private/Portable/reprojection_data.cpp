// Copyright 2026 MirageLSD contributors. Licensed under the Apache License 2.0.
#include "reprojection_data.h"

#include <algorithm>
#include <cmath>

#include "camera_rows.h"

namespace lsd_unreal {
namespace {

/** How far a depth may be off and still be the same point, as a share of it. */
constexpr float kTolerance = 0.03f;
/** An older result counts half as much as the one after it. */
constexpr float kFallOff = 0.5f;
constexpr float kIdentity[12] = {1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0};

const lsd_slot* find(const lsd_slot* slots, int count, int number) {
  const lsd_slot* const end = slots + count;
  const lsd_slot* const found = std::find_if(slots, end, [number](const lsd_slot& s) { return s.slot == number; });
  return found != end && (found->flags & LSD_SLOT_HAS_TRANSFORM) != 0 ? found : nullptr;
}

/** then times the inverse of now, 3x4; false if now can't be inverted. */
bool then_from_now(const float* then, const float* now, float* out) {
  const double a = now[0], b = now[1], c = now[2], d = now[4], e = now[5], f = now[6], g = now[8], h = now[9],
               i = now[10];
  const double determinant = a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g);
  if (!(std::abs(determinant) > 1e-12)) return false;
  const double inverse[9] = {e * i - f * h, c * h - b * i, b * f - c * e, f * g - d * i, a * i - c * g,
                             c * d - a * f, d * h - e * g, b * g - a * h, a * e - b * d};
  for (int row = 0; row < 3; ++row) {
    double origin = then[4 * row + 3];
    for (int column = 0; column < 3; ++column) {
      double sum = 0.0;
      for (int k = 0; k < 3; ++k) sum += static_cast<double>(then[4 * row + k]) * inverse[3 * k + column];
      out[4 * row + column] = static_cast<float>(sum / determinant);
      origin -= sum / determinant * now[4 * column + 3];
    }
    out[4 * row + 3] = static_cast<float>(origin);
  }
  return true;
}

}  // namespace

std::array<float, 4 * kReprojectConstants> reproject_constants(const ReprojectFrame& frame,
                                                               const std::vector<ReprojectKey>& keys) {
  std::array<float, 4 * kReprojectConstants> packed = {};
  world_from_camera_rows(frame.camera, packed.data());
  lens_row(frame.camera, packed.data() + 12);
  const float sizes[] = {static_cast<float>(frame.width),       static_cast<float>(frame.height),
                         static_cast<float>(keys.size()),       kTolerance,
                         static_cast<float>(frame.key_width),   static_cast<float>(frame.key_height),
                         static_cast<float>(frame.depth_width), static_cast<float>(frame.depth_height)};
  std::copy(std::begin(sizes), std::end(sizes), packed.begin() + 16);
  float weight = 1.0f;
  for (size_t key = 0; key < keys.size(); ++key) {
    packed[24 + key] = weight;
    weight *= kFallOff;
    clip_from_world_rows(keys[key].camera, packed.data() + 32 + 16 * key);
  }
  packed[28] = frame.has_slots ? 1.0f : 0.0f;
  packed[29] = frame.has_motion ? 1.0f : 0.0f;
  packed[30] = 1.0f;  // what none saw is borrowed
  return packed;
}

bool has_transforms(const lsd_slot* slots, int count) {
  return std::any_of(slots, slots + count, [](const lsd_slot& s) { return (s.flags & LSD_SLOT_HAS_TRANSFORM) != 0; });
}

std::vector<float> reproject_slot_rows(const lsd_slot* now, int count, const std::vector<ReprojectKey>& keys) {
  std::vector<float> rows(4 * kReprojectSlotRows);
  for (int row = 0; row < kReprojectSlotRows / 3; ++row) {
    std::copy(std::begin(kIdentity), std::end(kIdentity), rows.begin() + 12 * row);
  }
  for (int i = 0; i < count; ++i) {
    if (now[i].slot < 1 || now[i].slot > LSD_MAX_SLOTS || (now[i].flags & LSD_SLOT_HAS_TRANSFORM) == 0) continue;
    for (size_t key = 0; key < keys.size(); ++key) {
      const lsd_slot* const then = find(keys[key].slots, keys[key].slot_count, now[i].slot);
      float* const place = rows.data() + 4 * (12 * static_cast<size_t>(now[i].slot) + 3 * key);
      if (then != nullptr) then_from_now(then->world_from_object, now[i].world_from_object, place);
    }
  }
  return rows;
}

}  // namespace lsd_unreal
