// Copyright 2026 MirageLSD contributors. Licensed under the Apache License 2.0.
// The editor's panel: what it shows of a stream, and that its buttons do what they say.
#include <gtest/gtest.h>

#include <filesystem>

#include "LSDUserSettings.h"
#include "Modules/ModuleManager.h"
#include "StandIn/Slate.h"
#include "daemon.h"
#include "game.h"

IModuleInterface* StandInModuleMirageLSDEditor();

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

TEST_F(Editor, ClosingTheTabLeavesTheDaemonRunning) {
  auto* user = GetMutableDefault<ULSDUserSettings>();
  StandIn::GetProcessKind().ProjectFolder = (std::filesystem::temp_directory_path() / "lsd_editor_test").wstring();
  user->DaemonCommand = TEXT("/bin/cat");  // takes "-P" for a wrong option and ends; a daemon all the same
  const SButton* start = Button(L"Start a local daemon");
  ASSERT_NE(start, nullptr);
  start->StandInClick();
  ASSERT_NE(Button(L"Stop the daemon"), nullptr);
  tab_.reset();
  tab_ = FGlobalTabmanager::Get()->StandInSpawn.Execute(FSpawnTabArgs()).StandInPointer();
  EXPECT_NE(Button(L"Stop the daemon"), nullptr);
  Button(L"Stop the daemon")->StandInClick();
  EXPECT_NE(Button(L"Cancel"), nullptr);
  Button(L"Open its log")->StandInClick();
  ASSERT_EQ(StandIn::GetOpenedFiles().size(), 1u);
  EXPECT_NE(StandIn::GetOpenedFiles()[0].find(L"daemon.log"), std::wstring::npos);
  user->DaemonCommand = FString();
  std::filesystem::remove_all(StandIn::GetProcessKind().ProjectFolder);
  StandIn::GetProcessKind() = StandIn::FProcessKind();
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
  EXPECT_NE(AllText().find(L" Late reprojection."), std::wstring::npos) << Narrow(AllText());
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
  FEditorDelegates::EndPIE.Broadcast(false);
  EXPECT_FALSE(game.stream->IsCapturing());
  Tick();
  EXPECT_NE(AllText().find(L"press Play"), std::wstring::npos);
}

}  // namespace
