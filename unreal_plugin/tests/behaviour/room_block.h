// Copyright 2026 MirageLSD contributors. Licensed under the Apache License 2.0.
#pragma once

#include "HAL/IConsoleManager.h"
#include "LSDIdentityComponent.h"
#include "game.h"
#include "room.h"

/** The block that slides, as a thing with an identity. */
class Block {
 public:
  Block() {
    StandIn::GetConsoleVariables()[TEXT("r.CustomDepth")] = 3.0f;
    primitive_.StandInRadius = 60.0;
    primitive_.StandInOwner = identity_.StandInOwner = &actor_;
    actor_.StandInWorld = &GameWorld();
    actor_.StandInRoot = &primitive_;
    actor_.StandInComponents = {&primitive_, &identity_};
    GameWorld().StandInActors.push_back(&actor_);
    primitive_.RegisterComponent();
    identity_.RegisterComponent();
  }
  ~Block() {
    identity_.UnregisterComponent();
    GameWorld().StandInActors.clear();
    StandIn::GetConsoleVariables()[TEXT("r.CustomDepth")] = 1.0f;
  }
  void Move(const RoomMoment& moment) {
    const FVector at = RoomBlock(moment);
    const double place[] = {at.X - 60.0, at.Y, at.Z};  // its front is what is seen
    for (int i = 0; i < 3; ++i) primitive_.StandInTransform.StandInMatrix.M[3][i] = place[i];
    ++GFrameCounter;
  }

 private:
  AActor actor_;
  UPrimitiveComponent primitive_;
  ULSDIdentityComponent identity_;
};
