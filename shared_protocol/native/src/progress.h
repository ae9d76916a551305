#pragma once

#include <mutex>
#include <string>
#include <utility>

namespace lsd {

/// What the daemon is busy with, if anything: set by the I/O thread, read by any.
class ProgressState {
 public:
  /// A fraction of 1 ends it.
  void set(std::string what, float fraction) {
    const std::lock_guard lock(mutex_);
    is_busy_ = fraction < 1;
    what_ = std::move(what);
    fraction_ = fraction;
  }
  void clear() {
    const std::lock_guard lock(mutex_);
    is_busy_ = false;
  }
  /// False: with nothing.
  bool get(std::string* what, float* fraction) const {
    const std::lock_guard lock(mutex_);
    if (!is_busy_) return false;
    *what = what_;
    *fraction = fraction_;
    return true;
  }

 private:
  mutable std::mutex mutex_;
  bool is_busy_ = false;
  std::string what_;
  float fraction_ = 0;
};

}  // namespace lsd
