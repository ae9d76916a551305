// Copyright 2026 MirageLSD contributors. Licensed under the Apache License 2.0.
// Late reprojection: what the view shows when the newest picture was made for a frame before, and when nothing is done.
#include <gtest/gtest.h>

#include <chrono>
#include <cmath>
#include <thread>

#include "Components/SceneCaptureComponent2D.h"
#include "HAL/IConsoleManager.h"
#include "LSDSettings.h"
#include "daemon.h"
#include "game.h"
#include "hlsl.h"
#include "reproject_record.h"
#include "room_block.h"

namespace {

const FIntPoint kSize(96, 54);
constexpr float kHardlyEver = 0.001f;

/** Decibels between the colors of two pictures; `linear`: the first gives linear light. */
double Psnr(const FRHITexture& a, const FRHITexture& b, bool linear = false) {
  double sum = 0.0;
  for (int i = 0; i < kSize.X * kSize.Y; ++i) {
    const StandIn::FPixel p = a.StandInLoad(i % kSize.X, i / kSize.X), q = b.StandInLoad(i % kSize.X, i / kSize.X);
    for (int k = 0; k < 3; ++k) {
      const double step = (linear ? hlsl::LSDEncodeSRGB(p.V[k]) : p.V[k]) - q.V[k];
      sum += step * step;
    }
  }
  return -10.0 * std::log10(std::max(sum / (3.0 * kSize.X * kSize.Y), 1e-10));
}

class Reprojection : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    daemon_ = new Daemon();
    daemon_->Start();
  }
  static void TearDownTestSuite() {
    delete daemon_;
    daemon_ = nullptr;
  }
  void SetUp() override { ForgetReprojections(); }
  void TearDown() override {
    StandIn::GetConsoleVariables()[TEXT("MirageLSD.LateReprojection")] = -1.0f;
    FlushRenderingCommands();
    EXPECT_EQ(IPooledRenderTarget::StandInAlive.load(), 0) << "kept after the end";
  }

  /** A game that looks at the room and shows what comes back of it. */
  static void Begin(Game& game, const RoomMoment& moment) {
    game.view = RoomView(moment, moment);
    game.stream->SetCaptureSize(kSize.X, kSize.Y);
    game.stream->SetShowInView(true);
    game.stream->SetTargetFPS(30.0f);
    game.stream->StartCapture();
  }
  /** Each frame is finished before the next one, as an engine's render thread throttles its game thread. */
  static bool FramesUntil(Game& game, const std::function<bool()>& done) {
    return game.FramesUntil(
        [&] {
          FlushRenderingCommands();
          return done();
        },
        120.0);
  }
  static bool Connect(Game& game) {
    return FramesUntil(game, [&] { return game.connected > 0 && game.frames.size() > 1; });
  }
  static bool IsCarried(Game& game) {
    return FramesUntil(game, [&] { return game.stream->GetStats().KeyFrames > 0; });
  }
  /** A frame of the view, and no tick of the game: what is on its way does not come in. */
  static void Render(Game& game, const std::shared_ptr<StandIn::FRenderedView>& view) {
    game.view = view;
    StandIn::RenderView(view, game.shown);
    FlushRenderingCommands();
  }
  static void Tick() {
    FTSTicker::GetCoreTicker().Tick(0.005f);
    FlushRenderingCommands();
  }
  /** Whether frames that are rendered from now on are sent. */
  static void Send(Game& game, bool send) {
    game.stream->SetTargetFPS(send ? 0.0f : kHardlyEver);
    Tick();
  }
  /** What was sent comes back, while the view renders nothing. False if nothing newer came: on a busy machine the
   * plugin may have taken the frame for too old to be sent. */
  static bool Arrive(Game& game) {
    const int64 before = game.frames.empty() ? 0 : game.frames.back().Sequence;
    UWorld elsewhere;
    const auto other = LevelView("walk");
    other->Family.Scene = elsewhere.Scene;
    const double deadline = FPlatformTime::Seconds() + 60.0;
    for (int ticks = 0; FPlatformTime::Seconds() < deadline; ++ticks) {
      // Copies are there when a later frame is rendered, whoever's.
      StandIn::RenderView(other);
      Tick();
      std::this_thread::sleep_for(std::chrono::milliseconds(3));
      const int64 newest = game.frames.empty() ? 0 : game.frames.back().Sequence;
      if (ticks > 30 && newest == game.stream->GetStats().FramesSubmitted) return newest > before;
    }
    return false;
  }

  /** A frame of the view that has come back before anything else is rendered. */
  static bool RenderAndArrive(Game& game, const std::shared_ptr<StandIn::FRenderedView>& view) {
    for (int tries = 0; tries < 20; ++tries) {
      Render(game, view);
      if (Arrive(game)) return true;
    }
    return false;
  }

  static Daemon* daemon_;
};
Daemon* Reprojection::daemon_ = nullptr;

