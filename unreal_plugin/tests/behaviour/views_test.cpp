// Copyright 2026 MirageLSD contributors. Licensed under the Apache License 2.0.
// Which view of which world a stream takes and shows, and what it leaves alone.
#include <gtest/gtest.h>

#include <cstdlib>

#include "Components/SceneCaptureComponent2D.h"
#include "GameFramework/Pawn.h"
#include "LSDConnection.h"
#include "LSDSettings.h"
#include "LSDStreamComponent.h"
#include "Modules/ModuleManager.h"
#include "daemon.h"
#include "game.h"

IModuleInterface* StandInModuleMirageLSD();

namespace {

class Views : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    daemon_ = new Daemon();
    daemon_->Start();
  }
  static void TearDownTestSuite() {
    delete daemon_;
    daemon_ = nullptr;
  }
  void TearDown() override { StandIn::GetProcessKind() = StandIn::FProcessKind(); }
  bool Connect(Game& game) {
    return game.FramesUntil([&] { return game.connected == 1; }, 60.0);
  }
  /** The same view with its colors the other way round. */
  static std::shared_ptr<StandIn::FRenderedView> Negative() {
    auto view = LevelView("walk");
    const FIntPoint size = view->Color->GetDesc().Extent;
    for (int i = 0; i < size.X * size.Y; ++i) {
      StandIn::FPixel pixel = view->Color->StandInLoad(i % size.X, i / size.X);
      for (float& value : pixel.V) value = 1.0f - value;
      view->Color->StandInStore(i % size.X, i / size.X, pixel);
    }
    return view;
  }
  static bool Said(const Game& game, const wchar_t* part) {
    for (const std::wstring& error : game.errors) {
      if (error.find(part) != std::wstring::npos) return true;
    }
    return false;
  }

  static Daemon* daemon_;
};
Daemon* Views::daemon_ = nullptr;

TEST_F(Views, EachPlayerOfASplitScreenHasAStream) {
  Game first(daemon_->endpoint()), second(daemon_->endpoint());
  const auto other = Negative();
  first.view->Others.push_back(other);
  UTextureRenderTarget2D* a = MakeRenderTarget(RTF_RGBA8_SRGB, 32, 18);
  UTextureRenderTarget2D* b = MakeRenderTarget(RTF_RGBA8_SRGB, 32, 18);
  first.stream->BindTexture(a);
  second.stream->BindTexture(b);
  second.stream->SetPlayer(1);
  first.stream->StartCapture();
  second.stream->StartCapture();
  EXPECT_TRUE(first.FramesUntil(
      [&] { return first.Shows(*a->StandInTexture()) && IsPictureOf(*b->StandInTexture(), *other->Color); }, 60.0));
  EXPECT_TRUE(first.errors.empty() && second.errors.empty());
  first.stream->StopCapture();
  second.stream->StopCapture();
  StandIn::Destroy(a);
  StandIn::Destroy(b);
}

TEST_F(Views, EachWorldOfTheProcessHasItsOwn) {
  Game game(daemon_->endpoint());
  UWorld elsewhere;
  const auto other = Negative();
  other->Family.Scene = elsewhere.Scene;
  UTextureRenderTarget2D* target = MakeRenderTarget(RTF_RGBA8_SRGB, 32, 18);
  game.stream->BindTexture(target);
  game.stream->SetShowInView(true);
  game.stream->SetWorldContext(&GameWorld());
  game.stream->StartCapture();
  auto shown_elsewhere = std::make_shared<FTextureRHIRef>();
  auto both = [&] {
    StandIn::RenderView(other, shown_elsewhere);
    FlushRenderingCommands();
    return game.frames.size() > 5 && game.Shows(*target->StandInTexture());
  };
  ASSERT_TRUE(game.FramesUntil(both, 60.0));
  // Nothing of the other window is sent, and nothing is painted into it.
  const int64 before = game.stream->GetStats().FramesSubmitted;
  for (int i = 0; i < 20; ++i) {
    StandIn::RenderView(other, shown_elsewhere);
    FTSTicker::GetCoreTicker().Tick(0.005f);
    FlushRenderingCommands();
    EXPECT_EQ(shown_elsewhere->GetReference(), other->Color.GetReference());
    EXPECT_EQ(other->Subscriptions, 0);
  }
  EXPECT_LE(game.stream->GetStats().FramesSubmitted, before + 3);  // what was on its way
  game.stream->StopCapture();
  StandIn::Destroy(target);
}

