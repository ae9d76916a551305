// Structures of callers that were compiled with the first version of lsd.h.
#include <gtest/gtest.h>

#include <cstring>
#include <memory>

#include "engine.h"
#include "fake_daemon.h"

namespace lsd {
namespace {

// As the first version had them.
struct OldStreamConfig {
  uint32_t size;
  const char* model;
  int32_t width, height;
  int32_t plane_count;
  lsd_plane_desc planes[5];
  int32_t output_width, output_height;
  int32_t output_format;
  int32_t transport;
  int32_t max_steps;
  int32_t seed;
  float fps;
};
struct OldFrame {
  uint32_t size;
  const void* planes[5];
  int32_t row_pitch_bytes[5];
  int64_t t_capture_ns;
  const lsd_camera* camera;
  const lsd_sun* sun;
  int32_t reset;
};
struct OldResult {
  uint32_t size;
  const void* pixels;
  int32_t width, height, format;
  int64_t seq;
  int64_t control_seq;
  int64_t t_capture_ns, t_submit_ns, t_receive_ns, t_start_ns, t_end_ns, t_send_ns, t_acquire_ns;
};

// On the heap, with exactly its size: AddressSanitizer sees whoever reads or writes beyond it. What is not set is
// rubbish, the padding too.
template <typename Struct>
std::unique_ptr<Struct> make_old() {
  auto made = std::make_unique<Struct>();
  std::memset(static_cast<void*>(made.get()), 0x7F, sizeof(Struct));
  made->size = sizeof(Struct);
  return made;
}

TEST(OlderCallers, WorkWithShorterStructures) {
  const FakeDaemon daemon;
  const Engine engine(daemon.endpoint());
  auto config = make_old<OldStreamConfig>();
  config->model = "passthrough";
  config->width = Engine::kWidth;
  config->height = Engine::kHeight;
  config->plane_count = 1;
  config->planes[0] = {LSD_PLANE_COLOR, LSD_FORMAT_RGBA8};
  config->output_width = config->output_height = config->transport = config->max_steps = config->seed = 0;
  config->output_format = LSD_FORMAT_RGBA8;
  config->fps = 0;
  lsd_stream* stream = lsd_stream_open(engine.client, reinterpret_cast<const lsd_stream_config*>(config.get()));
  ASSERT_NE(stream, nullptr) << lsd_last_error();
  ASSERT_TRUE(eventually([&] { return lsd_stream_get_state(stream) == LSD_STREAM_OPEN; }));

  const std::vector<unsigned char> pixels(Engine::kWidth * Engine::kHeight * 4, 9);
  auto frame = make_old<OldFrame>();
  frame->planes[0] = pixels.data();
  frame->row_pitch_bytes[0] = 0;
  frame->t_capture_ns = 0;
  frame->camera = nullptr;
  frame->sun = nullptr;
  frame->reset = 0;
  auto result = make_old<OldResult>();
  const auto submit = [&] {
    return lsd_stream_submit(stream, reinterpret_cast<const lsd_frame*>(frame.get()), nullptr);
  };
  const auto acquire = [&] { return lsd_stream_acquire(stream, reinterpret_cast<lsd_result*>(result.get())); };
  ASSERT_EQ(submit(), LSD_OK) << lsd_last_error();
  ASSERT_TRUE(eventually([&] { return acquire() == LSD_OK; }));
  EXPECT_EQ(result->size, sizeof(OldResult));
  EXPECT_EQ(result->seq, 1);
  EXPECT_EQ(result->width, Engine::kWidth);
  EXPECT_GT(result->t_acquire_ns, 0);
  EXPECT_EQ(static_cast<const unsigned char*>(result->pixels)[0], 9);
}

TEST(NewerCallers, WorkWithLongerStructures) {
  struct NewerFrame {
    lsd_frame frame;
    char more[64];
  } frame{};
  struct NewerResult {
    lsd_result result;
    char more[64];
  } result{};
  const FakeDaemon daemon;
  Engine engine(daemon.endpoint());
  ASSERT_TRUE(engine.opens());
  const std::vector<unsigned char> pixels(Engine::kWidth * Engine::kHeight * 4, 9);
  frame.frame.size = sizeof frame;
  frame.frame.planes[0] = pixels.data();
  result.result.size = sizeof result;
  std::memset(result.more, 5, sizeof result.more);
  ASSERT_EQ(lsd_stream_submit(engine.stream, &frame.frame, nullptr), LSD_OK);
  ASSERT_TRUE(eventually([&] { return lsd_stream_acquire(engine.stream, &result.result) == LSD_OK; }));
  EXPECT_EQ(result.result.seq, 1);
  EXPECT_EQ(result.more[0], 5);
}

TEST(Structures, ShorterThanTheFirstVersionsAreRefused) {
  const FakeDaemon daemon;
  Engine engine(daemon.endpoint());
  engine.result.size = sizeof(OldResult) - 1;
  EXPECT_EQ(lsd_stream_acquire(engine.stream, &engine.result), LSD_ERROR_ARGUMENT);
  lsd_frame frame{};
  frame.size = 96;
  EXPECT_EQ(lsd_stream_submit(engine.stream, &frame, nullptr), LSD_ERROR_ARGUMENT);
  EXPECT_NE(std::string(lsd_last_error()).find("size"), std::string::npos);
  lsd_notice notice{};
  EXPECT_EQ(lsd_stream_next_notice(engine.stream, &notice), LSD_ERROR_ARGUMENT);
}

}  // namespace
}  // namespace lsd
