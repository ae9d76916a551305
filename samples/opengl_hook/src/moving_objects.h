// Moving objects from the draw calls to the table of slots.
#pragma once

#include <lsd/lsd.h>

#include <memory>
#include <vector>

#include "draw_log.h"
#include "gl_api.h"
#include "marks.h"
#include "object_tracker.h"
#include "profile.h"
#include "world_axes.h"

namespace mirage_hook {

class MovingObjects {
 public:
  MovingObjects(const Profile& profile, const WorldAxes& axes);

  /** Whether they are told apart at all. */
  bool on() const { return profile_.moving_objects > 0; }
  /** Makes what is needed for passes to this target, in place of what was. Needs the state of a StateGuard. */
  bool prepare(const GlApi& gl, const Target& target);
  /** `context_alive`: else there is nothing left to delete. */
  void drop(bool context_alive);

  /** The draw call that was just told to `draws`: whether it should be drawn twice, between this and `drawn_twice`. */
  bool draw_twice(DrawLog* draws, const PerspectiveDraw& draw);
  void drawn_twice() { marks_->end(); }
  /** Whether something moves that is drawn vertex by vertex. */
  bool any_immediate() const { return marks_ != nullptr && tracker_.any_immediate(); }

  /** A pass is over. `view`: eye_from_world; `cut`: all is forgotten. */
  void follow(const Pass& pass, const Matrix& view, double metres, bool cut);
  /** Writes the pass's slots into `slots_texture`. Needs the state of a StateGuard. */
  void number(GLuint scene_depth) { marks_->number(slot_of_mark_, scene_depth); }
  GLuint slots_texture() const { return marks_ != nullptr ? marks_->slots_texture() : 0; }
  /** Of the last pass that was followed. */
  const std::vector<MovingObject>& moving() const { return tracker_.moving(); }
  /** As the protocol has it. */
  std::vector<lsd_slot> table(const Matrix& view, double metres) const;

 private:
  void tell_what_cannot_be_marked();

  const Profile& profile_;
  const WorldAxes& axes_;
  ObjectTracker tracker_;
  std::unique_ptr<Marks> marks_;
  std::vector<int> slot_of_mark_;
  int marked_ = 0; /**< in this pass */
  int frames_without_marks_ = 0;
};

/** For each slot where a point of this frame was in another one, for warping: clip_then_from_eye_now; [0]: of the
 * static world. Objects that the other frame did not have move as the world does.
 */
std::vector<Matrix> clip_then_from_eye_now(const Matrix& clip_from_world_then, const std::vector<MovingObject>& then,
                                           const Matrix& view_now, const std::vector<MovingObject>& now);

}  // namespace mirage_hook
