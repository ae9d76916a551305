// The C interface: chooses the instruction set once, by what this CPU has.
#include <algorithm>
#include <atomic>
#include <cstring>
#include <iterator>

#include "cpu_features.h"
#include "kernel.h"
#include "tile_permission.h"
#include "trial.h"

namespace {

struct Kernel {
  const char* name;
  bool (*supported)();
  decltype(&mirage::portable::guide) guide;
  decltype(&mirage::portable::reproject) reproject;
  decltype(&mirage::portable::shade) shade;
};

#ifdef MIRAGE_AMX
bool has_good_tiles() {
  static const bool good = mirage::cpu_features().amx_bf16 && mirage::tiles_permitted() &&
                           mirage::paints_as(mirage::amx_bf16::shade, mirage::portable::shade);
  return good;
}
#endif

constexpr Kernel kKernels[] = {
#ifdef MIRAGE_AMX
    {"amx-bf16", has_good_tiles, mirage::amx_bf16::guide, mirage::amx_bf16::reproject, mirage::amx_bf16::shade},
#endif
#ifdef MIRAGE_X86
    {"avx512-bf16", [] { return mirage::cpu_features().avx512_bf16; }, mirage::avx512_bf16::guide,
     mirage::avx512_bf16::reproject, mirage::avx512_bf16::shade},
    {"avx512", [] { return mirage::cpu_features().avx512; }, mirage::avx512::guide, mirage::avx512::reproject,
     mirage::avx512::shade},
    {"avx2", [] { return mirage::cpu_features().avx2; }, mirage::avx2::guide, mirage::avx2::reproject,
     mirage::avx2::shade},
#endif
    {"portable", [] { return true; }, mirage::portable::guide, mirage::portable::reproject, mirage::portable::shade},
};

const Kernel* best() {
  return std::find_if(std::begin(kKernels), std::end(kKernels), [](const Kernel& k) { return k.supported(); });
}

std::atomic<const Kernel*>& chosen() {
  static std::atomic<const Kernel*> kernel{best()};
  return kernel;
}

}  // namespace

const char* mls_instructions(void) { return chosen().load()->name; }

int mls_use(const char* instructions) {
  for (const Kernel& kernel : kKernels) {
    if (std::strcmp(kernel.name, instructions) == 0 && kernel.supported()) {
      chosen().store(&kernel);
      return 1;
    }
  }
  return 0;
}

void mls_guide(const mls_frame* frame, int32_t width, int32_t height, float* guide, float* noise, float* depth,
               int32_t threads) {
  chosen().load()->guide(*frame, width, height, guide, noise, depth, threads);
}

float mls_reproject(const mls_frame* frame, const mls_before* before, const float* depth, const float* motion,
                    int32_t width, int32_t height, float* coarse, int32_t threads) {
  return chosen().load()->reproject(*frame, *before, depth, motion, width, height, coarse, threads);
}

void mls_shade(const mls_frame* frame, const mls_weights* weights, const float* context, int32_t context_width,
               int32_t context_height, int32_t width, int32_t height, uint8_t* rgba, int32_t first_row,
               int32_t last_row, int32_t threads) {
  chosen().load()->shade(*frame, *weights, context, context_width, context_height, width, height, rgba, first_row,
                         last_row, threads);
}
