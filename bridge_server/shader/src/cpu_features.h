// What this CPU and its system can run. By hand, because `__builtin_cpu_supports` needs a variable of the compiler's
// own run-time library, and zig, which builds the wheels, has none that a shared library may use.
#pragma once

#ifdef MIRAGE_X86

#include <cpuid.h>

namespace mirage {

struct CpuFeatures {
  bool avx2 = false;         // with FMA
  bool avx512 = false;       // F, DQ, BW and VL
  bool avx512_bf16 = false;  // all of these, and bfloat16
  bool amx_bf16 = false;     // all of these, and tiles: eight of sixteen rows of 64 bytes
};

inline CpuFeatures cpu_features() {
  CpuFeatures found;
  unsigned a = 0, b = 0, c = 0, d = 0;
  if (__get_cpuid(1, &a, &b, &c, &d) == 0) return found;
  const bool fma = (c >> 12 & 1) != 0;
  if ((c >> 27 & 1) == 0) return found;  // the system saves no wide registers at all
  unsigned saved = 0, high = 0;
  __asm__("xgetbv" : "=a"(saved), "=d"(high) : "c"(0));
  if (__get_cpuid_count(7, 0, &a, &b, &c, &d) == 0) return found;
  constexpr unsigned kWide = 1u << 16 | 1u << 17 | 1u << 30 | 1u << 31;
  found.avx2 = (saved & 0x06) == 0x06 && (b >> 5 & 1) != 0 && fma;
  // macOS enables these registers at their first use only, and so says no here: AVX2 it is.
  found.avx512 = found.avx2 && (saved & 0xe6) == 0xe6 && (b & kWide) == kWide;
  constexpr unsigned kTiles = 1u << 22 | 1u << 24;
  const bool tiles = (saved & 0x60000) == 0x60000 && (d & kTiles) == kTiles;
  const bool more_leaves = a >= 1 && __get_cpuid_count(7, 1, &a, &b, &c, &d) != 0;
  found.avx512_bf16 = found.avx512 && more_leaves && (a >> 5 & 1) != 0;
  if (!tiles || __get_cpuid_count(0x1d, 1, &a, &b, &c, &d) == 0) return found;
  found.amx_bf16 = found.avx512_bf16 && (b & 0xffff) == 64 && b >> 16 == 8 && (c & 0xffff) == 16;
  return found;
}

}  // namespace mirage

#endif
