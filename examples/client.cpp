// A client in C++: sends a moving picture for two seconds and says how long the results took.
//
//     c++ -std=c++17 client.cpp -I shared_protocol/native/include -L DIR -llsd -o client && ./client [ENDPOINT]
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <memory>
#include <thread>
#include <vector>

#include "lsd/lsd.h"

int main(int argc, char** argv) {
  constexpr int kWidth = 320, kHeight = 180;
  lsd_client_config client_config{};
  client_config.size = sizeof client_config;
  client_config.engine = "example";
  if (argc > 1) client_config.endpoint = argv[1];
  const std::unique_ptr<lsd_client, void (*)(lsd_client*)> client(lsd_client_create(&client_config),
                                                                  lsd_client_destroy);
  lsd_stream_config stream_config{};
  stream_config.size = sizeof stream_config;
  stream_config.model = "passthrough";
  stream_config.width = kWidth;
  stream_config.height = kHeight;
  stream_config.planes[stream_config.plane_count++] = {LSD_PLANE_COLOR, LSD_FORMAT_RGBA8};
  lsd_stream* stream = client ? lsd_stream_open(client.get(), &stream_config) : nullptr;
  if (stream == nullptr) {
    std::fprintf(stderr, "%s\n", lsd_last_error());
    return 1;
  }
  lsd_stream_control_begin(stream);
  lsd_stream_control_float(stream, "strength", 1.0f);
  lsd_stream_control_commit(stream, 0.0f);

  std::vector<unsigned char> pixels(kWidth * kHeight * 4);
  int results = 0;
  for (int i = 0; i < 120; ++i) {  // an engine does this once a frame
    std::fill(pixels.begin(), pixels.end(), static_cast<unsigned char>(i));
    lsd_frame frame{};
    frame.size = sizeof frame;
    frame.planes[0] = pixels.data();
    lsd_stream_submit(stream, &frame, nullptr);
    std::this_thread::sleep_for(std::chrono::milliseconds(16));
    lsd_result result{};
    result.size = sizeof result;
    if (lsd_stream_acquire(stream, &result) == LSD_OK) ++results;
  }
  lsd_stats stats{};
  stats.size = sizeof stats;
  lsd_stream_get_stats(stream, &stats);
  std::printf("%d results, latency p50 %.2f ms\n", results, static_cast<double>(stats.latency_ms_p50));
  return results > 0 ? 0 : 1;
}
