// Copyright 2026 MirageLSD contributors. Licensed under the Apache License 2.0.
#pragma once

/** The spaces in which the textures of things are fixed. Matrices are the protocol's: 3x4, row-major, metres, y up. */
namespace lsd_unreal {

/** Which of an object's own axes points up the most: 0 to 2, or 3 to 5 for their opposites. Models come with any of
 * them upwards; bricks lie along the height. */
int up_axis(const float world_from_object[12]);

/** Makes it the same transform from a space whose y is `axis`. */
void stand_up(int axis, float world_from_object[12]);

/** Undoes rotation and translation, but no scale, so that metres stay metres. False, and `out` is left alone, if the
 * transform has no directions. */
bool object_from_world(const float world_from_object[12], float out[12]);

}  // namespace lsd_unreal
