// The loops over rows. Compiled once for each instruction set (kernel_*.cpp), each in a namespace of its own, so that
// the linker never mixes them.

#include "kernel_includes.h"

namespace mirage {
namespace KERNEL_NAME {
namespace {

// Each needs the ones before it.
// clang-format off
#include "vector.h"
#include "fields.h"
#include "guide.h"
#include "head.h"
#include "reproject.h"
// clang-format on

// Rows are handed out in strips: neighbouring rows share positions, and a thread that is held up leaves the rest to the
// others.
constexpr int kStrip = 8;

template <class Work>
void over_strips(int begin, int end, int threads, const Work& work) {
  std::atomic<int> next{begin};
  const auto run = [&] {
    for (int y = next.fetch_add(kStrip); y < end; y = next.fetch_add(kStrip)) work(y, std::min(y + kStrip, end));
  };
  std::vector<std::thread> helpers;
  for (int i = 1; i < threads; ++i) helpers.emplace_back(run);
  run();
  for (std::thread& helper : helpers) helper.join();
}

// Walks the rows first..last with the positions of the rows above and below at hand.
template <class Work>
void with_neighbours(const View& v, int first, int last, const Work& work) {
  Row a(v.padded), b(v.padded), c(v.padded);
  Row *above = &a, *here = &b, *below = &c;
  locate_row(v, std::max(first - 1, 0), *above);
  locate_row(v, first, *here);
  for (int y = first; y < last; ++y) {
    locate_row(v, std::min(y + 1, v.height - 1), *below);
    work(y, *above, *here, *below);
    Row* free = above;
    above = here;
    here = below;
    below = free;
  }
}

// The context's row for output row `y`, bilinear as torch's interpolate with align_corners=False.
struct ContextRows {
  ContextRows(const float* context, int w, int h, const View& v)
      : data(context),
        width(w),
        height(h),
        left(v.padded),
        weight(v.padded),
        mixed(static_cast<size_t>(w) * MLS_CONTEXT_CHANNELS) {
    for (int x = 0; x < v.padded; ++x) {
      const float at = std::max(
          (static_cast<float>(std::min(x, v.width - 1)) + 0.5f) * static_cast<float>(w) / static_cast<float>(v.width) -
              0.5f,
          0.0f);
      left[x] = std::min(static_cast<int>(at), w - 1);
      weight[x] = left[x] + 1 < w ? at - static_cast<float>(left[x]) : 0.0f;
    }
  }

  void select_row(int y, int out_height) {
    const float at = std::max(
        (static_cast<float>(y) + 0.5f) * static_cast<float>(height) / static_cast<float>(out_height) - 0.5f, 0.0f);
    const int top = std::min(static_cast<int>(at), height - 1), bottom = std::min(top + 1, height - 1);
    const float w = at - static_cast<float>(top);
    const size_t row = static_cast<size_t>(width) * MLS_CONTEXT_CHANNELS;
    const float *p = data + top * row, *q = data + bottom * row;
    for (size_t i = 0; i < row; ++i) mixed[i] = p[i] + (q[i] - p[i]) * w;
  }

  // All channels of the pixels from column `x` into the layer's input, behind the guide.
  void read(int x, int half, Activations& to) const {
    static_assert(MLS_CONTEXT_CHANNELS == kLanes, "a pixel's channels fill a vector");
    vf pixel[kLanes];
    for (int i = 0; i < kLanes; ++i) {
      const float* p = mixed.data() + static_cast<size_t>(left[x + i]) * MLS_CONTEXT_CHANNELS;
      const float* q = left[x + i] + 1 < width ? p + MLS_CONTEXT_CHANNELS : p;
      const vf a = load(p);
      pixel[i] = a + (load(q) - a) * weight[x + i];
    }
    put_pixels(to, kGuide, half, pixel);
  }

