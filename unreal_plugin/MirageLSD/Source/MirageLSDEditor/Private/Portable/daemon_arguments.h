// Copyright 2026 MirageLSD contributors. Licensed under the Apache License 2.0.
#pragma once

#include <string>

namespace lsd_unreal {

/** What a local daemon is started with. */
struct DaemonOptions {
  std::string endpoint;
  std::string model;
  std::string token;
  bool use_gpu = true;
};

/** The command line after the program's name. Empty, and a sentence in `error`, if the daemon can't be one of this
 * machine or an option would not survive quoting. */
std::string daemon_arguments(const DaemonOptions& options, std::string& error);

}  // namespace lsd_unreal
