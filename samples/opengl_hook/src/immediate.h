// Primitives that are made vertex by vertex (`glBegin` to `glEnd`), recorded where they may have to be drawn twice.
#pragma once

#include <cstdint>

#include "draw_log.h"
#include "gl_api.h"

namespace mirage_hook {

class Immediate {
 public:
  /** A primitive begins, of which nothing is known. */
  void forget() { counts_ = false; }
  /** It is in perspective; how many vertices it has is not known yet. */
  void begins(const PerspectiveDraw& draw);
  /** What comes until `stop` is kept in a display list of this class's own, and not drawn: between `glBegin` and
   * `glEnd` OpenGL allows nothing that could tell. Only of a primitive in perspective. */
  void record(const GlApi& gl);
  /** It has ended. Null: it was not in perspective, or empty. */
  const PerspectiveDraw* ended(int64_t vertices);
  /** Ends the recording, if there was one. */
  bool stop();
  /** Draws what was recorded. */
  void draw() const { gl_->CallList(list_); }

 private:
  const GlApi* gl_ = nullptr;
  PerspectiveDraw draw_;
  bool counts_ = false, recording_ = false;
  GLuint list_ = 0;
};

}  // namespace mirage_hook
