/* A client in C: opens a stream, sends a moving picture for 2 seconds, sets a control, prints the latency.
 *   cc client.c -I../shared_protocol/native/include -L DIR -llsd -o client && ./client [ENDPOINT] */
#define _POSIX_C_SOURCE 199309L /* nanosleep */
#include <stdio.h>
#include <string.h>

#include "lsd/lsd.h"

#ifdef _WIN32
#include <windows.h>
static void sleep_ms(int ms) { Sleep((DWORD)ms); }
#else
#include <time.h>
static void sleep_ms(int ms) {
  const struct timespec time = {0, ms * 1000000L};
  nanosleep(&time, NULL);
}
#endif

#define WIDTH 320
#define HEIGHT 180

static unsigned char picture[WIDTH * HEIGHT * 4];

int main(int argc, char** argv) {
  lsd_client_config settings = {sizeof settings};
  settings.endpoint = argc > 1 ? argv[1] : NULL; /* NULL: tcp://127.0.0.1:5757 */
  settings.name = "example in C";
  lsd_client* client = lsd_client_create(&settings);
  lsd_stream_config config = {sizeof config};
  config.model = "passthrough";
  config.width = WIDTH;
  config.height = HEIGHT;
  config.plane_count = 1;
  config.planes[0].plane = LSD_PLANE_COLOR;
  config.planes[0].format = LSD_FORMAT_RGBA8;
  lsd_stream* stream = client != NULL ? lsd_stream_open(client, &config) : NULL;
  if (stream == NULL) return fprintf(stderr, "%s\n", lsd_last_error()), 1;

  lsd_stream_control_begin(stream);
  lsd_stream_control_float(stream, "strength", 0.5f);
  const int64_t control_seq = lsd_stream_control_commit(stream, 0);

  int results = 0, in_effect = 0;
  lsd_result result = {sizeof result};
  for (int frame_number = 0; frame_number < 125; ++frame_number) { /* nothing in this loop waits for the daemon */
    memset(picture, frame_number * 2, sizeof picture);
    lsd_frame frame = {sizeof frame};
    frame.planes[0] = picture;
    lsd_stream_submit(stream, &frame, NULL); /* LSD_NOTHING while no daemon is there: the game goes on */
    if (lsd_stream_acquire(stream, &result) == LSD_OK) {
      ++results; /* result.pixels: to the screen */
      in_effect = result.control_seq >= control_seq;
    }
    sleep_ms(16);
  }

  lsd_stats stats = {sizeof stats};
  lsd_stream_get_stats(stream, &stats);
  char problem[1024];
  lsd_client_last_error(client, problem, sizeof problem);
  printf("%d results, latency %.1f ms, strength set: %s %s\n", results, stats.latency_ms_p50, in_effect ? "yes" : "no",
         problem);
  lsd_client_destroy(client);
  return results > 0 ? 0 : 1;
}
