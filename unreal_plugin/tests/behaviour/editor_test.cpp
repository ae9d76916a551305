// Copyright 2026 MirageLSD contributors. Licensed under the Apache License 2.0.
// The editor's panel: its buttons do what they say.
#include <gtest/gtest.h>

#include "LSDSettings.h"
#include "Modules/ModuleManager.h"
#include "StandIn/Slate.h"
#include "daemon.h"
#include "game.h"

IModuleInterface* StandInModuleMirageLSDEditor();
namespace StandIn {
std::vector<std::wstring>& GetStartedProcesses();
}

namespace {

void Visit(const SWidget& widget, const std::function<void(const SWidget&)>& call) {
  call(widget);
  for (const auto& child : widget.StandInChildren) Visit(*child, call);
}

class Editor : public testing::Test {
 protected:
  void SetUp() override {
    module_.reset(StandInModuleMirageLSDEditor());
    module_->StartupModule();
    tab_ = FGlobalTabmanager::Get()->StandInSpawn.Execute(FSpawnTabArgs()).StandInPointer();
  }
  void TearDown() override {
    tab_.reset();
    module_->ShutdownModule();
  }
  SWidget& Panel() { return *tab_->StandInChildren[0]; }
  void Tick() { Panel().Tick(FGeometry(), 0.0, 0.0f); }

  const SButton* Button(const wchar_t* text) {
    const SButton* found = nullptr;
    Visit(*tab_, [&](const SWidget& widget) {
      if (widget.StandInKind() != L"SButton") return;
      const auto& button = static_cast<const SButton&>(widget);
      if (button.StandInText().ToString() == text) found = &button;
    });
    return found;
  }
  std::wstring AllText() {
    std::wstring all;
    Visit(*tab_, [&](const SWidget& widget) {
      if (widget.StandInKind() == L"STextBlock") {
        all += *static_cast<const STextBlock&>(widget).StandInText().ToString();
        all += L"\n";
      }
    });
    return all;
  }

  std::unique_ptr<IModuleInterface> module_;
  std::shared_ptr<SDockTab> tab_;
};

TEST_F(Editor, StartsAndStopsALocalDaemon) {
  StandIn::GetStartedProcesses().clear();
  const SButton* start = Button(L"Start a local daemon");
  ASSERT_NE(start, nullptr);
  start->StandInClick();
  ASSERT_EQ(StandIn::GetStartedProcesses().size(), 1u);
  EXPECT_EQ(StandIn::GetStartedProcesses()[0],
            L"mirage-lsd serve --bind \"tcp://127.0.0.1:5757\" --model \"mirage-lsd-v1\" --device auto");
  const SButton* stop = Button(L"Stop the daemon");
  ASSERT_NE(stop, nullptr);
  stop->StandInClick();
  EXPECT_NE(Button(L"Start a local daemon"), nullptr);
}

TEST_F(Editor, SaysWhatToDoWhenTheDaemonCantBeStarted) {
  auto* settings = GetMutableDefault<ULSDSettings>();
  const FString command = settings->DaemonCommand, endpoint = settings->Endpoint;
  settings->DaemonCommand = TEXT("missing");
  Button(L"Start a local daemon")->StandInClick();
  EXPECT_NE(AllText().find(L"pip install mirage-lsd"), std::wstring::npos);
  settings->Endpoint = TEXT("tcp://10.0.0.7:5757");
  Button(L"Start a local daemon")->StandInClick();
  EXPECT_NE(AllText().find(L"another machine"), std::wstring::npos);
  settings->DaemonCommand = command;
  settings->Endpoint = endpoint;
}

TEST_F(Editor, ShowsTheStreamAndStopsItWithThePlaySession) {
  EXPECT_NE(AllText().find(L"press Play"), std::wstring::npos);
  Daemon daemon;
  daemon.Start();
  Game game(daemon.endpoint());
  game.stream->SetShowInView(true);
  game.stream->StartCapture();
  ASSERT_TRUE(game.FramesUntil(
      [&] {
        Tick();
        return game.frames.size() > 5;
      },
      60.0));
  EXPECT_NE(AllText().find(L"Connected. "), std::wstring::npos) << Narrow(AllText());
  int lines = 0, pictures = 0;
  Visit(*tab_, [&](const SWidget& widget) {
    if (widget.StandInKind() == L"SLeafWidget") {
      FSlateWindowElementList drawn;
      static_cast<const SLeafWidget&>(widget).OnPaint(FPaintArgs(), FGeometry(), FSlateRect(), drawn, 0, FWidgetStyle(),
                                                      true);
      lines += drawn.StandInLines.size() == 1 && drawn.StandInLines[0].size() > 2;
    }
    if (widget.StandInKind() == L"SImage") {
      pictures +=
          static_cast<const SImage&>(widget).StandInBrush->GetResourceObject() == game.stream->GetOutputTexture();
    }
  });
  EXPECT_EQ(lines, 1);
  EXPECT_EQ(pictures, 1);
  // passthrough has no forest: the daemon's sentence shows that the button was heard.
  Button(L"forest")->StandInClick();
  Button(L"neon")->StandInClick();
  EXPECT_TRUE(game.FramesUntil([&] { return !game.errors.empty(); }));
  FEditorDelegates::EndPIE.Broadcast(false);
  EXPECT_FALSE(game.stream->IsCapturing());
  Tick();
  EXPECT_NE(AllText().find(L"press Play"), std::wstring::npos);
}

}  // namespace
