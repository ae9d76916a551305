// Stand-in for the instructions of AMX and AVX-512 that the bfloat16 kernels of bridge_server/shader use: the compiler
// is told to include this before a kernel (-include), which then runs on any x86 CPU. In plain C++, after Intel's
// description of each instruction. What the processor would refuse or the program had no business to do is counted
// (tiles.h) and not done.
#pragma once

#include <immintrin.h>

#include <cstdint>
#include <cstring>
#include <initializer_list>

#include "tiles.h"

namespace stand_in {

using Floats = float __attribute__((vector_size(64), may_alias));
using Whole = long long __attribute__((vector_size(64), may_alias));

template <class To, class From>
inline To bits_as(const From& from) {
  static_assert(sizeof(To) == sizeof(From));
  To to;
  std::memcpy(&to, &from, sizeof(to));
  return to;
}

// A vector's lanes, one by one.
template <class Lane, int bytes = 64>
struct Lanes {
  static constexpr int kCount = bytes / int(sizeof(Lane));
  Lanes() = default;
  template <class Vector>
  explicit Lanes(const Vector& v) {
    static_assert(sizeof(v) == bytes);
    std::memcpy(lane, &v, bytes);
  }
  template <class Vector>
  operator Vector() const {
    return bits_as<Vector>(*this);
  }
  Lane& operator[](int i) { return lane[i]; }
  const Lane& operator[](int i) const { return lane[i]; }
  Lane lane[kCount];
};

inline __m512 set1_ps(float x) {
  Lanes<float> out;
  for (float& lane : out.lane) lane = x;
  return out;
}

inline __m512 setzero_ps() { return set1_ps(0.0f); }

inline __m512 add_ps(__m512 a, __m512 b) { return bits_as<__m512>(bits_as<Floats>(a) + bits_as<Floats>(b)); }

inline __m512i set1_epi32(int x) {
  Lanes<int32_t> out;
  for (int32_t& lane : out.lane) lane = x;
  return out;
}

inline __m512i setr_epi64(int64_t a, int64_t b, int64_t c, int64_t d, int64_t e, int64_t f, int64_t g, int64_t h) {
  return bits_as<__m512i>(Whole{a, b, c, d, e, f, g, h});
}

inline __m512i load_si512(const void* from) {
  if (reinterpret_cast<uintptr_t>(from) % 64 != 0) misused("a load of 64 bytes that are not aligned");
  __m512i out;
  std::memcpy(&out, from, sizeof(out));
  return out;
}

inline __m512bh cvtne2ps_pbh(__m512 high, __m512 low) {
  const Lanes<float> halves[2] = {Lanes<float>(low), Lanes<float>(high)};
  Lanes<uint16_t> out;
  for (int i = 0; i < 32; ++i) out[i] = to_bfloat16(halves[i / 16][i % 16]);
  return out;
}

inline __m256bh cvtneps_pbh(__m512 x) {
  const Lanes<float> in(x);
  Lanes<uint16_t, 32> out;
  for (int i = 0; i < 16; ++i) out[i] = to_bfloat16(in[i]);
  return out;
}

// VDPBF16PS adds the odd product first.
inline __m512 dpbf16_ps(__m512 sum, __m512bh a, __m512bh b) {
  Lanes<float> out(sum);
  const Lanes<uint16_t> x(a), y(b);
  for (int i = 0; i < 16; ++i) {
    for (int k : {2 * i + 1, 2 * i}) out[i] += from_bfloat16(x[k]) * from_bfloat16(y[k]);
  }
  return out;
}

inline __m512i permutexvar_epi16(__m512i index, __m512i from) {
  const Lanes<uint16_t> at(index), in(from);
  Lanes<uint16_t> out;
  for (int i = 0; i < 32; ++i) out[i] = in[at[i] % 32];
  return out;
}

inline __m512i permutex2var_epi64(__m512i a, __m512i index, __m512i b) {
  const Lanes<uint64_t> x(a), y(b), at(index);
  Lanes<uint64_t> out;
  for (int i = 0; i < 8; ++i) out[i] = (at[i] & 8) != 0 ? y[at[i] % 8] : x[at[i] % 8];
  return out;
}

inline __m512i castsi256_si512(__m256i low) {
  __m512i out;
  std::memset(&out, 0xa5, sizeof(out));  // the upper half is undefined
  std::memcpy(&out, &low, sizeof(low));
  return out;
}

inline __m512i inserti64x4(__m512i into, __m256i half, int which) {
  std::memcpy(reinterpret_cast<char*>(&into) + 32 * (which & 1), &half, sizeof(half));
  return into;
}

// Of each 128 bits of both, the lower or the upper half, in turns.
template <class Lane>
inline __m512i unpack(__m512i a, __m512i b, bool upper) {
  const Lanes<Lane> x(a), y(b);
  Lanes<Lane> out;
  constexpr int kGroup = 16 / sizeof(Lane);
  for (int i = 0; i < out.kCount; ++i) {
    const int from = i / kGroup * kGroup + i % kGroup / 2 + (upper ? kGroup / 2 : 0);
    out[i] = i % 2 != 0 ? y[from] : x[from];
  }
  return out;
}

}  // namespace stand_in

#undef _mm512_inserti64x4
#undef _mm512_setr_epi64
#define _mm512_set1_ps stand_in::set1_ps
#define _mm512_setzero_ps stand_in::setzero_ps
#define _mm512_add_ps stand_in::add_ps
#define _mm512_set1_epi32 stand_in::set1_epi32
#define _mm512_setr_epi64 stand_in::setr_epi64
#define _mm512_load_si512 stand_in::load_si512
#define _mm512_cvtne2ps_pbh stand_in::cvtne2ps_pbh
#define _mm512_cvtneps_pbh stand_in::cvtneps_pbh
#define _mm512_dpbf16_ps stand_in::dpbf16_ps
#define _mm512_permutexvar_epi16 stand_in::permutexvar_epi16
#define _mm512_permutex2var_epi64 stand_in::permutex2var_epi64
#define _mm512_castsi256_si512 stand_in::castsi256_si512
#define _mm512_inserti64x4 stand_in::inserti64x4
#define _mm512_unpacklo_epi32(a, b) stand_in::unpack<uint32_t>(a, b, false)
#define _mm512_unpackhi_epi32(a, b) stand_in::unpack<uint32_t>(a, b, true)
#define _mm512_unpacklo_epi64(a, b) stand_in::unpack<uint64_t>(a, b, false)
#define _mm512_unpackhi_epi64(a, b) stand_in::unpack<uint64_t>(a, b, true)

#undef _tile_loadconfig
#undef _tile_release
#undef _tile_zero
#undef _tile_loadd
#undef _tile_stored
#undef _tile_dpbf16ps
#define _tile_loadconfig stand_in::load_config
#define _tile_release stand_in::release
#define _tile_zero stand_in::zero
#define _tile_loadd stand_in::load
#define _tile_stored stand_in::store
#define _tile_dpbf16ps stand_in::multiply
