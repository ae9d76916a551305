// A client in C++: opens a stream, sends a moving picture for 2 seconds, sets a control, prints the latency.
//   c++ -std=c++17 client.cpp -I../shared_protocol/native/include -L DIR -llsd -o client && ./client [ENDPOINT]
#include <chrono>
#include <cstdio>
#include <memory>
#include <thread>
#include <vector>

#include "lsd/lsd.h"

/// The structures of the C ABI begin with their size.
template <typename Struct>
Struct sized() {
  Struct made{};
  made.size = sizeof made;
  return made;
}

int main(int argc, char** argv) {
  auto settings = sized<lsd_client_config>();
  settings.endpoint = argc > 1 ? argv[1] : nullptr;  // nullptr: tcp://127.0.0.1:5757
  settings.name = "example in C++";
  const std::unique_ptr<lsd_client, decltype(&lsd_client_destroy)> client(lsd_client_create(&settings),
                                                                          lsd_client_destroy);
  auto config = sized<lsd_stream_config>();
  config.model = "passthrough";
  config.width = 320;
  config.height = 180;
  config.plane_count = 1;
  config.planes[0] = {LSD_PLANE_COLOR, LSD_FORMAT_RGBA8};
  lsd_stream* stream = client ? lsd_stream_open(client.get(), &config) : nullptr;
  if (stream == nullptr) return std::fprintf(stderr, "%s\n", lsd_last_error()), 1;

  lsd_stream_control_begin(stream);
  lsd_stream_control_float(stream, "strength", 0.5f);
  const int64_t control_seq = lsd_stream_control_commit(stream, 0);

  int results = 0;
  bool is_in_effect = false;
  auto result = sized<lsd_result>();
  std::vector<unsigned char> picture(320 * 180 * 4);
  for (int i = 0; i < 125; ++i) {  // nothing in this loop waits for the daemon
    picture.assign(picture.size(), static_cast<unsigned char>(i * 2));
    auto frame = sized<lsd_frame>();
    frame.planes[0] = picture.data();
    lsd_stream_submit(stream, &frame, nullptr);  // LSD_NOTHING while no daemon is there: the game goes on
    if (lsd_stream_acquire(stream, &result) == LSD_OK) {
      ++results;  // result.pixels: to the screen
      is_in_effect = result.control_seq >= control_seq;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(16));
  }

  auto stats = sized<lsd_stats>();
  lsd_stream_get_stats(stream, &stats);
  char problem[1024];
  lsd_client_last_error(client.get(), problem, sizeof problem);
  std::printf("%d results, latency %.1f ms, strength set: %s %s\n", results, static_cast<double>(stats.latency_ms_p50),
              is_in_effect ? "yes" : "no", problem);
  return results > 0 ? 0 : 1;
}
