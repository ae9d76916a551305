// Puts the daemon's picture in the place of the game's own.
#pragma once

#include <cstdint>
#include <vector>

#include "gl_api.h"
#include "screen_shader.h"
#include "view_depth.h"

namespace mirage_hook {

/** What the world is replaced by; `top_first`: row 0 is its top. */
struct Painting {
  GLuint texture;
  int width, height;
  bool top_first;
};

class WriteBack {
 public:
  WriteBack(const GlApi& gl, int pass_width, int pass_height, int width, int height);
  bool ok() const { return shader_.ok(); }
  void destroy();

  /** Takes a new result: width * height * 4, row 0 on top. Needs the state of a StateGuard. */
  void upload(const void* pixels);
  /** What was uploaded last. */
  Painting uploaded() const { return {result_, width_, height_, true}; }
  /** Draws it over the viewport at x, y of the framebuffer that is bound; the depth buffer and alpha stay as they are,
   * and what is held too. `clip_then_from_eye_now`: of each slot where this frame's points are in the picture, for late
   * reprojection; empty: in the same place. `slots_texture`: see Marks; 0: all is slot 0. Needs the state of a
   * StateGuard.
   */
  void draw(const Painting& painting, int x, int y, GLuint depth_texture, GLuint slots_texture, const ViewDepth& depth,
            const std::vector<Matrix>& clip_then_from_eye_now) const;

 private:
  const GlApi& gl_;
  int pass_width_, pass_height_, width_, height_;
  ScreenShader shader_;
  GLuint result_;
};

}  // namespace mirage_hook
