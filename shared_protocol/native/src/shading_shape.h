#pragma once

#include <cstddef>
#include <cstdint>

#include "models.h"

namespace lsd {

/// The shape of shading that this version knows: `mirage-head-48x2`, version 1 (PROTOCOL.md section 10).
constexpr const char* kShapeName = "mirage-head-48x2";
constexpr int32_t kShapeVersion = 1;
/// The capability of shading at all.
constexpr const char* kShadeClient = "shade: client";
constexpr int32_t kShapeChannels = 16;
/// Three layers of 48 x 48 and one of 3 x 48, each with its bias.
constexpr int32_t kShapeWeights = 3 * 48 * (48 + 1) + 3 * (48 + 1);

bool is_known_shape(const ShapeName& shape);

struct GridSize {
  int32_t width = 0, height = 0;
};

/// The picture that the model looks at for an output of that size: planes need not be larger.
GridSize base_size(int32_t width, int32_t height);
/// The cells of a context for an output of that size.
GridSize context_grid(int32_t width, int32_t height);
size_t context_bytes(int32_t width, int32_t height);

/// Whether `count` float16 numbers are all finite. `halves` need not be aligned.
bool are_halves_finite(const std::byte* halves, size_t count);

}  // namespace lsd
