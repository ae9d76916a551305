// Copyright 2026 MirageLSD contributors. Licensed under the Apache License 2.0.
#include "shading_data.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "camera_rows.h"
#include "object_space.h"

namespace lsd_unreal {
namespace {

constexpr int kChannels = 16;
constexpr int kShapeVersion = 1;
constexpr int kWeightCount = 7203;

}  // namespace

float half_to_float(uint16_t half) {
  const int exponent = (half >> 10) & 31, mantissa = half & 1023;
  const float sign = (half & 0x8000) != 0 ? -1.0f : 1.0f;
  if (exponent == 31) return mantissa == 0 ? sign * INFINITY : NAN;
  if (exponent == 0) return sign * std::ldexp(static_cast<float>(mantissa), -24);
  return sign * std::ldexp(static_cast<float>(mantissa + 1024), exponent - 25);
}

bool read_context(const lsd_context& context, ShadeContext& out) {
  if (context.channels != kChannels || context.width < 1 || context.height < 1 || context.values == nullptr) {
    return false;
  }
  out.width = context.width;
  out.height = context.height;
  out.cells.resize(static_cast<size_t>(context.width) * static_cast<size_t>(context.height) * kChannels);
  std::transform(context.values, context.values + out.cells.size(), out.cells.begin(), half_to_float);
  out.has_camera = context.has_camera != 0;
  out.camera = context.camera;
  std::copy(context.seed, context.seed + 3, out.seed.begin());
  return true;
}

bool ShadeLook::take(const lsd_context& context, int64_t now_ns) {
  if (context.shape == nullptr || std::strcmp(context.shape, "mirage-head-48x2") != 0 ||
      context.shape_version != kShapeVersion || context.weight_count != kWeightCount) {
    return false;
  }
  if (!to_.empty() && context.weights_generation == generation_) return true;
  advance(now_ns);
  std::vector<float> numbers(kNumbers, 0.0f);
  std::transform(context.weights, context.weights + kWeightCount, numbers.begin(), half_to_float);
  float* rest = std::copy(context.palette, context.palette + LSD_PALETTE_NUMBERS, numbers.data() + kWeights);
  rest = std::copy(context.sun, context.sun + 3, rest);
  *rest = context.strength;
  const int64_t since = now_ns - taken_ns_;
  step_ns_ = !shown_.empty() && since < kLongestStepNs ? since : 0;
  from_ = shown_.empty() ? numbers : shown_;
  to_ = std::move(numbers);
  shown_ = from_;
  generation_ = context.weights_generation;
  taken_ns_ = now_ns;
  changed_ = true;
  return true;
}

bool ShadeLook::advance(int64_t now_ns) {
  if (!changed_) return false;
  const double share = step_ns_ <= 0 ? 1.0 : static_cast<double>(now_ns - taken_ns_) / static_cast<double>(step_ns_);
  changed_ = share < 1.0;
  if (!changed_) {
    shown_ = to_;
    return true;
  }
  const float part = static_cast<float>(std::max(share, 0.0));
  for (int i = 0; i < kNumbers; ++i) shown_[i] = from_[i] + (to_[i] - from_[i]) * part;
  float* towards = shown_.data() + kWeights + LSD_PALETTE_NUMBERS;
  const float length = std::sqrt(towards[0] * towards[0] + towards[1] * towards[1] + towards[2] * towards[2]);
  for (int i = 0; i < 3 && length > 1e-6f; ++i) towards[i] /= length;
  return true;
}

std::array<float, 4 * kShadeConstants> shade_constants(const ShadeFrame& frame, const ShadeContext& context,
                                                       const ShadeLook& look) {
  std::array<float, 4 * kShadeConstants> packed = {};
  world_from_camera_rows(frame.camera, packed.data());
  lens_row(frame.camera, packed.data() + 12);
  const float rest[] = {frame.sun != nullptr ? frame.sun[0] : look.sun()[0],
                        frame.sun != nullptr ? frame.sun[1] : look.sun()[1],
                        frame.sun != nullptr ? frame.sun[2] : look.sun()[2],
                        look.strength(),
                        context.seed[0],
                        context.seed[1],
                        context.seed[2],
                        1.0f,
                        static_cast<float>(frame.width),
                        static_cast<float>(frame.height),
                        static_cast<float>(context.width),
                        static_cast<float>(context.height),
                        1.0f,
                        frame.has_normals ? 1.0f : 0.0f,
                        frame.has_slots ? 2.0f : 0.0f,  // with transforms
                        context.has_camera ? 1.0f : 0.0f};
  std::copy(std::begin(rest), std::end(rest), packed.begin() + 16);
  if (context.has_camera) clip_from_world_rows(context.camera, packed.data() + 32);
  std::copy(look.palette(), look.palette() + LSD_PALETTE_NUMBERS, packed.begin() + 44);
  return packed;
}

namespace {

// LSD_SLOT's first number: a character's parts; what grows; of all the rest only buildings, and what nobody named, have
// windows and bricks.
float surface_of(int object_class) {
  switch (object_class) {
    case LSD_CLASS_SKIN:
      return 1.0f;
    case LSD_CLASS_HAIR:
      return 2.0f;
    case LSD_CLASS_OUTFIT:
      return 3.0f;
    case LSD_CLASS_FOLIAGE:
      return 5.0f;
    case LSD_CLASS_UNSPECIFIED:
    case LSD_CLASS_BUILDING:
      return 0.0f;
    default:
      return 4.0f;
  }
}

}  // namespace

std::array<float, 4 * kSlotVectors> slot_table(const lsd_slot* slots, int count) {
  std::array<float, 4 * kSlotVectors> table = {};
  for (int number = 0; number < kSlotNumbers; ++number) {
    table[4 * number + 1] = 1.0f;
    for (int i = 0; i < 3; ++i) table[4 * ((1 + i) * kSlotNumbers + number) + i] = 1.0f;
  }
  for (int i = 0; i < count; ++i) {
    if (slots[i].slot < 1 || slots[i].slot >= kSlotNumbers) continue;
    float* const row = table.data() + 4 * slots[i].slot;
    row[0] = surface_of(slots[i].object_class);
    if ((slots[i].flags & LSD_SLOT_HAS_STRENGTH) != 0) row[1] = std::clamp(slots[i].strength, 0.0f, 1.0f);
    float rows[12];
    if ((slots[i].flags & LSD_SLOT_HAS_TRANSFORM) == 0 || !object_from_world(slots[i].world_from_object, rows)) {
      continue;
    }
    for (int k = 0; k < 3; ++k) std::copy(rows + 4 * k, rows + 4 * k + 4, row + 4 * (1 + k) * kSlotNumbers);
  }
  return table;
}

}  // namespace lsd_unreal
