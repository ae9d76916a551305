// Which pixels belong to which moving object: what may move is drawn a second time, into a picture of numbers.
#pragma once

#include <vector>

#include "draw_log.h"
#include "gl_api.h"
#include "screen_shader.h"

namespace mirage_hook {

/** Stencil and depth of what was drawn twice. The second time the game's own state and program hold, but into another
 * framebuffer, with the object's mark written to the stencil: this needs nothing of the game's own stencil, and works
 * with fixed functions and with any program. A pixel is the object's where the game's depth is what its second drawing
 * left.
 */
class Marks {
 public:
  static constexpr int kMost = 255; /**< marks in a frame, from 1 */

  Marks(const GlApi& gl, const Target& target);
  bool ok() const { return ok_; }
  void destroy();
  /** Whether they are of this target: its size and place. */
  bool fit(const Target& target) const;

  /** Before and after a draw call that is told again. Returns whether it may be: not where that would change what the
   * game counts, or where the object leaves no depth. */
  bool begin(int mark);
  void end();
  /** Whether anything was marked since the last `number`. */
  bool any() const { return highest_ > 0; }

  /** Makes the picture of slots from the marks, and forgets these. `slots`: of each mark, 0: none; `scene_depth`:
   * window depth of the whole pass. Needs the state of a StateGuard. */
  void number(const std::vector<int>& slots, GLuint scene_depth);
  /** R8, a slot's number in 255ths, as large as the target, row 0 at the bottom. */
  GLuint slots_texture() const { return slots_; }

 private:
  struct Face {
    GLint function = 0, reference = 0, value_mask = 0, write_mask = 0, fail = 0, depth_fail = 0, pass = 0;
  };
  /** The game's, of both faces. */
  struct Stencil {
    Face front, back;
    GLboolean on = GL_FALSE;
  };
  Stencil stencil() const;
  void restore(const Stencil& saved) const;
  void forget();

  const GlApi& gl_;
  Target target_;
  ScreenShader numbers_;
  GLuint buffer_ = 0, depth_ = 0, drawn_ = 0, slots_ = 0, marked_ = 0, numbered_ = 0;
  GLint framebuffer_ = 0;
  Stencil game_;
  int highest_ = 0;
  bool ok_ = false, blank_ = false;
};

}  // namespace mirage_hook
