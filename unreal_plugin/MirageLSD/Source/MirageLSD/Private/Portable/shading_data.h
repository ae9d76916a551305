// Copyright 2026 MirageLSD contributors. Licensed under the Apache License 2.0.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "lsd/lsd.h"

/** What LSDShade.ush is given besides textures, from what the native core has: floats in the shader's order. */
namespace lsd_unreal {

inline constexpr int kShadeConstants = 17;
inline constexpr int kWeightVectors = 1801;
inline constexpr int kSlotNumbers = 256;
/** Of the table of slots, float4. */
inline constexpr int kSlotVectors = 4 * kSlotNumbers;

/** The bits of a float16 as a float. */
float half_to_float(uint16_t half);

/** A context that was copied out of the core. */
struct ShadeContext {
  int width = 0;
  int height = 0;
  /** Row 0 on top, a cell's channels side by side: four float4 a cell. */
  std::vector<float> cells;
  bool has_camera = false;
  lsd_camera camera = {};
  std::array<float, 3> seed = {};
};

/** False for a grid that the shader can't read: it reads 16 channels. */
bool read_context(const lsd_context& context, ShadeContext& out);

/** What belongs to the controls. Between two sets that come shortly after one another, as in a transition, it goes from
 * the one to the other evenly, at the engine's own rate. */
class ShadeLook {
 public:
  /** False for another shape, which the shader was not written for. */
  bool take(const lsd_context& context, int64_t now_ns);
  /** True if anything has changed since the last call. */
  bool advance(int64_t now_ns);

  /** LSD_WEIGHT: kWeightVectors float4. */
  const float* weights() const { return shown_.data(); }
  const float* palette() const { return shown_.data() + kWeights; }
  const float* sun() const { return palette() + LSD_PALETTE_NUMBERS; }
  float strength() const { return sun()[3]; }

 private:
  static constexpr int kWeights = kWeightVectors * 4;
  static constexpr int kNumbers = kWeights + LSD_PALETTE_NUMBERS + 4;
  /** Sets that are further apart are no steps of one transition. */
  static constexpr int64_t kLongestStepNs = 300'000'000;

  std::vector<float> from_, to_, shown_;
  int64_t generation_ = 0;
  int64_t taken_ns_ = 0;
  int64_t step_ns_ = 0;
  bool changed_ = false;
};

struct ShadeFrame {
  lsd_camera camera = {};
  /** Pixels of the picture that is drawn. */
  int width = 0;
  int height = 0;
  bool has_normals = false;
  bool has_slots = false;
  /** Towards the sun, of the protocol's world; null: that of the look. */
  const float* sun = nullptr;
};

/** LSD_CONSTANT: kShadeConstants float4. The engine's alpha stays. */
std::array<float, 4 * kShadeConstants> shade_constants(const ShadeFrame& frame, const ShadeContext& context,
                                                       const ShadeLook& look);

/** What LSD_SLOT looks up for each number in the plane ids: surface (see lsd_shade.hlsl), strength, 0, 0. Behind those
 * the first rows of LSD_OBJECT_ROW of each number, then the second and the third ones. */
std::array<float, 4 * kSlotVectors> slot_table(const lsd_slot* slots, int count);

}  // namespace lsd_unreal
