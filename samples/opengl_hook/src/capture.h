// Takes a pass's color and depth out of the game, without waiting for the graphics card.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "gl_api.h"
#include "screen_shader.h"
#include "view_depth.h"

namespace mirage_hook {

/** A picture on its way to the daemon: row 0 on top. Pointers are valid until the next call of Capture. */
struct CapturedFrame {
  const uint8_t* color; /**< width * height * 4, RGBA */
  const float* depth;   /**< metres; 0: sky, below 0: held by the player */
  const uint8_t* ids;   /**< width * height slots, 0: none */
  int64_t number;       /**< what `grab` was told */
};

class Capture {
 public:
  Capture(const GlApi& gl, int pass_width, int pass_height, int width, int height);
  bool ok() const { return ok_; }
  void destroy();

  /** Copies the depth of the viewport of the framebuffer that is bound. Needs the state of a StateGuard (likewise
   * below). */
  void copy_depth(int x, int y);
  /** Copies its color, and begins to read all of it back; `slots`: see Marks, 0: none. Returns false where every buffer
   * is still under way. */
  bool grab(int x, int y, const ViewDepth& depth, double gamma, GLuint slots, int64_t number);
  /** The oldest picture that has arrived; `wait`: waits for it (for recordings in lockstep). */
  bool arrived(bool wait, CapturedFrame* out);

  GLuint depth_texture() const { return depth_; } /**< of the newest copy, window depth, row 0 at the bottom */

 private:
  struct Buffer {
    GLuint name = 0;
    GLsync fence = nullptr;
    int64_t number = 0;
    int age = 0;
    bool busy = false;
  };
  bool finished(Buffer* buffer, bool wait) const;
  void release_mapped();

  const GlApi& gl_;
  int pass_width_, pass_height_, width_, height_;
  ScreenShader color_shader_, depth_shader_, ids_shader_;
  GLuint color_ = 0, depth_ = 0, packed_color_ = 0, packed_depth_ = 0, packed_ids_ = 0, framebuffer_ = 0;
  std::array<Buffer, 3> buffers_;
  size_t next_ = 0, oldest_ = 0;
  Buffer* mapped_ = nullptr;
  bool ok_ = false;
};

}  // namespace mirage_hook
