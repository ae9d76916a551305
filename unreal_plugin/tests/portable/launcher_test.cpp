// Copyright 2026 MirageLSD contributors. Licensed under the Apache License 2.0.
// The launcher against the cases that every engine shares: shared_protocol/vectors/launcher.json.
#include "launcher.h"

#include <gtest/gtest.h>

#include <set>

#include "json.h"

namespace lsd_unreal {
namespace {

const Json& Cases() {
  static const Json all = Json::read_file(LSD_LAUNCHER_JSON);
  return all;
}

HostPlatform ToPlatform(const std::string& name) {
  return name == "windows" ? HostPlatform::kWindows : name == "macos" ? HostPlatform::kMac : HostPlatform::kLinux;
}

Command ToCommand(const Json& list) {
  Command command;
  for (int i = 0; i < static_cast<int>(list.size()); ++i) command.push_back(list[i].text());
  return command;
}

std::vector<Command> ToCommands(const Json& list) {
  std::vector<Command> commands;
  for (int i = 0; i < static_cast<int>(list.size()); ++i) commands.push_back(ToCommand(list[i]));
  return commands;
}

TEST(Launcher, FindsWhatTheSharedCasesSay) {
  const Json& cases = Cases()["find"];
  ASSERT_GT(cases.size(), 10u);
  for (int i = 0; i < static_cast<int>(cases.size()); ++i) {
    const Json& one = cases[i];
    SCOPED_TRACE(one["name"].text());
    const Command existing = ToCommand(one["existing"]);
    const std::set<std::string> files(existing.begin(), existing.end());
    LauncherPlace place;
    place.platform = ToPlatform(one["platform"].text());
    place.setting = one["setting"].text();
    place.project = one["project"].text();
    place.own_environment = one["own_environment"].text();
    const Json& variables = one["environment"];
    place.environment = [&](const char* name) { return variables.has(name) ? variables[name].text() : std::string(); };
    place.is_file = [&](const std::string& file) { return files.count(file) != 0; };
    const FoundDaemon found = find_daemon(place);
    EXPECT_EQ(found.candidates, ToCommands(one["candidates"]));
    EXPECT_EQ(found.pythons, ToCommands(one["pythons"]));
  }
}

TEST(Launcher, ServesAsTheSharedCasesSay) {
  const Json& cases = Cases()["serve"];
  ASSERT_GT(cases.size(), 4u);
  for (int i = 0; i < static_cast<int>(cases.size()); ++i) {
    const Json& one = cases[i];
    SCOPED_TRACE(one["name"].text());
    ServeOptions options;
    options.endpoint = one["endpoint"].text();
    options.model = one["model"].text();
    options.device = one["device"].text();
    options.log = one["log"].text();
    options.token = one["token"].text();
    options.keys = one["keys"].text();
    options.parent = static_cast<int64_t>(one["parent"].number());
    ServeCommand serve;
    std::string error;
    const bool started = serve_command(options, serve, error);
    EXPECT_EQ(started, one["arguments"].size() != 0);
    EXPECT_EQ(serve.arguments, ToCommand(one["arguments"]));
    EXPECT_EQ(error.empty(), started);
    EXPECT_EQ(error.find(options.endpoint) != std::string::npos, !started);
    for (const auto& [name, value] : serve.environment) EXPECT_EQ(one["environment"][name].text(), value);
    EXPECT_EQ(serve.environment.size(), !started ? 0u : options.token.empty() ? 2u : 3u);
    for (const std::string& argument : serve.arguments) EXPECT_TRUE(options.token.empty() || argument != options.token);
  }
}

TEST(Launcher, TriesTheNextAsTheSharedCasesSay) {
  const Json& cases = Cases()["next"];
  ASSERT_GT(cases.size(), 4u);
  for (int i = 0; i < static_cast<int>(cases.size()); ++i) {
    EXPECT_EQ(tries_next(static_cast<int>(cases[i]["exit_code"].number()), cases[i]["output"].text()),
              cases[i]["tries_next"].number() != 0.0)
        << cases[i]["output"].text();
  }
  EXPECT_FALSE(tries_next(1, "ModuleNotFoundError: No module named 'mirage_lsd.server'"));
}

TEST(Launcher, QuotesWhatItPassesAndRefusesWhatWouldBreakOut) {
  std::string line, error;
  EXPECT_TRUE(command_line({"serve", "--model", "C:\\my models\\a.safetensors", ""}, line, error));
  EXPECT_EQ(line, "serve --model \"C:\\my models\\a.safetensors\" \"\"");
  EXPECT_EQ(error, "");
  for (const char* broken : {"m\"x", "folder\\", "a\" --bind \"tcp://0.0.0.0:1", "two\nlines"}) {
    error.clear();
    EXPECT_FALSE(command_line({"serve", broken}, line, error)) << broken;
    EXPECT_NE(error.find("settings"), std::string::npos);
  }
}

TEST(Launcher, TakesOnlyEndpointsOfThisMachine) {
  for (const char* other :
       {"tcp://128.0.0.1:1", "tcp://127.0.0.1", "tcp://127.0.0.256:1", "tcp://0.0.0.0:1", "udp://127.0.0.1:1",
        "tcp://localhost.example.org:1", "tcp://127.1:5757", "", "ipc://", "tcp://127.0.0.1:1x"}) {
    ServeOptions options;
    options.endpoint = other;
    options.model = "m";
    ServeCommand serve;
    std::string error;
    EXPECT_FALSE(serve_command(options, serve, error)) << other;
  }
}

}  // namespace
}  // namespace lsd_unreal
