// Copyright 2026 MirageLSD contributors. Licensed under the Apache License 2.0.
// Renders whose clock is not the wall's, before/after, the bypass key, what Sequencer writes, what the profiler sees.
#include <gtest/gtest.h>

#include "Engine/EngineCustomTimeStep.h"
#include "GameFramework/PlayerController.h"
#include "HAL/IConsoleManager.h"
#include "LSDProfiling.h"
#include "LSDStreamComponent.h"
#include "LSDTheme.h"
#include "daemon.h"
#include "game.h"

/** As Movie Render Queue's. */
class UMoviePipelineCustomTimeStep : public UEngineCustomTimeStep {
  STAND_IN_CLASS(MoviePipelineCustomTimeStep, UEngineCustomTimeStep)
};

namespace {

class Offline : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    daemon_ = new Daemon();
    daemon_->Start();
  }
  static void TearDownTestSuite() {
    delete daemon_;
    daemon_ = nullptr;
  }
  void TearDown() override {
    GEngine->StandInTimeStep = nullptr;
    StandIn::GetProcessKind() = StandIn::FProcessKind();
    StandIn::SetReadbackMilliseconds(0.0);
    auto& variables = StandIn::GetConsoleVariables();
    variables[TEXT("MirageLSD.Enable")] = 1.0f;
    variables[TEXT("MirageLSD.BeforeAfter")] = variables[TEXT("MirageLSD.TargetFPS")] = -1.0f;
  }
  bool Connect(Game& game) {
    game.stream->StartCapture();
    return game.FramesUntil([&] { return game.connected == 1 && game.frames.size() > 1; }, 60.0);
  }
  /** One pixel of what the view shows. */
  static float Red(Game& game, int x) {
    FlushRenderingCommands();
    return game.shown->GetReference()->StandInLoad(x, 9).V[0];
  }
  /** A view of one color. */
  static void Paint(Game& game, float value) {
    const FIntPoint size = game.view->Color->GetDesc().Extent;
    StandIn::FPixel pixel;
    for (float& channel : pixel.V) channel = value;
    auto color = std::make_shared<FRHITexture>(size, PF_B8G8R8A8, ETextureCreateFlags::None);
    for (int i = 0; i < size.X * size.Y; ++i) color->StandInStore(i % size.X, i / size.X, pixel);
    game.view->Color = color;
  }

  static Daemon* daemon_;
};
Daemon* Offline::daemon_ = nullptr;

TEST_F(Offline, MovieRenderQueueHasOnePaintedFrameForEachOfTheEngines) {
  UMoviePipelineCustomTimeStep step;
  Game game(daemon_->endpoint());
  game.stream->SetShowInView(true);
  ASSERT_TRUE(Connect(game));
  StandIn::SetReadbackMilliseconds(30.0);
  GEngine->StandInTimeStep = &step;
  game.view = std::make_shared<StandIn::FRenderedView>(*game.view);
  game.view->bHasViewport = false;  // as its views are
  game.stream->SetTargetFPS(1.0f);  // every frame, all the same
  Paint(game, 0.0f);
  game.Frames(2);
  const size_t before = game.frames.size();
  for (int i = 1; i <= 8; ++i) {
    Paint(game, 0.1f * static_cast<float>(i));
    game.Frame();
    EXPECT_EQ(game.frames.size(), before + static_cast<size_t>(i));
    // What is shown is the frame before, painted, with no frame left out.
    if (i > 1) {
      EXPECT_NEAR(Red(game, 16), 0.1f * static_cast<float>(i - 1), 0.01f);
    }
  }
  EXPECT_TRUE(game.errors.empty()) << Narrow(game.errors[0]);
  game.stream->SetOffline(ELSDOffline::Never);
  game.Frames(3);
  EXPECT_LT(game.frames.size(), before + 12);
  game.stream->StopCapture();
}

TEST_F(Offline, AFixedTimeStepIsARenderAndADaemonThatIsGoneIsNotWaitedFor) {
  Daemon own;
  own.Start();
  StandIn::GetProcessKind().bFixedTimeStep = true;
  Game game(own.endpoint());
  ASSERT_TRUE(Connect(game));
  const size_t before = game.frames.size();
  game.Frames(5);
  EXPECT_EQ(game.frames.size(), before + 5);
  own.Kill();
  EXPECT_TRUE(game.FramesUntil([&] { return game.disconnected == 1; }, 30.0));
  game.stream->StopCapture();
}

