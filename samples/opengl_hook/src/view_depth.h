// How a pass's depth buffer is to be read.
#pragma once

#include "draw_log.h"
#include "gl_api.h"

namespace mirage_hook {

/** Distance along the view axis = b / (ndc + a) * metres, ndc = scale * window depth + offset. */
struct ViewDepth {
  Matrix projection; /**< clip_from_eye, the game's units */
  double scale = 2, offset = -1;
  double low = -1;  /**< clip z / w at one of the two clip planes; at the other it is 1 */
  double clear = 1; /**< the window depth of what nothing was drawn on */
  double held = 0;  /**< window depth below which the game's own pixels stay */
  double metres = 1, sky_beyond = 0;
};

/** Of the pass that was just drawn, from its matrices and the context's state. */
ViewDepth view_depth_of(const GlApi& gl, const Pass& pass);

/** GLSL: `float distance_at(float window_depth)`, in the game's units, and the uniforms that it needs. */
extern const char kDistanceGlsl[];
void set_distance_uniforms(const GlApi& gl, const class ScreenShader& shader, const ViewDepth& depth);

}  // namespace mirage_hook
