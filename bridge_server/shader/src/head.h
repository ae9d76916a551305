// The head's layers on a tile of pixels, as `mirage_lsd/models/head.py` defines them. Included by kernel.inl.

constexpr int kWidth = MLS_WIDTH;
constexpr int kTile = 2 * kLanes;  // pixels at once

inline vf hardswish(vf x) { return x * vclamp(x * (1.0f / 6.0f) + 0.5f, 0.0f, 1.0f); }

#ifdef __AVX512BF16__
// Pairs of channels side by side in bfloat16, as VDPBF16PS takes them: half the memory and twice the speed of float32.
constexpr int kPairs = kWidth / 2;
constexpr int kBlock = 8;  // outputs at once: 2 x 8 sums, 2 inputs and a weight stay in registers

struct Layer {
  std::vector<uint32_t> weights;  // [block][pair][output in block]
  std::vector<float> bias;
  int outputs = 0;
};

inline uint32_t bfloat16(float x) {
  uint32_t bits;
  std::memcpy(&bits, &x, sizeof(bits));
  return (bits + 0x7fff + ((bits >> 16) & 1)) >> 16;
}

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

struct Activations {
  alignas(64) __m512bh pairs[kPairs][2];
};

inline __m512bh pack(vf even, vf odd) {
  // cvtne2ps puts the first sixteen in the low half; the permutation interleaves them.
  alignas(64) static constexpr uint16_t kInterleave[32] = {0,  16, 1,  17, 2,  18, 3,  19, 4,  20, 5,
                                                           21, 6,  22, 7,  23, 8,  24, 9,  25, 10, 26,
                                                           11, 27, 12, 28, 13, 29, 14, 30, 15, 31};
  const __m512bh both = _mm512_cvtne2ps_pbh(reinterpret_cast<__m512>(odd), reinterpret_cast<__m512>(even));
  return (__m512bh)_mm512_permutexvar_epi16(_mm512_load_si512(kInterleave), (__m512i)both);
}

// Sixteen channels of sixteen pixels, a vector for each pixel, as inputs from `channel` on. In bfloat16 two
// neighbouring channels are a pair already: what is left is to transpose 16 pixels x 8 pairs.
inline void put_pixels(Activations& a, int channel, int half, const vf* pixel) {
  __m512i rows[8], t[8], u[8];
  for (int i = 0; i < 8; ++i) {
    const __m256i low = (__m256i)_mm512_cvtneps_pbh(reinterpret_cast<__m512>(pixel[i]));
    const __m256i high = (__m256i)_mm512_cvtneps_pbh(reinterpret_cast<__m512>(pixel[i + 8]));
    rows[i] = _mm512_inserti64x4(_mm512_castsi256_si512(low), high, 1);
  }
  for (int i = 0; i < 8; i += 2) {
    t[i] = _mm512_unpacklo_epi32(rows[i], rows[i + 1]);
    t[i + 1] = _mm512_unpackhi_epi32(rows[i], rows[i + 1]);
  }
  for (int i = 0; i < 8; i += 4) {
    u[i] = _mm512_unpacklo_epi64(t[i], t[i + 2]);
    u[i + 1] = _mm512_unpackhi_epi64(t[i], t[i + 2]);
    u[i + 2] = _mm512_unpacklo_epi64(t[i + 1], t[i + 3]);
    u[i + 3] = _mm512_unpackhi_epi64(t[i + 1], t[i + 3]);
  }
  const __m512i first = _mm512_setr_epi64(0, 1, 8, 9, 4, 5, 12, 13);
  const __m512i second = _mm512_setr_epi64(2, 3, 10, 11, 6, 7, 14, 15);
  for (int k = 0; k < 4; ++k) {
    a.pairs[channel / 2 + k][half] = (__m512bh)_mm512_permutex2var_epi64(u[k], first, u[k + 4]);
    a.pairs[channel / 2 + k + 4][half] = (__m512bh)_mm512_permutex2var_epi64(u[k], second, u[k + 4]);
  }
}

// Every two inputs as soon as both are there.
inline void put(Activations& a, int channel, int half, vf even, vf odd) {
  a.pairs[channel / 2][half] = pack(even, odd);
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
#else
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
#endif
