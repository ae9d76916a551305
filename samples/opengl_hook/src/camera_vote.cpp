#include "camera_vote.h"

#include <algorithm>
#include <cmath>

namespace mirage_hook {
namespace {

constexpr size_t kMostGroups = 192;
constexpr size_t kMostMatches = 384;
constexpr double kLeastSupport = 0.2;
constexpr double kVerticesOfOneObject =
    2000;                           // beyond that they count a tenth: an animated giant does not outvote a village
constexpr int kFramesOfTrust = 30;  // after so many an anchor's own vote counts four times

/** The vertices that both draw in calls of the same size: both lists are sorted. */
double shared_vertices(const std::vector<uint32_t>& a, const std::vector<uint32_t>& b) {
  double shared = 0;
  for (size_t i = 0, j = 0; i < a.size() && j < b.size();) {
    if (a[i] == b[j]) {
      shared += a[i];
      i++, j++;
    } else if (a[i] < b[j]) {
      i++;
    } else {
      j++;
    }
  }
  return shared;
}

double weight_of(double vertices) {
  return vertices <= kVerticesOfOneObject ? vertices : kVerticesOfOneObject + 0.1 * (vertices - kVerticesOfOneObject);
}

bool agree(const Matrix& a, const Matrix& b) {
  double turn = 0, shift = 0, reach = 1;
  for (int r = 0; r < 3; r++) {
    for (int c = 0; c < 3; c++) turn = std::max(turn, std::abs(a(r, c) - b(r, c)));
    shift = std::max(shift, std::abs(a(r, 3) - b(r, 3)));
    reach = std::max(reach, 1 + std::abs(a(r, 3)));
  }
  return shift + 100 * turn < 0.02 * reach;
}

}  // namespace

std::vector<CameraVote::Match> CameraVote::matches(const std::vector<ObjectGroup>& groups) const {
  std::vector<Match> found;
  for (size_t i = 0; i < groups.size(); i++) {
    const size_t first = found.size();
    double all = 0;
    for (size_t j = 0; j < before_.size(); j++) {
      const double shared = shared_vertices(groups[i].draws, before_[j].draws);
      if (shared <= 0) continue;
      const double weight = weight_of(shared) * (j == anchor_ ? 1 + 3.0 * trust_ / kFramesOfTrust : 1);
      found.push_back({i, j, weight, Matrix()});
      all += weight;
    }
    // One object has one vote: what looks like many others shares it out among them.
    for (size_t k = first; k < found.size(); k++) found[k].weight *= found[k].weight / all;
  }
  const size_t kept = std::min(found.size(), kMostMatches);
  std::partial_sort(found.begin(), found.begin() + static_cast<ptrdiff_t>(kept), found.end(),
                    [](const Match& a, const Match& b) { return a.weight > b.weight; });
  found.resize(kept);
  for (Match& match : found)
    match.motion = groups[match.now].model_view * inverse_of_similarity(before_[match.before].model_view);
  return found;
}

CameraEstimate CameraVote::start(std::vector<ObjectGroup> groups) {
  // The heaviest object is taken for the world: in most engines it is drawn with the view alone.
  anchor_ = 0;
  trust_ = 0;
  for (size_t i = 1; i < groups.size(); i++)
    if (groups[i].vertices > groups[anchor_].vertices) anchor_ = i;
  const Matrix& heaviest = groups[anchor_].model_view;
  view_ = rigid(heaviest);
  world_from_anchor_ = inverse_of_similarity(view_) * heaviest;
  before_ = std::move(groups);
  return {true, view_, 0, true};
}

CameraEstimate CameraVote::update(std::vector<ObjectGroup> groups) {
  groups.erase(std::remove_if(groups.begin(), groups.end(),
                              [](const ObjectGroup& group) { return !is_similarity(group.model_view); }),
               groups.end());
  if (groups.size() > kMostGroups) {
    std::nth_element(groups.begin(), groups.begin() + kMostGroups, groups.end(),
                     [](const ObjectGroup& a, const ObjectGroup& b) { return a.vertices > b.vertices; });
    groups.resize(kMostGroups);
  }
  for (ObjectGroup& group : groups) std::sort(group.draws.begin(), group.draws.end());
  if (groups.empty()) return {};  // this frame shows no world; the next that does is compared with the last that did
  if (before_.empty()) return start(std::move(groups));

  const std::vector<Match> found = matches(groups);
  double best = 0, all = 0;
  const Match* motion = nullptr;
  for (const Match& candidate : found) {
    double support = 0;
    for (const Match& other : found)
      if (agree(candidate.motion, other.motion)) support += other.weight;
    all += candidate.weight;
    if (support > best) best = support, motion = &candidate;
  }
  // Objects that look alike match each other too, with motions that scatter: the winner needs no majority.
  if (motion == nullptr ||
      best < kLeastSupport * all / std::sqrt(static_cast<double>(std::max<size_t>(found.size(), 1))))
    return start(std::move(groups));

  const Match* anchored = nullptr;
  const Match* heaviest = motion;
  for (const Match& match : found) {
    if (!agree(motion->motion, match.motion)) continue;
    if (match.before == anchor_ && (anchored == nullptr || match.weight > anchored->weight)) anchored = &match;
    if (match.weight > heaviest->weight) heaviest = &match;
  }
  if (anchored != nullptr) {
    view_ = rigid(groups[anchored->now].model_view * inverse_of_similarity(world_from_anchor_));
    anchor_ = anchored->now;
    trust_ = std::min(trust_ + 1, kFramesOfTrust);
  } else {
    view_ = rigid(motion->motion * view_);
    anchor_ = heaviest->now;
    trust_ = 0;
    world_from_anchor_ = inverse_of_similarity(view_) * groups[anchor_].model_view;
  }
  before_ = std::move(groups);
  return {true, view_, best / all, false};
}

}  // namespace mirage_hook
