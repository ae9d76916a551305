// Copyright 2026 MirageLSD contributors. Licensed under the Apache License 2.0.
#include "daemon_arguments.h"

namespace lsd_unreal {
namespace {

bool starts_with(const std::string& text, const char* start) { return text.rfind(start, 0) == 0; }

}  // namespace

std::string daemon_arguments(const DaemonOptions& options, std::string& error) {
  if (!starts_with(options.endpoint, "tcp://127.") && !starts_with(options.endpoint, "tcp://localhost:") &&
      !starts_with(options.endpoint, "tcp://[::1]:") && !starts_with(options.endpoint, "ipc://")) {
    error = "The endpoint in the project settings, " + options.endpoint +
            ", is another machine's; start the daemon there, or enter tcp://127.0.0.1:5757.";
    return {};
  }
  std::string line = "serve";
  const std::string* const values[] = {&options.endpoint, &options.model, &options.token};
  const char* const names[] = {" --bind", " --model", " --token"};
  for (int i = 0; i < 3; ++i) {
    if (values[i]->empty()) continue;
    if (values[i]->find_first_of("\"\\\n") != std::string::npos && i != 1) {
      error = "The endpoint and the token in the project settings may not hold quotes or backslashes.";
      return {};
    }
    if (values[i]->find('"') != std::string::npos || values[i]->back() == '\\') {
      error = "The model in the project settings may not hold quotes or end in a backslash.";
      return {};
    }
    line += std::string(names[i]) + " \"" + *values[i] + "\"";
  }
  return line + (options.use_gpu ? " --device auto" : " --device cpu");
}

}  // namespace lsd_unreal
