// Copyright 2026 MirageLSD contributors. Licensed under the Apache License 2.0.
// Shading in the engine: what the pass is given, and when there is one. What it paints is looked at by
// python/test_shading.py, which runs the shader.
#include <gtest/gtest.h>

#include <cstdlib>

#include "HAL/IConsoleManager.h"
#include "LSDSettings.h"
#include "LSDStreamComponent.h"
#include "PixelShaderUtils.h"
#include "daemon.h"
#include "game.h"
#include "shade_record.h"

namespace {

class Shading : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    daemon_ = new Daemon(Daemon::Models::kTest);
    daemon_->Start();
  }
  static void TearDownTestSuite() {
    delete daemon_;
    daemon_ = nullptr;
  }
  void SetUp() override { ForgetShades(); }
  void TearDown() override { GMaxRHIFeatureLevel = ERHIFeatureLevel::SM5; }

  static bool Connect(Game& game) {
    game.stream->SetShowInView(true);
    game.stream->StartCapture();
    return game.FramesUntil([&] { return game.connected > 0; }, 60.0);
  }
  static bool IsShaded(Game& game) {
    return game.FramesUntil(
        [] {
          FlushRenderingCommands();
          return LastShade().drawn > 2;
        },
        60.0);
  }
  /** Whether the view shows what the stand-in for the shader paints. */
  static bool IsNegative(const FTextureRHIRef& shown, const FRHITexture& color) {
    FlushRenderingCommands();
    if (shown.GetReference() == nullptr || shown.GetReference() == &color) return false;
    for (int x = 0; x < 32; x += 5) {
      const float expected = 1.0f - color.StandInLoad(x, 7).V[0];
      if (std::abs(shown->StandInLoad(x, 7).V[0] - expected) > 0.01f) return false;
    }
    return true;
  }
  static bool Said(const Game& game, const wchar_t* part) {
    for (const std::wstring& error : game.errors) {
      if (error.find(part) != std::wstring::npos) return true;
    }
    return false;
  }

  static Daemon* daemon_;
};
Daemon* Shading::daemon_ = nullptr;

TEST_F(Shading, EveryFrameIsPaintedByTheEngineFromTheNewestContext) {
  Game game(daemon_->endpoint(), L"shaded");
  ASSERT_TRUE(Connect(game));
  ASSERT_TRUE(IsShaded(game));
  const FLSDStats stats = game.stream->GetStats();
  EXPECT_TRUE(stats.bShadedInEngine);
  EXPECT_GT(stats.ContextAgeMs, 0.0f);
  // No picture is kept.
  EXPECT_EQ(game.stream->GetOutputTexture(), nullptr);
  const ShadeRecord& r = LastShade();
  EXPECT_EQ(r.weights.size(), 1801u * 4);
  EXPECT_NEAR(r.weights[99], 0.99f, 1e-3f);
  EXPECT_EQ(r.context.size(), 4u * 2 * 16);  // a picture of 32 x 18 has a base of 32 x 16
  EXPECT_EQ(r.constants[4 * 4 + 1], 1.0f);   // the look's sun
  EXPECT_EQ(r.constants[4 * 5 + 2], 3.0f);
  EXPECT_EQ(r.constants[4 * 6], 32.0f);
  EXPECT_EQ(r.constants[4 * 7 + 3], 1.0f) << "the context is brought to this frame";
  const float first = r.context[0];
  EXPECT_TRUE(game.FramesUntil([&] {
    FlushRenderingCommands();
    return LastShade().context[0] > first;
  }));
  // Each frame that is rendered is painted, whether it was sent or not.
  game.stream->SetTargetFPS(1.0f);
  game.Frames(2);
  FlushRenderingCommands();
  const int before = LastShade().drawn;
  for (int i = 0; i < 5; ++i) {
    game.Frame();
    EXPECT_TRUE(IsNegative(*game.shown, *game.view->Color));
  }
  EXPECT_EQ(LastShade().drawn, before + 5);
  EXPECT_TRUE(game.errors.empty());
}

TEST_F(Shading, WithoutADaemonNothingIsDrawnOrKept) {
  Game game("tcp://127.0.0.1:9");
  game.stream->SetShowInView(true);
  game.stream->SetShading(ELSDShading::Engine);
  game.stream->StartCapture();
  game.Frames(5);
  FlushRenderingCommands();
  EXPECT_EQ(LastShade().drawn, 0);
  EXPECT_EQ(game.shown->GetReference(), game.view->Color.GetReference());
}

