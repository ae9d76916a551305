// A Windows program that does with lsd.dll what an engine does: sends a frame, waits for its result, says what it saw.
#include <windows.h>

#include <cstdio>
#include <cstring>
#include <vector>

#include "lsd/lsd.h"

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  lsd_client_config client_config{};
  client_config.size = sizeof client_config;
  client_config.endpoint = argv[1];
  client_config.engine = "probe";
  lsd_client* client = lsd_client_create(&client_config);
  if (client == nullptr) return std::printf("no client: %s\n", lsd_last_error()), 1;
  lsd_stream_config config{};
  config.size = sizeof config;
  config.model = "passthrough";
  config.width = 320;
  config.height = 180;
  config.plane_count = 1;
  config.planes[0] = {LSD_PLANE_COLOR, LSD_FORMAT_RGBA8};
  config.transport = std::strcmp(argv[2], "shared") == 0 ? LSD_TRANSPORT_SHARED_MEMORY : LSD_TRANSPORT_AUTO;
  lsd_stream* stream = lsd_stream_open(client, &config);
  if (stream == nullptr) return std::printf("no stream: %s\n", lsd_last_error()), 1;
  std::vector<unsigned char> color(320 * 180 * 4);
  for (size_t i = 0; i < color.size(); ++i) color[i] = static_cast<unsigned char>(i * 7);
  int good = 0;
  for (int tries = 0; tries < 3000 && good < 50; ++tries) {
    lsd_frame frame{};
    frame.size = sizeof frame;
    frame.planes[0] = color.data();
    lsd_stream_submit(stream, &frame, nullptr);
    lsd_result result{};
    result.size = sizeof result;
    if (lsd_stream_acquire(stream, &result) == LSD_OK)
      good += std::memcmp(result.pixels, color.data(), color.size()) == 0;
    Sleep(5);
  }
  lsd_stats stats{};
  stats.size = sizeof stats;
  lsd_stream_get_stats(stream, &stats);
  std::printf("version %s, transport %d, good %d, p50 %.2f ms\n", lsd_version(), stats.transport, good,
              stats.latency_ms_p50);
  lsd_client_destroy(client);
  return good == 50 ? 0 : 1;
}
