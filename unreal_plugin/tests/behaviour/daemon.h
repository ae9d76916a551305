// Copyright 2026 MirageLSD contributors. Licensed under the Apache License 2.0.
#pragma once

#include <sys/types.h>

#include <string>

/** The real daemon, `mirage-lsd serve --model passthrough`, as a process of its own. With LSD_TEST_ENDPOINT set it is
 * another's, which is neither started nor ended here. */
class Daemon {
 public:
  /** `script`: a Python program that takes `serve --bind ENDPOINT` in its place. */
  explicit Daemon(const char* script = nullptr);
  ~Daemon();

  void Start();
  /** As a crash does. */
  void Kill();

  const std::string& endpoint() const { return endpoint_; }
  std::wstring wide_endpoint() const { return {endpoint_.begin(), endpoint_.end()}; }

 private:
  const char* const script_;
  std::string endpoint_;
  bool external_ = false;
  pid_t process_ = 0;
};
