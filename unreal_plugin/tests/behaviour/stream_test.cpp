// Copyright 2026 MirageLSD contributors. Licensed under the Apache License 2.0.
// The plugin's real code, the real native core and the real daemon, on the stand-in.
#include <gtest/gtest.h>

#include <thread>

#include "Components/SceneCaptureComponent2D.h"
#include "Engine/DirectionalLight.h"
#include "LSDStreamComponent.h"
#include "daemon.h"
#include "game.h"

namespace {

class Stream : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    daemon_ = new Daemon();
    daemon_->Start();
  }
  static void TearDownTestSuite() {
    delete daemon_;
    daemon_ = nullptr;
  }
  void SetUp() override { StandIn::SetReadbackMilliseconds(2.0); }

  bool Connect(Game& game) {
    return game.FramesUntil([&] { return game.connected == 1; }, 60.0);
  }

  static Daemon* daemon_;
};
Daemon* Stream::daemon_ = nullptr;

class Formats : public Stream, public testing::WithParamInterface<ETextureRenderTargetFormat> {};

TEST_P(Formats, ThePictureComesBackInTheRenderTarget) {
  Game game(daemon_->endpoint());
  UTextureRenderTarget2D* target = MakeRenderTarget(GetParam(), 32, 18);
  game.stream->BindTexture(target);
  game.stream->StartCapture();
  ASSERT_TRUE(Connect(game));
  EXPECT_TRUE(game.FramesUntil([&] { return game.frames.size() >= 3 && game.Shows(*target->StandInTexture()); }));
  EXPECT_TRUE(game.errors.empty()) << Narrow(game.errors[0]);
  EXPECT_GT(game.frames.back().LatencyMs, 0.0f);
  EXPECT_LT(game.frames.back().LatencyMs, 5000.0f);
  game.stream->StopCapture();
  StandIn::Destroy(target);
}
INSTANTIATE_TEST_SUITE_P(All, Formats, testing::Values(RTF_RGBA8_SRGB, RTF_RGBA8, RTF_RGBA16f));

TEST_F(Stream, ThePictureComesBackInATexture) {
  Game game(daemon_->endpoint());
  for (const EPixelFormat format : {PF_B8G8R8A8, PF_R8G8B8A8}) {
    UTexture2D* texture = UTexture2D::CreateTransient(32, 18, format);
    texture->SRGB = true;
    texture->UpdateResource();
    game.stream->BindTexture(texture);
    game.stream->StartCapture();
    EXPECT_TRUE(game.FramesUntil([&] { return !game.frames.empty() && game.Shows(*texture->StandInTexture()); }, 60.0));
    game.stream->StopCapture();
    game.stream->BindTexture(nullptr);
    StandIn::Destroy(texture);
  }
}

TEST_F(Stream, FollowsATextureThatIsResizedOrReplaced) {
  Game game(daemon_->endpoint());
  UTextureRenderTarget2D* target = MakeRenderTarget(RTF_RGBA8_SRGB, 32, 18);
  UTextureRenderTarget2D* other = MakeRenderTarget(RTF_RGBA16f, 24, 16);
  game.stream->BindTexture(target);
  game.stream->StartCapture();
  ASSERT_TRUE(Connect(game));
  target->InitAutoFormat(64, 36);
  EXPECT_TRUE(game.FramesUntil([&] { return game.Shows(*target->StandInTexture()); }));
  game.stream->BindTexture(other);
  EXPECT_TRUE(game.FramesUntil([&] { return game.Shows(*other->StandInTexture()); }));
  game.stream->SetCaptureSize(48, 27);
  const size_t before = game.frames.size();
  EXPECT_TRUE(game.FramesUntil([&] { return game.frames.size() > before + 3; }));
  EXPECT_TRUE(game.errors.empty()) << Narrow(game.errors[0]);
  game.stream->StopCapture();
  StandIn::Destroy(target);
  StandIn::Destroy(other);
}

TEST_F(Stream, RefusesATextureThatItCantWrite) {
  Game game(daemon_->endpoint());
  UTextureRenderTarget2D* target = MakeRenderTarget(RTF_R32f, 32, 18);
  game.stream->BindTexture(target);
  ASSERT_EQ(game.errors.size(), 1u);
  EXPECT_NE(game.errors[0].find(L"RTF_RGBA8"), std::wstring::npos);
  EXPECT_EQ(game.stream->GetBoundTexture(), nullptr);
  StandIn::Destroy(target);
}

