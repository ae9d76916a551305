#pragma once

#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include "clock.h"
#include "lsd/lsd.h"

namespace lsd {

/// Polls, because an engine does nothing else either.
template <typename Condition>
bool eventually(Condition&& condition, double seconds = 5) {
  const int64_t end = now_ns() + static_cast<int64_t>(seconds * 1e9);
  while (!condition()) {
    if (now_ns() > end) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  return true;
}

/// A small engine: one client, one stream, through the C ABI only.
class Engine {
 public:
  static constexpr int32_t kWidth = 64;
  static constexpr int32_t kHeight = 48;

  explicit Engine(const std::string& endpoint, lsd_transport transport = LSD_TRANSPORT_AUTO) {
    lsd_client_config config{};
    config.size = sizeof config;
    config.endpoint = endpoint.c_str();
    config.name = "test";
    config.engine = "none";
    config.log = [](void* user, lsd_log_level, const char* message) {
      static_cast<Engine*>(user)->log_lines.emplace_back(message);
    };
    config.log_user = this;
    client = lsd_client_create(&config);
    lsd_stream_config stream_config{};
    stream_config.size = sizeof stream_config;
    stream_config.model = "passthrough";
    stream_config.width = kWidth;
    stream_config.height = kHeight;
    stream_config.plane_count = 1;
    stream_config.planes[0] = {LSD_PLANE_COLOR, LSD_FORMAT_RGBA8};
    stream_config.transport = transport;
    stream = lsd_stream_open(client, &stream_config);
  }
  ~Engine() { lsd_client_destroy(client); }
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  lsd_status submit(int value, int64_t* seq = nullptr) {
    pixels.assign(static_cast<size_t>(kWidth) * kHeight * 4, static_cast<unsigned char>(value));
    lsd_frame frame{};
    frame.size = sizeof frame;
    frame.planes[0] = pixels.data();
    return lsd_stream_submit(stream, &frame, seq);
  }
  lsd_status acquire() {
    result.size = sizeof result;
    return lsd_stream_acquire(stream, &result);
  }
  /// Submits until a result comes back. Waits for it before the next frame: on a slow machine the daemon would else
  /// find each slot of the ring overwritten.
  bool round_trip(int value, double seconds = 5) {
    const auto comes_back = [&] { return eventually([&] { return acquire() == LSD_OK; }, 0.05); };
    return eventually([&] { return submit(value) == LSD_OK && comes_back(); }, seconds);
  }
  bool opens(double seconds = 5) {
    return eventually([&] { return lsd_stream_get_state(stream) == LSD_STREAM_OPEN; }, seconds);
  }
  lsd_stats stats() const {
    lsd_stats stats{};
    stats.size = sizeof stats;
    lsd_stream_get_stats(stream, &stats);
    return stats;
  }
  std::string stream_error() const {
    char text[512];
    lsd_stream_last_error(stream, text, sizeof text);
    return text;
  }
  std::string client_error() const {
    char text[512];
    lsd_client_last_error(client, text, sizeof text);
    return text;
  }

  std::vector<std::string> log_lines;  ///< written by the I/O thread: read it after lsd_client_destroy
  lsd_client* client = nullptr;
  lsd_stream* stream = nullptr;
  lsd_result result{};
  std::vector<unsigned char> pixels;
};

}  // namespace lsd
