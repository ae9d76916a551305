// Copyright 2026 MirageLSD contributors. Licensed under the Apache License 2.0.
#pragma once

#include <memory>

#include "StandIn/SceneView.h"

/** A place that can be looked at from anywhere: a floor, a block that stands and one that slides, a sky. The colors
 * belong to the surfaces, so what a picture of an earlier frame should look like from here is known: like this frame's
 * own. */
struct RoomMoment {
  /** Centimetres; degrees. */
  double x = 0.0, y = 0.0, z = 170.0, yaw = 0.0;
  /** Of the block that slides. */
  double block_y = 0.0;
};

struct RoomOptions {
  FIntPoint size = FIntPoint(96, 54);
  /** The scene is rendered smaller by this, from `corner` on in larger textures, and aside by `jitter` of clip space.
   */
  int scale = 1;
  FIntPoint corner = FIntPoint(0, 0);
  double jitter_x = 0.0, jitter_y = 0.0;
};

/** Where the block that slides is, in Unreal's world. */
FVector RoomBlock(const RoomMoment& moment);

/** What the engine has of the moment; `before`: the engine's frame before, which velocity is relative to. */
std::shared_ptr<StandIn::FRenderedView> RoomView(const RoomMoment& now, const RoomMoment& before,
                                                 const RoomOptions& options = RoomOptions());
