// Copyright 2026 MirageLSD contributors. Licensed under the Apache License 2.0.
// What an editor and a player's machine have that one window with one level has not: servers in the same process,
// levels that come and go, headsets, HDR displays, mobile graphics.
#include <gtest/gtest.h>

#include <new>

#include "HAL/IConsoleManager.h"
#include "LSDIdentityComponent.h"
#include "LSDSlotTable.h"
#include "LSDStreamComponent.h"
#include "daemon.h"
#include "game.h"

namespace {

class Worlds : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    daemon_ = new Daemon(Daemon::Models::kTest);
    daemon_->Start();
  }
  static void TearDownTestSuite() {
    delete daemon_;
    daemon_ = nullptr;
  }
  void TearDown() override {
    GEngine->bStandInStereo = false;
    GMaxRHIFeatureLevel = ERHIFeatureLevel::SM5;
  }
  static bool Connect(Game& game) {
    game.stream->StartCapture();
    return game.FramesUntil([&] { return game.connected == 1; }, 60.0);
  }
  static bool Said(const Game& game, const wchar_t* part) {
    for (const std::wstring& error : game.errors) {
      if (error.find(part) != std::wstring::npos) return true;
    }
    return false;
  }

  static Daemon* daemon_;
};
Daemon* Worlds::daemon_ = nullptr;

// Play with "Run Under One Process" and a client: the editor makes the server's world first.
TEST_F(Worlds, AServerThatPlaysInTheEditorHasNoStream) {
  Game game(daemon_->endpoint(), L"plain");
  UWorld server;
  server.StandInNetMode = NM_DedicatedServer;
  FWorldContext context;
  context.WorldType = EWorldType::PIE;
  context.StandInWorld = &server;
  GEngine->StandInWorlds.insert(GEngine->StandInWorlds.begin(), context);

  AActor actor;
  actor.StandInWorld = &server;
  ULSDStreamComponent component;
  component.StandInOwner = &actor;
  component.BeginPlay();
  ULSDStreamEngine* made = component.GetStreamEngine();
  EXPECT_FALSE(made->IsCapturing());
  component.EndPlay(EEndPlayReason::EndPlayInEditor);
  StandIn::Destroy(made);

  // A stream that was given no world takes the client's.
  ASSERT_TRUE(Connect(game));
  EXPECT_TRUE(game.FramesUntil([&] { return game.frames.size() > 2; }));
  EXPECT_TRUE(game.errors.empty());
}

/** A place where worlds come to lie one after the other, as the engine's allocator has it. */
class Address {
 public:
  ~Address() { Leave(); }
  UWorld& Load() {
    Leave();
    return *(world_ = new (bytes_) UWorld());
  }
  void Leave() {
    if (world_ != nullptr) world_->~UWorld();
    world_ = nullptr;
  }

 private:
  alignas(UWorld) unsigned char bytes_[sizeof(UWorld)];
  UWorld* world_ = nullptr;
};

TEST_F(Worlds, ALevelAtTheAddressOfTheLastOneIsAnotherLevel) {
  Game game(daemon_->endpoint(), L"counted");
  UTextureRenderTarget2D* target = MakeRenderTarget(RTF_RGBA8_SRGB, 32, 18);
  game.stream->BindTexture(target);
  Address address;
  auto enter = [&] {
    UWorld& level = address.Load();
    game.view->Family.Scene = level.Scene;
    PlayIn(level);
  };
  auto resets = [&] { return static_cast<int>(target->StandInTexture()->StandInBytes[2]); };
  enter();
  ASSERT_TRUE(Connect(game));
  ASSERT_TRUE(game.FramesUntil([&] { return game.frames.size() > 5; }));
  const int before = resets();
  game.Frames(20);
  EXPECT_EQ(resets(), before);
  enter();
  EXPECT_TRUE(game.FramesUntil([&] { return resets() == before + 1; }, 10.0));
  game.Frames(20);
  EXPECT_EQ(resets(), before + 1);
  game.stream->StopCapture();
  FlushRenderingCommands();
  PlayIn(GameWorld());
  StandIn::Destroy(target);
}

TEST_F(Worlds, WhatIsMarkedInALevelIsForgottenWithIt) {
  StandIn::GetConsoleVariables()[TEXT("r.CustomDepth")] = 3.0f;
  Address address;
  TSharedPtr<FLSDSlotTable> held;  // by a stream that has not looked up since
  for (int level = 0; level < 2; ++level) {
    UWorld& world = address.Load();
    AActor actor;
    UPrimitiveComponent primitive;
    ULSDIdentityComponent identity;
    actor.StandInWorld = &world;
    actor.StandInRoot = &primitive;
    actor.StandInComponents = {&primitive, &identity};
    primitive.StandInOwner = identity.StandInOwner = &actor;
    world.StandInActors = {&actor};
    primitive.RegisterComponent();
    identity.RegisterComponent();
    ++GFrameCounter;
    const TSharedRef<FLSDSlotTable> table = FLSDSlotTable::Of(world);
    table->Update(1.0);
    EXPECT_EQ(table->GetRows().Num(), 1) << level;
    if (level == 0) held = table;
    identity.UnregisterComponent();
  }
  StandIn::GetConsoleVariables()[TEXT("r.CustomDepth")] = 1.0f;
}

