// Copyright 2026 MirageLSD contributors. Licensed under the Apache License 2.0.
#include <gtest/gtest.h>

#include <cstdlib>

#include "HAL/IConsoleManager.h"
#include "daemon.h"
#include "game.h"
#include "shade_record.h"

namespace {

// For python/test_shading.py: the level from its camera, with a daemon that is not started here.
TEST(Shaded, WhatThePassIsGiven) {
  const char* folder = std::getenv("LSD_TEST_SHADE");
  const char* variant = std::getenv("LSD_TEST_VARIANT");
  if (folder == nullptr || variant == nullptr) GTEST_SKIP() << "only with a daemon that has the model";
  ForgetShades();
  Daemon daemon;
  Game game(daemon.endpoint(), L"mirage-lsd-v1");
  const std::string kind = variant;
  StandIn::FRenderedView& view = *game.view;
  const FIntPoint size = view.Depth->GetDesc().Extent;
  if (kind == "percentage") {
    // The scene at half the picture's size, somewhere in a larger texture.
    auto color =
        std::make_shared<FRHITexture>(FIntPoint(2 * size.X, 2 * size.Y), PF_B8G8R8A8, ETextureCreateFlags::None);
    auto depth =
        std::make_shared<FRHITexture>(FIntPoint(size.X + 9, size.Y + 7), PF_DepthStencil, ETextureCreateFlags::None);
    auto velocity =
        std::make_shared<FRHITexture>(FIntPoint(size.X + 9, size.Y + 7), PF_A16B16G16R16, ETextureCreateFlags::None);
    for (int i = 0; i < 4 * size.X * size.Y; ++i) {
      const int x = i % (2 * size.X), y = i / (2 * size.X);
      color->StandInStore(x, y, view.Color->StandInLoad(x / 2, y / 2));
    }
    for (int i = 0; i < size.X * size.Y; ++i) {
      const int x = i % size.X, y = i / size.X;
      depth->StandInStore(x + 5, y + 3, view.Depth->StandInLoad(x, y));
      velocity->StandInStore(x + 5, y + 3, view.Velocity->StandInLoad(x, y));
    }
    view.Color = color;
    view.ColorRect = FIntRect(0, 0, 2 * size.X, 2 * size.Y);
    view.Depth = depth;
    view.Velocity = velocity;
    view.View.StandInViewRect = FIntRect(5, 3, 5 + size.X, 3 + size.Y);
  }
  if (kind == "buffer") StandIn::GetConsoleVariables()[L"MirageLSD.WeightsInBuffer"] = 1.0f;
  if (kind == "normals") {
    // One direction, which the protocol's bytes hold, too; the upper rows are unlit: they store none.
    const auto stored = FillGBuffer(view, size, FVector(51 / 127.5 - 1, 128 / 127.5 - 1, 230 / 127.5 - 1));
    for (int i = 0; i < 6 * size.X; ++i) stored->StandInStore(i % size.X, i / size.X, StandIn::FPixel());
  }
  game.stream->SetSun(FVector(0.3, 0.4, 0.866), FLinearColor::White);
  game.stream->SetScene(TEXT("forest"), 0.0f);
  game.stream->SetShowInView(true);
  game.stream->SetTargetFPS(4.0f);
  game.stream->StartCapture();
  ASSERT_TRUE(
      game.FramesUntil([&] { return game.stream->GetStats().bShadedInEngine && game.frames.size() > 1; }, 240.0));
  FlushRenderingCommands();
  // The camera stands still; the next frame is painted with the context that came last.
  for (int i = 0; i < 40 && LastShade().drawn == 0; ++i) game.Frame();
  game.Frame();
  FlushRenderingCommands();
  ASSERT_GT(LastShade().drawn, 0);
  LastShade().Write(folder);
}

}  // namespace
