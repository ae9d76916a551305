// Copyright 2026 MirageLSD contributors. Licensed under the Apache License 2.0.
// Plays a few frames of conventions.json's level to a daemon of the Python tests, which looks at what arrives
// (python/test_conventions_end_to_end.py).
#include <gtest/gtest.h>

#include <cstdlib>

#include "daemon.h"
#include "game.h"

namespace {

TEST(Played, TheLevelFromTwoCamerasAndACut) {
  const char* name = std::getenv("LSD_TEST_CASE");
  if (name == nullptr) GTEST_SKIP() << "only with a daemon that records";
  Daemon daemon;
  Game game(daemon.endpoint());
  // Nothing is rendered until the stream is open: the first rendered frame is the first sent one.
  game.stream->StartCapture();
  const double deadline = FPlatformTime::Seconds() + 20.0;
  while (game.connected == 0 && FPlatformTime::Seconds() < deadline) {
    FTSTicker::GetCoreTicker().Tick(0.005f);
    FPlatformProcess::Sleep(0.005f);
  }
  ASSERT_EQ(game.connected, 1);
  UWorld levels[2];
  auto play = [&](bool previous, int64 sequence, int level) {
    game.view = LevelView(name, previous);
    game.view->Family.Scene = levels[level].Scene;
    PlayIn(levels[level]);
    FTSTicker::GetCoreTicker().Tick(0.005f);
    FlushRenderingCommands();
    StandIn::RenderView(game.view);
    const double until = FPlatformTime::Seconds() + 20.0;
    while ((game.frames.empty() || game.frames.back().Sequence < sequence) && FPlatformTime::Seconds() < until) {
      // The engine goes on with frames that show nothing of this view.
      ENQUEUE_RENDER_COMMAND(NextFrame)([](FRHICommandListImmediate&) { ++GFrameCounterRenderThread; });
      FTSTicker::GetCoreTicker().Tick(0.005f);
      FPlatformProcess::Sleep(0.005f);
    }
    return !game.frames.empty() && game.frames.back().Sequence == sequence;
  };
  EXPECT_TRUE(play(true, 1, 0));
  EXPECT_TRUE(play(false, 2, 0));
  EXPECT_TRUE(play(true, 3, 1));  // another level: nothing older counts
  game.stream->Reset();
  FTSTicker::GetCoreTicker().Tick(0.005f);
  FlushRenderingCommands();
  EXPECT_TRUE(play(true, 4, 1));
  EXPECT_TRUE(play(true, 5, 1));
}

}  // namespace
