#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "lsd/lsd.h"

namespace lsd {

constexpr int32_t kSmallestSide = 16;
constexpr int32_t kLargestSide = 4096;
constexpr size_t kPlaneAlignment = 64;

struct PlaneLayout {
  int32_t plane = 0;
  int32_t format = 0;
  size_t offset = 0;     ///< from the start of the packed frame
  size_t row_bytes = 0;  ///< tightly packed
};

/// The packed frame of PROTOCOL.md section 2.
struct FrameLayout {
  int32_t width = 0;
  int32_t height = 0;
  int32_t plane_count = 0;
  std::array<PlaneLayout, LSD_MAX_PLANES> planes{};
  size_t bytes = 0;
};

constexpr size_t align_up(size_t value, size_t alignment) { return (value + alignment - 1) / alignment * alignment; }

/// 0 for an unknown format.
size_t bytes_per_pixel(int32_t format);
std::string_view plane_name(int32_t plane);
std::string_view format_name(int32_t format);
bool plane_has_format(int32_t plane, int32_t format);

/// Sets `*problem` to a sentence and returns nothing when the planes do not make a frame.
std::optional<FrameLayout> make_layout(int32_t width, int32_t height, const lsd_plane_desc* planes, int32_t plane_count,
                                       const char** problem);

/// Copies rows of `pitch` bytes (0: tight) into a packed plane.
void copy_plane(std::byte* packed_frame, const FrameLayout& layout, int32_t index, const void* pixels, int32_t pitch);

}  // namespace lsd
