// Copyright 2026 MirageLSD contributors. Licensed under the Apache License 2.0.
// What late reprojection gives its shader, for python/test_reprojection.py, and what the stand-in's graph takes for a
// fault.
#include <gtest/gtest.h>

#include <cstdlib>

#include "PixelShaderUtils.h"
#include "daemon.h"
#include "game.h"
#include "reproject_record.h"
#include "room_block.h"

namespace {

// Of the graph's rules those that textures kept from graph to graph may break.
TEST(StandInGraph, WhatNothingWasDrawnToIsNotRead) {
  StandIn::EnqueueRender([](FRHICommandListImmediate& list) {
    StandIn::TakeFaults();
    struct FParameters {
      SHADER_PARAMETER_RDG_TEXTURE(Texture2D, Picture)
      RENDER_TARGET_BINDING_SLOTS()
    };
    auto make = [](FRDGBuilder& graph) {
      const auto desc =
          FRDGTextureDesc::Create2D(FIntPoint(4, 4), PF_B8G8R8A8, FClearValueBinding::None, ETextureCreateFlags::None);
      return graph.CreateTexture(desc, TEXT("T"));
    };
    TRefCountPtr<IPooledRenderTarget> kept;
    FRDGBuilder graph(list);
    const FRDGTextureRef first = make(graph), second = make(graph);
    FParameters* const p = graph.AllocParameters<FParameters>();
    p->Picture = first;
    p->RenderTargets[0] = FRenderTargetBinding(second, ERenderTargetLoadAction::ENoAction);
    EXPECT_FALSE(graph.StandInValidate(p, p->RenderTargets));
    EXPECT_EQ(StandIn::TakeFaults(), std::vector<std::wstring>{L"read before anything was drawn to it: Picture"});
    AddClearRenderTargetPass(graph, first, FLinearColor(0.0f, 0.0f, 0.0f, 0.0f));
    p->RenderTargets[0] = FRenderTargetBinding(second, ERenderTargetLoadAction::ELoad);
    EXPECT_FALSE(graph.StandInValidate(p, p->RenderTargets));
    EXPECT_EQ(StandIn::TakeFaults(),
              std::vector<std::wstring>{L"loaded before anything was drawn to it: RenderTargets"});
    p->RenderTargets[0] = FRenderTargetBinding(second, ERenderTargetLoadAction::ENoAction);
    EXPECT_TRUE(graph.StandInValidate(p, p->RenderTargets));
    // From then on it holds something, in a later graph, too.
    kept = graph.ConvertToExternalTexture(second);
    graph.Execute();
    EXPECT_EQ(IPooledRenderTarget::StandInAlive.load(), 1);
    FRDGBuilder later(list);
    FParameters* const q = later.AllocParameters<FParameters>();
    q->Picture = later.RegisterExternalTexture(kept);
    q->RenderTargets[0] = FRenderTargetBinding(make(later), ERenderTargetLoadAction::ENoAction);
    EXPECT_TRUE(later.StandInValidate(q, q->RenderTargets));
    later.Execute();
  });
  FlushRenderingCommands();
  EXPECT_EQ(IPooledRenderTarget::StandInAlive.load(), 0);
}

// For python/test_reprojection.py, which runs the shader itself with what the pass was given.
TEST(Reprojected, WhatThePassIsGiven) {
  const char* folder = std::getenv("LSD_TEST_REPROJECT");
  const char* variant = std::getenv("LSD_TEST_VARIANT");
  if (folder == nullptr || variant == nullptr) GTEST_SKIP() << "only with the shader's test";
  ForgetReprojections();
  const std::string kind = variant;
  Daemon daemon;
  daemon.Start();
  Game game(daemon.endpoint());
  RoomOptions options;
  options.size = FIntPoint(96, 54);
  if (kind == "percentage") {
    options.scale = 2;
    options.corner = FIntPoint(5, 3);
    options.jitter_x = 0.012;
    options.jitter_y = -0.02;
  }
  auto moment = [](int i) {
    RoomMoment m;
    m.yaw = 1.7 * i;
    m.x = 6.0 * i;
    m.block_y = 9.0 * i;
    return m;
  };
  auto view = [&](int i) {
    const auto made = RoomView(moment(i), moment(i - 1), options);
    if (kind == "linear") {
      static UTextureRenderTarget2D* const hdr = MakeRenderTarget(RTF_RGBA16f, 96, 54);
      made->Family.RenderTarget = hdr->GameThread_GetRenderTargetResource();
    }
    return made;
  };
  const auto block = kind == "slots" ? std::make_unique<Block>() : nullptr;
  game.view = view(0);
  game.stream->SetCaptureSize(48, 27);
  game.stream->SetShowInView(true);
  game.stream->StartCapture();
  for (int i = 0; i < 7; ++i) {
    game.view = view(i);
    const size_t before = game.frames.size();
    if (block) block->Move(moment(i));
    ASSERT_TRUE(game.FramesUntil(
        [&] {
          FlushRenderingCommands();
          return game.frames.size() > before;
        },
        120.0));
  }
  if (block) block->Move(moment(7));
  game.view = view(7);
  game.Frame();
  FlushRenderingCommands();
  ASSERT_GT(LastReprojection().drawn, 0);
  LastReprojection().Write(folder);
}

}  // namespace
