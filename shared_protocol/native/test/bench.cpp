// Prints what a submit and an acquire cost, next to a memcpy of the same bytes. Needs a daemon: lsd_bench ENDPOINT
// [MODEL].
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <string>
#include <thread>
#include <vector>

#include "lsd/lsd.h"

namespace {

constexpr int32_t kWidth = 1280;
constexpr int32_t kHeight = 720;
constexpr int kFrames = 300;
constexpr int64_t kPauseNs = 10'000'000;

double median_us(std::vector<int64_t> times) {
  if (times.empty()) return 0;
  std::nth_element(times.begin(), times.begin() + static_cast<std::ptrdiff_t>(times.size() / 2), times.end());
  return static_cast<double>(times[times.size() / 2]) / 1e3;
}

void measure(lsd_client* client, const char* model, lsd_transport transport, const char* name) {
  lsd_stream_config config{};
  config.size = sizeof config;
  config.model = model;
  config.width = kWidth;
  config.height = kHeight;
  config.plane_count = 1;
  config.transport = transport;
  lsd_stream* stream = lsd_stream_open(client, &config);
  for (int i = 0; i < 300 && lsd_stream_get_state(stream) != LSD_STREAM_OPEN; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  const size_t bytes = static_cast<size_t>(kWidth) * kHeight * 4;
  std::vector<unsigned char> source(bytes, 1);
  std::vector<std::vector<unsigned char>> targets(4, std::vector<unsigned char>(bytes));
  lsd_frame frame{};
  frame.size = sizeof frame;
  frame.planes[0] = source.data();
  lsd_result result{};
  result.size = sizeof result;
  std::vector<int64_t> copy, submit, nothing, something;
  for (int i = 0; i < kFrames; ++i) {
    int64_t begin = lsd_now_ns();
    std::memcpy(targets[static_cast<size_t>(i) % 4].data(), source.data(), bytes);
    copy.push_back(lsd_now_ns() - begin);
    begin = lsd_now_ns();
    if (lsd_stream_submit(stream, &frame, nullptr) == LSD_OK) submit.push_back(lsd_now_ns() - begin);
    begin = lsd_now_ns();
    const bool is_there = lsd_stream_acquire(stream, &result) == LSD_OK;
    (is_there ? something : nothing).push_back(lsd_now_ns() - begin);
    const int64_t next = lsd_now_ns() + kPauseNs;
    while (lsd_now_ns() < next) {
      std::this_thread::sleep_for(std::chrono::microseconds(100));
      begin = lsd_now_ns();
      const bool has_come = lsd_stream_acquire(stream, &result) == LSD_OK;
      (has_come ? something : nothing).push_back(lsd_now_ns() - begin);
    }
  }
  lsd_stats stats{};
  stats.size = sizeof stats;
  lsd_stream_get_stats(stream, &stats);
  std::printf(
      "%-13s 1280x720 rgba8: memcpy %.0f us, submit %.0f us (%zu), acquire %.2f us, acquire of nothing %.2f us; "
      "latency p50 %.2f ms, p95 %.2f ms, %.0f fps\n",
      name, median_us(copy), median_us(submit), submit.size(), median_us(something), median_us(nothing),
      static_cast<double>(stats.latency_ms_p50), static_cast<double>(stats.latency_ms_p95),
      static_cast<double>(stats.fps));
  lsd_stream_close(stream);
}

}  // namespace

int main(int argc, char** argv) {
  lsd_client_config config{};
  config.size = sizeof config;
  config.endpoint = argc > 1 ? argv[1] : nullptr;
  config.name = "lsd_bench";
  config.engine = "none";
  lsd_client* client = lsd_client_create(&config);
  if (client == nullptr) {
    std::fprintf(stderr, "%s\n", lsd_last_error());
    return 1;
  }
  const char* model = argc > 2 ? argv[2] : "passthrough";
  measure(client, model, LSD_TRANSPORT_SHARED_MEMORY, "shared_memory");
  measure(client, model, LSD_TRANSPORT_INLINE, "inline");
  lsd_client_destroy(client);
  return 0;
}
