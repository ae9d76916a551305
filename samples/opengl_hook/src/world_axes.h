// From the game's space to the protocol's: metres, +y up, right-handed.
#pragma once

#include <lsd/lsd.h>

#include "matrix.h"
#include "profile.h"
#include "view_depth.h"

namespace mirage_hook {

class WorldAxes {
 public:
  explicit WorldAxes(const Profile& profile) : profile_(profile) {}

  /** Watches the camera, to guess which axis points up where the profile does not say. Returns whether that changed. */
  bool watch(const Matrix& view);
  /** Which axis points up, 'y' or 'z'. */
  char up() const;
  /** The profile's, else guessed from the near plane: people's eyes are kept about 10 cm from things. */
  double metres_per_unit(const Matrix& projection) const;
  /** `view`: eye_from_world in the game's units, its eye right-handed; `depth.metres` is set. */
  lsd_camera camera(const Matrix& view, const ViewDepth& depth) const;
  /** An object's pose in the protocol's world: 3x4, row-major. `view`: of its frame, which tells the world's hand. */
  void object(const Matrix& world_from_object, const Matrix& view, double metres, float out[12]) const;

 private:
  Matrix game_from_protocol(const Matrix& view) const;

  const Profile& profile_;
  double roll_y_ = 0, roll_z_ = 0;
  int watched_ = 0;
  char guessed_ = 'y';
};

/** Near and far plane in the game's units; a far plane at infinity comes as 1e5 near planes. */
void clip_planes(const ViewDepth& depth, double* near, double* far);

}  // namespace mirage_hook
