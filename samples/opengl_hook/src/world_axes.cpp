#include "world_axes.h"

#include <algorithm>
#include <cmath>

namespace mirage_hook {
namespace {

constexpr int kFramesBeforeGuess = 30;

double determinant(const Matrix& m) {
  return m(0, 0) * (m(1, 1) * m(2, 2) - m(1, 2) * m(2, 1)) - m(0, 1) * (m(1, 0) * m(2, 2) - m(1, 2) * m(2, 0)) +
         m(0, 2) * (m(1, 0) * m(2, 1) - m(1, 1) * m(2, 0));
}

}  // namespace

void clip_planes(const ViewDepth& depth, double* near, double* far) {
  // The distances at which clip z is at its two ends, whichever way round.
  const double a = depth.projection(2, 2), b = depth.projection(2, 3);
  const double at_low = b / (depth.low + a), at_high = std::abs(1 + a) > 1e-9 ? b / (1 + a) : HUGE_VAL;
  *near = std::min(std::abs(at_low), std::abs(at_high));
  *far = std::max(std::abs(at_low), std::abs(at_high));
  *far = std::min(*far, 1e5 * *near);
}

bool WorldAxes::watch(const Matrix& view) {
  if (profile_.up != 0) return false;
  // A player's head is rarely tilted: the axis that the camera's right-hand side never leans towards points up.
  roll_y_ += std::abs(view(0, 1));
  roll_z_ += std::abs(view(0, 2));
  if (++watched_ < kFramesBeforeGuess) return false;
  const char before = guessed_;
  if (roll_z_ < 0.25 * roll_y_) guessed_ = 'z';
  if (roll_y_ < 0.25 * roll_z_) guessed_ = 'y';
  return guessed_ != before;
}

char WorldAxes::up() const { return profile_.up != 0 ? profile_.up : guessed_; }

double WorldAxes::metres_per_unit(const Matrix& projection) const {
  if (profile_.metres_per_unit > 0) return profile_.metres_per_unit;
  const double a = projection(2, 2), near = std::abs(projection(2, 3) / (a - 1));
  if (!(near > 0) || (near >= 0.02 && near <= 0.6)) return 1;
  return std::clamp(0.1 / near, 1e-4, 100.0);
}

Matrix WorldAxes::game_from_protocol(const Matrix& view) const {
  Matrix turn;
  if (up() == 'z') turn.at = {1, 0, 0, 0, 0, 0, -1, 0, 0, 1, 0, 0, 0, 0, 0, 1};
  if (determinant(view) < 0) {  // a left-handed world: the level axis that is not x is turned round
    for (int r = 0; r < 3; r++) turn(r, 2) = -turn(r, 2);
  }
  return turn;
}

void WorldAxes::object(const Matrix& world_from_object, const Matrix& view, double metres, float out[12]) const {
  // The object's own axes are turned alike, so that its up is the protocol's too.
  const Matrix turn = game_from_protocol(view);
  const Matrix pose = transposed(turn) * world_from_object * turn;
  for (int r = 0; r < 3; r++)
    for (int c = 0; c < 4; c++) out[4 * r + c] = static_cast<float>(c == 3 ? pose(r, c) * metres : pose(r, c));
}

lsd_camera WorldAxes::camera(const Matrix& view, const ViewDepth& depth) const {
  const Matrix turned = view * game_from_protocol(view);
  double near = 0, far = 0;
  clip_planes(depth, &near, &far);
  near *= depth.metres;
  far *= depth.metres;
  lsd_camera camera{};
  for (int r = 0; r < 4; r++)
    for (int c = 0; c < 4; c++) {
      camera.view[4 * r + c] = static_cast<float>(r < 3 && c == 3 ? turned(r, c) * depth.metres : turned(r, c));
      camera.projection[4 * r + c] = static_cast<float>(depth.projection(r, c));
    }
  camera.projection[10] = static_cast<float>(-(far + near) / (far - near));
  camera.projection[11] = static_cast<float>(-2 * far * near / (far - near));
  camera.near_plane = static_cast<float>(near);
  camera.far_plane = static_cast<float>(far);
  return camera;
}

}  // namespace mirage_hook
