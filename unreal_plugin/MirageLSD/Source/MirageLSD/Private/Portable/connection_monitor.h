// Copyright 2026 MirageLSD contributors. Licensed under the Apache License 2.0.
#pragma once

#include <string>
#include <vector>

#include "lsd/lsd.h"

namespace lsd_unreal {

/** What the native core says of a stream at one moment. */
struct StreamStatus {
  lsd_client_state client = LSD_CLIENT_CONNECTING;
  lsd_stream_state stream = LSD_STREAM_PENDING;
  std::string client_error;
  std::string stream_error;
  double since_start_s = 0.0;
};

struct ConnectionEvent {
  enum class Kind { kConnected, kDisconnected, kError };
  Kind kind;
  std::string sentence;
};

/** Turns what is polled each tick into events, each said once: connected and disconnected alternate; an error is not
 * repeated until the stream has been open again or another error came between. */
class ConnectionMonitor {
 public:
  /** How long a daemon may take to answer before its absence is worth a sentence. */
  static constexpr double kPatienceS = 3.0;

  explicit ConnectionMonitor(std::string endpoint) : endpoint_(std::move(endpoint)) {}

  std::vector<ConnectionEvent> update(const StreamStatus& status);

  bool connected() const { return connected_; }

 private:
  void report(std::vector<ConnectionEvent>& events, const std::string& sentence);

  std::string endpoint_;
  std::string last_error_;
  bool connected_ = false;
};

}  // namespace lsd_unreal
