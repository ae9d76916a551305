#include "shading_data.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "matrix.h"

namespace mirage_hook {
namespace {

constexpr int kShapeVersion = 1, kWeightCount = 7203;

Matrix from_rows(const float* rows) {
  Matrix out;
  std::copy(rows, rows + 16, out.at.begin());
  return out;
}

float* put_row(const Matrix& matrix, int row, float* out) {
  for (int c = 0; c < 4; c++) *out++ = static_cast<float>(matrix(row, c));
  return out;
}

/** A character's parts; what grows; of all the rest only buildings, and what nobody named, have windows and bricks. */
uint8_t surface_of(int object_class) {
  switch (object_class) {
    case LSD_CLASS_SKIN:
      return 1;
    case LSD_CLASS_HAIR:
      return 2;
    case LSD_CLASS_OUTFIT:
      return 3;
    case LSD_CLASS_FOLIAGE:
      return 5;
    case LSD_CLASS_UNSPECIFIED:
    case LSD_CLASS_BUILDING:
      return 0;
    default:
      return 4;
  }
}

}  // namespace

bool can_shade_with(const lsd_context& context) {
  return context.shape != nullptr && std::strcmp(context.shape, "mirage-head-48x2") == 0 &&
         context.shape_version == kShapeVersion && context.weight_count == kWeightCount &&
         context.channels == kContextChannels;
}

std::array<float, 4 * kShadeConstants> shade_constants(const lsd_camera& camera, int width, int height, SlotUse slots,
                                                       const lsd_context& context) {
  std::array<float, 4 * kShadeConstants> packed{};
  const Matrix world_from_camera = inverse_of_similarity(from_rows(camera.view));
  float* out = packed.data();
  for (int row = 0; row < 3; row++) out = put_row(world_from_camera, row, out);
  const float* p = camera.projection;
  const float rest[] = {p[0],
                        p[5],
                        p[2],
                        p[6],
                        context.sun[0],
                        context.sun[1],
                        context.sun[2],
                        context.strength,
                        context.seed[0],
                        context.seed[1],
                        context.seed[2],
                        0,
                        static_cast<float>(width),
                        static_cast<float>(height),
                        static_cast<float>(context.width),
                        static_cast<float>(context.height),
                        1,
                        0,
                        static_cast<float>(slots),
                        context.has_camera != 0 ? 1.f : 0.f};
  out = std::copy(std::begin(rest), std::end(rest), out);
  const Matrix clip_from_world = from_rows(context.camera.projection) * from_rows(context.camera.view);
  for (int row : {0, 1, 3}) out = put_row(clip_from_world, row, out);
  std::copy(context.palette, context.palette + LSD_PALETTE_NUMBERS, out);
  return packed;
}

std::array<uint8_t, 4 * kSlotNumbers> slot_table(const std::vector<lsd_slot>& slots) {
  std::array<uint8_t, 4 * kSlotNumbers> table{};
  for (size_t number = 0; number < kSlotNumbers; number++) table[4 * number + 1] = 255;
  for (const lsd_slot& slot : slots) {
    if (slot.slot < 1 || slot.slot >= kSlotNumbers) continue;
    uint8_t* const row = table.data() + 4 * slot.slot;
    row[0] = surface_of(slot.object_class);
    if ((slot.flags & LSD_SLOT_HAS_STRENGTH) != 0)
      row[1] = static_cast<uint8_t>(std::lround(255 * std::clamp(slot.strength, 0.f, 1.f)));
  }
  return table;
}

bool has_transforms(const std::vector<lsd_slot>& slots) {
  return std::any_of(slots.begin(), slots.end(),
                     [](const lsd_slot& slot) { return (slot.flags & LSD_SLOT_HAS_TRANSFORM) != 0; });
}

std::array<float, 3 * 4 * kSlotNumbers> object_table(const std::vector<lsd_slot>& slots) {
  std::array<float, 3 * 4 * kSlotNumbers> table{};
  const auto put = [&](size_t number, const Matrix& object_from_world) {
    for (size_t row = 0; row < 3; row++)
      put_row(object_from_world, static_cast<int>(row), table.data() + 4 * (row * kSlotNumbers + number));
  };
  for (size_t number = 0; number < kSlotNumbers; number++) put(number, Matrix());
  for (const lsd_slot& slot : slots) {
    if (slot.slot < 1 || slot.slot >= kSlotNumbers || (slot.flags & LSD_SLOT_HAS_TRANSFORM) == 0) continue;
    Matrix pose;
    std::copy(slot.world_from_object, slot.world_from_object + 12, pose.at.begin());
    put(static_cast<size_t>(slot.slot), inverse_of_similarity(rigid(pose)));  // metres stay metres
  }
  return table;
}

}  // namespace mirage_hook
