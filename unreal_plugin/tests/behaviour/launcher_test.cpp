// Copyright 2026 MirageLSD contributors. Licensed under the Apache License 2.0.
// Starting the daemon from the editor: real processes and the real daemon; shell scripts where a program has to
// misbehave.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "LSDLocalDaemon.h"
#include "LSDSettings.h"
#include "LSDUserSettings.h"
#include "daemon.h"
#include "game.h"

namespace {

namespace fs = std::filesystem;
using State = FLSDLocalDaemon::EState;

class Launcher : public testing::Test {
 protected:
  void SetUp() override {
    char folder[] = "/tmp/lsd_launcher_XXXXXX";
    root_ = mkdtemp(folder);
    StandIn::GetProcessKind().ProjectFolder = (root_ / "Game").wstring();
    fs::create_directories(root_ / "Game");
    for (const char* name : {"PATH", "HOME", "VIRTUAL_ENV", "CONDA_PREFIX"}) {
      const char* value = std::getenv(name);
      before_.emplace_back(name, value != nullptr ? value : "");
    }
    SetPath("");
    setenv("HOME", root_.c_str(), 1);
    unsetenv("VIRTUAL_ENV");
    unsetenv("CONDA_PREFIX");
    GetMutableDefault<ULSDSettings>()->Model = TEXT("passthrough");
    StandIn::TakeLog();
  }
  void TearDown() override {
    for (const auto& [name, value] : before_) value.empty() ? unsetenv(name) : setenv(name, value.c_str(), 1);
    auto* user = GetMutableDefault<ULSDUserSettings>();
    user->DaemonCommand = user->Token = FString();
    user->InstallSource = TEXT("mirage-lsd");
    auto* settings = GetMutableDefault<ULSDSettings>();
    settings->Model = TEXT("mirage-lsd-v1");
    settings->Endpoint = TEXT("tcp://127.0.0.1:5757");
    StandIn::GetProcessKind() = StandIn::FProcessKind();
    fs::remove_all(root_);
  }

  /** bin1 and bin2 of this test, and what scripts need. */
  void SetPath(const std::string& more) {
    setenv("PATH", ((root_ / "bin1").string() + ":" + (root_ / "bin2").string() + more).c_str(), 1);
  }
  void Script(const fs::path& file, const std::string& text) {
    fs::create_directories((root_ / file).parent_path());
    std::ofstream(root_ / file) << "#!/bin/sh\n" << text << "\n";
    chmod((root_ / file).c_str(), 0755);
  }
  std::string Read(const fs::path& file) {
    std::stringstream text;
    text << std::ifstream(root_ / file).rdbuf();
    return text.str();
  }
  bool TickUntil(const std::function<bool()>& done, double seconds = 60.0) {
    const double deadline = FPlatformTime::Seconds() + seconds;
    while (!done() && FPlatformTime::Seconds() < deadline) {
      FTSTicker::GetCoreTicker().Tick(0.01f);
      FPlatformProcess::Sleep(0.01f);
    }
    return done();
  }
  /** What the editor's log holds. */
  static std::string Log() {
    std::string all;
    for (const std::wstring& line : StandIn::TakeLog()) all += Narrow(line) + "\n";
    return all;
  }

