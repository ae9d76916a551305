// The head by VDPBF16PS, on bfloat16 pairs. Included by head.h.

constexpr int kBlock = 8;  // outputs at once: 2 x 8 sums, 2 inputs and a weight stay in registers

struct Layer {
  std::vector<uint32_t> weights;  // [block][pair][output in block]
  std::vector<float> bias;
  int outputs = 0;
};

inline Layer make_layer(const float* matrix, const float* bias, int outputs) {
  Layer layer;
  layer.outputs = (outputs + kBlock - 1) / kBlock * kBlock;
  layer.weights.assign(static_cast<size_t>(layer.outputs) * kPairs, 0);
  layer.bias.assign(layer.outputs, 0.0f);
  for (int o = 0; o < outputs; ++o) {
    layer.bias[o] = bias[o];
    for (int p = 0; p < kPairs; ++p) {
      const uint32_t even = bfloat16(matrix[o * kWidth + 2 * p]), odd = bfloat16(matrix[o * kWidth + 2 * p + 1]);
      layer.weights[(static_cast<size_t>(o / kBlock) * kPairs + p) * kBlock + o % kBlock] = even | (odd << 16);
    }
  }
  return layer;
}

// One block of a layer's outputs over the tile.
inline void block_of(const Layer& layer, int block, const Activations& in, __m512 (&sum)[kBlock][2]) {
  for (int o = 0; o < kBlock; ++o) sum[o][0] = sum[o][1] = _mm512_set1_ps(layer.bias[block * kBlock + o]);
  const uint32_t* w = layer.weights.data() + static_cast<size_t>(block) * kPairs * kBlock;
  for (int p = 0; p < kPairs; ++p, w += kBlock) {
    const __m512bh a = in.pairs[p][0], b = in.pairs[p][1];
    for (int o = 0; o < kBlock; ++o) {
      const __m512bh weight = (__m512bh)_mm512_set1_epi32(static_cast<int>(w[o]));
      sum[o][0] = _mm512_dpbf16_ps(sum[o][0], a, weight);
      sum[o][1] = _mm512_dpbf16_ps(sum[o][1], b, weight);
    }
  }
}

struct Tile {
  Activations in, next;
  alignas(64) vf hidden[kWidth][2];  // float32, for the residual sums
};

inline void run_head(const Layer* layers, Tile& t, vf (&rgb)[3][2]) {
  __m512 sum[kBlock][2];
  for (int l = 0; l <= MLS_LAYERS; ++l) {
    for (int block = 0; block < kWidth / kBlock; ++block) {
      block_of(layers[l], block, t.in, sum);
      for (int o = 0; o < kBlock; ++o) {
        for (int half = 0; half < 2; ++half) {
          vf h = hardswish(reinterpret_cast<vf>(sum[o][half]));
          vf& kept = t.hidden[block * kBlock + o][half];
          if (l > 0) h += kept;
          kept = h;
          sum[o][half] = reinterpret_cast<__m512>(h);
        }
      }
      for (int o = 0; o < kBlock; o += 2) {
        for (int half = 0; half < 2; ++half) {
          put(t.next, block * kBlock + o, half, reinterpret_cast<vf>(sum[o][half]),
              reinterpret_cast<vf>(sum[o + 1][half]));
        }
      }
    }
    std::swap(t.in, t.next);
  }
  const Layer& exit = layers[1 + MLS_LAYERS];
  const auto weight = [&](int pair, int c) {
    return (__m512bh)_mm512_set1_epi32(static_cast<int>(exit.weights[static_cast<size_t>(pair) * kBlock + c]));
  };
  for (int half = 0; half < 2; ++half) {
    for (int c = 0; c < 3; ++c) {
      // Two sums, so that one needn't wait for the other.
      __m512 even = _mm512_set1_ps(exit.bias[c]), odd = _mm512_setzero_ps();
      for (int p = 0; p < kPairs; p += 2) {
        even = _mm512_dpbf16_ps(even, t.in.pairs[p][half], weight(p, c));
        odd = _mm512_dpbf16_ps(odd, t.in.pairs[p + 1][half], weight(p + 1, c));
      }
      rgb[c][half] = reinterpret_cast<vf>(_mm512_add_ps(even, odd));
    }
  }
}

// Nothing that a thread would have to set up.
struct HeadUnits {};
