// Copyright 2026 MirageLSD contributors. Licensed under the Apache License 2.0.
#include "daemon.h"

#include <arpa/inet.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <vector>

extern char** environ;

namespace {

int UnusedPort() {
  const int probe = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  bind(probe, reinterpret_cast<sockaddr*>(&address), sizeof address);
  socklen_t size = sizeof address;
  getsockname(probe, reinterpret_cast<sockaddr*>(&address), &size);
  close(probe);
  return ntohs(address.sin_port);
}

}  // namespace

Daemon::Daemon(Models models) : models_(models) {
  if (const char* endpoint = std::getenv("LSD_TEST_ENDPOINT")) {
    endpoint_ = endpoint;
    external_ = true;
  } else {
    endpoint_ = "tcp://127.0.0.1:" + std::to_string(UnusedPort());
  }
}

Daemon::~Daemon() { Kill(); }

void Daemon::Start() {
  if (external_) return;
  const std::string python = DAEMON_PYTHON;
  const std::string parent = std::to_string(getpid());
  std::vector<const char*> line = {python.c_str()};
  if (models_ == Models::kTest) {
    line.push_back(TEST_DAEMON);
  } else {
    line.insert(line.end(), {"-m", "mirage_lsd.cli"});
  }
  line.insert(line.end(), {"serve", "--bind", endpoint_.c_str(), "--parent-pid", parent.c_str()});
  if (models_ == Models::kPassthrough) line.insert(line.end(), {"--model", "passthrough", "--log-level", "warning"});
  line.push_back(nullptr);
  if (posix_spawn(&process_, python.c_str(), nullptr, nullptr, const_cast<char**>(line.data()), environ) != 0) {
    std::fprintf(stderr, "the daemon can't be started with %s\n", python.c_str());
    std::abort();
  }
}

void Daemon::Kill() {
  if (process_ == 0) return;
  kill(process_, SIGKILL);
  waitpid(process_, nullptr, 0);
  process_ = 0;
}
