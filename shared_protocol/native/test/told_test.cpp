// What the daemon tells beside results: models and their controls, progress, notices, refusals.
#include <gtest/gtest.h>

#include <cstddef>
#include <cstring>

#include "endpoint.h"
#include "engine.h"
#include "fake_daemon.h"

namespace lsd {
namespace {

TEST(Told, ModelsAndTheirControls) {
  FakeDaemon daemon;
  Engine engine(daemon.endpoint());
  ASSERT_TRUE(engine.opens());
  EXPECT_EQ(lsd_client_models_generation(engine.client), 1);
  ASSERT_EQ(lsd_client_model_count(engine.client), 1);
  char text[32];
  ASSERT_EQ(lsd_client_model_name(engine.client, 0, text, sizeof text), LSD_OK);
  EXPECT_STREQ(text, "passthrough");
  ASSERT_EQ(lsd_client_control_count(engine.client, "passthrough"), 2);
  lsd_control_spec spec{};
  spec.size = sizeof spec;
  ASSERT_EQ(lsd_client_control_spec(engine.client, "passthrough", 0, &spec), LSD_OK);
  EXPECT_EQ(spec.kind, LSD_CONTROL_CHOICE);
  EXPECT_STREQ(spec.name, "scene");
  EXPECT_STREQ(spec.default_text, "city");
  EXPECT_EQ(spec.choice_count, 2);
  EXPECT_EQ(spec.takes_transition, 1);
  ASSERT_EQ(lsd_client_control_choice(engine.client, "passthrough", 0, 1, text, sizeof text), LSD_OK);
  EXPECT_STREQ(text, "city");
  EXPECT_EQ(lsd_client_control_choice(engine.client, "passthrough", 0, 2, text, sizeof text), LSD_NOTHING);
  ASSERT_EQ(lsd_client_control_spec(engine.client, "passthrough", 1, &spec), LSD_OK);
  EXPECT_EQ(spec.kind, LSD_CONTROL_NUMBER);
  EXPECT_EQ(spec.minimum, 0.5f);
  EXPECT_EQ(spec.maximum, 100.0f);
  EXPECT_EQ(spec.default_values[0], 8.0f);
  EXPECT_STREQ(spec.unit, "m");
  EXPECT_EQ(lsd_client_control_spec(engine.client, "passthrough", 2, &spec), LSD_NOTHING);
}

TEST(Told, ProgressUntilTheFirstResult) {
  FakeDaemon::Options options;
  options.tells_progress = true;
  FakeDaemon daemon(options);
  Engine engine(daemon.endpoint());
  lsd_progress progress{};
  progress.size = sizeof progress;
  ASSERT_TRUE(eventually([&] { return lsd_stream_get_progress(engine.stream, &progress) == LSD_OK; }));
  EXPECT_STREQ(progress.what, "preparing");
  EXPECT_EQ(progress.fraction, 0.25f);
  EXPECT_EQ(lsd_client_get_progress(engine.client, &progress), LSD_NOTHING);  // it was welcomed
  ASSERT_TRUE(engine.round_trip(1));
  EXPECT_EQ(lsd_stream_get_progress(engine.stream, &progress), LSD_NOTHING);
}

TEST(Told, ADaemonThatLoadsIsNotOneThatDoesNotAnswer) {
  const std::string endpoint = [] { return FakeDaemon().endpoint(); }();
  Engine engine(endpoint);
  char sentence[256];
  const auto has_sentence = [&] { return lsd_client_last_error(engine.client, sentence, sizeof sentence) > 0; };
  ASSERT_TRUE(eventually(has_sentence));
  FakeDaemon::Options options;
  options.endpoint = endpoint;
  options.tells_progress = true;
  options.answers_hello = false;
  FakeDaemon daemon(options);
  lsd_progress progress{};
  progress.size = sizeof progress;
  ASSERT_TRUE(eventually([&] { return lsd_client_get_progress(engine.client, &progress) == LSD_OK; }));
  EXPECT_TRUE(eventually([&] { return !has_sentence(); }));
}

TEST(Told, NoticesInTheirOrderTheNewestSixteen) {
  FakeDaemon::Options options;
  options.notice = "depth_unit";
  FakeDaemon daemon(options);
  Engine engine(daemon.endpoint());
  for (int i = 0; i < 20; ++i) ASSERT_TRUE(engine.round_trip(i));
  ASSERT_TRUE(eventually([&] { return daemon.count("frame") >= 20; }));
  lsd_notice notice{};
  notice.size = sizeof notice;
  int taken = 0;
  while (lsd_stream_next_notice(engine.stream, &notice) == LSD_OK) {
    EXPECT_STREQ(notice.code, "depth_unit");
    EXPECT_STREQ(notice.message, "The stand-in notices something.");
    ++taken;
  }
  EXPECT_GE(taken, 15);  // the last one may still be on its way
  EXPECT_LE(taken, 17);
}

TEST(Told, WhyATransportWasRefused) {
  FakeDaemon::Options options;
  options.maps_rings = false;
  options.refused_transport = "shared_memory";
  FakeDaemon daemon(options);
  std::vector<std::string> lines;
  {
    Engine engine(daemon.endpoint());
    ASSERT_TRUE(engine.round_trip(1));
    EXPECT_EQ(engine.stats().transport, LSD_TRANSPORT_INLINE);
    lsd_client_destroy(engine.client);
    engine.client = nullptr;
    lines = engine.log_lines;
  }
  int told = 0;
  for (const std::string& line : lines) told += line.find("The stand-in has none.") != std::string::npos;
  EXPECT_EQ(told, 1);
}

TEST(Told, ARefusedGroupIsTheOneThatIsTakenOut) {
  FakeDaemon::Options options;
  options.refused_control = 1;
  auto daemon = std::make_unique<FakeDaemon>(options);
  options.endpoint = daemon->endpoint();
  options.refused_control = 0;
  Engine engine(options.endpoint);
  ASSERT_TRUE(engine.opens());
  for (const char* name : {"first", "second"}) {
    lsd_stream_control_begin(engine.stream);
    lsd_stream_control_flag(engine.stream, name, 1);
    lsd_stream_control_float(engine.stream, "both", name[0]);
    lsd_stream_control_commit(engine.stream, 0);
  }
  ASSERT_TRUE(eventually([&] { return engine.stream_error().find("bad_control") != std::string::npos; }));
  daemon.reset();
  FakeDaemon successor(options);
  ASSERT_TRUE(eventually([&] { return successor.count("control") == 1; }));
  const auto replayed = successor.received("control");
  auto values = replayed[0]
                    .get()
                    .as<std::map<std::string, msgpack::object>>()["values"]
                    .as<std::map<std::string, msgpack::object>>();
  EXPECT_EQ(values.count("first"), 0u);
  ASSERT_EQ(values.count("second"), 1u);
  EXPECT_TRUE(values["second"].as<bool>());
  EXPECT_EQ(values["both"].as<float>(), static_cast<float>('s'));
}

TEST(Results, SayWhichCameraTheyWereMadeWith) {
  FakeDaemon daemon;
  Engine engine(daemon.endpoint());
  ASSERT_TRUE(engine.opens());
  engine.pixels.assign(static_cast<size_t>(Engine::kWidth) * Engine::kHeight * 4, 1);
  lsd_camera camera{};
  lsd_frame frame{};
  frame.size = sizeof frame;
  frame.planes[0] = engine.pixels.data();
  frame.camera = &camera;
  int64_t seq = 0;
  for (int i = 1; i < 20; ++i) {
    camera.view[3] = static_cast<float>(i);
    ASSERT_TRUE(eventually([&] { return lsd_stream_submit(engine.stream, &frame, &seq) == LSD_OK; }));
    ASSERT_TRUE(eventually([&] { return engine.acquire() == LSD_OK && engine.result.seq == seq; }));
    EXPECT_EQ(engine.result.has_camera, 1);
    EXPECT_EQ(engine.result.camera.view[3], static_cast<float>(i));
  }
  ASSERT_TRUE(engine.round_trip(1));
  EXPECT_EQ(engine.result.has_camera, 0);
}

TEST(Structures, OfAnOlderCallerAreFilledAsFarAsTheyGo) {
  FakeDaemon daemon;
  Engine engine(daemon.endpoint());
  ASSERT_TRUE(engine.opens());
  engine.pixels.assign(static_cast<size_t>(Engine::kWidth) * Engine::kHeight * 4, 1);
  lsd_frame frame;
  std::memset(&frame, 0xA5, sizeof frame);  // what an older caller does not have must not be read
  std::memset(&frame, 0, offsetof(lsd_frame, slot_count));
  frame.size = offsetof(lsd_frame, slot_count);
  frame.planes[0] = engine.pixels.data();
  lsd_result result;
  std::memset(&result, 0xA5, sizeof result);
  result.size = offsetof(lsd_result, has_camera);
  ASSERT_TRUE(eventually([&] {
    return lsd_stream_submit(engine.stream, &frame, nullptr) == LSD_OK &&
           eventually([&] { return lsd_stream_acquire(engine.stream, &result) == LSD_OK; }, 0.05);
  }));
  EXPECT_EQ(result.size, offsetof(lsd_result, has_camera));
  EXPECT_EQ(result.width, Engine::kWidth);
  int32_t untouched = 0;
  std::memcpy(&untouched, &result.has_camera, sizeof untouched);
  EXPECT_EQ(static_cast<uint32_t>(untouched), 0xA5A5A5A5u);
  result.size = 8;
  EXPECT_EQ(lsd_stream_acquire(engine.stream, &result), LSD_ERROR_ARGUMENT);
}

TEST(Endpoint, LocalhostIsIpv4) {
  EXPECT_EQ(connect_address("tcp://localhost:5757"), "tcp://127.0.0.1:5757");
  EXPECT_EQ(connect_address("tcp://localhost.example:1"), "tcp://localhost.example:1");
  EXPECT_EQ(connect_address("ipc:///tmp/x"), "ipc:///tmp/x");
}

}  // namespace
}  // namespace lsd
