// Takes a pass's color and depth out of the game, without waiting for the graphics card.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "gl_api.h"
#include "planes.h"
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
  bool ok() const { return planes_.ok(); }
  void destroy();

  /** Copies color and depth of the viewport of the framebuffer that is bound. Needs the state of a StateGuard (likewise
   * below). */
  void copy(int x, int y);
  /** Of the newest copy. `slots`: see Marks, 0: none. */
  PassTextures textures(GLuint slots) const { return {color_, depth_, slots, pass_width_, pass_height_}; }
  /** Begins to read the newest copy back. Returns false where every buffer is still under way. */
  bool grab(const ViewDepth& depth, double gamma, GLuint slots, int64_t number);
  /** The oldest picture that has arrived; `wait`: waits for it (for recordings in lockstep). */
  bool arrived(bool wait, CapturedFrame* out);

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
  Planes planes_;
  GLuint color_ = 0, depth_ = 0;
  std::array<Buffer, 3> buffers_;
  size_t next_ = 0, oldest_ = 0;
  Buffer* mapped_ = nullptr;
};

}  // namespace mirage_hook
