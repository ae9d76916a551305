// The head in float32. Included by head.h.

constexpr int kBlock = 6;

struct Layer {
  std::vector<float> weights;  // [input][output]
  std::vector<float> bias;
  int outputs = 0;
};

inline Layer make_layer(const float* matrix, const float* bias, int outputs) {
  Layer layer;
  layer.outputs = (outputs + kBlock - 1) / kBlock * kBlock;
  layer.weights.assign(static_cast<size_t>(layer.outputs) * kWidth, 0.0f);
  layer.bias.assign(layer.outputs, 0.0f);
  for (int o = 0; o < outputs; ++o) {
    layer.bias[o] = bias[o];
    for (int i = 0; i < kWidth; ++i) layer.weights[static_cast<size_t>(i) * layer.outputs + o] = matrix[o * kWidth + i];
  }
  return layer;
}

struct Activations {
  alignas(64) vf channels[kWidth][2];
};

inline void put(Activations& a, int channel, int half, vf even, vf odd) {
  a.channels[channel][half] = even;
  a.channels[channel + 1][half] = odd;
}

inline void put_pixels(Activations& a, int channel, int half, const vf* pixel) {
  vf channels[kLanes];
  std::copy(pixel, pixel + kLanes, channels);
  transpose(channels);
  for (int c = 0; c < kLanes; ++c) a.channels[channel + c][half] = channels[c];
}

struct Tile {
  Activations in, next;
};

#if defined(__AVX2__) && defined(__FMA__) && !defined(__AVX512F__)
// Twelve sums, two inputs and a weight: fifteen of the sixteen registers.
inline void block_of(const Layer& layer, int block, int half, const Activations& in, vf (&sum)[kBlock]) {
  __m256 low[kBlock], high[kBlock];
  for (int o = 0; o < kBlock; ++o) low[o] = high[o] = _mm256_set1_ps(layer.bias[block * kBlock + o]);
  const float* w = layer.weights.data() + block * kBlock;
  for (int i = 0; i < kWidth; ++i, w += layer.outputs) {
    const float* a = reinterpret_cast<const float*>(&in.channels[i][half]);
    const __m256 first = _mm256_load_ps(a), second = _mm256_load_ps(a + 8);
    for (int o = 0; o < kBlock; ++o) {
      const __m256 weight = _mm256_broadcast_ss(w + o);
      low[o] = _mm256_fmadd_ps(first, weight, low[o]);
      high[o] = _mm256_fmadd_ps(second, weight, high[o]);
    }
  }
  for (int o = 0; o < kBlock; ++o) sum[o] = whole(low[o], high[o]);
}
#else
inline void block_of(const Layer& layer, int block, int half, const Activations& in, vf (&sum)[kBlock]) {
  for (int o = 0; o < kBlock; ++o) sum[o] = splat(layer.bias[block * kBlock + o]);
  const float* w = layer.weights.data() + block * kBlock;
  for (int i = 0; i < kWidth; ++i, w += layer.outputs) {
    const vf a = in.channels[i][half];
    for (int o = 0; o < kBlock; ++o) sum[o] += a * w[o];
  }
}
#endif

inline void run_head(const Layer* layers, Tile& t, vf (&rgb)[3][2]) {
  vf sum[kBlock];
  for (int l = 0; l <= MLS_LAYERS; ++l) {
    for (int block = 0; block < kWidth / kBlock; ++block) {
      for (int half = 0; half < 2; ++half) {
        block_of(layers[l], block, half, t.in, sum);
        for (int o = 0; o < kBlock; ++o) {
          const int channel = block * kBlock + o;
          vf h = hardswish(sum[o]);
          if (l > 0) h += t.in.channels[channel][half];
          t.next.channels[channel][half] = h;
        }
      }
    }
    std::swap(t.in, t.next);
  }
  for (int half = 0; half < 2; ++half) {
    block_of(layers[1 + MLS_LAYERS], 0, half, t.in, sum);
    for (int c = 0; c < 3; ++c) rgb[c][half] = sum[c];
  }
}

// Nothing that a thread would have to set up.
struct HeadUnits {};