TEST_F(Reprojection, PicturesAreCarriedToThisFramesCamera) {
  Game game(daemon_->endpoint());
  const RoomMoment first;
  RoomMoment turned = first;
  turned.yaw = 6.0;
  turned.x = 15.0;
  Begin(game, first);
  ASSERT_TRUE(Connect(game) && IsCarried(game));
  // A camera that stands still shows the picture as it is, to the rounding.
  EXPECT_GT(Psnr(*game.shown->GetReference(), *game.view->Color), 50.0);
  Render(game, RoomView(turned, first));
  const double carried = Psnr(*game.shown->GetReference(), *game.view->Color);
  EXPECT_GT(carried, 25.0);
  EXPECT_GT(carried, Psnr(*game.stream->GetOutputTexture()->StandInTexture(), *game.view->Color, true) + 8.0);
  EXPECT_TRUE(game.errors.empty());
}

TEST_F(Reprojection, AtFifteenResultsOfSixtyFramesItIsEightDecibelsBetterThanTheLastPicture) {
  Game game(daemon_->endpoint());
  auto moment = [](int frame) {
    RoomMoment m;
    const double seconds = frame / 60.0;
    m.yaw = 10.0 * std::sin(3.14159 * seconds);
    m.x = 300.0 * seconds;
    m.block_y = 90.0 * seconds;
    return m;
  };
  Begin(game, moment(0));
  ASSERT_TRUE(Connect(game));
  Send(game, false);
  Render(game, game.view);  // the pacer lets one through
  Arrive(game);
  double carried = 0.0, last = 0.0;
  int frames = 0;
  for (int i = 0; i < 32; ++i) {
    const auto view = RoomView(moment(i), moment(i - 1));
    if (i % 4 == 0) Send(game, true);
    Render(game, view);
    if (i % 4 == 0) Send(game, false);
    if (i >= 8) {
      carried += Psnr(*game.shown->GetReference(), *view->Color);
      last += Psnr(*game.stream->GetOutputTexture()->StandInTexture(), *view->Color, true);
      ++frames;
    }
    // It comes one interval later: each picture is 4 to 7 frames old when it is shown.
    if (i % 4 == 3 && !Arrive(game)) {
      const auto sent = RoomView(moment(i - 3), moment(i - 4));
      Send(game, true);
      ASSERT_TRUE(RenderAndArrive(game, sent));
      Send(game, false);
    }
  }
  EXPECT_EQ(LastReprojection().keys, 4);
  std::printf("late reprojection %.1f dB, the last picture %.1f dB\n", carried / frames, last / frames);
  EXPECT_GE(carried, last + 8.0 * frames);
}

TEST_F(Reprojection, WhatMovesByItselfIsFollowed) {
  RoomMoment before, now;
  now.block_y = 40.0;
  for (const bool has_identity : {false, true}) {
    ForgetReprojections();
    Game game(daemon_->endpoint());
    const auto block = has_identity ? std::make_unique<Block>() : nullptr;
    if (block) block->Move(before);
    Begin(game, before);
    ASSERT_TRUE(Connect(game) && IsCarried(game));
    if (has_identity) {
      ASSERT_TRUE(FramesUntil(game, [] { return LastReprojection().slot_rows.size() > 4; }));
    }
    ASSERT_TRUE(RenderAndArrive(game, game.view));
    if (block) block->Move(now);
    Render(game, RoomView(now, before));
    // On the block, which is what is less blue.
    double sum = 0.0;
    int seen = 0;
    const ReprojectRecord& r = LastReprojection();
    for (int i = 0; i < kSize.X * kSize.Y; ++i) {
      const StandIn::FPixel wanted = game.view->Color->StandInLoad(i % kSize.X, i / kSize.X);
      if (wanted.V[2] > 0.2f || r.unseen[static_cast<size_t>(i)] != 0) continue;
      ++seen;
      const StandIn::FPixel shown = game.shown->GetReference()->StandInLoad(i % kSize.X, i / kSize.X);
      for (int k = 0; k < 2; ++k) sum += std::abs(shown.V[k] - wanted.V[k]) / 2.0;
    }
    EXPECT_GT(seen, 40) << has_identity;
    EXPECT_LT(sum / seen, 0.03) << has_identity;
    if (has_identity) {
      EXPECT_NEAR(r.slot_rows[4 * (12 * 255) + 3], -0.4f, 1e-3f) << "40 cm to the left then";
    }
  }
}

