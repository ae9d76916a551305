// Tells from frame to frame which objects move in the world, and gives each a number that stays with it.
#pragma once

#include <cstdint>
#include <unordered_set>
#include <utility>
#include <vector>

#include "camera_vote.h"
#include "matrix.h"

namespace mirage_hook {

/** What moves in a frame; poses in the game's units, without scale. */
struct MovingObject {
  int slot = 0;             /**< from 1 */
  Matrix world_from_object; /**< of this frame */
  Matrix previous;          /**< of the frame before */
};

/** An object is a set of draw calls with one eye_from_object. From one frame to the next it is the one with the same
 * calls whose place is nearest to where it was going; it moves where its pose in the world changes. What has moved once
 * keeps its number as long as it is seen. Where more begin to move than there are numbers for, the larger ones get
 * them.
 */
class ObjectTracker {
 public:
  /** `most`: so many are numbered at once; 0: none. `metres`: of the game's unit, known later (`set_metres`). */
  explicit ObjectTracker(int most);

  /** Takes a frame's objects. `view`: eye_from_world; `cut`: the world's origin is another one, all is forgotten.
   * Returns the slot of each object, 0: it stands still.
   */
  const std::vector<int>& update(const std::vector<const ObjectGroup*>& objects, const Matrix& view, double metres,
                                 bool cut);
  /** Those of the last update. */
  const std::vector<MovingObject>& moving() const { return moving_; }
  /** Whether a draw of so many vertices may be of something that moves. */
  bool may_move(uint32_t vertices) const { return vertex_counts_.count(vertices) != 0; }
  /** Whether something moves that is drawn vertex by vertex (`glBegin`). */
  bool any_immediate() const { return any_immediate_; }

 private:
  struct Track {
    std::vector<uint32_t> draws; /**< sorted */
    Matrix pose, before;
    int moved = 0; /**< frames in which its pose changed */
    int unseen = 0;
    int slot = 0;
    bool seen = false;
    bool immediate = false; /**< drawn vertex by vertex */
  };
  struct Seen {
    size_t object;
    std::vector<uint32_t> draws;
    Matrix pose;
    double distance; /**< from the eye, the game's units */
    double size;     /**< its scale as a share of that distance */
    bool immediate;
  };
  void follow(std::vector<Seen>* seen, double metres);
  void give_slots(std::vector<std::pair<Track*, const Seen*>> matched);
  bool moves(const Track& track, const Seen& now) const;
  int free_slot() const;

  int most_;
  std::vector<Track> tracks_;
  std::vector<int> slots_;
  std::vector<MovingObject> moving_;
  std::unordered_set<uint32_t> vertex_counts_;
  bool any_immediate_ = false;
};

}  // namespace mirage_hook
