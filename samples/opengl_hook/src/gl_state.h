// The game's OpenGL state, put back as it was.
#pragma once

#include <array>
#include <cstddef>
#include <vector>

#include "gl_api.h"

namespace mirage_hook {

/** Saves at construction all that this library's drawing and copying changes, sets what that needs (no test, no
 * blending, no masks, tight pixel storage, no buffers bound), and restores everything at destruction. No context call
 * of the game may come between.
 */
class StateGuard {
 public:
  explicit StateGuard(const GlApi& gl);
  ~StateGuard();
  StateGuard(const StateGuard&) = delete;
  StateGuard& operator=(const StateGuard&) = delete;

  static constexpr int kUnits = 7; /**< texture units that may be used, 2D targets only */

 private:
  struct Number {
    GLenum name;
    GLint value;
  };
  struct Framebuffer {
    GLint draw, read;
    std::vector<GLenum> draw_buffers;
    GLint read_buffer;
  };
  struct Unit {
    GLint texture, sampler;
  };

  const GlApi& gl_;
  std::vector<Number> pixel_store_;
  std::vector<std::pair<GLenum, bool>> enabled_;
  Framebuffer framebuffer_;
  std::array<Unit, kUnits> units_;
  GLint active_, program_, vertex_array_ = 0, array_buffer_, pack_buffer_, unpack_buffer_;
  std::array<GLint, 4> viewport_;
  std::array<GLint, 2> polygon_mode_;
  std::array<GLboolean, 4> color_mask_;
  GLboolean depth_mask_;
};

/** A framebuffer bound to be drawn to and read from, and the game's own bindings back at the end. */
class FramebufferGuard {
 public:
  FramebufferGuard(const GlApi& gl, int framebuffer);
  ~FramebufferGuard();
  FramebufferGuard(const FramebufferGuard&) = delete;
  FramebufferGuard& operator=(const FramebufferGuard&) = delete;

 private:
  const GlApi& gl_;
  GLint draw_ = 0, read_ = 0;
};

}  // namespace mirage_hook
