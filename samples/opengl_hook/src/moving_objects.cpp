#include "moving_objects.h"

#include <algorithm>

#include "log.h"

namespace mirage_hook {
namespace {

constexpr int kFramesBeforeGivingUp = 300;

}  // namespace

MovingObjects::MovingObjects(const Profile& profile, const WorldAxes& axes)
    : profile_(profile), axes_(axes), tracker_(profile.moving_objects) {}

bool MovingObjects::prepare(const GlApi& gl, const Target& target) {
  if (marks_ == nullptr || !marks_->fit(target)) {
    drop(true);
    marks_ = std::make_unique<Marks>(gl, target);
  }
  return marks_->ok();
}

void MovingObjects::drop(bool context_alive) {
  if (context_alive && marks_ != nullptr) marks_->destroy();
  marks_.reset();
  marked_ = 0;
}

bool MovingObjects::draw_twice(DrawLog* draws, const PerspectiveDraw& draw) {
  if (marks_ == nullptr || !marks_->ok() || !marks_->fit(draw.target)) return false;
  Pass::Group* group = draws->last();
  // A small part of an object tells nothing by itself.
  if (group == nullptr || (group->mark == 0 && !tracker_.may_move(draw.vertices))) return false;
  const int mark = group->mark != 0 ? group->mark : marked_ + 1;
  if (mark > Marks::kMost || !marks_->begin(mark)) return false;
  group->mark = mark;
  marked_ = std::max(marked_, mark);
  return true;
}

void MovingObjects::follow(const Pass& pass, const Matrix& view, double metres, bool cut) {
  const std::vector<const Pass::Group*> world = pass.world();
  std::vector<const ObjectGroup*> objects;
  for (const Pass::Group* group : world) objects.push_back(&group->object);
  const std::vector<int>& slots = tracker_.update(objects, view, metres, cut);
  slot_of_mark_.assign(static_cast<size_t>(marked_) + 1, 0);
  for (size_t i = 0; i < world.size(); i++)
    if (world[i]->mark > 0 && world[i]->mark <= marked_) slot_of_mark_[static_cast<size_t>(world[i]->mark)] = slots[i];
  tell_what_cannot_be_marked();
  marked_ = 0;
}

void MovingObjects::tell_what_cannot_be_marked() {
  if (frames_without_marks_ < 0 || marks_ == nullptr) return;
  if (marked_ > 0)
    frames_without_marks_ = -1;  // they can
  else if (!tracker_.moving().empty() && ++frames_without_marks_ == kFramesBeforeGivingUp)
    log("what moves in this game is drawn in a way that can't be told apart; it is painted as a part of the world.");
}

std::vector<lsd_slot> MovingObjects::table(const Matrix& view, double metres) const {
  std::vector<lsd_slot> out;
  for (const MovingObject& object : tracker_.moving()) {
    lsd_slot slot{};
    slot.slot = object.slot;
    slot.object_class = profile_.moving_class;
    slot.flags = LSD_SLOT_HAS_STRENGTH | LSD_SLOT_HAS_TRANSFORM | LSD_SLOT_HAS_PREVIOUS;
    slot.strength = static_cast<float>(profile_.moving_strength);
    axes_.object(object.world_from_object, view, metres, slot.world_from_object);
    axes_.object(object.previous, view, metres, slot.previous_world_from_object);
    out.push_back(slot);
  }
  return out;
}

std::vector<Matrix> clip_then_from_eye_now(const Matrix& clip_from_world_then, const std::vector<MovingObject>& then,
                                           const Matrix& view_now, const std::vector<MovingObject>& now) {
  const Matrix world_from_eye = inverse_of_similarity(view_now);
  std::vector<Matrix> out(kMostMovingObjects + 1, clip_from_world_then * world_from_eye);
  for (const MovingObject& object : now) {
    const auto before =
        std::find_if(then.begin(), then.end(), [&](const MovingObject& other) { return other.slot == object.slot; });
    if (before != then.end())
      out[static_cast<size_t>(object.slot)] = clip_from_world_then * before->world_from_object *
                                              inverse_of_similarity(object.world_from_object) * world_from_eye;
  }
  return out;
}

}  // namespace mirage_hook
