// Finds the camera among the transforms that a game draws with.
#pragma once

#include <cstdint>
#include <vector>

#include "matrix.h"

namespace mirage_hook {

/** What was drawn with one eye_from_object. */
struct ObjectGroup {
  Matrix model_view;
  int64_t vertices = 0;
  std::vector<uint32_t> draws; /**< vertex counts of its draw calls: what tells objects apart from frame to frame */
  bool immediate = false;      /**< some are made vertex by vertex (`glBegin`) */
};

struct CameraEstimate {
  bool found = false;
  Matrix view;        /**< eye_from_world, rigid, in the game's own units; the world is where the first anchor stood */
  double support = 0; /**< share of the matched vertices that agree with this motion, 0..1 */
  bool cut = false;   /**< nothing matched the frame before: the world's origin was set anew */
};

/** Every static object gives the same M_t M_(t-1)^-1, the camera's motion; what moves, or goes along with the camera,
 * gives another. The motion with most vertices behind it is the camera's. One object that agrees is kept as the anchor,
 * so that the world does not drift while it is in sight.
 */
class CameraVote {
 public:
  /** `groups` of this frame; those that are no similarity are left out. */
  CameraEstimate update(std::vector<ObjectGroup> groups);

 private:
  struct Match {
    size_t now, before;
    double weight;
    Matrix motion;
  };
  std::vector<Match> matches(const std::vector<ObjectGroup>& groups) const;
  CameraEstimate start(std::vector<ObjectGroup> groups);

  std::vector<ObjectGroup> before_;
  Matrix view_;
  Matrix world_from_anchor_;
  size_t anchor_ = 0; /**< index in before_ */
  int trust_ = 0;     /**< frames that it has agreed for */
};

}  // namespace mirage_hook
