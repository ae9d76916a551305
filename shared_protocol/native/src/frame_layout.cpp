#include "frame_layout.h"

#include <cstring>

namespace lsd {

size_t bytes_per_pixel(int32_t format) {
  switch (format) {
    case LSD_FORMAT_RGBA8:
    case LSD_FORMAT_BGRA8:
    case LSD_FORMAT_R32F:
    case LSD_FORMAT_RG16F:
      return 4;
    case LSD_FORMAT_RGBA16F:
      return 8;
    case LSD_FORMAT_R8:
      return 1;
    default:
      return 0;
  }
}

std::string_view plane_name(int32_t plane) {
  constexpr std::string_view names[] = {"color", "depth", "motion", "normal", "ids"};
  return plane >= 0 && plane < LSD_MAX_PLANES ? names[plane] : "";
}

std::string_view format_name(int32_t format) {
  constexpr std::string_view names[] = {"rgba8", "bgra8", "rgba16f", "r32f", "rg16f", "r8"};
  if (format == LSD_FORMAT_CONTEXT) return "context";
  return bytes_per_pixel(format) != 0 ? names[format] : "";
}

bool plane_has_format(int32_t plane, int32_t format) {
  switch (plane) {
    case LSD_PLANE_COLOR:
      return format == LSD_FORMAT_RGBA8 || format == LSD_FORMAT_BGRA8 || format == LSD_FORMAT_RGBA16F;
    case LSD_PLANE_DEPTH:
      return format == LSD_FORMAT_R32F;
    case LSD_PLANE_MOTION:
      return format == LSD_FORMAT_RG16F;
    case LSD_PLANE_NORMAL:
      return format == LSD_FORMAT_RGBA8;
    case LSD_PLANE_IDS:
      return format == LSD_FORMAT_R8;
    default:
      return false;
  }
}

std::optional<FrameLayout> make_layout(int32_t width, int32_t height, const lsd_plane_desc* planes, int32_t plane_count,
                                       const char** problem) {
  if (width < kSmallestSide || width > kLargestSide || height < kSmallestSide || height > kLargestSide) {
    *problem = "width and height must be 16 to 4096 pixels.";
    return std::nullopt;
  }
  if (plane_count < 1 || plane_count > LSD_MAX_PLANES) {
    *problem = "plane_count must be 1 to LSD_MAX_PLANES.";
    return std::nullopt;
  }
  FrameLayout layout;
  layout.width = width;
  layout.height = height;
  layout.plane_count = plane_count;
  unsigned seen = 0;
  for (int32_t i = 0; i < plane_count; ++i) {
    const auto [plane, format] = planes[i];
    if (!plane_has_format(plane, format)) {
      *problem = "A plane has a format that it cannot have; PROTOCOL.md section 2 lists the pairs.";
      return std::nullopt;
    }
    if ((seen >> plane & 1u) != 0) {
      *problem = "A plane is named twice.";
      return std::nullopt;
    }
    seen |= 1u << plane;
    // At most 4096 * 4096 * 8 bytes a plane: no overflow, also where size_t has 32 bits.
    const size_t row_bytes = static_cast<size_t>(width) * bytes_per_pixel(format);
    layout.planes[i] = {plane, format, layout.bytes, row_bytes};
    layout.bytes = align_up(layout.bytes + row_bytes * static_cast<size_t>(height), kPlaneAlignment);
  }
  if ((seen >> LSD_PLANE_COLOR & 1u) == 0) {
    *problem = "LSD_PLANE_COLOR must be among the planes.";
    return std::nullopt;
  }
  return layout;
}

void copy_plane(std::byte* packed_frame, const FrameLayout& layout, int32_t index, const void* pixels, int32_t pitch) {
  const PlaneLayout& plane = layout.planes[index];
  const auto* source = static_cast<const std::byte*>(pixels);
  std::byte* target = packed_frame + plane.offset;
  if (pitch == 0 || static_cast<size_t>(pitch) == plane.row_bytes) {
    std::memcpy(target, source, plane.row_bytes * static_cast<size_t>(layout.height));
    return;
  }
  for (int32_t row = 0; row < layout.height; ++row) {
    std::memcpy(target, source, plane.row_bytes);
    source += pitch;
    target += plane.row_bytes;
  }
}

}  // namespace lsd