TEST_F(Offline, BeforeAndAfterBypassAndTheConsoleInTheView) {
  Game game(daemon_->endpoint());
  game.stream->SetShowInView(true);
  Paint(game, 1.0f);
  ASSERT_TRUE(Connect(game));
  ASSERT_TRUE(game.FramesUntil([&] { return Red(game, 16) > 0.9f; }));
  // White is painted by now, and the engine's own is black: which is which can be seen. Frames that are no longer sent
  // keep it so.
  StandIn::GetConsoleVariables()[TEXT("MirageLSD.TargetFPS")] = 0.001f;
  game.Frames(10);
  Paint(game, 0.0f);
  game.Frames(3);
  const float painted = Red(game, 31);
  ASSERT_GT(painted, 0.9f);
  game.stream->SetBeforeAfter(0.5f);
  game.Frames(2);
  EXPECT_EQ(Red(game, 15), 0.0f);
  EXPECT_EQ(Red(game, 16), painted);
  StandIn::GetConsoleVariables()[TEXT("MirageLSD.BeforeAfter")] = 0.25f;
  game.Frames(2);
  EXPECT_EQ(Red(game, 7), 0.0f);
  EXPECT_EQ(Red(game, 8), painted);
  game.stream->SetBypass(true);
  game.Frames(2);
  EXPECT_EQ(Red(game, 31), 0.0f);  // at once, whatever the daemon does
  game.stream->SetBypass(false);
  game.Frames(2);
  EXPECT_EQ(Red(game, 31), painted);
  StandIn::GetConsoleVariables()[TEXT("MirageLSD.Enable")] = 0.0f;
  game.Frames(2);
  EXPECT_EQ(Red(game, 31), 0.0f);
  game.stream->StopCapture();
}

TEST_F(Offline, APictureOfADaemonThatIsGoneIsNotShownForEver) {
  Daemon own;
  own.Start();
  Game game(own.endpoint());
  game.stream->SetShowInView(true);
  Paint(game, 1.0f);
  ASSERT_TRUE(Connect(game));
  ASSERT_TRUE(game.FramesUntil([&] { return Red(game, 16) > 0.9f; }));
  own.Kill();
  Paint(game, 0.5f);
  EXPECT_TRUE(game.FramesUntil([&] { return game.disconnected == 1 && std::abs(Red(game, 16) - 0.5f) < 0.01f; }, 30.0));
  game.stream->StopCapture();
}

TEST_F(Offline, TheProfilerSeesCaptureUploadAndLatency) {
  const int captured = STAT_MirageLSD_Capture.Count, uploaded = STAT_MirageLSD_Upload.Count;
  Game game(daemon_->endpoint());
  game.stream->SetShowInView(true);
  ASSERT_TRUE(Connect(game));
  EXPECT_GT(STAT_MirageLSD_Capture.Count, captured);
  EXPECT_GT(STAT_MirageLSD_Upload.Count, uploaded);
  EXPECT_GT(STAT_MirageLSD_Latency.Value, 0.0f);
  game.stream->StopCapture();
}

TEST_F(Offline, TheBypassKeyAndWhatSequencerWritesTakeEffect) {
  Game game(daemon_->endpoint());  // its world, and its daemon's address
  AActor actor;
  actor.StandInWorld = &GameWorld();
  APlayerController controller;
  GameWorld().StandInActors.push_back(&controller);
  ULSDStreamComponent component;
  component.StandInOwner = &actor;
  component.bStartOnBeginPlay = false;
  component.Model = TEXT("passthrough");
  component.BypassKey = EKeys::B;
  component.BeginPlay();
  ULSDStreamEngine* stream = component.GetStreamEngine();
  stream->SetEndpoint(FString(daemon_->wide_endpoint()), FString());
  component.StartStream();
  auto tick = [&] { component.TickComponent(0.01f, LEVELTICK_All, nullptr); };
  tick();
  EXPECT_FALSE(stream->IsBypassed());
  controller.StandInJustPressed = EKeys::B.Number;
  tick();
  EXPECT_TRUE(stream->IsBypassed());
  tick();
  EXPECT_FALSE(stream->IsBypassed());
  controller.StandInJustPressed = 0;
  component.bBypass = true;  // a Sequencer track
  tick();
  EXPECT_TRUE(stream->IsBypassed());
  component.EndPlay(EEndPlayReason::Destroyed);
  StandIn::Destroy(stream);
  GameWorld().StandInActors.clear();
}

}  // namespace