  const float* data;
  int width, height;
  std::vector<int> left;
  std::vector<float> weight;
  std::vector<float> mixed;
};

inline vi to_byte(vf x) { return __builtin_convertvector(vclamp(x * 127.5f + 128.0f, 0.0f, 255.0f), vi); }

}  // namespace

void guide(const mls_frame& frame, int width, int height, float* out, float* noise, float* depth, int threads) {
  const View v(frame, width, height);
  const size_t plane = static_cast<size_t>(width) * height;
  const auto write = [&](int y, int x, vf* g) {
    transpose(g);
    transpose(g + kLanes);
    float* pixel = out + (static_cast<size_t>(y) * width + x) * kGuide;
    for (int i = 0; i < std::min(kLanes, width - x); ++i, pixel += kGuide) {
      store(pixel, g[i]);
      store(pixel + kLanes, g[kLanes + i]);
    }
  };
  over_strips(0, height, threads, [&](int first, int last) {
    static_assert(kGuide == 2 * kLanes, "a pixel's guide fills two vectors");
    vf g[kGuide], n[3];
    if (!frame.depth) {
      for (int y = first; y < last; ++y) {
        for (int x = 0; x < width; x += kLanes) {
          color_guide_of(v, y, x, g);
          write(y, x, g);
        }
      }
      return;
    }
    with_neighbours(v, first, last, [&](int y, Row& above, Row& here, Row& below) {
      for (int x = 0; x < width; x += kLanes) {
        guide_of(v, above, here, below, y, x, g, noise ? n : nullptr);
        write(y, x, g);
        const size_t at = static_cast<size_t>(y) * width + x;
        for (int c = 0; noise && c < 3; ++c) {
          std::memcpy(noise + plane * c + at, &n[c], sizeof(float) * std::min(kLanes, width - x));
        }
      }
      if (depth) std::memcpy(depth + static_cast<size_t>(y) * width, here.depth(), sizeof(float) * width);
    });
  });
}

float reproject(const mls_frame& frame, const mls_before& before, const float* depth, const float* motion, int width,
                int height, float* coarse, int threads) {
  std::atomic<int64_t> valid{0};
  over_strips(0, height, threads, [&](int first, int last) {
    Reprojection work(frame, before, depth, motion, width, height, coarse);
    valid += work.rows(first, last);
  });
  return static_cast<float>(static_cast<double>(valid.load()) / (static_cast<double>(width) * height));
}

void shade(const mls_frame& frame, const mls_weights& weights, const float* context, int context_width,
           int context_height, int width, int height, uint8_t* rgba, int first_row, int last_row, int threads) {
  const View v(frame, width, height);
  Layer layers[2 + MLS_LAYERS];
  for (int l = 0; l < 2 + MLS_LAYERS; ++l) {
    layers[l] = make_layer(weights.matrices[l], weights.biases[l], l < 1 + MLS_LAYERS ? kWidth : 3);
  }
  over_strips(first_row, last_row, threads, [&](int first, int last) {
    ContextRows rows(context, context_width, context_height, v);
    [[maybe_unused]] const HeadUnits units{};
    Tile tile;
    vf inputs[kGuide], rgb[3][2];
    const auto shade_row = [&](int y, const auto& guide_at) {
      rows.select_row(y, height);
      for (int x = 0; x < v.padded; x += kTile) {
        for (int half = 0; half < 2; ++half) {
          guide_at(x + half * kLanes, inputs);
          for (int c = 0; c < kGuide; c += 2) put(tile.in, c, half, inputs[c], inputs[c + 1]);
          rows.read(x + half * kLanes, half, tile.in);
        }
        run_head(layers, tile, rgb);
        for (int half = 0; half < 2; ++half) {
          const int at = x + half * kLanes;
          if (at >= width) break;
          const vi texel = to_byte(rgb[0][half]) | (to_byte(rgb[1][half]) << 8) | (to_byte(rgb[2][half]) << 16) |
                           static_cast<int32_t>(0xff000000u);
          std::memcpy(rgba + (static_cast<size_t>(y) * width + at) * 4, &texel, 4u * std::min(kLanes, width - at));
        }
      }
    };
    if (!frame.depth) {
      for (int y = first; y < last; ++y) shade_row(y, [&](int x, vf* g) { color_guide_of(v, y, x, g); });
      return;
    }
    with_neighbours(v, first, last, [&](int y, Row& above, Row& here, Row& below) {
      shade_row(y, [&](int x, vf* g) { guide_of(v, above, here, below, y, x, g, nullptr); });
    });
  });
}

}  // namespace KERNEL_NAME
}  // namespace mirage
