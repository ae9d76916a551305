// Copyright 2026 MirageLSD contributors. Licensed under the Apache License 2.0.
// The model's controls: the panel that is drawn from them, setting them by name, themes.
#include <gtest/gtest.h>

#include "Components/InputComponent.h"
#include "HAL/IConsoleManager.h"
#include "LSDGreyboxPawn.h"
#include "LSDStreamComponent.h"
#include "LSDTheme.h"
#include "Modules/ModuleManager.h"
#include "StandIn/Slate.h"
#include "daemon.h"
#include "game.h"

IModuleInterface* StandInModuleMirageLSDEditor();

namespace {

class ModelControls : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    daemon_ = new Daemon(Daemon::Models::kTest);
    daemon_->Start();
  }
  static void TearDownTestSuite() {
    delete daemon_;
    daemon_ = nullptr;
  }
  void SetUp() override {
    game_ = std::make_unique<Game>(daemon_->endpoint(), L"told");
    target_ = MakeRenderTarget(RTF_RGBA8_SRGB, 32, 18);
    game_->stream->BindTexture(target_);
  }
  void TearDown() override {
    game_->stream->StopCapture();
    game_.reset();
    StandIn::Destroy(target_);
  }

  bool Connect() {
    game_->stream->StartCapture();
    return game_->FramesUntil([&] { return game_->connected == 1; }, 60.0);
  }
  /** Until the picture has this color, sRGB 0..255; `amount` in red, `lamp` in green, `mood` in blue. */
  bool Paints(
      int red, int green, int blue, const std::function<void()>& each_frame = [] {}) {
    return game_->FramesUntil([&] {
      each_frame();
      const auto texture = target_->StandInTexture();
      const uint8* pixel = texture->StandInBytes.data();  // B8G8R8A8
      return std::abs(pixel[2] - red) <= 1 && pixel[1] == green && pixel[0] == blue;
    });
  }

  static Daemon* daemon_;
  std::unique_ptr<Game> game_;
  UTextureRenderTarget2D* target_ = nullptr;
};
Daemon* ModelControls::daemon_ = nullptr;

TEST_F(ModelControls, AreListedAsTheDaemonAnnouncesThem) {
  EXPECT_TRUE(game_->stream->GetControls().IsEmpty());
  ASSERT_TRUE(Connect());
  std::vector<std::wstring> names;
  for (const FLSDControlInfo& control : game_->stream->GetControls()) {
    names.emplace_back(*control.Name);
    if (control.Name == TEXT("mood")) {
      EXPECT_EQ(control.Kind, ELSDControlKind::Choice);
      ASSERT_EQ(control.Choices.Num(), 2);
      EXPECT_TRUE(control.Choices[1] == TEXT("sad"));
      EXPECT_TRUE(control.DefaultText == TEXT("glad"));
      EXPECT_TRUE(control.Help == TEXT("How it feels."));
    }
    if (control.Name == TEXT("amount")) {
      EXPECT_EQ(control.Kind, ELSDControlKind::Number);
      EXPECT_EQ(control.Maximum, 2.0f);
      EXPECT_EQ(control.DefaultNumber, 0.5f);
      EXPECT_TRUE(control.Unit == TEXT("m"));
    }
  }
  for (const wchar_t* name : {L"mood", L"words", L"amount", L"wind_direction", L"tint", L"lamp", L"seed"}) {
    EXPECT_NE(std::find(names.begin(), names.end(), name), names.end()) << Narrow(name);
  }
}

TEST_F(ModelControls, AreSetByNameAndText) {
  ASSERT_TRUE(Connect());
  EXPECT_TRUE(Paints(64, 0, 0));
  EXPECT_GT(game_->stream->SetControl(TEXT("amount"), TEXT("2"), 0.0f), 0);
  EXPECT_GT(game_->stream->SetControl(TEXT("lamp"), TEXT("on"), 0.0f), 0);
  EXPECT_GT(game_->stream->SetControl(TEXT("mood"), TEXT("sad"), 0.0f), 0);
  EXPECT_GT(game_->stream->SetControl(TEXT("wind_direction"), TEXT("0 0 1"), 0.0f), 0);
  EXPECT_GT(game_->stream->SetControl(TEXT("tint"), TEXT("#ff8000"), 0.0f), 0);
  EXPECT_GT(game_->stream->SetControl(TEXT("seed"), TEXT("7"), 0.0f), 0);
  EXPECT_GT(game_->stream->SetControl(TEXT("words"), TEXT("hello"), 0.0f), 0);
  EXPECT_TRUE(Paints(255, 255, 255));
  EXPECT_GT(game_->stream->SetControlNumber(TEXT("amount"), 1.0f), 0);
  EXPECT_GT(game_->stream->SetControlFlag(TEXT("lamp"), false), 0);
  EXPECT_GT(game_->stream->SetControlDirection(TEXT("wind_direction"), FVector(0.0, 1.0, 0.0)), 0);
  EXPECT_GT(game_->stream->SetControlColor(TEXT("tint"), FLinearColor(1.0f, 0.5f, 0.0f, 1.0f)), 0);
  EXPECT_TRUE(Paints(128, 0, 255));
  EXPECT_TRUE(game_->errors.empty()) << Narrow(game_->errors[0]);
  // A stream that is opened anew is told again.
  game_->stream->SetCaptureSize(48, 27);
  EXPECT_TRUE(Paints(128, 0, 255));
}

