#include "lsd_reproject.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstddef>
#include <thread>
#include <vector>

namespace {

constexpr float kFar = 2000.0f;
// Sky has no depth; so far away only the camera's rotation moves it.
constexpr float kSkyMetres = 100000.0f;
constexpr float kLeastW = 0.001f;
constexpr float kNearestMetres = 0.1f;
constexpr int kLargestSide = 16384;
constexpr int kStrip = 8;

struct Vec3 {
  float x, y, z;
};

// The depth, or 0 for sky; NaN compares false.
float solid_depth(float depth) { return depth > 0.0f && depth < kFar ? depth : 0.0f; }

float row_times(const float* row, const Vec3& p) { return row[0] * p.x + row[1] * p.y + row[2] * p.z + row[3]; }

// Where a pixel of now was in a key frame, in its pixels, and how deep there; depth 0: sky, below 0: not to be tested.
struct Place {
  float x, y, depth;
  bool ahead;   // of its camera
  bool inside;  // its picture
};

struct Seen {
  float color[4] = {0.0f, 0.0f, 0.0f, 0.0f};
  float weight = 0.0f;
};

class Reprojection {
 public:
  Reprojection(const lsd_reproject_frame& frame, const lsd_reproject_keys& keys) : frame_(frame), keys_(keys) {}

  // Returns whether a key frame saw the pixel.
  bool pixel(int x, int y, uint8_t* rgba) const {
    const size_t at = static_cast<size_t>(y) * frame_.width + x;
    const float depth = solid_depth(frame_.depth[at]);
    const Vec3 position = world(x, y, depth > 0.0f ? depth : kSkyMetres);
    Seen total;
    for (int k = 0; k < keys_.count; ++k) {
      const Place place = find(k, x, y, at, position, depth);
      if (place.inside) look(keys_.key[k], place, total);
    }
    if (total.weight <= 0.0f) {
      const uint8_t* color = nullptr;
      if (keys_.borrow && keys_.count > 0) color = borrowed(find(0, x, y, at, position, depth));
      if (!color) color = frame_.fill + at * 4;
      std::copy(color, color + 4, rgba);
      return false;
    }
    for (int c = 0; c < 4; ++c) rgba[c] = static_cast<uint8_t>(total.color[c] / total.weight + 0.5f);
    return true;
  }

 private:
  Vec3 world(int x, int y, float depth) const {
    const float* m = frame_.world_from_camera;
    const float* lens = frame_.intrinsics;
    const float step_x = (static_cast<float>(x) + 0.5f) / static_cast<float>(frame_.width);
    const float step_y = (static_cast<float>(y) + 0.5f) / static_cast<float>(frame_.height);
    const float cx = (2.0f * step_x - 1.0f + lens[2]) / lens[0], cy = (1.0f - 2.0f * step_y + lens[3]) / lens[1];
    return {m[3] + (cx * m[0] + cy * m[1] - m[2]) * depth, m[7] + (cx * m[4] + cy * m[5] - m[6]) * depth,
            m[11] + (cx * m[8] + cy * m[9] - m[10]) * depth};
  }

  Place find(int k, int x, int y, size_t at, Vec3 p, float depth) const {
    const lsd_reproject_key& key = keys_.key[k];
    const float width = static_cast<float>(keys_.width), height = static_cast<float>(keys_.height);
    Place place{0.0f, 0.0f, 0.0f, false, false};
    if (k == 0 && frame_.motion && (frame_.motion[at * 2] != 0.0f || frame_.motion[at * 2 + 1] != 0.0f)) {
      const float scale_x = width / static_cast<float>(frame_.width);
      const float scale_y = height / static_cast<float>(frame_.height);
      place.x = (static_cast<float>(x) + 0.5f + frame_.motion[at * 2]) * scale_x - 0.5f;
      place.y = (static_cast<float>(y) + 0.5f + frame_.motion[at * 2 + 1]) * scale_y - 0.5f;
      place.depth = -1.0f;
    } else {
      if (frame_.ids && key.then_from_now && depth > 0.0f) {
        const float* m = key.then_from_now + static_cast<size_t>(frame_.ids[at]) * 12;
        p = {row_times(m, p), row_times(m + 4, p), row_times(m + 8, p)};
      }
      const float* c = key.clip_from_world;
      const float along = row_times(c + 12, p);
      if (!(along > kLeastW)) return place;
      place.x = (0.5f + 0.5f * row_times(c, p) / along) * width - 0.5f;
      place.y = (0.5f - 0.5f * row_times(c + 4, p) / along) * height - 0.5f;
      place.depth = depth > 0.0f ? along : 0.0f;
    }
    place.ahead = true;
    // False for what is not a number.
    place.inside = place.x > -0.5f && place.x < width - 0.5f && place.y > -0.5f && place.y < height - 0.5f;
    return place;
  }

  // Bilinear over those of the four texels that saw the same point.
  void look(const lsd_reproject_key& key, const Place& place, Seen& total) const {
    const float x = std::min(std::max(place.x, 0.0f), static_cast<float>(keys_.width - 1));
    const float y = std::min(std::max(place.y, 0.0f), static_cast<float>(keys_.height - 1));
    const int left = static_cast<int>(x), top = static_cast<int>(y);
    const int right = std::min(left + 1, keys_.width - 1), bottom = std::min(top + 1, keys_.height - 1);
    const float wx = x - static_cast<float>(left), wy = y - static_cast<float>(top);
    tap(key, left, top, (1.0f - wx) * (1.0f - wy), place.depth, total);
    tap(key, right, top, wx * (1.0f - wy), place.depth, total);
    tap(key, left, bottom, (1.0f - wx) * wy, place.depth, total);
    tap(key, right, bottom, wx * wy, place.depth, total);
  }

