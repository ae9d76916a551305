#include "held.h"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace mirage_hook {
namespace {

/** Pixels first..last-1 of a row from their neighbours `left` and `right`. Depth in reciprocals: a plane stays one; sky
 * is 0. */
void bridge_gap(uint8_t* color, float* depth, int first, int last, int left, int right) {
  const auto reciprocal = [](float d) { return d > 0 && std::isfinite(d) ? 1 / d : 0; };
  const float near_left = reciprocal(depth[left]), near_right = reciprocal(depth[right]);
  for (int x = first; x < last; x++) {
    const float t = left == right ? 0 : static_cast<float>(x - left) / static_cast<float>(right - left);
    for (int c = 0; c < 4; c++)
      color[4 * x + c] = static_cast<uint8_t>(static_cast<float>(color[4 * left + c]) * (1 - t) +
                                              static_cast<float>(color[4 * right + c]) * t + 0.5f);
    const float near = near_left * (1 - t) + near_right * t;
    depth[x] = near > 0 ? 1 / near : 0;
  }
}

}  // namespace

int64_t fill_held(uint8_t* color, float* depth, int width, int height) {
  int64_t held = 0;
  for (int y = 0; y < height; y++, color += 4L * width, depth += width) {
    for (int x = 0; x < width;) {
      if (depth[x] >= 0) {
        x++;
        continue;
      }
      const int first = x;
      while (x < width && depth[x] < 0) x++;
      held += x - first;
      const int left = first > 0 ? first - 1 : x, right = x < width ? x : first - 1;
      if (first > 0 || x < width) {
        bridge_gap(color, depth, first, x, left, right);
      } else if (y > 0) {
        std::memcpy(color, color - 4L * width, 4UL * static_cast<size_t>(width));
        std::copy(depth - width, depth, depth);
      } else {
        std::fill(depth, depth + width, 0.f);
      }
    }
  }
  return held;
}

}  // namespace mirage_hook