TEST_F(ModelControls, SayWhatTheyTake) {
  ASSERT_TRUE(Connect());
  const wchar_t* wrong[][3] = {{L"amount", L"much", L"a number"}, {L"lamp", L"maybe", L"on or off"},
                               {L"seed", L"-1", L"whole number"}, {L"wind_direction", L"north", L"direction"},
                               {L"tint", L"reddish", L"#ff8000"}, {L"moood", L"sad", L"it has mood"}};
  for (const auto& [name, value, sentence] : wrong) {
    game_->errors.clear();
    EXPECT_EQ(game_->stream->SetControl(name, value), 0);
    ASSERT_EQ(game_->errors.size(), 1u) << Narrow(name);
    EXPECT_NE(game_->errors[0].find(name), std::wstring::npos);
    EXPECT_NE(game_->errors[0].find(sentence), std::wstring::npos) << Narrow(game_->errors[0]);
  }
}

TEST_F(ModelControls, AThemeOfTheComponentIsShownFromTheStart) {
  ULSDTheme theme;
  theme.Controls.Add(TEXT("mood"), TEXT("sad"));
  theme.Controls.Add(TEXT("amount"), TEXT("2"));
  theme.Controls.Add(TEXT("lamp"), TEXT("yes"));
  theme.TransitionSeconds = 0.0f;
  AActor actor;
  actor.StandInWorld = &GameWorld();
  auto* component = NewObject<ULSDStreamComponent>();
  component->StandInOwner = &actor;
  component->bStartOnBeginPlay = false;
  component->Model = TEXT("told");
  component->OutputTexture = target_;
  component->Theme = &theme;
  int connected = 0, frames = 0;
  std::vector<std::wstring> errors;
  component->OnConnected.StandInAdd([&] { ++connected; });
  component->OnFrame.StandInAdd([&](const FLSDFrameInfo&) { ++frames; });
  component->OnError.StandInAdd([&](const FString& message) { errors.emplace_back(*message); });
  component->BeginPlay();
  ULSDStreamEngine* made = component->GetStreamEngine();
  made->SetEndpoint(FString(daemon_->wide_endpoint()), FString());
  made->SetCaptureSize(32, 18);
  component->StartStream();
  EXPECT_TRUE(Paints(255, 255, 255));
  EXPECT_EQ(connected, 1);
  EXPECT_TRUE(game_->FramesUntil([&] { return frames > 0; }));
  EXPECT_TRUE(errors.empty());
  made->SetControl(TEXT("nothing"), TEXT("x"));
  EXPECT_EQ(errors.size(), 1u);
  component->EndPlay(EEndPlayReason::Destroyed);
  StandIn::Destroy(made);
  StandIn::Destroy(component);
}

TEST_F(ModelControls, AreSetFromTheConsole) {
  auto run = [](const wchar_t* name, TArray<FString> words) { StandIn::GetConsoleCommands().at(name).Execute(words); };
  StandIn::GetConsoleVariables()[L"MirageLSD.Transition"] = 0.0f;
  run(L"MirageLSD.Set", {TEXT("lamp"), TEXT("1")});  // nothing captures
  ASSERT_TRUE(Connect());
  run(L"MirageLSD.Set", {TEXT("lamp"), TEXT("1")});
  run(L"MirageLSD.Set", {TEXT("words"), TEXT("two"), TEXT("words")});
  run(L"MirageLSD.Set", {TEXT("amount"), TEXT("2")});
  EXPECT_TRUE(Paints(255, 255, 0));
  StandIn::TakeLog();
  run(L"MirageLSD.Set", {TEXT("lamp")});
  run(L"MirageLSD.Dump", {});
  std::wstring log;
  for (const std::wstring& line : StandIn::TakeLog()) log += line + L"\n";
  EXPECT_NE(log.find(L"takes a control and its value"), std::wstring::npos);
  EXPECT_NE(log.find(L"  mood: glad sad"), std::wstring::npos) << Narrow(log);
  EXPECT_TRUE(game_->errors.empty()) << Narrow(game_->errors[0]);
  // Bypassed, it is the engine's own picture that comes back.
  run(L"MirageLSD.Bypass", {TEXT("1")});
  EXPECT_TRUE(game_->FramesUntil([&] { return game_->Shows(*target_->StandInTexture()); }));
  run(L"MirageLSD.Bypass", {TEXT("0")});
  EXPECT_TRUE(Paints(255, 255, 0));
  StandIn::GetConsoleVariables()[L"MirageLSD.Transition"] = 1.0f;
}