TEST_F(Reprojection, NothingIsKeptOrDrawnWhenItIsOff) {
  enum { kSetting, kComponent, kConsole, kPlanes, kOffline, kHidden, kCount };
  for (int why = 0; why < kCount; ++why) {
    auto* settings = GetMutableDefault<ULSDSettings>();
    settings->bLateReprojection = why != kSetting;
    settings->bSendDepth = why != kPlanes;
    StandIn::GetConsoleVariables()[TEXT("MirageLSD.LateReprojection")] = why == kConsole ? 0.0f : -1.0f;
    Game game(daemon_->endpoint());
    settings->bLateReprojection = settings->bSendDepth = true;
    if (why == kComponent) game.stream->SetLateReprojection(false);
    if (why == kOffline) game.stream->SetOffline(ELSDOffline::Always);
    Begin(game, RoomMoment());
    if (why == kHidden) game.stream->SetShowInView(false);
    UTextureRenderTarget2D* const target = MakeRenderTarget(RTF_RGBA8_SRGB, kSize.X, kSize.Y);
    if (why == kHidden) game.stream->BindTexture(target);
    ASSERT_TRUE(Connect(game)) << why;
    game.Frames(4);
    FlushRenderingCommands();
    EXPECT_EQ(LastReprojection().drawn, 0) << why;
    EXPECT_EQ(IPooledRenderTarget::StandInAlive.load(), 0) << why;
    EXPECT_EQ(game.stream->GetStats().KeyFrames, 0) << why;
    game.stream->StopCapture();
    StandIn::Destroy(target);
  }
}

TEST_F(Reprojection, TheConsoleSwitchesItWhileItRuns) {
  Game game(daemon_->endpoint());
  game.stream->SetLateReprojection(false);
  Begin(game, RoomMoment());
  ASSERT_TRUE(Connect(game));
  StandIn::GetConsoleVariables()[TEXT("MirageLSD.LateReprojection")] = 1.0f;
  EXPECT_TRUE(IsCarried(game));
  StandIn::GetConsoleVariables()[TEXT("MirageLSD.LateReprojection")] = 0.0f;
  game.Frames(3);
  FlushRenderingCommands();
  EXPECT_EQ(game.stream->GetStats().KeyFrames, 0);
  EXPECT_EQ(IPooledRenderTarget::StandInAlive.load(), 0);
  // The last picture is shown, as it is.
  EXPECT_NE(game.shown->GetReference(), game.view->Color.GetReference());
}

TEST_F(Reprojection, MemoryIsBounded) {
  Game game(daemon_->endpoint());
  Begin(game, RoomMoment());
  ASSERT_TRUE(Connect(game));
  game.stream->SetTargetFPS(0.0f);
  int most = 0;
  for (int i = 0; i < 60; ++i) {
    game.Frame();
    FlushRenderingCommands();
    most = std::max(most, IPooledRenderTarget::StandInAlive.load());
  }
  EXPECT_EQ(game.stream->GetStats().KeyFrames, 4);
  // Four results with their depths, one that has just come, sixteen frames under way.
  EXPECT_GE(most, 8);
  EXPECT_LE(most, 4 * 2 + 1 + 16);
}

