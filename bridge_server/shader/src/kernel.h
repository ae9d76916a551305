// The entry points of each instruction set's kernel.
#pragma once

#include <cstdint>

#include "mirage_shader.h"

namespace mirage {

#define MIRAGE_KERNEL(name)                                                                                       \
  namespace name {                                                                                                \
  void guide(const mls_frame& frame, int width, int height, float* out, float* noise, float* depth, int threads); \
  float reproject(const mls_frame& frame, const mls_before& before, const float* depth, const float* motion,      \
                  int width, int height, float* coarse, int threads);                                             \
  void shade(const mls_frame& frame, const mls_weights& weights, const float* context, int context_width,         \
             int context_height, int width, int height, uint8_t* rgba, int first_row, int last_row, int threads); \
  }

MIRAGE_KERNEL(portable)
#ifdef MIRAGE_X86
MIRAGE_KERNEL(avx2)
MIRAGE_KERNEL(avx512)
MIRAGE_KERNEL(avx512_bf16)
#endif
#ifdef MIRAGE_AMX
MIRAGE_KERNEL(amx_bf16)
#endif

#undef MIRAGE_KERNEL

}  // namespace mirage
