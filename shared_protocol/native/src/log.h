#pragma once

#include <set>
#include <string>

#include "lsd/lsd.h"

namespace lsd {

/// The engine's log callback. Used on the I/O thread only.
class Log {
 public:
  Log(lsd_log_callback callback, void* user) : callback_(callback), user_(user) {}

  void write(lsd_log_level level, const std::string& message) const;

  /// A problem that may come back at every retry or frame is written the first time only, until forget() says it is
  /// over.
  void once(lsd_log_level level, const std::string& problem, const std::string& message);
  void forget(const std::string& problem) { said_.erase(problem); }

 private:
  lsd_log_callback callback_;
  void* user_;
  std::set<std::string> said_;
};

}  // namespace lsd
