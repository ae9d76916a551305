// Copyright 2026 MirageLSD contributors. Licensed under the Apache License 2.0.
#pragma once

#include <array>
#include <vector>

#include "lsd/lsd.h"

/** What LSDReproject.ush is given besides textures: floats in the shader's order. */
namespace lsd_unreal {

inline constexpr int kReprojectConstants = 23;
inline constexpr int kReprojectKeys = 4;
/** Of LSD_R_SLOT_ROW: three for each key frame of each number in the plane ids, float4. */
inline constexpr int kReprojectSlotRows = 256 * kReprojectKeys * 3;

/** The frame that an older result was made for. */
struct ReprojectKey {
  lsd_camera camera = {};
  /** Where things were. */
  const lsd_slot* slots = nullptr;
  int slot_count = 0;
};

struct ReprojectFrame {
  lsd_camera camera = {};
  /** Pixels of the picture that is drawn, of the key frames' pictures and of their depths. */
  int width = 0;
  int height = 0;
  int key_width = 0;
  int key_height = 0;
  int depth_width = 0;
  int depth_height = 0;
  bool has_slots = false;
  bool has_motion = false;
};

/** LSD_R_CONSTANT: kReprojectConstants float4. `keys`: at most kReprojectKeys, the newest first. */
std::array<float, 4 * kReprojectConstants> reproject_constants(const ReprojectFrame& frame,
                                                               const std::vector<ReprojectKey>& keys);

/** Whether any of them says where it is: the others can't be followed. */
bool has_transforms(const lsd_slot* slots, int count);

/** LSD_R_SLOT_ROW: row 12 * number + 3 * key + i. What is not known then or now has not moved. */
std::vector<float> reproject_slot_rows(const lsd_slot* now, int count, const std::vector<ReprojectKey>& keys);

}  // namespace lsd_unreal
