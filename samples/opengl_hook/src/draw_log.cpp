#include "draw_log.h"

#include <algorithm>
#include <cmath>

namespace mirage_hook {
namespace {

constexpr size_t kMostGroups = 512;
constexpr size_t kMostDrawsOfOneObject = 4096;

}  // namespace

bool Target::operator==(const Target& other) const {
  return framebuffer == other.framebuffer && std::equal(viewport, viewport + 4, other.viewport);
}

std::vector<const Pass::Group*> Pass::world() const {
  std::vector<const Group*> found;
  for (const Group& group : groups)
    if (std::abs(group.depth_range[1] - group.depth_range[0]) > 0.5f) found.push_back(&group);
  if (found.empty())
    for (const Group& group : groups) found.push_back(&group);
  return found;
}

const Pass::Group& Pass::heaviest() const {
  const std::vector<const Group*> candidates = world();
  return **std::max_element(candidates.begin(), candidates.end(),
                            [](const Group* a, const Group* b) { return a->object.vertices < b->object.vertices; });
}

bool DrawLog::large_enough(const Target& target) {
  largest_now_ = std::max(largest_now_, target.area());
  return 2 * target.area() > std::max(largest_now_, largest_before_);
}

const Pass* DrawLog::perspective(const PerspectiveDraw& draw) {
  const Pass* ended = open_ && !(pass_.target == draw.target) ? end_pass() : nullptr;
  if (ended != nullptr) return ended;  // the caller deals with it, then tells this draw again
  if (!open_) {
    pass_ = Pass();
    pass_.target = draw.target;
    open_ = true;
  }
  pass_.vertices += draw.vertices;
  if (draw.depth_range[1] < 0.5f && draw.depth_range[1] > 0) held_depth_ = draw.depth_range[1];

  // The latest first: a game draws many things with one matrix, one after the other.
  const auto same = [&](const Pass::Group& group) {
    return group.object.model_view == draw.transform.model_view && group.projection == draw.transform.projection &&
           group.depth_range[0] == draw.depth_range[0] && group.depth_range[1] == draw.depth_range[1];
  };
  const auto found = std::find_if(pass_.groups.rbegin(), pass_.groups.rend(), same);
  Pass::Group* group = found != pass_.groups.rend() ? &*found : nullptr;
  if (group == nullptr) {
    last_ = pass_.groups.size();
    if (pass_.groups.size() == kMostGroups) return nullptr;
    pass_.groups.push_back({draw.transform.projection, {draw.depth_range[0], draw.depth_range[1]}, {}, 0});
    group = &pass_.groups.back();
    group->object.model_view = draw.transform.model_view;
  }
  last_ = static_cast<size_t>(group - pass_.groups.data());
  group->object.vertices += draw.vertices;
  if (group->object.draws.size() < kMostDrawsOfOneObject) group->object.draws.push_back(draw.vertices);
  return nullptr;
}

void DrawLog::last_was_immediate(uint32_t vertices) {
  Pass::Group* const group = last();
  if (group == nullptr || group->object.draws.empty()) return;
  group->object.immediate = true;
  const uint32_t taken = group->object.draws.back();
  group->object.draws.back() = vertices;
  group->object.vertices += vertices - taken;
  pass_.vertices += int64_t{vertices} - taken;
}

bool DrawLog::is_main() const {
  return !main_done_ && (pass_.target.framebuffer == 0) == main_.window && pass_.target.viewport[2] == main_.width &&
         pass_.target.viewport[3] == main_.height && 3 * static_cast<double>(pass_.vertices) >= main_.vertices;
}

const Pass* DrawLog::end_pass() {
  if (!open_) return nullptr;
  open_ = false;
  if (static_cast<double>(pass_.vertices) > largest_pass_.vertices)
    largest_pass_ = {pass_.target.framebuffer == 0, pass_.target.viewport[2], pass_.target.viewport[3],
                     static_cast<double>(pass_.vertices)};
  if (!is_main()) return nullptr;
  main_done_ = true;
  return &pass_;
}

const Pass* DrawLog::end_frame() {
  const Pass* ended = end_pass();
  if (largest_pass_.vertices > 0) {
    const bool as_before = largest_pass_.window == main_.window && largest_pass_.width == main_.width &&
                           largest_pass_.height == main_.height;
    // Few vertices once (a wall fills the view) change little; another target is another main pass.
    const double faded = as_before ? 0.98 * main_.vertices : 0;
    main_ = largest_pass_;
    main_.vertices = std::max(main_.vertices, faded);
  }
  largest_pass_ = Signature();
  largest_before_ = largest_now_;
  largest_now_ = 0;
  main_done_ = false;
  return ended;
}

}  // namespace mirage_hook