  fs::path root_;
  std::vector<std::pair<const char*, std::string>> before_;
};

TEST_F(Launcher, TheRealDaemonServesAStreamAndIsStopped) {
  const ::Daemon unused;  // an endpoint that nobody has
  GetMutableDefault<ULSDSettings>()->Endpoint = FString(unused.wide_endpoint());
  auto* user = GetMutableDefault<ULSDUserSettings>();
  user->DaemonCommand = FString(StandIn::FromUtf8(DAEMON_PYTHON));
  user->Token = TEXT("open sesame");
  FLSDLocalDaemon daemon;
  daemon.Start(false);
  ASSERT_EQ(daemon.GetState(), State::Running) << Narrow(*daemon.GetText());
  EXPECT_EQ(std::getenv("MIRAGE_LSD_TOKEN"), nullptr);
  {
    Game game(unused.endpoint());
    game.stream->SetEndpoint(FString(unused.wide_endpoint()), TEXT("open sesame"));
    game.stream->StartCapture();
    EXPECT_TRUE(game.FramesUntil([&] { return game.frames.size() > 3; }, 60.0)) << Narrow(*daemon.GetText());
  }
  EXPECT_EQ(daemon.GetState(), State::Running);
  EXPECT_NE(Read("Game/Saved/MirageLSD/daemon.log").find("ready"), std::string::npos);
  daemon.Stop();
  EXPECT_TRUE(TickUntil([&] { return daemon.GetState() == State::Stopped; }));
  EXPECT_TRUE(daemon.GetText().Contains(TEXT("was stopped")));
}

TEST_F(Launcher, TheTokenIsOnNoCommandLineAndTheFolderIsItsOwn) {
  Script("bin1/mirage-lsd", "echo \"$@\"; pwd; echo $MIRAGE_LSD_TOKEN $PYTHONSAFEPATH $PYTHONUTF8; exit 3");
  GetMutableDefault<ULSDUserSettings>()->Token = TEXT("sesame");
  FLSDLocalDaemon daemon;
  daemon.Start(true);
  ASSERT_TRUE(TickUntil([&] { return daemon.GetState() == State::Stopped; }));
  const std::string output = Narrow(*daemon.GetOutput());
  const std::string saved = (root_ / "Game/Saved/MirageLSD").string();
  EXPECT_EQ(output, "serve --bind tcp://127.0.0.1:5757 --model passthrough --log-file " + saved +
                        "/daemon.log --parent-pid " + std::to_string(getpid()) + "\n" + saved + "\nsesame 1 1\n");
  const std::string log = Log();
  EXPECT_NE(log.find("LogMirageLSD: Display: serve --bind"), std::string::npos) << log;
  EXPECT_NE(log.find("LogMirageLSD: Display: " + saved), std::string::npos) << log;
}

TEST_F(Launcher, ItsLastWordsAndExitCodeAreShown) {
  Script("bin1/mirage-lsd", "echo 'mirage-lsd serve: tcp://127.0.0.1:5757 is taken.' >&2; exit 1");
  Script("bin2/mirage-lsd", "echo second > " + (root_ / "second").string());
  FLSDLocalDaemon daemon;
  daemon.Start(true);
  ASSERT_TRUE(TickUntil([&] { return daemon.GetState() == State::Stopped; }));
  EXPECT_TRUE(daemon.GetText().Contains(TEXT("exit code 1"))) << Narrow(*daemon.GetText());
  EXPECT_TRUE(daemon.GetText().Contains(TEXT("5757 is taken.")));
  EXPECT_TRUE(daemon.GetText().Contains(TEXT("daemon.log")));
  EXPECT_FALSE(fs::exists(root_ / "second"));  // that it is taken was the daemon's own word
  // And it can be started again.
  Script("bin1/mirage-lsd", "sleep 0.1; exit 0");
  SetPath(":/usr/bin:/bin");
  daemon.Start(true);
  EXPECT_EQ(daemon.GetState(), State::Running);
  EXPECT_TRUE(TickUntil([&] { return daemon.GetState() == State::Stopped; }));
}

TEST_F(Launcher, WhatIsNotTheDaemonIsPassedOver) {
  Script("bin1/mirage-lsd", "exit 127");
  Script("bin2/mirage-lsd", "echo second; exit 5");
  FLSDLocalDaemon daemon;
  daemon.Start(true);
  ASSERT_TRUE(TickUntil([&] { return daemon.GetState() == State::Stopped; }));
  EXPECT_TRUE(daemon.GetText().Contains(TEXT("exit code 5"))) << Narrow(*daemon.GetText());
  Script("bin2/mirage-lsd", "echo \"python3: No module named mirage_lsd\"; exit 1");
  GetMutableDefault<ULSDUserSettings>()->DaemonCommand = FString((root_ / "bin2/mirage-lsd").wstring());
  daemon.Start(true);
  ASSERT_TRUE(TickUntil([&] { return daemon.GetState() == State::Stopped; }));
  EXPECT_TRUE(daemon.GetText().Contains(TEXT("press Install"))) << Narrow(*daemon.GetText());
}

TEST_F(Launcher, OneThatHangsIsNeitherWaitedForNorLeft) {
  const std::string pid_file = (root_ / "pid").string();
  Script("bin1/mirage-lsd", "trap '' TERM; echo $$ > " + pid_file + "; while :; do /bin/sleep 0.05; done");
  FLSDLocalDaemon daemon;
  daemon.Start(true);
  ASSERT_TRUE(TickUntil([&] { return !Read("pid").empty(); }));
  const pid_t process = std::stoi(Read("pid"));
  daemon.Stop();
  // The call came back while it still runs: an editor that waits here would never come back.
  EXPECT_EQ(kill(process, 0), 0);
  EXPECT_EQ(daemon.GetState(), State::Stopping);
  EXPECT_TRUE(TickUntil([&] { return daemon.GetState() == State::Stopped; }));
  EXPECT_NE(kill(process, 0), 0);
}

TEST_F(Launcher, ItEndsWithItsOwner) {
  const std::string pid_file = (root_ / "pid").string();
  Script("bin1/mirage-lsd", "echo $$ > " + pid_file + "; exec /bin/sleep 100");
  auto daemon = std::make_unique<FLSDLocalDaemon>();
  daemon->Start(true);
  ASSERT_TRUE(TickUntil([&] { return !Read("pid").empty(); }));
  const pid_t process = std::stoi(Read("pid"));
  daemon.reset();
  auto is_gone = [&] {
    return kill(process, 0) != 0 || Read("/proc/" + std::to_string(process) + "/stat").find(") Z") != std::string::npos;
  };
  EXPECT_TRUE(TickUntil(is_gone));
}

TEST_F(Launcher, SaysWhatToDoWhenNothingIsFound) {
  auto* user = GetMutableDefault<ULSDUserSettings>();
  FLSDLocalDaemon daemon;
  user->DaemonCommand = TEXT("/nowhere/mirage-lsd");
  daemon.Start(true);
  EXPECT_EQ(daemon.GetState(), State::Stopped);
  EXPECT_TRUE(daemon.GetText().Contains(TEXT("Daemon Command")));
  GetMutableDefault<ULSDSettings>()->Endpoint = TEXT("tcp://10.0.0.7:5757");
  daemon.Start(true);
  EXPECT_TRUE(daemon.GetText().Contains(TEXT("another machine")));
}

TEST_F(Launcher, InstallsIntoAnEnvironmentOfItsOwn) {
  // A Python that makes "environments" whose Python only says what it was told.
  Script("bin1/python3",
         "[ \"$2\" = venv ] || exit 9\nmkdir -p \"$3/bin\"\n"
         "printf '#!/bin/sh\\necho pip \"$@\"\\necho > '\"$3/bin/mirage-lsd\"'\\n' > \"$3/bin/python\"\n"
         "chmod +x \"$3/bin/python\"");
  SetPath(":/usr/bin:/bin");
  GetMutableDefault<ULSDUserSettings>()->InstallSource = TEXT("/wheels/mirage lsd.whl");
  FLSDLocalDaemon daemon;
  daemon.Install();
  EXPECT_EQ(daemon.GetState(), State::Installing);
  ASSERT_TRUE(TickUntil([&] { return daemon.GetState() == State::Stopped; }));
  EXPECT_TRUE(daemon.GetText().Contains(TEXT("is installed; press Start"))) << Narrow(*daemon.GetText());
  EXPECT_EQ(Narrow(*daemon.GetOutput()), "pip -P -m pip install --disable-pip-version-check /wheels/mirage lsd.whl\n");
  EXPECT_TRUE(daemon.IsFound());
  // One that fails says so with its last word.
  Script("bin1/python3", "echo 'ensurepip is missing'; exit 1");
  daemon.Install();
  ASSERT_TRUE(TickUntil([&] { return daemon.GetState() == State::Stopped; }));
  EXPECT_TRUE(daemon.GetText().Contains(TEXT("exit code 1): ensurepip is missing"))) << Narrow(*daemon.GetText());
}

TEST_F(Launcher, ShowsWhatACheckFinds) {
  Script("bin1/mirage-lsd", "[ $1 = doctor ] && printf 'GPU: none\\nModel: here\\n'");
  FLSDLocalDaemon daemon;
  daemon.Check();
  ASSERT_TRUE(TickUntil([&] { return daemon.GetState() == State::Stopped; }));
  EXPECT_EQ(Narrow(*daemon.GetText()), "GPU: none\nModel: here");
}

}  // namespace