TEST_F(Views, AlphaOfThePicturesThatItHandsOnStays) {
  Game game(daemon_->endpoint());
  StandIn::FPixel pixel = game.view->Color->StandInLoad(20, 10);
  pixel.V[3] = 0.25f;
  game.view->Color->StandInStore(20, 10, pixel);
  game.view->Override = std::make_shared<FRHITexture>(FIntPoint(32, 18), PF_B8G8R8A8, ETextureCreateFlags::None);
  game.stream->StartCapture();
  ASSERT_TRUE(Connect(game));
  game.Frames(3);
  FlushRenderingCommands();
  EXPECT_GT(game.view->Subscriptions, 0);
  EXPECT_NEAR(game.view->Override->StandInLoad(20, 10).V[3], 0.25f, 0.003f);
}

class CaptureGamma : public Views, public testing::WithParamInterface<ETextureRenderTargetFormat> {};

TEST_P(CaptureGamma, SceneCapturesAreSentAsBrightAsTheyAre) {
  Game game(daemon_->endpoint());
  USceneCaptureComponent2D capture;
  capture.TextureTarget = MakeRenderTarget(GetParam(), 32, 18);
  capture.CaptureSource = SCS_FinalColorLDR;
  UTextureRenderTarget2D* target = MakeRenderTarget(RTF_RGBA8_SRGB, 32, 18);
  game.stream->BindTexture(target);
  game.stream->SetSceneCapture(&capture);
  game.stream->StartCapture();
  game.view->bHasViewport = false;
  game.view->View.bIsSceneCapture = true;
  game.view->View.bIsGameView = false;
  game.view->Family.RenderTarget = capture.TextureTarget->GameThread_GetRenderTargetResource();
  EXPECT_TRUE(game.FramesUntil([&] { return game.Shows(*target->StandInTexture()); }, 60.0));
  EXPECT_TRUE(game.errors.empty()) << Narrow(game.errors[0]);
  game.stream->StopCapture();
  game.stream->SetSceneCapture(nullptr);
  StandIn::Destroy(capture.TextureTarget);
  StandIn::Destroy(target);
}
INSTANTIATE_TEST_SUITE_P(All, CaptureGamma, testing::Values(RTF_RGBA8, RTF_RGBA8_SRGB, RTF_RGBA16f));

TEST_F(Views, ASceneCaptureThatCantBeSentIsSaid) {
  const std::pair<ESceneCaptureSource, bool> sources[] = {{SCS_SceneColorHDR, false}, {SCS_SceneColorHDRNoAlpha, false},
                                                          {SCS_FinalColorLDR, true},  {SCS_SceneColorSceneDepth, false},
                                                          {SCS_SceneDepth, false},    {SCS_DeviceDepth, false},
                                                          {SCS_Normal, false},        {SCS_BaseColor, false},
                                                          {SCS_FinalColorHDR, true},  {SCS_FinalToneCurveHDR, true}};
  USceneCaptureComponent2D capture;
  capture.TextureTarget = MakeRenderTarget(RTF_RGBA16f, 32, 18);
  for (const auto& [source, can_be_sent] : sources) {
    Game game(daemon_->endpoint());
    capture.CaptureSource = source;
    game.stream->SetSceneCapture(&capture);
    EXPECT_EQ(Said(game, L"Final Color (LDR)"), !can_be_sent) << source;
  }
  Game game(daemon_->endpoint());
  capture.CaptureSource = SCS_FinalColorLDR;
  capture.bRenderInMainRenderer = true;
  game.stream->SetSceneCapture(&capture);
  EXPECT_TRUE(Said(game, L"Render in Main Renderer"));
  StandIn::Destroy(capture.TextureTarget);
  capture.TextureTarget = nullptr;
  game.stream->SetSceneCapture(&capture);
  EXPECT_TRUE(Said(game, L"no texture target"));
}

TEST_F(Views, AStreamThatIsGivenNothingSaysWhy) {
  Game game(daemon_->endpoint());
  game.view->View.bIsGameView = false;  // an editor's view, say
  game.stream->StartCapture();
  ASSERT_TRUE(Connect(game));
  EXPECT_TRUE(game.FramesUntil([&] { return Said(game, L"the player's view renders nothing"); }));
  GEngine->StandInWorlds.clear();
  game.stream->StopCapture();
  game.stream->StartCapture();
  EXPECT_TRUE(game.FramesUntil([&] { return Said(game, L"press Play"); }));
  EXPECT_TRUE(game.frames.empty());
}

TEST_F(Views, ServersAndCommandletsStartNothing) {
  Game game(daemon_->endpoint());
  for (int kind = 0; kind < 3; ++kind) {
    StandIn::FProcessKind& process = StandIn::GetProcessKind();
    process = StandIn::FProcessKind();
    process.bDedicatedServer = kind == 0;
    process.bCommandlet = kind == 1;
    process.bCanRender = kind != 2;
    game.stream->StartCapture();
    EXPECT_FALSE(game.stream->IsCapturing()) << kind;
  }
  EXPECT_TRUE(game.errors.empty());
}

