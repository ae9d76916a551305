// Copyright 2026 MirageLSD contributors. Licensed under the Apache License 2.0.
#pragma once

#include <array>

#include "lsd/lsd.h"

/** From Unreal's conventions to the protocol's (PROTOCOL.md, section 2), and the only place where the two meet on the
 * CPU.
 *
 * Unreal: left-handed, z up, x forward, centimetres, vectors are rows, depth reversed in 0..1. Protocol: right-handed,
 * y up, the camera looks along -z, metres, vectors are columns, OpenGL clip space.
 */
namespace lsd_unreal {

/** As Unreal indexes it: element M[row][column] at 4 * row + column, for row vectors. */
using Matrix = std::array<double, 16>;

/** What the protocol is told of a projection whose far plane lies at infinity, metres. */
inline constexpr double kInfiniteFarM = 100000.0;

/** metres = scale / (device_z - bias). */
struct DepthScale {
  float scale = 0.0f;
  float bias = 0.0f;
};

struct ClipPlanes {
  double near_m = 0.0;
  double far_m = 0.0;
};

/** False for orthographic and broken projections, which frames can't be sent with. */
bool is_perspective(const Matrix& projection);

/** Near and far of a reversed-Z projection in centimetres. */
ClipPlanes clip_planes(const Matrix& projection);

DepthScale depth_scale(const Matrix& projection);

/** `view`: world to view; `projection`: view to clip, without the jitter of temporal anti-aliasing, which the sent
 * picture does not have any more. What shifts the projection's middle (an eye of a headset, a lens shift, a tile) stays
 * in it. */
lsd_camera to_protocol(const Matrix& view, const Matrix& projection);

/** A direction of Unreal's world, such as a light's, in the protocol's. */
std::array<float, 3> direction_to_protocol(double x, double y, double z);

/** From an object's space to the world, as Unreal has it, to 3x4 numbers, row-major, for column vectors and metres; the
 * object's own axes are turned the same way. */
void transform_to_protocol(const Matrix& world_from_object, float (&out)[12]);

/** Takes a clip position (x, y, device z, 1) of one frame to the other's clip space, for a surface that stands still.
 * All matrices without jitter. Identity if the first can't be inverted. */
Matrix clip_to_previous_clip(const Matrix& view, const Matrix& projection, const Matrix& previous_view,
                             const Matrix& previous_projection);

Matrix multiply(const Matrix& a, const Matrix& b);

/** Returns false, and leaves `out` alone, for a matrix that can't be inverted. */
bool invert(const Matrix& m, Matrix& out);

}  // namespace lsd_unreal
