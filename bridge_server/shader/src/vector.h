// Sixteen floats at a time, in the compiler's vector extension: one source for AVX-512, AVX2 and everything else.
// Included once per instruction set, inside that set's namespace (kernel.inl).

typedef float vf __attribute__((vector_size(64)));
typedef int32_t vi __attribute__((vector_size(64)));
typedef uint32_t vu __attribute__((vector_size(64)));

constexpr int kLanes = 16;

inline vf splat(float x) { return vf{} + x; }
inline vf as_float(vi x) { return reinterpret_cast<vf>(x); }
inline vi as_int(vf x) { return reinterpret_cast<vi>(x); }
inline vf select(vi mask, vf yes, vf no) { return as_float((mask & as_int(yes)) | (~mask & as_int(no))); }
inline vf one_where(vi mask) { return as_float(mask & as_int(splat(1.0f))); }
inline vf vabs(vf x) { return as_float(as_int(x) & 0x7fffffff); }

#ifdef __AVX512F__
inline vf vmin(vf a, vf b) {
  return reinterpret_cast<vf>(_mm512_min_ps(reinterpret_cast<__m512>(a), reinterpret_cast<__m512>(b)));
}
inline vf vmax(vf a, vf b) {
  return reinterpret_cast<vf>(_mm512_max_ps(reinterpret_cast<__m512>(a), reinterpret_cast<__m512>(b)));
}
inline vf vfloor(vf x) {
  return reinterpret_cast<vf>(
      _mm512_roundscale_ps(reinterpret_cast<__m512>(x), _MM_FROUND_TO_NEG_INF | _MM_FROUND_NO_EXC));
}
inline vf vround(vf x) {
  return reinterpret_cast<vf>(
      _mm512_roundscale_ps(reinterpret_cast<__m512>(x), _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC));
}
inline vf vsqrt(vf x) { return reinterpret_cast<vf>(_mm512_sqrt_ps(reinterpret_cast<__m512>(x))); }
#elif defined(__AVX2__)
// The compiler has no register for sixteen floats here and would go through memory for each comparison: two halves.
struct Halves {
  __m256 low, high;
};
inline Halves halves(vf x) {
  Halves h;
  __builtin_memcpy(&h, &x, sizeof(h));
  return h;
}
inline vf whole(__m256 low, __m256 high) {
  const Halves h{low, high};
  vf x;
  __builtin_memcpy(&x, &h, sizeof(x));
  return x;
}
inline vf vmin(vf a, vf b) {
  const Halves x = halves(a), y = halves(b);
  return whole(_mm256_min_ps(x.low, y.low), _mm256_min_ps(x.high, y.high));
}
inline vf vmax(vf a, vf b) {
  const Halves x = halves(a), y = halves(b);
  return whole(_mm256_max_ps(x.low, y.low), _mm256_max_ps(x.high, y.high));
}
inline vf vfloor(vf a) {
  const Halves x = halves(a);
  return whole(_mm256_floor_ps(x.low), _mm256_floor_ps(x.high));
}
inline vf vround(vf a) {
  const Halves x = halves(a);
  constexpr int kNearest = _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC;
  return whole(_mm256_round_ps(x.low, kNearest), _mm256_round_ps(x.high, kNearest));
}
inline vf vsqrt(vf a) {
  const Halves x = halves(a);
  return whole(_mm256_sqrt_ps(x.low), _mm256_sqrt_ps(x.high));
}
#else
inline vf vmin(vf a, vf b) { return select(a < b, a, b); }
inline vf vmax(vf a, vf b) { return select(a > b, a, b); }
// Beyond 2^23 every float is whole, and the conversion to int would overflow.
inline vf vround(vf x) {
  const vf magic = as_float((as_int(x) & static_cast<int32_t>(0x80000000)) | as_int(splat(8388608.0f)));
  return select(vabs(x) < 8388608.0f, (x + magic) - magic, x);
}
inline vf vfloor(vf x) {
  const vf nearest = vround(x);
  return nearest - one_where(nearest > x);
}
inline vf vsqrt(vf x) {
  for (int i = 0; i < kLanes; ++i) x[i] = __builtin_sqrtf(x[i]);
  return x;
}
#endif

