/* The pixel shader of mirage-lsd-v1 on a CPU: guide, world fields and head fused into one loop over pixels.
 *
 * It computes what `mirage_lsd.models.guide.build_guide` and `mirage_lsd.models.head.Head` define (PyTorch is the
 * reference, tests compare), without ever writing a wide tensor to memory. Row 0 is the top row; matrices are
 * row-major; nothing is kept between calls; all calls may run at the same time on different threads.
 */
#ifndef MIRAGE_SHADER_H
#define MIRAGE_SHADER_H

#include <stdint.h>

#if defined(_WIN32)
#define MLS_API __declspec(dllexport)
#else
#define MLS_API __attribute__((visibility("default")))
#endif

#ifdef __cplusplus
extern "C" {
#endif

enum { MLS_GUIDE_CHANNELS = 32, MLS_CONTEXT_CHANNELS = 16, MLS_WIDTH = 48, MLS_LAYERS = 2 };

/* A frame as the engine sent it. Planes are sampled at the nearest pixel where the output's size is another. */
typedef struct mls_frame {
  int32_t width, height; /* of the planes, pixels */
  const uint8_t* color;  /* height x width x 4, sRGB */
  const float* depth; /* height x width, metres, anything but 0 < depth < 2000: sky. NULL: no geometry, color alone */
  const uint8_t* normal;       /* height x width x 4, world space, xyz / 2 + 0.5. NULL: taken from the depth */
  const uint8_t* ids;          /* height x width: 1 skin, 2 hair, 3 outfit, 4 nothing built, 5 grown. NULL: all 0 */
  float world_from_camera[12]; /* 3 x 4 */
  float intrinsics[4];         /* projection[0,0], [1,1], [0,2], [1,2] */
  float sun[3];                /* unit, towards the sun */
  float seed[3];               /* offset of the fields, metres */
  float palette[24];           /* of skin, hair, outfit: linear RGB, second RGB, share of bands, share of stripes */
  const uint8_t* slots;        /* height x width: which thing each pixel is of. NULL: nothing has a space of its own */
  const float*
      object_from_world; /* 3 rows x 256 slots x 4: the space that fields and patterns are sampled in, metres */
} mls_frame;

/* The head's layers for one setting of the controls: float32, matrices out x in. */
typedef struct mls_weights {
  const float* matrices[2 + MLS_LAYERS]; /* 48 x 48 (guide 32, then context 16), 48 x 48 twice, 3 x 48 */
  const float* biases[2 + MLS_LAYERS];
} mls_weights;

/* Instructions that the calls use here: "amx-bf16", "avx512-bf16", "avx512", "avx2" or "portable". */
MLS_API const char* mls_instructions(void);

/* Chooses one of the names above for all later calls; 0 if this CPU can't, and then nothing has changed. */
MLS_API int mls_use(const char* instructions);

/* Writes the guide, height x width x MLS_GUIDE_CHANNELS; with geometry also, each unless NULL, the anchored noise, 3 x
 * height x width, and the depth that was used, height x width, 0 for sky. */
MLS_API void mls_guide(const mls_frame* frame, int32_t width, int32_t height, float* guide, float* noise, float* depth,
                       int32_t threads);

/* What a stream remembers of the frame before. */
typedef struct mls_before {
  float clip_from_world[16]; /* projection times view, row-major */
  const float* depth;        /* height x width, metres, 0: sky */
} mls_before;

/* Finds where each pixel was in the frame before, and whether it was visible there, by depth and both cameras, or by
 * `motion` (2 x height x width, pixels to the frame before) where it is not NULL. `depth`: of this frame, from
 * mls_guide. Writes `coarse`, 3 x height / 8 x width / 8: mean motion in pixels and visible share of each cell.
 * Returns the visible share of the whole. */
MLS_API float mls_reproject(const mls_frame* frame, const mls_before* before, const float* depth, const float* motion,
                            int32_t width, int32_t height, float* coarse, int32_t threads);

/* Shades the rows first_row to last_row (exclusive) of height x width pixels into `rgba`, which holds all of them.
 * `context`: context_height x context_width x MLS_CONTEXT_CHANNELS. */
MLS_API void mls_shade(const mls_frame* frame, const mls_weights* weights, const float* context, int32_t context_width,
                       int32_t context_height, int32_t width, int32_t height, uint8_t* rgba, int32_t first_row,
                       int32_t last_row, int32_t threads);

#ifdef __cplusplus
}
#endif
#endif
