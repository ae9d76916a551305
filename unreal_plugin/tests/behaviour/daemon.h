// Copyright 2026 MirageLSD contributors. Licensed under the Apache License 2.0.
#pragma once

#include <sys/types.h>

#include <string>

/** The real daemon as a process of its own, which ends with this one, however this one ends. With LSD_TEST_ENDPOINT set
 * it is another's, which is neither started nor ended here. */
class Daemon {
 public:
  enum class Models {
    /** `mirage-lsd serve --model passthrough`. */
    kPassthrough,
    /** Those of test_daemon.py, which say what they were given. */
    kTest
  };
  explicit Daemon(Models models = Models::kPassthrough);
  ~Daemon();

  void Start();
  /** As a crash does. */
  void Kill();

  const std::string& endpoint() const { return endpoint_; }
  std::wstring wide_endpoint() const { return {endpoint_.begin(), endpoint_.end()}; }

 private:
  const Models models_;
  std::string endpoint_;
  bool external_ = false;
  pid_t process_ = 0;
};
