#include "object_tracker.h"

#include <algorithm>
#include <cmath>

namespace mirage_hook {
namespace {

constexpr size_t kMostTracks = 192;
constexpr uint32_t kFewestVertices = 12;  // a sprite, a glyph, or a primitive whose size is not known
constexpr double kMostMetresAFrame = 4;   // 100 km/h at seven frames a second
constexpr int kFramesToMove = 3;          // a single step may be the camera's error
constexpr int kFramesUnseen = 60;
constexpr double kLeastShift = 4e-4;  // of the distance: a fifth of a pixel
constexpr double kLeastTurn = 2e-3;   // radians

std::vector<uint32_t> telling(std::vector<uint32_t> draws) {
  draws.erase(std::remove_if(draws.begin(), draws.end(), [](uint32_t n) { return n < kFewestVertices; }), draws.end());
  std::sort(draws.begin(), draws.end());
  return draws;
}

double shift_between(const Matrix& a, const Matrix& b) {
  return std::hypot(std::hypot(a(0, 3) - b(0, 3), a(1, 3) - b(1, 3)), a(2, 3) - b(2, 3));
}

}  // namespace

ObjectTracker::ObjectTracker(int most) : most_(most) {}

bool ObjectTracker::moves(const Track& track, const Seen& now) const {
  return shift_between(now.pose, track.pose) > kLeastShift * now.distance ||
         rotation_angle(now.pose * inverse_of_similarity(track.pose)) > kLeastTurn;
}

int ObjectTracker::free_slot() const {
  for (int slot = 1; slot <= most_; slot++)
    if (std::none_of(tracks_.begin(), tracks_.end(), [&](const Track& track) { return track.slot == slot; }))
      return slot;
  return 0;
}

void ObjectTracker::follow(std::vector<Seen>* seen, double metres) {
  struct Pair {
    size_t track, seen;
    double distance;
  };
  std::vector<Pair> pairs;
  for (size_t t = 0; t < tracks_.size(); t++) {
    const Track& track = tracks_[t];
    for (size_t s = 0; s < seen->size(); s++) {
      if (track.draws != (*seen)[s].draws) continue;
      // On its way, or still where it was: what stops at once is no other thing.
      Matrix expected = track.pose;
      for (int r = 0; r < 3; r++) expected(r, 3) += track.pose(r, 3) - track.before(r, 3);
      const double distance =
          std::min(shift_between(expected, (*seen)[s].pose), shift_between(track.pose, (*seen)[s].pose));
      if (distance * metres < kMostMetresAFrame) pairs.push_back({t, s, distance});
    }
  }
  std::sort(pairs.begin(), pairs.end(), [](const Pair& a, const Pair& b) { return a.distance < b.distance; });
  std::vector<bool> taken(seen->size(), false);
  for (Track& track : tracks_) track.seen = false;
  std::vector<std::pair<Track*, const Seen*>> matched;
  for (const Pair& pair : pairs) {
    Track& track = tracks_[pair.track];
    const Seen& now = (*seen)[pair.seen];
    if (track.seen || taken[pair.seen]) continue;
    track.seen = taken[pair.seen] = true;
    // After a while out of sight, its last pose is no pose of the frame before.
    const bool gap = track.unseen > 0;
    if (!gap && moves(track, now)) track.moved++;
    track.before = gap ? now.pose : track.pose;
    track.pose = now.pose;
    track.unseen = 0;
    matched.emplace_back(&track, &now);
  }
  give_slots(std::move(matched));
  for (size_t s = 0; s < seen->size() && tracks_.size() < kMostTracks; s++) {
    if (taken[s]) continue;
    Track track;
    track.draws = std::move((*seen)[s].draws);
    track.pose = track.before = (*seen)[s].pose;
    track.seen = true;
    track.immediate = (*seen)[s].immediate;
    tracks_.push_back(std::move(track));
  }
}

void ObjectTracker::give_slots(std::vector<std::pair<Track*, const Seen*>> matched) {
  std::stable_sort(matched.begin(), matched.end(),
                   [](const auto& a, const auto& b) { return a.second->size > b.second->size; });
  for (const auto& [track, now] : matched) {
    if (track->slot == 0 && track->moved >= kFramesToMove) track->slot = free_slot();
    slots_[now->object] = track->slot;
    if (track->slot != 0) moving_.push_back({track->slot, track->pose, track->before});
  }
}

const std::vector<int>& ObjectTracker::update(const std::vector<const ObjectGroup*>& objects, const Matrix& view,
                                              double metres, bool cut) {
  slots_.assign(objects.size(), 0);
  moving_.clear();
  if (most_ == 0) return slots_;
  if (cut) tracks_.clear();
  std::vector<Seen> seen;
  const Matrix world_from_eye = inverse_of_similarity(view);
  for (size_t i = 0; i < objects.size(); i++) {
    const Matrix& m = objects[i]->model_view;
    if (!is_invertible_affine(m)) continue;
    std::vector<uint32_t> draws = telling(objects[i]->draws);
    if (draws.empty()) continue;
    // A part of a figure is often a sphere that was stretched.
    const Matrix pose = is_similarity(m) ? rigid(world_from_eye * m) : nearest_rigid(world_from_eye * m);
    const double distance = std::hypot(std::hypot(m(0, 3), m(1, 3)), m(2, 3));
    const double size = mean_scale_of(m) / std::max(distance, 1e-9);
    seen.push_back({i, std::move(draws), pose, distance, size, objects[i]->immediate});
  }
  follow(&seen, metres);
  for (Track& track : tracks_)
    if (!track.seen) track.unseen++;
  tracks_.erase(
      std::remove_if(tracks_.begin(), tracks_.end(), [](const Track& track) { return track.unseen > kFramesUnseen; }),
      tracks_.end());
  vertex_counts_.clear();
  any_immediate_ = false;
  for (const Track& track : tracks_) {
    if (track.slot == 0) continue;
    vertex_counts_.insert(track.draws.begin(), track.draws.end());
    any_immediate_ = any_immediate_ || track.immediate;
  }
  return slots_;
}

}  // namespace mirage_hook