TEST_F(Views, APawnOfAnotherMachineHasNoStream) {
  Game game(daemon_->endpoint());
  APawn pawn;
  pawn.StandInWorld = &GameWorld();
  pawn.bStandInLocallyControlled = false;
  auto* component = pawn.CreateDefaultSubobject<ULSDStreamComponent>(TEXT("Stream"));
  component->BeginPlay();
  component->TickComponent(0.005f, LEVELTICK_All, nullptr);
  EXPECT_FALSE(component->GetStreamEngine()->IsCapturing());
  pawn.bStandInLocallyControlled = true;  // it is possessed later than it begins to play
  component->TickComponent(0.005f, LEVELTICK_All, nullptr);
  EXPECT_TRUE(component->GetStreamEngine()->IsCapturing());
  ULSDStreamEngine* made = component->GetStreamEngine();
  component->EndPlay(EEndPlayReason::Destroyed);
  EXPECT_FALSE(made->IsCapturing());
  StandIn::Destroy(made);
}

TEST_F(Views, TwoStreamsOfOneViewAreWarnedOf) {
  Game a(daemon_->endpoint()), b(daemon_->endpoint());
  a.stream->SetShowInView(true);
  b.stream->SetShowInView(true);
  a.stream->StartCapture();
  EXPECT_FALSE(Said(a, L"paint over each other"));
  b.stream->StartCapture();
  EXPECT_TRUE(Said(b, L"paint over each other"));
}

TEST_F(Views, ASmallerPictureIsTheMeanOfTheLargeOne) {
  auto* settings = GetMutableDefault<ULSDSettings>();
  settings->bSendDepth = settings->bSendMotion = false;
  Game game(daemon_->endpoint());
  settings->bSendDepth = settings->bSendMotion = true;
  const FIntPoint size(96, 54);  // three times the sent one's
  auto stripes = std::make_shared<FRHITexture>(size, PF_B8G8R8A8, ETextureCreateFlags::None);
  auto mean = std::make_shared<FRHITexture>(FIntPoint(32, 18), PF_B8G8R8A8, ETextureCreateFlags::None);
  StandIn::FPixel white, third;
  for (float& value : white.V) value = 1.0f;
  for (float& value : third.V) value = 1.0f / 3.0f;
  // One line of each three is white: a single sample in the middle would see none, or nothing else.
  for (int i = 0; i < size.X * size.Y; i += 3) stripes->StandInStore(i % size.X, i / size.X, white);
  for (int i = 0; i < 32 * 18; ++i) mean->StandInStore(i % 32, i / 32, third);
  game.view->Color = stripes;
  game.view->View.StandInViewRect = FIntRect(0, 0, size.X, size.Y);
  UTextureRenderTarget2D* target = MakeRenderTarget(RTF_RGBA8_SRGB, 32, 18);
  game.stream->BindTexture(target);
  game.stream->StartCapture();
  EXPECT_TRUE(game.FramesUntil([&] { return IsPictureOf(*target->StandInTexture(), *mean); }, 60.0));
  game.stream->StopCapture();
  StandIn::Destroy(target);
}

TEST_F(Views, TheNativeCoresMessagesAreInTheLog) {
  Game game("tcp://127.0.0.1:1");
  game.stream->SetEndpoint(FString(daemon_->wide_endpoint()), TEXT("a token that this daemon does not ask for"));
  game.stream->StartCapture();
  ASSERT_TRUE(Connect(game));
  bool found = false;
  for (const std::wstring& line : StandIn::TakeLog()) found |= line.find(L"Native core: ") != std::wstring::npos;
  EXPECT_TRUE(found);
}

TEST_F(Views, TheCommandLineAndTheEnvironmentBeatTheSettings) {
  StandIn::GetProcessKind().CommandLine = TEXT("Game.exe -windowed -MirageLSDEndpoint=tcp://10.1.1.1:99 -log");
  setenv("MIRAGE_LSD_TOKEN", "word", 1);
  const FLSDConnection told = FLSDConnection::FromSettings();
  unsetenv("MIRAGE_LSD_TOKEN");
  EXPECT_TRUE(told.Endpoint == TEXT("tcp://10.1.1.1:99"));
  EXPECT_TRUE(told.Token == TEXT("word"));
  StandIn::GetProcessKind().CommandLine.clear();
  EXPECT_TRUE(FLSDConnection::FromSettings().Endpoint == TEXT("tcp://127.0.0.1:5757"));
  EXPECT_TRUE(FLSDConnection::FromSettings().Token.IsEmpty());
}

TEST_F(Views, TheModuleCanBeLoadedTwice) {
  for (int i = 0; i < 2; ++i) {
    const std::unique_ptr<IModuleInterface> module(StandInModuleMirageLSD());
    module->StartupModule();  // a folder of shaders that is named twice ends an engine
    module->ShutdownModule();
  }
}

}  // namespace
