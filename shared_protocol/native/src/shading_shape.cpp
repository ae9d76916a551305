#include "shading_shape.h"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace lsd {
namespace {

constexpr double kBaseSide = 320;
constexpr double kBaseMultiple = 16;
constexpr int32_t kCell = 8;
constexpr uint16_t kHalfExponent = 0x7C00;

int32_t base_side(int32_t pixels, double scale) {
  // nearbyint rounds halves to the even number, as the norm wants it.
  const double multiples = std::max(1.0, std::nearbyint(pixels * scale / kBaseMultiple));
  return static_cast<int32_t>(multiples * kBaseMultiple);
}

}  // namespace

bool is_known_shape(const ShapeName& shape) { return shape.name == kShapeName && shape.version == kShapeVersion; }

GridSize base_size(int32_t width, int32_t height) {
  const double scale = std::min(1.0, kBaseSide / std::max(width, height));
  return {base_side(width, scale), base_side(height, scale)};
}

GridSize context_grid(int32_t width, int32_t height) {
  const GridSize base = base_size(width, height);
  return {base.width / kCell, base.height / kCell};
}

size_t context_bytes(int32_t width, int32_t height) {
  const GridSize grid = context_grid(width, height);
  return static_cast<size_t>(grid.width) * static_cast<size_t>(grid.height) * kShapeChannels * sizeof(uint16_t);
}

bool are_halves_finite(const std::byte* halves, size_t count) {
  bool is_finite = true;
  for (size_t i = 0; i < count; ++i) {
    uint16_t half = 0;
    std::memcpy(&half, halves + i * sizeof half, sizeof half);
    is_finite &= (half & kHalfExponent) != kHalfExponent;
  }
  return is_finite;
}

}  // namespace lsd
