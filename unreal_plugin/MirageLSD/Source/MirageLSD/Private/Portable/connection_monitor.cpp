// Copyright 2026 MirageLSD contributors. Licensed under the Apache License 2.0.
#include "connection_monitor.h"

namespace lsd_unreal {

std::vector<ConnectionEvent> ConnectionMonitor::update(const StreamStatus& status) {
  std::vector<ConnectionEvent> events;
  const bool open = status.client == LSD_CLIENT_READY && status.stream == LSD_STREAM_OPEN;
  if (open && !connected_) {
    connected_ = true;
    last_error_.clear();
    events.push_back({ConnectionEvent::Kind::kConnected, "Connected to the daemon at " + endpoint_ + "."});
  } else if (!open && connected_) {
    connected_ = false;
    events.push_back({ConnectionEvent::Kind::kDisconnected,
                      "The daemon at " + endpoint_ + " is gone; the stream goes on as soon as it is back."});
  }
  if (status.client == LSD_CLIENT_REFUSED) {
    report(events, status.client_error.empty() ? "The daemon at " + endpoint_ + " refused the connection."
                                               : status.client_error);
  } else if (status.stream == LSD_STREAM_FAILED) {
    report(events, status.stream_error.empty() ? "The daemon did not open the stream." : status.stream_error);
  } else if (!open && last_error_.empty() && !connected_ && events.empty() && status.since_start_s > kPatienceS) {
    report(events, "No daemon answers at " + endpoint_ + "; start one with: mirage-lsd serve");
  } else if (open && !status.stream_error.empty()) {
    report(events, status.stream_error);
  }
  return events;
}

void ConnectionMonitor::report(std::vector<ConnectionEvent>& events, const std::string& sentence) {
  if (sentence == last_error_) return;
  last_error_ = sentence;
  events.push_back({ConnectionEvent::Kind::kError, sentence});
}

}  // namespace lsd_unreal