inline vf vclamp(vf x, float low, float high) { return vmin(vmax(x, splat(low)), splat(high)); }
inline vf vrsqrt(vf x) { return 1.0f / vsqrt(x); }

inline vf load(const float* p) {
  vf x;
  __builtin_memcpy(&x, p, sizeof(x));
  return x;
}
inline void store(float* p, vf x) { __builtin_memcpy(p, &x, sizeof(x)); }

// Sixteen vectors as rows of a matrix, transposed in place: blocks of 8, 4, 2 and 1 change sides.
inline void transpose(vf* m) {
  const auto exchange = [m](int half, auto low, auto high) {
    for (int i = 0; i < kLanes; ++i) {
      if (i & half) continue;
      const vf a = m[i], b = m[i + half];
      m[i] = low(a, b);
      m[i + half] = high(a, b);
    }
  };
  exchange(
      8,
      [](vf a, vf b) { return __builtin_shufflevector(a, b, 0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23); },
      [](vf a, vf b) {
        return __builtin_shufflevector(a, b, 8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 26, 27, 28, 29, 30, 31);
      });
  exchange(
      4,
      [](vf a, vf b) {
        return __builtin_shufflevector(a, b, 0, 1, 2, 3, 16, 17, 18, 19, 8, 9, 10, 11, 24, 25, 26, 27);
      },
      [](vf a, vf b) {
        return __builtin_shufflevector(a, b, 4, 5, 6, 7, 20, 21, 22, 23, 12, 13, 14, 15, 28, 29, 30, 31);
      });
  exchange(
      2,
      [](vf a, vf b) {
        return __builtin_shufflevector(a, b, 0, 1, 16, 17, 4, 5, 20, 21, 8, 9, 24, 25, 12, 13, 28, 29);
      },
      [](vf a, vf b) {
        return __builtin_shufflevector(a, b, 2, 3, 18, 19, 6, 7, 22, 23, 10, 11, 26, 27, 14, 15, 30, 31);
      });
  exchange(
      1,
      [](vf a, vf b) {
        return __builtin_shufflevector(a, b, 0, 16, 2, 18, 4, 20, 6, 22, 8, 24, 10, 26, 12, 28, 14, 30);
      },
      [](vf a, vf b) {
        return __builtin_shufflevector(a, b, 1, 17, 3, 19, 5, 21, 7, 23, 9, 25, 11, 27, 13, 29, 15, 31);
      });
}

// Natural logarithm of x > 0: exponent, and the series of atanh on the mantissa; off by less than 2e-7 of the result's
// scale.
inline vf vlog(vf x) {
  vi bits = as_int(x);
  vi exponent = (bits >> 23) - 127;
  vf m = as_float((bits & 0x007fffff) | 0x3f800000);
  const vi large = m > 1.41421356f;
  m = select(large, m * 0.5f, m);
  exponent = exponent - large;
  const vf t = (m - 1.0f) / (m + 1.0f);
  const vf t2 = t * t;
  const vf series = 2.0f * t * (1.0f + t2 * (0.33333333f + t2 * (0.2f + t2 * (0.14285714f + t2 * 0.11111111f))));
  return __builtin_convertvector(exponent, vf) * 0.69314718f + series;
}

// sin and cos of 2 pi x.
inline void sincos_turns(vf x, vf& sine, vf& cosine) {
  const vf t = x - vround(x);  // -0.5..0.5
  // Quarter turns: the polynomials hold for -1/8..1/8 of a turn.
  const vf quarter = vround(t * 4.0f);
  const vf r = (t - quarter * 0.25f) * 6.28318531f;
  const vf r2 = r * r;
  const vf s = r * (1.0f + r2 * (-0.16666667f + r2 * (0.0083333310f + r2 * -0.00019840874f)));
  const vf c = 1.0f + r2 * (-0.5f + r2 * (0.041666667f + r2 * (-0.0013888397f + r2 * 2.4760495e-5f)));
  const vi q = __builtin_convertvector(quarter, vi);
  const vi swap = (q & 1) != 0;
  const vf a = select(swap, c, s), b = select(swap, s, c);
  sine = select((q & 2) != 0, -a, a);
  cosine = select(((q + 1) & 2) != 0, -b, b);
}
