// The model's last layers in the game's own OpenGL: a context and weights of the daemon paint each frame that is drawn.
#pragma once

#include <lsd/lsd.h>

#include <vector>

#include "gl_api.h"
#include "planes.h"
#include "screen_shader.h"

namespace mirage_hook {

class EngineShading {
 public:
  /** Why this context can't shade, as a clause; null: it can. */
  static const char* obstacle(const GlApi& gl);
  /** Whether the driver plays a graphics card on the CPU: a picture takes it a second. */
  static bool is_software(const GlApi& gl);

  /** For pictures of this size. Needs the state of a StateGuard (likewise below). */
  EngineShading(const GlApi& gl, int width, int height);
  bool ok() const { return shader_.ok() && planes_.ok() && complete_; }
  void destroy();

  /** Takes a context; its pointers are not kept. Returns false where the shader was not written for its numbers. */
  bool take(const lsd_context& context);
  /** Whether there is one to shade with. */
  bool ready() const { return ready_; }
  void forget() { ready_ = false; }

  /** Paints what the pass drew into `picture`. `camera`, `slots`: as the daemon is told them. */
  void draw(const PassTextures& pass, const ViewDepth& depth, double gamma, const lsd_camera& camera,
            const std::vector<lsd_slot>& slots) const;
  /** RGBA8, row 0 at the bottom. */
  GLuint picture() const { return picture_; }
  int width() const { return planes_.width(); }
  int height() const { return planes_.height(); }

 private:
  const GlApi& gl_;
  Planes planes_;
  ScreenShader shader_;
  GLuint weights_, slots_, objects_, cells_ = 0, picture_, framebuffer_ = 0;
  lsd_context context_{}; /**< the newest, without what it points to */
  bool ready_ = false, complete_ = false;
};

}  // namespace mirage_hook