  void tap(const lsd_reproject_key& key, int x, int y, float share, float depth, Seen& total) const {
    const float seen = depth_at(key, x, y);
    if (depth == 0.0f && seen != 0.0f) return;
    if (depth > 0.0f && !(std::fabs(seen - depth) <= keys_.tolerance * std::max(depth, kNearestMetres))) return;
    const uint8_t* texel = key.color + (static_cast<size_t>(y) * keys_.width + x) * 4;
    const float weight = share * key.weight;
    for (int c = 0; c < 4; ++c) total.color[c] += weight * static_cast<float>(texel[c]);
    total.weight += weight;
  }

  // The texel of key frame 0 at the place or on three rings around it whose depth fits best; null where there is no
  // place.
  const uint8_t* borrowed(const Place& place) const {
    if (!place.ahead || !(std::fabs(place.x) < kLargestSide) || !(std::fabs(place.y) < kLargestSide)) return nullptr;
    const lsd_reproject_key& key = keys_.key[0];
    const int cx = nearest(place.x, keys_.width), cy = nearest(place.y, keys_.height);
    int best_x = cx, best_y = cy;
    float best = unlike(depth_at(key, cx, cy), place.depth);
    for (int ring = 0; ring < 3; ++ring) {
      const int radius = std::max(1, keys_.width * kRings[ring] / 256);
      for (const auto& way : kWays) {
        const int x = std::min(std::max(cx + way[0] * radius, 0), keys_.width - 1);
        const int y = std::min(std::max(cy + way[1] * radius, 0), keys_.height - 1);
        const float cost = unlike(depth_at(key, x, y), place.depth) + kRingCost * static_cast<float>(ring + 1);
        if (cost < best) {
          best = cost;
          best_x = x;
          best_y = y;
        }
      }
    }
    return key.color + (static_cast<size_t>(best_y) * keys_.width + best_x) * 4;
  }

  static int nearest(float at, int size) {
    return static_cast<int>(std::min(std::max(at, 0.0f), static_cast<float>(size - 1)) + 0.5f);
  }

  // 0: as deep, 1: nothing alike.
  static float unlike(float seen, float depth) {
    if (depth < 0.0f) return 0.0f;
    if (depth == 0.0f || seen == 0.0f) return depth == seen ? 0.0f : 1.0f;
    return std::fabs(seen - depth) / std::max(seen, depth);
  }

  float depth_at(const lsd_reproject_key& key, int x, int y) const {
    const int dx = (2 * x + 1) * keys_.depth_width / (2 * keys_.width);
    const int dy = (2 * y + 1) * keys_.depth_height / (2 * keys_.height);
    return solid_depth(key.depth[static_cast<size_t>(dy) * keys_.depth_width + dx]);
  }

  // In 256ths of the picture's width.
  static constexpr int kRings[3] = {3, 10, 26};
  static constexpr int kWays[8][2] = {{1, 0}, {-1, 0}, {0, 1}, {0, -1}, {1, 1}, {-1, 1}, {1, -1}, {-1, -1}};
  static constexpr float kRingCost = 0.03f;

  const lsd_reproject_frame& frame_;
  const lsd_reproject_keys& keys_;
};

bool side(int32_t pixels) { return pixels >= 1 && pixels <= kLargestSide; }

bool usable(const lsd_reproject_frame* frame, const lsd_reproject_keys* keys, const uint8_t* rgba) {
  if (!frame || !keys || !rgba || !frame->depth || !frame->fill) return false;
  if (!side(frame->width) || !side(frame->height)) return false;
  if (keys->count < 0 || keys->count > LSD_REPROJECT_KEYS) return false;
  if (keys->count == 0) return true;
  if (!side(keys->width) || !side(keys->height) || !side(keys->depth_width) || !side(keys->depth_height)) return false;
  const lsd_reproject_key* key = keys->key;
  return std::all_of(key, key + keys->count, [](const lsd_reproject_key& k) { return k.color && k.depth; });
}

}  // namespace

float lsd_reproject(const lsd_reproject_frame* frame, const lsd_reproject_keys* keys, uint8_t* rgba, uint8_t* unseen,
                    int32_t threads) {
  if (!usable(frame, keys, rgba)) return -1.0f;
  const Reprojection work(*frame, *keys);
  std::atomic<int> next{0};
  std::atomic<int64_t> lost{0};
  const auto run = [&] {
    int64_t count = 0;
    for (int first = next.fetch_add(kStrip); first < frame->height; first = next.fetch_add(kStrip)) {
      for (int y = first; y < std::min(first + kStrip, frame->height); ++y) {
        for (int x = 0; x < frame->width; ++x) {
          const size_t at = static_cast<size_t>(y) * frame->width + x;
          const bool found = work.pixel(x, y, rgba + at * 4);
          count += !found;
          if (unseen) unseen[at] = found ? 0 : 255;
        }
      }
    }
    lost += count;
  };
  std::vector<std::thread> helpers;
  for (int i = 1; i < std::min<int32_t>(threads, 64); ++i) helpers.emplace_back(run);
  run();
  for (std::thread& helper : helpers) helper.join();
  return static_cast<float>(static_cast<double>(lost.load()) / (static_cast<double>(frame->width) * frame->height));
}
