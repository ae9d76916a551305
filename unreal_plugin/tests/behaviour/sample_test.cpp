// Copyright 2026 MirageLSD contributors. Licensed under the Apache License 2.0.
// The sample's pawn, and the Spec that ships with the plugin.
#include <gtest/gtest.h>

#include "Components/InputComponent.h"
#include "Engine/DirectionalLight.h"
#include "LSDGreyboxGameMode.h"
#include "LSDGreyboxPawn.h"
#include "LSDStreamComponent.h"
#include "Misc/AutomationTest.h"
#include "game.h"

namespace {

TEST(Sample, ThePawnCarriesAStreamAndItsKeysChooseThemes) {
  ALSDGreyboxGameMode mode;
  EXPECT_EQ(mode.DefaultPawnClass, ALSDGreyboxPawn::StaticClass());
  UWorld world;
  ADirectionalLight sun;
  world.StandInActors.push_back(&sun);
  ALSDGreyboxPawn pawn;
  pawn.StandInWorld = &world;
  UInputComponent input;
  pawn.SetupPlayerInputComponent(&input);
  EXPECT_EQ(input.StandInKeys.size(), 9u);
  input.StandInPress(1);  // before BeginPlay there is no stream, and nothing happens
  pawn.BeginPlay();
  EXPECT_EQ(pawn.Stream->SunLight, &sun);
  pawn.Stream->bStartOnBeginPlay = false;
  pawn.Stream->BeginPlay();
  for (int key = 1; key <= 8; ++key) input.StandInPress(key);
  input.StandInPress(9);
  EXPECT_FALSE(pawn.Stream->bShowInView);
  ULSDStreamEngine* stream = pawn.Stream->GetStreamEngine();
  pawn.Stream->EndPlay(EEndPlayReason::Destroyed);
  StandIn::Destroy(stream);
}

TEST(Spec, HoldsOnTheStandIn) {
  int tests = 0;
  for (FAutomationSpecBase* spec : FAutomationSpecBase::StandInAll()) {
    spec->Define();
    for (const auto& [name, run] : spec->StandInTests) {
      run();
      ++tests;
      for (const std::string& failure : spec->StandInFailures) ADD_FAILURE() << Narrow(name) << ": " << failure;
      spec->StandInFailures.clear();
    }
  }
  EXPECT_EQ(tests, 4);
  ULSDStreamEngine::StopAll();
  FlushRenderingCommands();
}

}  // namespace
