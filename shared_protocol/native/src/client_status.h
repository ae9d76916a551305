#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <string>

#include "lsd/lsd.h"
#include "models.h"
#include "progress.h"

namespace lsd {

/// A sentence that one thread sets and any thread copies.
class SharedText {
 public:
  void set(std::string text) {
    const std::lock_guard lock(mutex_);
    text_ = std::move(text);
  }
  std::string get() const {
    const std::lock_guard lock(mutex_);
    return text_;
  }

 private:
  mutable std::mutex mutex_;
  std::string text_;
};

/// What the I/O thread tells the engine's threads about the connection.
struct ClientStatus {
  std::atomic<int32_t> state{LSD_CLIENT_CONNECTING};
  std::atomic<int64_t> reconnects{0};
  std::atomic<float> round_trip_ms{0};
  SharedText last_error;
  Models models;
  ProgressState progress;
};

}  // namespace lsd