TEST_F(Reprojection, ACutAndAnotherLevelForgetWhatWasPainted) {
  Game game(daemon_->endpoint());
  RoomMoment there;
  there.yaw = 170.0;
  Begin(game, RoomMoment());
  ASSERT_TRUE(Connect(game) && IsCarried(game));
  Send(game, false);
  const auto cut = RoomView(there, there);
  cut->View.bCameraCut = true;
  int drawn = LastReprojection().drawn;
  Render(game, cut);
  EXPECT_EQ(LastReprojection().drawn, drawn) << "there is nothing from after the cut";
  // It goes on with the next results.
  cut->View.bCameraCut = false;
  Send(game, true);
  EXPECT_TRUE(FramesUntil(game, [&] { return LastReprojection().drawn > drawn; }));
  drawn = LastReprojection().drawn;
  UWorld level;
  game.stream->SetWorldContext(&GameWorld());
  std::swap(GameWorld().Scene, level.Scene);
  const auto elsewhere = RoomView(there, there);
  game.Frame();
  Render(game, elsewhere);
  FlushRenderingCommands();
  EXPECT_LE(LastReprojection().drawn, drawn + 1);
  std::swap(GameWorld().Scene, level.Scene);
}

TEST_F(Reprojection, BypassAndBeforeShowTheEnginesOwn) {
  Game game(daemon_->endpoint());
  game.stream->SetBeforeAfter(0.5f);
  RoomMoment moment, turned;
  turned.yaw = 9.0;
  Begin(game, moment);
  ASSERT_TRUE(Connect(game) && IsCarried(game));
  Render(game, RoomView(turned, moment));
  EXPECT_NEAR(game.shown->GetReference()->StandInLoad(3, 40).V[0], game.view->Color->StandInLoad(3, 40).V[0], 0.003f);
  game.stream->SetBypass(true);
  game.Frames(3);
  FlushRenderingCommands();
  EXPECT_EQ(game.shown->GetReference(), game.view->Color.GetReference());
  EXPECT_EQ(IPooledRenderTarget::StandInAlive.load(), 0);
  game.stream->SetBypass(false);
  EXPECT_TRUE(IsCarried(game));
}

TEST_F(Reprojection, TwoStreamsCarryTheirOwnViews) {
  Game first(daemon_->endpoint()), second(daemon_->endpoint());
  RoomMoment moment, aside;
  aside.yaw = -25.0;
  Begin(first, moment);
  const auto other = RoomView(aside, aside);
  first.view->Others.push_back(other);
  second.view = first.view;
  second.stream->SetCaptureSize(kSize.X, kSize.Y);
  second.stream->SetPlayer(1);
  second.stream->SetShowInView(true);
  second.stream->StartCapture();
  auto both = [&] {
    FlushRenderingCommands();
    return first.stream->GetStats().KeyFrames > 1 && second.stream->GetStats().KeyFrames > 1 &&
           first.view->Shown.IsValid() && Psnr(*first.view->Shown, *first.view->Color) > 40.0 &&
           Psnr(*other->Shown, *other->Color) > 40.0;
  };
  EXPECT_TRUE(first.FramesUntil(both, 60.0));
  second.stream->StopCapture();
}

TEST_F(Reprojection, ASceneCapturesPictureIsShownAsItIs) {
  Game game(daemon_->endpoint());
  USceneCaptureComponent2D capture;
  capture.TextureTarget = MakeRenderTarget(RTF_RGBA8, kSize.X, kSize.Y);
  capture.CaptureSource = SCS_FinalColorLDR;
  game.stream->SetSceneCapture(&capture);
  Begin(game, RoomMoment());
  const auto player = game.view;
  const auto captured = RoomView(RoomMoment(), RoomMoment());
  captured->bHasViewport = false;
  captured->View.bIsSceneCapture = true;
  captured->View.bIsGameView = false;
  captured->Family.RenderTarget = capture.TextureTarget->GameThread_GetRenderTargetResource();
  auto is_shown = [&] {
    StandIn::RenderView(captured);
    FlushRenderingCommands();
    return game.frames.size() > 3 && game.shown->GetReference() != player->Color.GetReference();
  };
  EXPECT_TRUE(game.FramesUntil(is_shown, 60.0));
  EXPECT_EQ(LastReprojection().drawn, 0);
  game.stream->StopCapture();
  game.stream->SetSceneCapture(nullptr);
  StandIn::Destroy(capture.TextureTarget);
}

}  // namespace
