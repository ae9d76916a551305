// Copyright 2026 MirageLSD contributors. Licensed under the Apache License 2.0.
#pragma once

#include <algorithm>
#include <string>
#include <vector>

namespace lsd_unreal {

/** Remembers which sentences were logged, so that a problem of every frame is one line in the log. One thread. */
class SaidOnce {
 public:
  /** True the first time; of more than `kMost` different sentences the later ones are not said at all. */
  bool first_time(const std::string& sentence) {
    if (said_.size() >= kMost || std::find(said_.begin(), said_.end(), sentence) != said_.end()) return false;
    said_.push_back(sentence);
    return true;
  }

  void forget() { said_.clear(); }

 private:
  static constexpr size_t kMost = 64;
  std::vector<std::string> said_;
};

}  // namespace lsd_unreal
