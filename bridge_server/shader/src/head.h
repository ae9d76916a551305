// The head's layers on a tile of pixels, as `mirage_lsd/models/head.py` defines them. Included by kernel.inl.

constexpr int kWidth = MLS_WIDTH;
constexpr int kTile = 2 * kLanes;  // pixels at once

inline vf hardswish(vf x) { return x * vclamp(x * (1.0f / 6.0f) + 0.5f, 0.0f, 1.0f); }

// Which of them, the kernel's own file says, so that no compiler option of a whole build picks another.
#if defined(KERNEL_TILES)
#include "bf16_pairs.h"
#include "head_tiles.h"
#elif defined(KERNEL_PAIRS)
#include "bf16_pairs.h"
#include "head_bf16.h"
#else
#include "head_float32.h"
#endif
