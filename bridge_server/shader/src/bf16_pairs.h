// Pixels' channels in bfloat16, for the heads that multiply those (head_bf16.h, head_tiles.h). Included by head.h.

// Pairs of channels side by side, as VDPBF16PS and TDPBF16PS take them: half the memory of float32 and twice its speed.
constexpr int kPairs = kWidth / 2;

inline uint32_t bfloat16(float x) {
  uint32_t bits;
  std::memcpy(&bits, &x, sizeof(bits));
  return (bits + 0x7fff + ((bits >> 16) & 1)) >> 16;
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
