// The head by AMX: TDPBF16PS multiplies sixteen rows of weights by the bfloat16 pairs of sixteen pixels at once.
// Included by head.h.

constexpr int kBlock = 16;          // outputs at once: a tile's rows
constexpr int kChunk = kPairs / 2;  // pairs of channels at once: a tile of pixels has so many rows
constexpr int kRowBytes = 4 * kLanes;
static_assert(kPairs % 2 == 0 && kWidth == 3 * kBlock, "products() is written out for three blocks and two chunks");

struct Layer {
  std::vector<uint32_t> weights;  // [output][pair]
  std::vector<float> bias;
};

inline Layer make_layer(const float* matrix, const float* bias, int outputs) {
  Layer layer;
  const int padded = (outputs + kBlock - 1) / kBlock * kBlock;
  layer.weights.assign(static_cast<size_t>(padded) * kPairs, 0);
  layer.bias.assign(padded, 0.0f);
  for (int o = 0; o < outputs; ++o) {
    layer.bias[o] = bias[o];
    for (int p = 0; p < kPairs; ++p) {
      const uint32_t even = bfloat16(matrix[o * kWidth + 2 * p]), odd = bfloat16(matrix[o * kWidth + 2 * p + 1]);
      layer.weights[static_cast<size_t>(o) * kPairs + p] = even | (odd << 16);
    }
  }
  return layer;
}

// What the eight tiles hold, for LDTILECFG: 0 to 5 sums, [block][half], a row for each output; 6 weights, a row for
// each output; 7 pixels, a row for each pair of channels.
struct alignas(64) TileShapes {
  uint8_t palette = 1, first_row = 0, reserved[14] = {};
  uint16_t bytes_of_row[16] = {kRowBytes, kRowBytes, kRowBytes, kRowBytes, kRowBytes, kRowBytes, 4 * kChunk, kRowBytes};
  uint8_t rows[16] = {kBlock, kBlock, kBlock, kBlock, kBlock, kBlock, kBlock, kChunk};
};
static_assert(sizeof(TileShapes) == 64, "as the processor reads it");
constexpr TileShapes kTileShapes{};

// A thread's tiles, while it shades. Without them in use, a switch between threads need not save their 8 KB.
struct HeadUnits {
  HeadUnits() { _tile_loadconfig(&kTileShapes); }
  ~HeadUnits() { _tile_release(); }
  HeadUnits(const HeadUnits&) = delete;
  HeadUnits& operator=(const HeadUnits&) = delete;
};

struct Tile {
  Activations in;
  alignas(64) vf sums[kWidth][2];
  alignas(64) vf hidden[kWidth][2];  // float32, for the residual sums
};

// Some compilers' tile intrinsics don't say that they read memory: what was put into `t` is there.
inline void written(Tile& t) { __asm__ volatile("" : : "r"(&t) : "memory"); }

constexpr int kWeightStride = kPairs * sizeof(uint32_t);
constexpr int kPixelStride = sizeof(Activations) / kPairs;
constexpr int kSumStride = 2 * sizeof(vf);

// The sums of a layer's outputs without their bias, for both halves. (The numbers of tiles must be literals.)
inline void products(const Layer& layer, Tile& t) {
  written(t);
  _tile_zero(0);
  _tile_zero(1);
  _tile_zero(2);
  _tile_zero(3);
  _tile_zero(4);
  _tile_zero(5);
  for (int chunk = 0; chunk < 2; ++chunk) {
    const uint32_t* weights = layer.weights.data() + chunk * kChunk;
    const void *left = &t.in.pairs[chunk * kChunk][0], *right = &t.in.pairs[chunk * kChunk][1];
    _tile_loadd(6, weights, kWeightStride);
    _tile_loadd(7, left, kPixelStride);
    _tile_dpbf16ps(0, 6, 7);
    _tile_loadd(7, right, kPixelStride);
    _tile_dpbf16ps(1, 6, 7);
    _tile_loadd(6, weights + kBlock * kPairs, kWeightStride);
    _tile_dpbf16ps(3, 6, 7);
    _tile_loadd(7, left, kPixelStride);
    _tile_dpbf16ps(2, 6, 7);
    _tile_loadd(6, weights + 2 * kBlock * kPairs, kWeightStride);
    _tile_dpbf16ps(4, 6, 7);
    _tile_loadd(7, right, kPixelStride);
    _tile_dpbf16ps(5, 6, 7);
  }
  _tile_stored(0, &t.sums[0][0], kSumStride);
  _tile_stored(1, &t.sums[0][1], kSumStride);
  _tile_stored(2, &t.sums[kBlock][0], kSumStride);
  _tile_stored(3, &t.sums[kBlock][1], kSumStride);
  _tile_stored(4, &t.sums[2 * kBlock][0], kSumStride);
  _tile_stored(5, &t.sums[2 * kBlock][1], kSumStride);
  written(t);
}

// The same for the last layer, whose three outputs are the first rows of a block.
inline void last_products(const Layer& layer, Tile& t) {
  written(t);
  _tile_zero(0);
  _tile_zero(1);
  for (int chunk = 0; chunk < 2; ++chunk) {
    _tile_loadd(6, layer.weights.data() + chunk * kChunk, kWeightStride);
    _tile_loadd(7, &t.in.pairs[chunk * kChunk][0], kPixelStride);
    _tile_dpbf16ps(0, 6, 7);
    _tile_loadd(7, &t.in.pairs[chunk * kChunk][1], kPixelStride);
    _tile_dpbf16ps(1, 6, 7);
  }
  _tile_stored(0, &t.sums[0][0], kSumStride);
  _tile_stored(1, &t.sums[0][1], kSumStride);
  written(t);
}

inline void run_head(const Layer* layers, Tile& t, vf (&rgb)[3][2]) {
  for (int l = 0; l <= MLS_LAYERS; ++l) {
    products(layers[l], t);
    for (int o = 0; o < kWidth; o += 2) {
      for (int half = 0; half < 2; ++half) {
        vf out[2];
        for (int i = 0; i < 2; ++i) {
          vf h = hardswish(t.sums[o + i][half] + layers[l].bias[o + i]);
          vf& kept = t.hidden[o + i][half];
          if (l > 0) h += kept;
          kept = out[i] = h;
        }
        put(t.in, o, half, out[0], out[1]);
      }
    }
  }
  const Layer& exit = layers[1 + MLS_LAYERS];
  last_products(exit, t);
  for (int half = 0; half < 2; ++half) {
    for (int c = 0; c < 3; ++c) rgb[c][half] = t.sums[c][half] + exit.bias[c];
  }
}