TEST_F(ModelControls, TheSamplesKeysChooseTheModelsOwnNames) {
  ALSDGreyboxPawn pawn;
  pawn.StandInWorld = &GameWorld();
  UInputComponent input;
  pawn.SetupPlayerInputComponent(&input);
  pawn.Stream->bStartOnBeginPlay = false;
  pawn.Stream->Model = TEXT("told");
  pawn.Stream->OutputTexture = target_;
  pawn.Stream->BeginPlay();
  ULSDStreamEngine* made = pawn.Stream->GetStreamEngine();
  made->SetEndpoint(FString(daemon_->wide_endpoint()), FString());
  made->SetCaptureSize(32, 18);
  pawn.Stream->StartStream();
  ASSERT_TRUE(Paints(64, 0, 0));
  input.StandInPress(2);  // the second of the first list
  EXPECT_TRUE(Paints(64, 0, 255));
  input.StandInPress(4);  // it has no fourth
  input.StandInPress(5);  // and there is no second list
  input.StandInPress(1);
  EXPECT_TRUE(Paints(64, 0, 0));
  EXPECT_TRUE(made->GetLastError().IsEmpty());
  pawn.Stream->EndPlay(EEndPlayReason::Destroyed);
  StandIn::Destroy(made);
}

TEST_F(ModelControls, ThePanelIsDrawnFromThem) {
  const std::unique_ptr<IModuleInterface> module(StandInModuleMirageLSDEditor());
  module->StartupModule();
  {
    const auto tab = FGlobalTabmanager::Get()->StandInSpawn.Execute(FSpawnTabArgs()).StandInPointer();
    std::function<void(SWidget&, const std::function<void(SWidget&)>&)> visit = [&](SWidget& widget, const auto& call) {
      call(widget);
      // A widget may draw itself anew.
      const auto children = widget.StandInChildren;
      for (const auto& child : children) visit(*child, call);
    };
    auto tick = [&] { visit(*tab, [](SWidget& widget) { widget.Tick(FGeometry(), 0.0, 0.0f); }); };
    auto find = [&](const wchar_t* kind, int index) {
      SWidget* found = nullptr;
      visit(*tab, [&](SWidget& widget) {
        if (widget.StandInKind() == kind && index-- == 0) found = &widget;
      });
      return found;
    };
    auto button = [&](const wchar_t* text) {
      SButton* found = nullptr;
      visit(*tab, [&](SWidget& widget) {
        if (widget.StandInKind() != L"SButton") return;
        auto& one = static_cast<SButton&>(widget);
        if (one.StandInText().ToString() == text) found = &one;
      });
      return found;
    };
    tick();
    EXPECT_EQ(button(L"sad"), nullptr);
    ASSERT_TRUE(Connect());
    tick();
    ASSERT_NE(button(L"sad"), nullptr);
    EXPECT_EQ(button(L"forest"), nullptr);  // no name of another model's themes
    button(L"sad")->StandInClick();
    auto* transition = static_cast<SSlider*>(find(L"SSlider", 0));
    ASSERT_NE(transition, nullptr);
    transition->StandInArguments.Changed(0.0f);
    SSlider* amount = nullptr;
    for (int i = 1; auto* slider = static_cast<SSlider*>(find(L"SSlider", i)); ++i) {
      if (slider->StandInArguments.Maximum == 2.0f) amount = slider;
    }
    ASSERT_NE(amount, nullptr);
    EXPECT_EQ(amount->StandInArguments.Current, 0.5f);
    amount->StandInArguments.Changed(2.0f);
    EXPECT_NE(find(L"SCheckBox", 0), nullptr);
    auto* words = static_cast<SEditableTextBox*>(find(L"SEditableTextBox", 0));
    ASSERT_NE(words, nullptr);
    words->StandInArguments.Committed(FText::FromString(TEXT("hello")), ETextCommit::OnUserMovedFocus);
    words->StandInArguments.Committed(FText::FromString(TEXT("hello")), ETextCommit::OnEnter);
    EXPECT_TRUE(Paints(255, 0, 255));
    EXPECT_TRUE(game_->errors.empty()) << Narrow(game_->errors[0]);
    game_->stream->StopCapture();
    tick();
    EXPECT_EQ(button(L"sad"), nullptr);
  }
  module->ShutdownModule();
}

}  // namespace
