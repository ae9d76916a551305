#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "messages.h"

namespace lsd {

/// A value that one thread sets and any thread copies.
template <typename Value>
class Shared {
 public:
  void set(Value value) {
    const std::lock_guard lock(mutex_);
    value_ = std::move(value);
  }
  Value get() const {
    const std::lock_guard lock(mutex_);
    return value_;
  }

 private:
  mutable std::mutex mutex_;
  Value value_;
};

using SharedText = Shared<std::string>;

/// What the I/O thread tells the engine's threads about the connection.
struct ClientStatus {
  std::atomic<int32_t> state{LSD_CLIENT_CONNECTING};
  std::atomic<int64_t> reconnects{0};
  std::atomic<float> round_trip_ms{0};
  SharedText last_error;
  /// Of the newest `welcome`; null before the first.
  Shared<std::shared_ptr<const std::vector<Model>>> models;
  std::atomic<int64_t> models_generation{0};
  Shared<std::optional<Progress>> progress;
};

}  // namespace lsd