TEST_F(Stream, ShowsTheResultInTheView) {
  Game game(daemon_->endpoint());
  game.view = LevelView("walk", true);  // nothing moves
  game.stream->SetShowInView(true);
  game.stream->StartCapture();
  ASSERT_TRUE(Connect(game));
  auto is_output = [&] {
    FlushRenderingCommands();
    return game.shown->GetReference() != game.view->Color.GetReference();
  };
  EXPECT_TRUE(game.FramesUntil(is_output));
  // Encoded again it is what was sent.
  int differences = 0;
  for (int i = 0; i < 32 * 18; ++i) {
    const auto ours = (*game.shown)->StandInLoad(i % 32, i / 32), sent = game.view->Color->StandInLoad(i % 32, i / 32);
    for (int k = 0; k < 3; ++k) differences += std::abs(ours.V[k] - sent.V[k]) > 0.006f;
  }
  EXPECT_EQ(differences, 0);
  game.stream->SetShowInView(false);
  EXPECT_TRUE(game.FramesUntil([&] { return !is_output(); }));
  game.stream->StopCapture();
}

TEST_F(Stream, WritesToTheLastTargetOfTheChain) {
  Game game(daemon_->endpoint());
  game.view->Override = std::make_shared<FRHITexture>(FIntPoint(32, 18), PF_B8G8R8A8, ETextureCreateFlags::None);
  game.stream->StartCapture();
  ASSERT_TRUE(Connect(game));
  game.Frames(3);
  FlushRenderingCommands();
  EXPECT_EQ(game.shown->GetReference(), game.view->Override.GetReference());
  EXPECT_EQ(game.view->Override->StandInBytes.size(), game.view->Color->StandInBytes.size());
  EXPECT_NEAR(game.view->Override->StandInLoad(20, 10).V[0], game.view->Color->StandInLoad(20, 10).V[0], 1e-3);
  game.stream->StopCapture();
}

TEST_F(Stream, TakesItsPictureFromASceneCapture) {
  Game game(daemon_->endpoint());
  USceneCaptureComponent2D capture;
  capture.TextureTarget = MakeRenderTarget(RTF_RGBA8, 32, 18);
  UTextureRenderTarget2D* target = MakeRenderTarget(RTF_RGBA8_SRGB, 32, 18);
  game.stream->BindTexture(target);
  game.stream->SetSceneCapture(&capture);
  game.stream->StartCapture();
  ASSERT_TRUE(Connect(game));
  game.Frames(30);  // the player's view: not asked for
  EXPECT_TRUE(game.frames.empty());
  EXPECT_EQ(game.stream->GetStats().FramesSubmitted, 0);
  game.view->bHasViewport = false;
  game.view->View.bIsSceneCapture = true;
  game.view->View.bIsGameView = false;
  game.view->Family.RenderTarget = capture.TextureTarget->GameThread_GetRenderTargetResource();
  EXPECT_TRUE(game.FramesUntil([&] { return game.Shows(*target->StandInTexture()); }));
  game.stream->StopCapture();
  game.stream->SetSceneCapture(nullptr);
  StandIn::Destroy(capture.TextureTarget);
  StandIn::Destroy(target);
}

TEST_F(Stream, AMinimisedWindowSendsNothingAndRecovers) {
  Game game(daemon_->endpoint());
  game.stream->StartCapture();
  ASSERT_TRUE(Connect(game));
  ASSERT_TRUE(game.FramesUntil([&] { return game.frames.size() > 2; }));
  const FIntRect rect = game.view->View.StandInViewRect;
  game.view = LevelView("walk");
  game.view->View.StandInViewRect = FIntRect(0, 0, 0, 0);
  game.Frames(30);
  const int64 submitted = game.stream->GetStats().FramesSubmitted;
  game.Frames(30);
  EXPECT_EQ(game.stream->GetStats().FramesSubmitted, submitted);
  game.view = LevelView("walk");
  game.view->View.StandInViewRect = rect;
  const size_t before = game.frames.size();
  EXPECT_TRUE(game.FramesUntil([&] { return game.frames.size() > before + 2; }));
}

TEST_F(Stream, ControlsAreReceiptedAndBadOnesSaidOnce) {
  Game game(daemon_->endpoint());
  EXPECT_EQ(game.stream->SetStrength(0.5f), 0);  // kept for the start
  EXPECT_EQ(game.stream->SetBypass(true), 0);
  game.stream->StartCapture();
  ASSERT_TRUE(Connect(game));
  const int64 number = game.stream->SetStrength(1.0f, 0.5f);
  EXPECT_EQ(number, 3);
  EXPECT_TRUE(game.FramesUntil([&] { return !game.frames.empty() && game.frames.back().ControlSequence >= number; }));
  EXPECT_GT(game.stream->SetBypass(false), number);
  game.stream->SetScene(TEXT("moon"));  // passthrough has no scenes
  EXPECT_TRUE(game.FramesUntil([&] { return !game.errors.empty(); }));
  game.Frames(40);
  EXPECT_EQ(game.errors.size(), 1u);
  EXPECT_NE(game.errors[0].find(L"scene"), std::wstring::npos) << Narrow(game.errors[0]);
  EXPECT_EQ(game.stream->GetState(), ELSDState::Connected);
}

