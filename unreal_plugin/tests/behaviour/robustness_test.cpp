// Copyright 2026 MirageLSD contributors. Licensed under the Apache License 2.0.
// What goes wrong around a stream: the daemon is missing, dies, comes back; streams come and go by the thousand.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>

#include "Modules/ModuleManager.h"
#include "daemon.h"
#include "game.h"

IModuleInterface* StandInModuleMirageLSD();

namespace {

int CountWarnings() {
  int warnings = 0;
  for (const std::wstring& line : StandIn::TakeLog()) warnings += line.find(L": Warning: ") != std::wstring::npos;
  return warnings;
}

TEST(Robustness, AMissingDaemonStallsNothingAndIsSaidOnce) {
  Daemon daemon;
  Game game(daemon.endpoint());
  game.stream->StartCapture();
  EXPECT_TRUE(game.FramesUntil([&] { return !game.errors.empty(); }, 10.0));
  game.Frames(100);
  EXPECT_EQ(game.errors.size(), 1u);
  EXPECT_EQ(CountWarnings(), 1);
  EXPECT_NE(game.errors[0].find(L"mirage-lsd serve"), std::wstring::npos);
  EXPECT_EQ(game.stream->GetState(), ELSDState::Connecting);
  EXPECT_LT(game.slowest_frame_s, 0.1);
  // It comes late, and the stream begins.
  daemon.Start();
  EXPECT_TRUE(game.FramesUntil([&] { return game.connected == 1 && game.frames.size() > 3; }, 60.0));
  EXPECT_TRUE(game.stream->GetLastError().IsEmpty());
}

TEST(Robustness, AKilledDaemonIsMissedAndItsSuccessorUsed) {
  Daemon daemon;
  daemon.Start();
  Game game(daemon.endpoint());
  UTextureRenderTarget2D* target = MakeRenderTarget(RTF_RGBA8_SRGB, 32, 18);
  game.stream->BindTexture(target);
  game.stream->StartCapture();
  ASSERT_TRUE(game.FramesUntil([&] { return game.frames.size() > 3; }, 60.0));
  game.slowest_frame_s = 0.0;
  daemon.Kill();
  ASSERT_TRUE(game.FramesUntil([&] { return game.disconnected == 1; }, 20.0));
  game.Frames(50);
  daemon.Start();
  const size_t before = game.frames.size();
  EXPECT_TRUE(game.FramesUntil([&] { return game.connected == 2 && game.frames.size() > before + 3; }, 60.0));
  EXPECT_TRUE(game.Shows(*target->StandInTexture()));
  EXPECT_LT(game.slowest_frame_s, 0.1);
  EXPECT_EQ(game.disconnected, 1);
  EXPECT_EQ(game.stream->GetStats().Reconnects, 1);
  game.stream->StopCapture();
  StandIn::Destroy(target);
}

TEST(Robustness, AMalformedEndpointIsOneSentence) {
  Game game("nonsense");
  game.stream->StartCapture();
  EXPECT_FALSE(game.stream->IsCapturing());
  ASSERT_EQ(game.errors.size(), 1u);
}

TEST(Robustness, StreamsComeAndGoAThousandTimes) {
  Daemon daemon;
  daemon.Start();
  const char* asked = std::getenv("LSD_TEST_CYCLES");
  const int cycles = asked != nullptr ? std::atoi(asked) : 1000;
  UTextureRenderTarget2D* target = MakeRenderTarget(RTF_RGBA8_SRGB, 32, 18);
  auto* module = StandInModuleMirageLSD();
  module->StartupModule();
  const double begin = FPlatformTime::Seconds();
  int results = 0;
  for (int cycle = 0; cycle < cycles; ++cycle) {
    Game game(daemon.endpoint());
    game.stream->BindTexture(cycle % 2 == 0 ? target : nullptr);
    game.stream->SetShowInView(cycle % 3 == 0);
    game.stream->StartCapture();
    game.Frame();
    // Now and then long enough for pictures to be under way.
    if (cycle % 50 == 0) game.FramesUntil([&] { return game.frames.size() > 1; }, 10.0);
    results += static_cast<int>(game.frames.size());
    if (cycle % 4 != 0) game.stream->StopCapture();
  }
  module->ShutdownModule();
  delete module;
  RecordProperty("seconds", std::to_string(FPlatformTime::Seconds() - begin));
  EXPECT_GT(results, cycles / 50);
  StandIn::Destroy(target);
}

}  // namespace