TEST_F(Shading, WhenContextsStopTheWorldStaysPainted) {
  Daemon daemon(Daemon::Models::kTest);
  daemon.Start();
  Game game(daemon.endpoint(), L"shaded");
  ASSERT_TRUE(Connect(game));
  ASSERT_TRUE(IsShaded(game));
  daemon.Kill();
  // Pictures are forgotten a second after the daemon has gone; the context is not.
  ASSERT_TRUE(game.FramesUntil([&] { return game.stream->GetStats().ContextAgeMs > 2500.0f; }, 30.0));
  game.Frame();
  EXPECT_TRUE(IsNegative(*game.shown, *game.view->Color));
  EXPECT_TRUE(game.stream->GetStats().bShadedInEngine);
  // It comes back by itself.
  ForgetShades();
  daemon.Start();
  EXPECT_TRUE(game.FramesUntil([&] { return game.stream->GetStats().ContextAgeMs < 500.0f; }, 60.0));
}

TEST_F(Shading, TheSettingDecides) {
  Game game(daemon_->endpoint(), L"shaded");
  game.stream->SetShading(ELSDShading::Daemon);
  ASSERT_TRUE(Connect(game));
  ASSERT_TRUE(game.FramesUntil([&] { return game.frames.size() > 2; }));
  FlushRenderingCommands();
  EXPECT_EQ(LastShade().drawn, 0);
  EXPECT_FALSE(game.stream->GetStats().bShadedInEngine);
  // While it runs, too; and back.
  game.stream->SetShading(ELSDShading::Engine);
  ASSERT_TRUE(IsShaded(game));
  game.stream->SetShading(ELSDShading::Daemon);
  const size_t before = game.frames.size();
  ASSERT_TRUE(game.FramesUntil([&] { return game.frames.size() > before + 4 && game.stream->GetOutputTexture(); }));
  game.Frame();
  FlushRenderingCommands();
  EXPECT_NEAR(game.shown->GetReference()->StandInLoad(9, 9).V[0], 77.0f / 255.0f, 0.01f);
}

TEST_F(Shading, WhereItIsNotPossibleTheDaemonPaints) {
  Game game(daemon_->endpoint(), L"shaded");
  UTextureRenderTarget2D* target = MakeRenderTarget(RTF_RGBA8_SRGB, 32, 18);
  game.stream->BindTexture(target);
  ASSERT_TRUE(Connect(game));
  ASSERT_TRUE(game.FramesUntil([&] { return game.frames.size() > 2; }));
  // Automatic says nothing.
  EXPECT_TRUE(game.errors.empty());
  game.stream->SetShading(ELSDShading::Engine);
  game.Frames(3);
  EXPECT_TRUE(Said(game, L"only shade the player's view"));
  FlushRenderingCommands();
  EXPECT_EQ(LastShade().drawn, 0);
  game.stream->StopCapture();
  StandIn::Destroy(target);
}

TEST_F(Shading, AModelWithoutContextsIsSaid) {
  Game game(daemon_->endpoint(), L"plain");
  game.stream->SetShading(ELSDShading::Engine);
  ASSERT_TRUE(Connect(game));
  ASSERT_TRUE(game.FramesUntil([&] { return game.frames.size() > 2; }));
  EXPECT_TRUE(Said(game, L"no contexts"));
  FlushRenderingCommands();
  EXPECT_EQ(LastShade().drawn, 0);
}

TEST_F(Shading, OfTwoViewsOfAFamilyTheWantedOneIsPainted) {
  Game game(daemon_->endpoint(), L"shaded");
  const auto other = LevelView("walk", true);
  game.view->Others.push_back(other);
  game.stream->SetPlayer(1);
  ASSERT_TRUE(Connect(game));
  ASSERT_TRUE(IsShaded(game));
  EXPECT_EQ(game.view->Shown.GetReference(), game.view->Color.GetReference());
  EXPECT_TRUE(IsNegative(other->Shown, *other->Color));
}

TEST_F(Shading, TwoStreamsPaintTheirOwnViews) {
  Game first(daemon_->endpoint(), L"shaded"), second(daemon_->endpoint(), L"shaded");
  const auto other = LevelView("walk", true);
  first.view->Others.push_back(other);
  second.view = first.view;
  second.stream->SetPlayer(1);
  second.stream->SetShowInView(true);
  second.stream->StartCapture();
  ASSERT_TRUE(Connect(first));
  EXPECT_TRUE(first.FramesUntil(
      [&] { return IsNegative(first.view->Shown, *first.view->Color) && IsNegative(other->Shown, *other->Color); },
      60.0));
}

