// Copyright 2026 MirageLSD contributors. Licensed under the Apache License 2.0.
#pragma once

#include "lsd/lsd.h"

/** Rows of matrices as the shared shaders read them: three float4, for column vectors, of the protocol's space. */
namespace lsd_unreal {

/** Where the camera stands and looks. */
void world_from_camera_rows(const lsd_camera& camera, float* rows);

/** The rows x, y and w of projection times view. */
void clip_from_world_rows(const lsd_camera& camera, float* rows);

/** projection[0][0], [1][1], [0][2], [1][2]: one float4. */
void lens_row(const lsd_camera& camera, float* row);

}  // namespace lsd_unreal
