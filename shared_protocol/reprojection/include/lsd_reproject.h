/* Late reprojection: a picture for the engine's frame of now, out of the last results, which were made for older
 * frames.
 *
 * For each pixel of now the world position is projected into the last one to four results ("key frames"); those whose
 * depth says that they saw the same point are mixed, the newest most. What none saw is borrowed from a
 * place nearby that is as far away, or filled from a picture of the caller's. The shaders of shared_protocol/shading
 * (lsd_reproject.hlsl) are the same function; this is the reference that their tests compare with, and what an engine
 * without shaders can call.
 *
 * Row 0 is the top row; matrices are row-major; space is the protocol's (PROTOCOL.md, section 2). Nothing is kept
 * between calls; calls may run at the same time on different threads.
 */
#ifndef LSD_REPROJECT_H
#define LSD_REPROJECT_H

#include <stdint.h>

#if defined(_WIN32)
#define LSD_REPROJECT_API __declspec(dllexport)
#else
#define LSD_REPROJECT_API __attribute__((visibility("default")))
#endif

#ifdef __cplusplus
extern "C" {
#endif

enum { LSD_REPROJECT_KEYS = 4, LSD_REPROJECT_SLOTS = 256 };

/* A result, and what it was made for. All key frames of a call have the same sizes. */
typedef struct lsd_reproject_key {
  const uint8_t* color;      /* height x width x 4 */
  const float* depth;        /* depth_height x depth_width, metres; anything but 0 < depth < 2000 is sky */
  float clip_from_world[16]; /* projection times view */
  float weight;              /* of this key frame against the others that saw the point, 0..1: less for an older one */
  const float*
      then_from_now; /* 256 x 3 x 4: where a point of each slot, of now, was then; NULL: nothing moves by itself */
} lsd_reproject_key;

/* The engine's frame of now. */
typedef struct lsd_reproject_frame {
  int32_t width, height; /* of all its planes and of the result, pixels */
  const float* depth;    /* metres; anything but 0 < depth < 2000 is sky */
  const uint8_t* fill;   /* height x width x 4: what is shown where no key frame saw the point */
  const uint8_t* ids;    /* height x width: slots. NULL: nothing moves by itself */
  const float* motion;   /* height x width x 2: pixels from now to key frame 0, where not 0: what moves. NULL: none */
  float world_from_camera[12]; /* 3 x 4 */
  float intrinsics[4];         /* projection[0,0], [1,1], [0,2], [1,2] */
} lsd_reproject_frame;

typedef struct lsd_reproject_keys {
  int32_t count;                     /* 0..4 */
  int32_t width, height;             /* of their colors */
  int32_t depth_width, depth_height; /* of their depths */
  int32_t borrow;  /* 1: what none saw takes the color of a likely neighbour in key frame 0; 0: that of `fill` */
  float tolerance; /* how far a depth may be off and still be the same point, as a share of it: about 0.03 */
  lsd_reproject_key key[LSD_REPROJECT_KEYS]; /* the newest first */
} lsd_reproject_keys;

/* Fills `rgba`, height x width x 4, and `unseen`, height x width (NULL: not wanted): 255 where no key frame saw the
 * point, else 0. Returns the share of the picture that none saw, or -1 if a size or a count is out of range or a needed
 * pointer is NULL. */
LSD_REPROJECT_API float lsd_reproject(const lsd_reproject_frame* frame, const lsd_reproject_keys* keys, uint8_t* rgba,
                                      uint8_t* unseen, int32_t threads);

#ifdef __cplusplus
}
#endif
#endif