TEST_F(Shading, BypassAndBeforeShowTheEnginesOwn) {
  Game game(daemon_->endpoint(), L"shaded");
  game.stream->SetBeforeAfter(0.5f);
  ASSERT_TRUE(Connect(game));
  ASSERT_TRUE(IsShaded(game));
  EXPECT_NEAR(game.shown->GetReference()->StandInLoad(3, 9).V[0], game.view->Color->StandInLoad(3, 9).V[0], 0.01f);
  EXPECT_NEAR(game.shown->GetReference()->StandInLoad(28, 9).V[0], 1.0f - game.view->Color->StandInLoad(28, 9).V[0],
              0.01f);
  game.stream->SetBypass(true);
  game.Frames(3);
  FlushRenderingCommands();
  EXPECT_EQ(game.shown->GetReference(), game.view->Color.GetReference());
}

TEST_F(Shading, WithAScreenPercentageTheDepthIsWhereItWasRendered) {
  Game game(daemon_->endpoint(), L"shaded");
  auto color = std::make_shared<FRHITexture>(FIntPoint(64, 36), PF_B8G8R8A8, ETextureCreateFlags::None);
  game.view->Color = color;
  game.view->ColorRect = FIntRect(0, 0, 64, 36);
  // Temporal anti-aliasing renders the scene a little aside, and its picture is not.
  FViewMatrices& matrices = game.view->View.ViewMatrices;
  matrices.StandInJittered = matrices.StandInProjection;
  matrices.StandInJittered.M[2][0] += 0.02;
  matrices.StandInJittered.M[2][1] += 0.03;
  matrices.bStandInJitter = true;
  ASSERT_TRUE(Connect(game));
  ASSERT_TRUE(IsShaded(game));
  const ShadeRecord& r = LastShade();
  EXPECT_EQ(r.places[3].X, 0.5f);  // DepthStep
  EXPECT_EQ(r.places[4].X, 32.0f);
  EXPECT_NEAR(r.places[5].X, 0.02f * 0.5f * 32.0f, 1e-4f);  // DepthShift
  EXPECT_NEAR(r.places[5].Y, -0.03f * 0.5f * 18.0f, 1e-4f);
  EXPECT_EQ(r.constants[4 * 6], 64.0f);
  EXPECT_EQ(r.color_size.X, 64);
}

TEST_F(Shading, NormalsAreTheGBuffersWhereThereIsOne) {
  Game game(daemon_->endpoint(), L"shaded");
  ASSERT_TRUE(Connect(game));
  ASSERT_TRUE(IsShaded(game));
  auto has_normals = [&] {
    game.Frames(3);
    FlushRenderingCommands();
    return LastShade().constants[4 * 7 + 1] == 1.0f;
  };
  // Forward shading leaves the engine's dummy in the GBuffer's place.
  EXPECT_FALSE(has_normals());
  FillGBuffer(*game.view, game.view->Depth->GetDesc().Extent, FVector(0, 0, 1));
  EXPECT_TRUE(has_normals());
  EXPECT_EQ(LastShade().normal_size.X, 32);
  EXPECT_NEAR(LastShade().normal[2], 1.0f, 1e-4f);
  GetMutableDefault<ULSDSettings>()->bGBufferNormals = false;
  EXPECT_FALSE(has_normals());
  GetMutableDefault<ULSDSettings>()->bGBufferNormals = true;
}

TEST_F(Shading, WeightsAreConstantsOrABuffer) {
  Game game(daemon_->endpoint(), L"shaded");
  ASSERT_TRUE(Connect(game));
  ASSERT_TRUE(IsShaded(game));
  EXPECT_FALSE(LastShade().weights_in_buffer);
  const std::vector<float> constants = LastShade().weights;
  for (const bool in_buffer : {true, false}) {
    // While it runs, as a tester does.
    StandIn::GetConsoleVariables()[L"MirageLSD.WeightsInBuffer"] = in_buffer ? 1.0f : 0.0f;
    game.Frames(3);
    FlushRenderingCommands();
    EXPECT_EQ(LastShade().weights_in_buffer, in_buffer);
    EXPECT_EQ(LastShade().weights, constants);
  }
}

