// Copyright 2026 MirageLSD contributors. Licensed under the Apache License 2.0.
#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

/** How the daemon is found and started on this machine: shared_protocol/vectors/launcher.json, the same for every
 * engine. Text is UTF-8. */
namespace lsd_unreal {

enum class HostPlatform { kWindows, kLinux, kMac };

/** A program and its first arguments. */
using Command = std::vector<std::string>;

/** Where the launcher looks. */
struct LauncherPlace {
  HostPlatform platform = HostPlatform::kLinux;
  std::string setting;         /**< the user's: a program, a Python, an environment's folder; empty: none */
  std::string project;         /**< the project's folder */
  std::string own_environment; /**< where "install" puts a virtual environment */
  std::function<std::string(const char*)> environment; /**< a variable's value, empty if it is not set */
  std::function<bool(const std::string&)> is_file;
};

struct FoundDaemon {
  std::vector<Command> candidates; /**< to be tried in order */
  std::vector<Command> pythons;    /**< those of the system, which can make an environment */
};

FoundDaemon find_daemon(const LauncherPlace& place);

/** What a local daemon is started with. Paths and the token may be empty. */
struct ServeOptions {
  std::string endpoint;
  std::string model;
  std::string device;
  std::string log;
  std::string token;
  std::string keys;
  int64_t parent = 0;
};

struct ServeCommand {
  Command arguments;                                            /**< behind a candidate */
  std::vector<std::pair<std::string, std::string>> environment; /**< set for the child alone */
};

/** False, and a sentence, if the endpoint is not one of this machine. */
bool serve_command(const ServeOptions& options, ServeCommand& out, std::string& error);

/** Whether a candidate that ended so was not the daemon at all, and the next one is to be tried. */
bool tries_next(int exit_code, const std::string& output);

/** The Python of a virtual environment. */
std::string environment_python(HostPlatform platform, const std::string& folder);

/** The arguments as one line for the engine's process functions, which take quotation marks but no escapes. False, and
 * a sentence, if an argument would not survive that. */
bool command_line(const Command& arguments, std::string& out, std::string& error);

}  // namespace lsd_unreal