TEST_F(Stream, KeepsTheAskedPace) {
  Game game(daemon_->endpoint());
  game.stream->SetTargetFPS(20.0f);
  game.stream->StartCapture();
  ASSERT_TRUE(Connect(game));
  const int64 before = game.stream->GetStats().FramesSubmitted;
  const double begin = FPlatformTime::Seconds();
  game.Frames(120);
  const double seconds = FPlatformTime::Seconds() - begin;
  const int64 sent = game.stream->GetStats().FramesSubmitted - before;
  EXPECT_GT(static_cast<double>(sent), seconds * 20.0 * 0.6);
  EXPECT_LT(static_cast<double>(sent), seconds * 20.0 * 1.2 + 2.0);
}

TEST_F(Stream, LateReadbacksAreDroppedAndNeverWaitedFor) {
  StandIn::SetReadbackMilliseconds(60.0);
  Game game(daemon_->endpoint());
  game.stream->StartCapture();
  ASSERT_TRUE(Connect(game));
  EXPECT_TRUE(game.FramesUntil([&] { return game.frames.size() > 5; }));
  EXPECT_GT(game.stream->GetStats().FramesDropped, 0);
}

TEST_F(Stream, AStandingRenderThreadPilesNothingUp) {
  Game game(daemon_->endpoint());
  game.stream->StartCapture();
  ASSERT_TRUE(Connect(game));
  FlushRenderingCommands();
  StandIn::HoldRenderThread(true);
  game.slowest_frame_s = 0.0;
  for (int i = 0; i < 100; ++i) {
    const double begin = FPlatformTime::Seconds();
    FTSTicker::GetCoreTicker().Tick(0.005f);
    game.slowest_frame_s = std::max(game.slowest_frame_s, FPlatformTime::Seconds() - begin);
  }
  EXPECT_LE(StandIn::GetQueuedRenderCommands(), 1);
  EXPECT_LT(game.slowest_frame_s, 0.1);
  StandIn::HoldRenderThread(false);
  const size_t before = game.frames.size();
  EXPECT_TRUE(game.FramesUntil([&] { return game.frames.size() > before; }));
}

TEST_F(Stream, MayBeStoppedFromItsOwnCallback) {
  Game game(daemon_->endpoint());
  game.stream->OnFrame.StandInAdd([&](const FLSDFrameInfo&) { game.stream->StopCapture(); });
  game.stream->StartCapture();
  EXPECT_TRUE(game.FramesUntil([&] { return !game.stream->IsCapturing(); }, 60.0));
  EXPECT_EQ(game.stream->GetState(), ELSDState::Stopped);
  EXPECT_EQ(game.disconnected, 1);
}

TEST_F(Stream, TheComponentNeedsNoCode) {
  Game game(daemon_->endpoint());
  AActor actor;
  ADirectionalLight light;
  light.StandInForward = FVector(0.0, 0.0, -1.0);
  auto* component = NewObject<ULSDStreamComponent>();
  actor.StandInWorld = &GameWorld();
  component->StandInOwner = &actor;
  component->bStartOnBeginPlay = false;
  component->Model = TEXT("passthrough");
  component->OutputTexture = MakeRenderTarget(RTF_RGBA8_SRGB, 32, 18);
  component->SunLight = &light;
  component->Scene = TEXT("none");
  component->Prompt = TEXT("a forest");
  component->BeginPlay();
  component->GetStreamEngine()->SetEndpoint(FString(daemon_->wide_endpoint()), FString());
  component->GetStreamEngine()->SetCaptureSize(32, 18);
  component->StartStream();
  auto tick = [&] {
    component->TickComponent(0.005f, LEVELTICK_All, nullptr);
    return game.Shows(*component->OutputTexture->StandInTexture());
  };
  EXPECT_TRUE(game.FramesUntil(tick, 60.0));
  ULSDStreamEngine* made = component->GetStreamEngine();
  component->EndPlay(EEndPlayReason::EndPlayInEditor);
  EXPECT_FALSE(made->IsCapturing());
  StandIn::Destroy(component->OutputTexture);
  StandIn::Destroy(made);
  StandIn::Destroy(component);
}

TEST_F(Stream, TwoStreamsRunSideBySide) {
  Game a(daemon_->endpoint()), b(daemon_->endpoint());
  a.stream->StartCapture();
  b.stream->StartCapture();
  EXPECT_EQ(ULSDStreamEngine::GetCapturing().Num(), 2);
  EXPECT_TRUE(a.FramesUntil([&] { return a.frames.size() > 3 && b.frames.size() > 3; }, 60.0));
  ULSDStreamEngine::StopAll();
  EXPECT_EQ(ULSDStreamEngine::GetCapturing().Num(), 0);
}

TEST_F(Stream, AnObjectThatIsDestroyedWhileItRunsSaysNothing) {
  auto game = std::make_unique<Game>(daemon_->endpoint());
  game->stream->StartCapture();
  ASSERT_TRUE(Connect(*game));
  int told = 0;
  game->stream->OnDisconnected.StandInAdd([&](const FString&) { ++told; });
  game.reset();  // BeginDestroy without StopCapture
  EXPECT_EQ(told, 0);
  FTSTicker::GetCoreTicker().Tick(0.005f);
}

}  // namespace
