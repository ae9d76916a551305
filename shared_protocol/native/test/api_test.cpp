#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "engine.h"

namespace lsd {
namespace {

constexpr const char* kNowhere = "tcp://127.0.0.1:9";

lsd_client_config client_config() {
  lsd_client_config config{};
  config.size = sizeof config;
  config.endpoint = kNowhere;
  return config;
}

TEST(Api, HasItsVersion) { EXPECT_STREQ(lsd_version(), LSD_TEST_VERSION); }

TEST(Api, RefusesBadClients) {
  EXPECT_EQ(lsd_client_create(nullptr), nullptr);
  lsd_client_config config = client_config();
  config.size = 0;
  EXPECT_EQ(lsd_client_create(&config), nullptr);
  EXPECT_STRNE(lsd_last_error(), "");
  for (const char* endpoint : {"", "127.0.0.1:5757", "udp://127.0.0.1:1", "tcp://127.0.0.1", "tcp://:5757", "ipc://"}) {
    config = client_config();
    config.endpoint = endpoint;
    EXPECT_EQ(lsd_client_create(&config), nullptr) << endpoint;
  }
  config = client_config();
  config.server_public_key = "short";
  EXPECT_EQ(lsd_client_create(&config), nullptr);
  config = client_config();
  config.name = "\xFF";
  EXPECT_EQ(lsd_client_create(&config), nullptr);
  config = client_config();
  lsd_client* client = lsd_client_create(&config);
  EXPECT_NE(client, nullptr);
  EXPECT_STREQ(lsd_last_error(), "");
  lsd_client_destroy(client);
}

TEST(Api, RefusesBadStreams) {
  const Engine engine(kNowhere);
  lsd_stream_config good{};
  good.size = sizeof good;
  good.width = good.height = 64;
  good.plane_count = 1;
  const auto refuses = [&](auto&& change) {
    lsd_stream_config config = good;
    change(config);
    return lsd_stream_open(engine.client, &config) == nullptr && *lsd_last_error() != '\0';
  };
  EXPECT_FALSE(refuses([](auto&) {}));
  EXPECT_TRUE(refuses([](auto& config) { config.size = 4; }));
  EXPECT_TRUE(refuses([](auto& config) { config.width = 8; }));
  EXPECT_TRUE(refuses([](auto& config) { config.output_width = 5000; }));
  EXPECT_TRUE(refuses([](auto& config) { config.output_format = LSD_FORMAT_R8; }));
  EXPECT_TRUE(refuses([](auto& config) { config.transport = 9; }));
  EXPECT_TRUE(refuses([](auto& config) { config.max_steps = 9; }));
  EXPECT_TRUE(refuses([](auto& config) { config.seed = -1; }));
  EXPECT_TRUE(refuses([](auto& config) { config.fps = std::numeric_limits<float>::quiet_NaN(); }));
  EXPECT_EQ(lsd_stream_open(nullptr, &good), nullptr);
}

TEST(Api, RefusesBadFrames) {
  const Engine engine(kNowhere);
  std::vector<unsigned char> pixels(64 * 48 * 4);
  lsd_frame frame{};
  frame.size = sizeof frame;
  EXPECT_EQ(lsd_stream_submit(engine.stream, &frame, nullptr), LSD_ERROR_ARGUMENT);
  frame.planes[0] = pixels.data();
  EXPECT_EQ(lsd_stream_submit(engine.stream, &frame, nullptr), LSD_NOTHING);
  frame.row_pitch_bytes[0] = 255;
  EXPECT_EQ(lsd_stream_submit(engine.stream, &frame, nullptr), LSD_ERROR_ARGUMENT);
  frame.row_pitch_bytes[0] = -256;
  EXPECT_EQ(lsd_stream_submit(engine.stream, &frame, nullptr), LSD_ERROR_ARGUMENT);
  frame.row_pitch_bytes[0] = 0;
  lsd_camera camera{};
  camera.view[3] = std::numeric_limits<float>::infinity();
  frame.camera = &camera;
  EXPECT_EQ(lsd_stream_submit(engine.stream, &frame, nullptr), LSD_ERROR_ARGUMENT);
  EXPECT_EQ(lsd_stream_submit(nullptr, &frame, nullptr), LSD_ERROR_ARGUMENT);
  EXPECT_EQ(lsd_stream_submit(engine.stream, nullptr, nullptr), LSD_ERROR_ARGUMENT);
  EXPECT_EQ(engine.stats().submitted, 1);
  EXPECT_EQ(engine.stats().dropped_client, 1);
}

TEST(Api, RefusesBadControls) {
  const Engine engine(kNowhere);
  lsd_stream* stream = engine.stream;
  const float nan[] = {std::nanf("")};
  EXPECT_EQ(lsd_stream_control_begin(nullptr), LSD_ERROR_ARGUMENT);
  EXPECT_EQ(lsd_stream_control_begin(stream), LSD_OK);
  EXPECT_LT(lsd_stream_control_commit(stream, 0), 0);
  EXPECT_EQ(lsd_stream_control_string(stream, nullptr, "x"), LSD_ERROR_ARGUMENT);
  EXPECT_EQ(lsd_stream_control_string(stream, "scene", nullptr), LSD_ERROR_ARGUMENT);
  EXPECT_EQ(lsd_stream_control_string(stream, "scene", std::string(4097, 'x').c_str()), LSD_ERROR_ARGUMENT);
  EXPECT_EQ(lsd_stream_control_string(stream, "prompt", std::string(4096, 'x').c_str()), LSD_OK);
  EXPECT_EQ(lsd_stream_control_float(stream, "strength", nan[0]), LSD_ERROR_ARGUMENT);
  EXPECT_EQ(lsd_stream_control_floats(stream, "sun_direction", nan, 1), LSD_ERROR_ARGUMENT);
  EXPECT_EQ(lsd_stream_control_floats(stream, "sun_direction", nan, 0), LSD_ERROR_ARGUMENT);
  EXPECT_LT(lsd_stream_control_commit(stream, 61), 0);
  EXPECT_EQ(lsd_stream_control_commit(stream, 60), 1);
}

TEST(Api, RefusesBadSlots) {
  Engine engine(kNowhere);
  engine.pixels.resize(static_cast<size_t>(Engine::kWidth) * Engine::kHeight * 4);
  lsd_frame frame{};
  frame.size = sizeof frame;
  frame.planes[0] = engine.pixels.data();
  const auto status_of = [&](const lsd_slot& slot, int32_t count = 1) {
    frame.slots = &slot;
    frame.slot_count = count;
    return lsd_stream_submit(engine.stream, &frame, nullptr);
  };
  lsd_slot slot{};
  slot.slot = 1;
  slot.flags = LSD_SLOT_HAS_STRENGTH | LSD_SLOT_HAS_TRANSFORM;
  slot.strength = 0.5f;
  EXPECT_EQ(status_of(slot), LSD_NOTHING);  // not connected, but right
  EXPECT_EQ(status_of(slot, 256), LSD_ERROR_ARGUMENT);
  EXPECT_EQ(status_of(slot, -1), LSD_ERROR_ARGUMENT);
  lsd_slot wrong = slot;
  wrong.slot = 256;
  EXPECT_EQ(status_of(wrong), LSD_ERROR_ARGUMENT);
  for (const int32_t object_class : {-1, 16}) {
    wrong = slot;
    wrong.object_class = object_class;
    EXPECT_EQ(status_of(wrong), LSD_ERROR_ARGUMENT);
    EXPECT_NE(std::string(lsd_last_error()).find("class"), std::string::npos);
  }
  wrong = slot;
  wrong.strength = 1.5f;
  EXPECT_EQ(status_of(wrong), LSD_ERROR_ARGUMENT);
  wrong.flags = LSD_SLOT_HAS_TRANSFORM;  // then nobody looks at it
  EXPECT_EQ(status_of(wrong), LSD_NOTHING);
  wrong.world_from_object[11] = std::nanf("");
  EXPECT_EQ(status_of(wrong), LSD_ERROR_ARGUMENT);
  EXPECT_NE(std::string(lsd_last_error()).find("finite"), std::string::npos);
}

TEST(Api, KnowsNoModelsBeforeAWelcome) {
  const Engine engine(kNowhere);
  lsd_control_spec spec{};
  spec.size = sizeof spec;
  lsd_progress progress{};
  progress.size = sizeof progress;
  char text[16];
  EXPECT_EQ(lsd_client_model_count(engine.client), 0);
  EXPECT_EQ(lsd_client_model_name(engine.client, 0, text, sizeof text), LSD_NOTHING);
  EXPECT_EQ(lsd_client_control_count(engine.client, "m"), 0);
  EXPECT_EQ(lsd_client_control_spec(engine.client, "m", 0, &spec), LSD_NOTHING);
  EXPECT_EQ(lsd_client_control_choice(engine.client, "m", 0, 0, text, sizeof text), LSD_NOTHING);
  EXPECT_EQ(lsd_client_get_progress(engine.client, &progress), LSD_NOTHING);
  EXPECT_EQ(lsd_client_models_generation(engine.client), 0);
  EXPECT_EQ(lsd_client_control_spec(nullptr, "m", 0, &spec), LSD_ERROR_ARGUMENT);
  spec.size = 4;
  EXPECT_EQ(lsd_client_control_spec(engine.client, "m", 0, &spec), LSD_ERROR_ARGUMENT);
}

TEST(Api, TakesNullWhereItSaysSo) {
  lsd_client_destroy(nullptr);
  lsd_stream_close(nullptr);
  char text[4] = "xxx";
  EXPECT_EQ(lsd_client_last_error(nullptr, text, sizeof text), 0u);
  EXPECT_STREQ(text, "");
}

TEST(Api, TerminatesShortenedText) {
  const Engine engine(kNowhere);
  ASSERT_TRUE(eventually([&] { return !engine.client_error().empty(); }));
  char text[5];
  const size_t length = lsd_client_last_error(engine.client, text, sizeof text);
  EXPECT_GT(length, 5u);
  EXPECT_EQ(std::string(text), engine.client_error().substr(0, 4));
}

}  // namespace
}  // namespace lsd
