#include "immediate.h"

#include <algorithm>

namespace mirage_hook {

void Immediate::begins(const PerspectiveDraw& draw) {
  draw_ = draw;
  counts_ = true;
}

void Immediate::record(const GlApi& gl) {
  if (!counts_) return;
  gl_ = &gl;
  if (list_ == 0) list_ = gl_->GenLists(1);
  if (list_ == 0) return;
  gl_->NewList(list_, GL_COMPILE);
  recording_ = true;
}

const PerspectiveDraw* Immediate::ended(int64_t vertices) {
  const bool counts = counts_ && vertices > 0;
  counts_ = false;
  draw_.vertices = static_cast<uint32_t>(std::min<int64_t>(vertices, 1 << 30));
  return counts ? &draw_ : nullptr;
}

bool Immediate::stop() {
  if (!recording_) return false;
  recording_ = false;
  gl_->EndList();
  return true;
}

}  // namespace mirage_hook
