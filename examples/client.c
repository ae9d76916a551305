/* A client in C: sends a moving picture for two seconds and says how long the results took.
 *
 *     cc client.c -I shared_protocol/native/include -L DIR -llsd -o client && ./client [ENDPOINT]
 */
#include <stdio.h>
#include <string.h>

#include "lsd/lsd.h"

enum { WIDTH = 320, HEIGHT = 180 };
static unsigned char pixels[WIDTH * HEIGHT * 4];

int main(int argc, char** argv) {
  lsd_client_config client_config = {.size = sizeof client_config, .engine = "example"};
  if (argc > 1) client_config.endpoint = argv[1];
  lsd_client* client = lsd_client_create(&client_config);
  lsd_stream_config stream_config = {
      .size = sizeof stream_config, .model = "passthrough", .width = WIDTH, .height = HEIGHT};
  stream_config.planes[stream_config.plane_count++] = (lsd_plane_desc){LSD_PLANE_COLOR, LSD_FORMAT_RGBA8};
  lsd_stream* stream = client != NULL ? lsd_stream_open(client, &stream_config) : NULL;
  if (stream == NULL) {
    fprintf(stderr, "%s\n", lsd_last_error());
    return 1;
  }
  lsd_stream_control_begin(stream);
  lsd_stream_control_float(stream, "strength", 1.0f);
  lsd_stream_control_commit(stream, 0.0f);

  int results = 0;
  const int64_t end = lsd_now_ns() + 2000000000;
  for (int64_t now = lsd_now_ns(), next = now; now < end; now = lsd_now_ns()) {
    if (now >= next) { /* an engine does this once a frame */
      memset(pixels, (int)(now / 10000000 % 256), sizeof pixels);
      lsd_frame frame = {.size = sizeof frame, .planes = {pixels}};
      lsd_stream_submit(stream, &frame, NULL);
      next = now + 16000000;
    }
    lsd_result result = {.size = sizeof result};
    if (lsd_stream_acquire(stream, &result) == LSD_OK) ++results;
  }
  lsd_stats stats = {.size = sizeof stats};
  lsd_stream_get_stats(stream, &stats);
  printf("%d results, latency p50 %.2f ms\n", results, stats.latency_ms_p50);
  lsd_client_destroy(client); /* ends its streams too */
  return results > 0 ? 0 : 1;
}