// Level streaming: an actor goes and another one comes to lie where it was.
TEST_F(Worlds, AnActorAtTheAddressOfADestroyedOneHasNoPast) {
  UWorld world;
  struct Spawned {
    AActor actor;
    UPrimitiveComponent primitive;
    ULSDIdentityComponent identity;
  };
  alignas(Spawned) unsigned char bytes[sizeof(Spawned)];
  const TSharedRef<FLSDSlotTable> table = FLSDSlotTable::Of(world);
  for (int spawned = 0; spawned < 2; ++spawned) {
    auto* made = new (bytes) Spawned();
    made->actor.StandInWorld = &world;
    made->actor.StandInRoot = &made->primitive;
    made->actor.StandInComponents = {&made->primitive, &made->identity};
    made->primitive.StandInOwner = made->identity.StandInOwner = &made->actor;
    world.StandInActors = {&made->actor};
    made->primitive.RegisterComponent();
    made->identity.RegisterComponent();
    ++GFrameCounter;
    table->Update(10.0 * spawned + 1.0);
    ASSERT_EQ(table->GetRows().Num(), 1);
    EXPECT_EQ(table->GetRows()[0].flags & LSD_SLOT_HAS_PREVIOUS, 0) << spawned;
    EXPECT_EQ(made->primitive.CustomDepthStencilValue, 255);
    EXPECT_TRUE(table->GetProblem().IsEmpty());
    world.StandInActors.clear();
    made->identity.UnregisterComponent();
    made->~Spawned();
  }
}

TEST_F(Worlds, AHeadsetIsRefusedAndNeitherEyeIsTouched) {
  Game game(daemon_->endpoint(), L"plain");
  const auto right = LevelView("walk");
  game.view->View.StereoPass = EStereoscopicPass::eSSP_PRIMARY;
  right->View.StereoPass = EStereoscopicPass::eSSP_SECONDARY;
  game.view->Others.push_back(right);
  GEngine->bStandInStereo = true;
  game.stream->SetShowInView(true);
  ASSERT_TRUE(Connect(game));
  game.Frames(30);
  FlushRenderingCommands();
  EXPECT_TRUE(Said(game, L"Headsets are not supported"));
  EXPECT_EQ(game.errors.size(), 1u);
  EXPECT_EQ(game.stream->GetStats().FramesSubmitted, 0);
  for (const StandIn::FRenderedView* eye : {game.view.get(), right.get()}) {
    EXPECT_EQ(eye->Shown.GetReference(), eye->Color.GetReference());
    EXPECT_EQ(eye->Subscriptions, 0);
  }
}

TEST_F(Worlds, APictureForAnHDRDisplayIsNeitherSentNorPainted) {
  struct FHDRViewport : FRenderTarget {
    bool GetSceneHDREnabled() const override { return on; }
    std::atomic<bool> on{true};
  } viewport;
  Game game(daemon_->endpoint(), L"plain");
  game.view->Family.RenderTarget = &viewport;
  game.stream->SetShowInView(true);
  ASSERT_TRUE(Connect(game));
  game.Frames(30);
  FlushRenderingCommands();
  EXPECT_TRUE(Said(game, L"HDR display"));
  EXPECT_EQ(game.errors.size(), 1u);
  EXPECT_EQ(game.stream->GetStats().FramesSubmitted, 0);
  EXPECT_EQ(game.shown->GetReference(), game.view->Color.GetReference());
  // The player switches it off.
  viewport.on = false;
  EXPECT_TRUE(game.FramesUntil([&] {
    FlushRenderingCommands();
    return game.shown->GetReference() != game.view->Color.GetReference();
  }));
  game.stream->StopCapture();
  FlushRenderingCommands();
}

/** Mobile graphics of the whole process, or only of the world, as in the editor's preview of a device. */
class MobileGraphics : public Worlds, public testing::WithParamInterface<bool> {};

TEST_P(MobileGraphics, AreSaidInASentenceAndNothingIsDrawn) {
  Game game(daemon_->endpoint(), L"plain");
  UWorld world;
  game.view->Family.Scene = world.Scene;
  PlayIn(world);
  if (GetParam()) {
    GMaxRHIFeatureLevel = ERHIFeatureLevel::ES3_1;
  } else {
    world.StandInFeatureLevel = ERHIFeatureLevel::ES3_1;
  }
  // The last pass of the chain, which has to be drawn by whoever subscribed to it.
  game.view->Override = std::make_shared<FRHITexture>(FIntPoint(32, 18), PF_B8G8R8A8, ETextureCreateFlags::None);
  game.stream->SetShowInView(true);
  ASSERT_TRUE(Connect(game));
  // Once for longer than the watchdog waits, which has another sentence.
  const double until = FPlatformTime::Seconds() + (GetParam() ? 0.5 : 3.3);
  EXPECT_TRUE(game.FramesUntil([&] { return FPlatformTime::Seconds() > until; }));
  FlushRenderingCommands();
  EXPECT_TRUE(Said(game, L"mobile graphics"));
  EXPECT_EQ(game.errors.size(), 1u) << Narrow(game.errors.back());
  EXPECT_EQ(game.stream->GetStats().FramesSubmitted, 0);
  GMaxRHIFeatureLevel = ERHIFeatureLevel::SM5;
  world.StandInFeatureLevel = ERHIFeatureLevel::SM6;
  EXPECT_TRUE(game.FramesUntil([&] { return !game.frames.empty(); }));
  game.stream->StopCapture();
  FlushRenderingCommands();
  PlayIn(GameWorld());
}
INSTANTIATE_TEST_SUITE_P(All, MobileGraphics, testing::Bool());

}  // namespace