TEST_F(Shading, AComponentBeatsTheProjectWithEachOfTheThree) {
  auto* settings = GetMutableDefault<ULSDSettings>();
  AActor actor;
  actor.StandInWorld = &GameWorld();
  Game game(daemon_->endpoint(), L"shaded");
  const auto shades = [&](ELSDShading project, ELSDShading component) {
    settings->Shading = project;
    ULSDStreamComponent stream;
    stream.StandInOwner = &actor;
    stream.bStartOnBeginPlay = false;
    stream.Model = TEXT("shaded");
    stream.Shading = component;
    stream.BeginPlay();
    ULSDStreamEngine* const made = stream.GetStreamEngine();
    made->SetEndpoint(FString(daemon_->wide_endpoint()), FString());
    made->SetCaptureSize(32, 18);
    stream.StartStream();
    EXPECT_TRUE(game.FramesUntil([&] { return made->GetLastFrame().Sequence > 2; }, 60.0));
    const bool shaded = made->GetStats().bShadedInEngine;
    stream.EndPlay(EEndPlayReason::Destroyed);
    StandIn::Destroy(made);
    return shaded;
  };
  EXPECT_FALSE(shades(ELSDShading::Daemon, ULSDStreamComponent().Shading)) << "by default it is the project's";
  EXPECT_TRUE(shades(ELSDShading::Daemon, ELSDShading::Automatic));
  EXPECT_TRUE(shades(ELSDShading::Daemon, ELSDShading::Engine));
  EXPECT_FALSE(shades(ELSDShading::Engine, ELSDShading::Daemon));
  EXPECT_TRUE(shades(ELSDShading::Project, ELSDShading::Project)) << "an ini that says nothing: automatic";
  settings->Shading = ELSDShading::Automatic;
}

// The graph's rules, as far as the stand-in knows them: each of these mistakes is found.
TEST(StandInGraph, ResourcesOfAnotherGraphAndMissingOnesAreFaults) {
  StandIn::EnqueueRender([](FRHICommandListImmediate& list) {
    StandIn::TakeFaults();
    TRefCountPtr<FRDGPooledBuffer> kept;
    const float numbers[4] = {};
    FRDGBuilder earlier(list);
    const FRDGBufferRef made = CreateStructuredBuffer(earlier, TEXT("A"), 16, 1, numbers, 16);
    const FRDGBufferSRVRef stale = earlier.CreateSRV(made);
    kept = earlier.ConvertToExternalBuffer(made);
    earlier.Execute();

    struct FParameters {
      SHADER_PARAMETER_RDG_BUFFER_SRV(StructuredBuffer<float4>, Numbers)
      SHADER_PARAMETER_RDG_TEXTURE(Texture2D, Picture)
      RENDER_TARGET_BINDING_SLOTS()
    };
    FRDGBuilder graph(list);
    const FRDGTextureRef target = graph.CreateTexture(
        FRDGTextureDesc::Create2D(FIntPoint(4, 4), PF_B8G8R8A8, FClearValueBinding::None, ETextureCreateFlags::None),
        TEXT("T"));
    const FRDGTextureRef picture = graph.CreateTexture(
        FRDGTextureDesc::Create2D(FIntPoint(4, 4), PF_B8G8R8A8, FClearValueBinding::None, ETextureCreateFlags::None),
        TEXT("P"));
    AddClearRenderTargetPass(graph, picture, FLinearColor(0.0f, 0.0f, 0.0f, 0.0f));
    FParameters* const p = graph.AllocParameters<FParameters>();
    p->Picture = picture;
    p->RenderTargets[0] = FRenderTargetBinding(target, ERenderTargetLoadAction::ENoAction);
    EXPECT_FALSE(graph.StandInValidate(p, p->RenderTargets));
    EXPECT_EQ(StandIn::TakeFaults(), std::vector<std::wstring>{L"nothing is bound to Numbers"});
    p->Numbers = stale;
    EXPECT_FALSE(graph.StandInValidate(p, p->RenderTargets));
    EXPECT_EQ(StandIn::TakeFaults(), std::vector<std::wstring>{L"not of this graph: Numbers"});
    p->Numbers = graph.CreateSRV(graph.RegisterExternalBuffer(kept));
    EXPECT_TRUE(graph.StandInValidate(p, p->RenderTargets));
    p->Picture = target;
    EXPECT_FALSE(graph.StandInValidate(p, p->RenderTargets));
    EXPECT_EQ(StandIn::TakeFaults(), std::vector<std::wstring>{L"read and written in one pass: Picture"});
    graph.Execute();
  });
  FlushRenderingCommands();
}

}  // namespace
