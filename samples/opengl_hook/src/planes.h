// A pass as the model reads it: color, metres and slots, as pictures of one size.
#pragma once

#include "gl_api.h"
#include "screen_shader.h"
#include "view_depth.h"

namespace mirage_hook {

/** Copies of what a pass drew: textures as large as its viewport, row 0 at the bottom. */
struct PassTextures {
  GLuint color, depth, slots; /**< depth: window depth; slots: see Marks, 0: none */
  int width, height;
};

class Planes {
 public:
  /** `top_first`: row 0 is the picture's top, as the protocol has it; else its bottom. Needs the state of a StateGuard.
   */
  Planes(const GlApi& gl, int width, int height, bool top_first);
  bool ok() const { return ok_; }
  void destroy();

  /** Fills them; color is brightened by `gamma`. Leaves `framebuffer` bound. Needs the state of a StateGuard. */
  void draw(const PassTextures& pass, const ViewDepth& depth, double gamma) const;

  /** With color, depth and ids as its attachments 0, 1 and 2. */
  GLuint framebuffer() const { return framebuffer_; }
  GLuint color() const { return color_; } /**< RGBA8 */
  GLuint depth() const { return depth_; } /**< R32F, metres; 0: sky, below 0: held by the player */
  GLuint ids() const { return ids_; }     /**< R8 */
  int width() const { return width_; }
  int height() const { return height_; }

 private:
  void fill(const ScreenShader& shader, GLenum attachment, const char* sampler, GLuint texture) const;

  const GlApi& gl_;
  int width_, height_;
  bool top_first_;
  ScreenShader color_shader_, depth_shader_, ids_shader_;
  GLuint color_, depth_, ids_, framebuffer_ = 0;
  bool ok_ = false;
};

}  // namespace mirage_hook
