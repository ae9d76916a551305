// What the engine sees of slots, cameras, controls, notices, progress and transports, through the C ABI.
#include <gtest/gtest.h>
#include <time.h>

#include <algorithm>

#include "camera_history.h"
#include "endpoint.h"
#include "engine.h"
#include "fake_daemon.h"

namespace lsd {
namespace {

using Keys = std::map<std::string, msgpack::object>;

Keys keys_of(const msgpack::object& object) { return object.as<Keys>(); }

lsd_slot slot_at(int32_t number, float x) {
  lsd_slot slot{};
  slot.slot = number;
  slot.object_class = LSD_CLASS_VEHICLE;
  slot.flags = LSD_SLOT_HAS_TRANSFORM;
  slot.world_from_object[3] = x;
  return slot;
}

/// An engine's frame with a table of slots and a camera.
struct Shot {
  std::vector<unsigned char> pixels = std::vector<unsigned char>(Engine::kWidth * Engine::kHeight * 4);
  std::vector<lsd_slot> slots;
  lsd_camera camera{};
  bool has_slots = true;

  lsd_status submit(lsd_stream* stream, int64_t* seq = nullptr) const {
    lsd_frame frame{};
    frame.size = sizeof frame;
    frame.planes[0] = pixels.data();
    frame.camera = &camera;
    if (has_slots) {
      frame.slot_count = static_cast<int32_t>(slots.size());
      frame.slots = slots.data();
    }
    return lsd_stream_submit(stream, &frame, seq);
  }
};

/// What a daemon knows of a stream's slots after all frames that arrived: number -> x of its matrix.
std::map<int, float> known_slots(const FakeDaemon& daemon) {
  std::map<int, float> known;
  for (const auto& frame : daemon.received("frame")) {
    Keys keys = keys_of(frame.get());
    if (keys.find("slots") == keys.end()) continue;
    for (const auto& each : keys["slots"].as<std::vector<msgpack::object>>()) {
      Keys slot = keys_of(each);
      known[slot["slot"].as<int>()] = slot["world_from_object"].as<std::vector<float>>()[3];
    }
  }
  return known;
}

class SlotsOfAStream : public testing::TestWithParam<lsd_transport> {};
INSTANTIATE_TEST_SUITE_P(Transports, SlotsOfAStream, testing::Values(LSD_TRANSPORT_INLINE, LSD_TRANSPORT_SHARED_MEMORY),
                         [](const auto& info) {
                           return info.param == LSD_TRANSPORT_INLINE ? "Inline" : "SharedMemory";
                         });

TEST_P(SlotsOfAStream, GoOutWhenTheyChange) {
  const FakeDaemon daemon;
  Engine engine(daemon.endpoint(), GetParam());
  ASSERT_TRUE(engine.opens());
  Shot shot;
  shot.slots = {slot_at(1, 1), slot_at(255, 2)};
  const auto goes_out = [&] {
    const int64_t before = engine.stats().sent;
    return shot.submit(engine.stream) == LSD_OK && eventually([&] { return engine.stats().sent == before + 1; });
  };
  ASSERT_TRUE(goes_out());
  ASSERT_TRUE(goes_out());
  shot.slots[1] = slot_at(255, 3);
  ASSERT_TRUE(goes_out());
  shot.has_slots = false;
  ASSERT_TRUE(goes_out());
  ASSERT_TRUE(eventually([&] { return daemon.count("frame") == 4; }));
  std::vector<size_t> counts;
  for (const auto& frame : daemon.received("frame")) {
    Keys keys = keys_of(frame.get());
    counts.push_back(keys.find("slots") != keys.end() ? keys["slots"].as<std::vector<msgpack::object>>().size() : 0);
  }
  EXPECT_EQ(counts, (std::vector<size_t>{2, 0, 1, 0}));
}

TEST_P(SlotsOfAStream, AFloodLosesNone) {
  const FakeDaemon daemon;
  Engine engine(daemon.endpoint(), GetParam());
  ASSERT_TRUE(engine.opens());
  Shot shot;
  shot.slots.resize(LSD_MAX_SLOTS);
  for (int32_t i = 0; i < LSD_MAX_SLOTS; ++i) shot.slots[static_cast<size_t>(i)] = slot_at(i + 1, 0);
  // Each slot changes in one frame only, and most of these frames are replaced before they are sent.
  for (int32_t i = 0; i < LSD_MAX_SLOTS; ++i) {
    shot.slots[static_cast<size_t>(i)] = slot_at(i + 1, static_cast<float>(i + 1));
    ASSERT_EQ(shot.submit(engine.stream), LSD_OK);
  }
  ASSERT_TRUE(eventually([&] { return engine.stats().sent + engine.stats().dropped_client == LSD_MAX_SLOTS; }, 15));
  EXPECT_TRUE(eventually([&] {
    const auto known = known_slots(daemon);
    return known.size() == LSD_MAX_SLOTS &&
           std::all_of(known.begin(), known.end(), [](const auto& each) { return each.second == each.first; });
  }));
}

TEST_P(SlotsOfAStream, GoOutAgainAfterAReconnect) {
  auto daemon = std::make_unique<FakeDaemon>();
  FakeDaemon::Options options;
  options.endpoint = daemon->endpoint();
  Engine engine(options.endpoint, GetParam());
  Shot shot;
  shot.slots = {slot_at(1, 1), slot_at(2, 2)};
  // Said once, before anybody is there to hear it.
  shot.submit(engine.stream);
  shot.has_slots = false;
  ASSERT_TRUE(engine.opens());
  ASSERT_EQ(shot.submit(engine.stream), LSD_OK);
  ASSERT_TRUE(eventually([&] { return known_slots(*daemon).size() == 2; }));
  daemon.reset();
  daemon = std::make_unique<FakeDaemon>(options);
  // Frames of the old session may arrive too: they say nothing of slots, and are refused.
  EXPECT_TRUE(eventually([&] {
    shot.submit(engine.stream);
    return known_slots(*daemon) == std::map<int, float>{{1, 1.0f}, {2, 2.0f}};
  }));
}

TEST(SlotsOfAFrame, AWrongTableIsRefusedInOneSentence) {
  const FakeDaemon daemon;
  const Engine engine(daemon.endpoint());
  Shot shot;
  shot.slots = {slot_at(1, 0), slot_at(1, 0)};
  EXPECT_EQ(shot.submit(engine.stream), LSD_ERROR_ARGUMENT);
  EXPECT_STREQ(lsd_last_error(), "The table of slots has two entries for slot 1.");
}

TEST(ResultCamera, IsTheOneOfItsFrame) {
  const FakeDaemon daemon;
  Engine engine(daemon.endpoint());
  ASSERT_TRUE(engine.opens());
  Shot shot;
  for (int i = 1; i <= 5; ++i) {
    shot.camera.view[3] = static_cast<float>(i);
    shot.camera.jitter[1] = 0.25f;
    ASSERT_EQ(shot.submit(engine.stream), LSD_OK);
    ASSERT_TRUE(eventually([&] { return engine.acquire() == LSD_OK; }));
    ASSERT_EQ(engine.result.has_camera, 1);
    EXPECT_EQ(engine.result.camera.view[3], static_cast<float>(i));
    EXPECT_EQ(engine.result.camera.jitter[1], 0.25f);
  }
  ASSERT_EQ(engine.submit(1), LSD_OK);
  ASSERT_TRUE(eventually([&] { return engine.acquire() == LSD_OK; }));
  EXPECT_EQ(engine.result.has_camera, 0);
}

TEST(ResultCamera, HistoryIsBounded) {
  CameraHistory history;
  EXPECT_FALSE(history.find(0));
  lsd_camera camera{};
  const auto frames = static_cast<int64_t>(CameraHistory::kFrames);
  for (int64_t seq = 1; seq <= frames + 1; ++seq) {
    camera.near_plane = static_cast<float>(seq);
    history.add(seq, seq == 5 ? std::nullopt : std::optional(camera));
  }
  EXPECT_FALSE(history.find(1));
  EXPECT_EQ(history.find(2)->near_plane, 2);
  EXPECT_FALSE(history.find(5));
  EXPECT_EQ(history.find(frames + 1)->near_plane, static_cast<float>(frames + 1));
  EXPECT_FALSE(history.find(frames + 2));
  EXPECT_FALSE(history.find(-1));
}

TEST(ModelControls, AreToldToThePanel) {
  const FakeDaemon daemon;
  Engine engine("tcp://127.0.0.1:9");
  EXPECT_EQ(lsd_client_model_count(engine.client), 0);
  EXPECT_EQ(lsd_client_models_generation(engine.client), 0);
  lsd_control_spec spec{};
  spec.size = sizeof spec;
  EXPECT_EQ(lsd_client_control_spec(engine.client, "passthrough", 0, &spec), LSD_NOTHING);

  Engine other(daemon.endpoint());
  ASSERT_TRUE(other.opens());
  EXPECT_EQ(lsd_client_models_generation(other.client), 1);
  ASSERT_EQ(lsd_client_model_count(other.client), 1);
  char text[64];
  EXPECT_EQ(lsd_client_model_name(other.client, 0, text, sizeof text), LSD_OK);
  EXPECT_STREQ(text, "passthrough");
  EXPECT_EQ(lsd_client_model_name(other.client, 1, text, sizeof text), LSD_NOTHING);
  EXPECT_EQ(lsd_client_model_name(other.client, -1, text, sizeof text), LSD_NOTHING);
  EXPECT_EQ(lsd_client_control_count(other.client, "no such model"), 0);
  ASSERT_EQ(lsd_client_control_count(other.client, "passthrough"), 2);
  ASSERT_EQ(lsd_client_control_spec(other.client, "passthrough", 0, &spec), LSD_OK);
  EXPECT_EQ(spec.size, sizeof spec);
  EXPECT_EQ(spec.kind, LSD_CONTROL_CHOICE);
  EXPECT_STREQ(spec.name, "scene");
  EXPECT_STREQ(spec.default_text, "desert");
  EXPECT_EQ(spec.takes_transition, 1);
  EXPECT_EQ(spec.has_default, 1);
  ASSERT_EQ(spec.choice_count, 2);
  EXPECT_EQ(lsd_client_control_choice(other.client, "passthrough", 0, 1, text, sizeof text), LSD_OK);
  EXPECT_STREQ(text, "desert");
  EXPECT_EQ(lsd_client_control_choice(other.client, "passthrough", 0, 2, text, sizeof text), LSD_NOTHING);
  EXPECT_EQ(lsd_client_control_choice(other.client, "passthrough", 1, 0, text, sizeof text), LSD_NOTHING);
  ASSERT_EQ(lsd_client_control_spec(other.client, "passthrough", 1, &spec), LSD_OK);
  EXPECT_EQ(spec.kind, LSD_CONTROL_NUMBER);
  EXPECT_STREQ(spec.unit, "x");
  EXPECT_EQ(spec.minimum, 0.25f);
  EXPECT_EQ(spec.maximum, 2.0f);
  EXPECT_EQ(spec.default_values[0], 1.5f);
  EXPECT_EQ(spec.takes_transition, 0);
  EXPECT_EQ(lsd_client_control_spec(other.client, "passthrough", 2, &spec), LSD_NOTHING);
  EXPECT_EQ(lsd_client_control_spec(other.client, "passthrough", 0, nullptr), LSD_ERROR_ARGUMENT);
}

TEST(ModelControls, TheGenerationRisesWithEachWelcome) {
  auto daemon = std::make_unique<FakeDaemon>();
  FakeDaemon::Options options;
  options.endpoint = daemon->endpoint();
  options.pack_controls = [](auto& packer) { packer.pack_array(0); };
  Engine engine(options.endpoint);
  ASSERT_TRUE(engine.opens());
  daemon.reset();
  // What was known stays until there is something newer.
  EXPECT_EQ(lsd_client_control_count(engine.client, "passthrough"), 2);
  daemon = std::make_unique<FakeDaemon>(options);
  ASSERT_TRUE(eventually([&] { return lsd_client_models_generation(engine.client) == 2; }));
  EXPECT_EQ(lsd_client_control_count(engine.client, "passthrough"), 0);
}

TEST(ControlValues, OfEveryKindGoOut) {
  const FakeDaemon daemon;
  Engine engine(daemon.endpoint());
  ASSERT_TRUE(engine.opens());
  const float color[] = {1, 0.5f, 0};
  ASSERT_EQ(lsd_stream_control_begin(engine.stream), LSD_OK);
  ASSERT_EQ(lsd_stream_control_flag(engine.stream, "bypass", 7), LSD_OK);
  ASSERT_EQ(lsd_stream_control_flag(engine.stream, "raw", 0), LSD_OK);
  ASSERT_EQ(lsd_stream_control_float(engine.stream, "strength", 0.5f), LSD_OK);
  ASSERT_EQ(lsd_stream_control_floats(engine.stream, "fog_color", color, 3), LSD_OK);
  ASSERT_GT(lsd_stream_control_commit(engine.stream, 0), 0);
  ASSERT_TRUE(eventually([&] { return daemon.count("control") == 1; }));
  const auto control = daemon.received("control");
  Keys values = keys_of(keys_of(control[0].get())["values"]);
  EXPECT_TRUE(values["bypass"].as<bool>());
  EXPECT_FALSE(values["raw"].as<bool>());
  EXPECT_EQ(values["strength"].as<float>(), 0.5f);
  EXPECT_EQ(values["fog_color"].as<std::vector<float>>(), (std::vector<float>{1, 0.5f, 0}));
}

TEST(ControlValues, OfARefusedGroupAreNotSentAgain) {
  FakeDaemon::Options options;
  options.unknown_control = "weather";
  auto daemon = std::make_unique<FakeDaemon>(options);
  options.endpoint = daemon->endpoint();
  Engine engine(options.endpoint);
  ASSERT_TRUE(engine.opens());
  const auto commit = [&](const char* name, const char* value) {
    lsd_stream_control_begin(engine.stream);
    lsd_stream_control_string(engine.stream, name, value);
    return lsd_stream_control_commit(engine.stream, 0);
  };
  commit("scene", "forest");
  commit("weather", "rain");
  const int64_t last = commit("lighting", "dusk");
  ASSERT_TRUE(eventually([&] { return engine.round_trip(1) && engine.result.control_seq == last; }));
  EXPECT_EQ(engine.stream_error(), "The stand-in says bad_control.");
  daemon.reset();
  daemon = std::make_unique<FakeDaemon>(options);
  ASSERT_TRUE(eventually([&] { return daemon->count("control") == 1; }));
  const auto control = daemon->received("control");
  EXPECT_EQ((keys_of(control[0].get())["values"].as<std::map<std::string, std::string>>()),
            (std::map<std::string, std::string>{{"lighting", "dusk"}, {"scene", "forest"}}));
}

TEST(ControlValues, ADaemonThatLacksOneControlGetsTheOthers) {
  auto daemon = std::make_unique<FakeDaemon>();
  FakeDaemon::Options options;
  options.endpoint = daemon->endpoint();
  options.unknown_control = "weather";
  Engine engine(options.endpoint);
  ASSERT_TRUE(engine.opens());
  lsd_stream_control_begin(engine.stream);
  for (const char* name : {"scene", "weather", "lighting"}) lsd_stream_control_string(engine.stream, name, "x");
  const int64_t first = lsd_stream_control_commit(engine.stream, 0);
  ASSERT_TRUE(eventually([&] { return engine.round_trip(1) && engine.result.control_seq == first; }));
  daemon.reset();
  daemon = std::make_unique<FakeDaemon>(options);
  // All at once, which is refused as a whole; then each by itself.
  ASSERT_TRUE(eventually([&] { return daemon->count("control") == 4; }));
  ASSERT_TRUE(eventually([&] { return engine.round_trip(1) && engine.result.control_seq >= first; }));
  daemon.reset();
  daemon = std::make_unique<FakeDaemon>(options);
  ASSERT_TRUE(eventually([&] { return daemon->count("control") == 1; }));
  const auto control = daemon->received("control");
  EXPECT_EQ(keys_of(keys_of(control[0].get())["values"]).size(), 2u);
}

TEST(Notices, TheNewest16AreKept) {
  FakeDaemon::Options options;
  for (int i = 1; i <= 20; ++i) options.notices.push_back("code_" + std::to_string(i));
  const FakeDaemon daemon(options);
  Engine engine(daemon.endpoint());
  ASSERT_TRUE(engine.round_trip(1));
  lsd_notice notice{};
  EXPECT_EQ(lsd_stream_next_notice(engine.stream, &notice), LSD_ERROR_ARGUMENT);
  notice.size = sizeof notice;
  for (int i = 5; i <= 20; ++i) {
    ASSERT_EQ(lsd_stream_next_notice(engine.stream, &notice), LSD_OK);
    EXPECT_EQ(notice.code, "code_" + std::to_string(i));
    EXPECT_EQ(notice.message, "The stand-in noticed code_" + std::to_string(i) + ".");
  }
  EXPECT_EQ(lsd_stream_next_notice(engine.stream, &notice), LSD_NOTHING);
  EXPECT_EQ(lsd_stream_get_state(engine.stream), LSD_STREAM_OPEN);
}

TEST(Progress, OfALoadingModelIsWaitedFor) {
  FakeDaemon::Options options;
  options.is_loading = true;
  FakeDaemon daemon(options);
  Engine engine(daemon.endpoint());
  lsd_progress progress{};
  progress.size = sizeof progress;
  ASSERT_TRUE(eventually([&] { return lsd_client_get_progress(engine.client, &progress) == LSD_OK; }));
  EXPECT_STREQ(progress.what, "Loading.");
  EXPECT_EQ(progress.fraction, 0.25f);
  // Longer than a daemon is waited for that says nothing: had the client given up, there were a second hello.
  std::this_thread::sleep_for(std::chrono::milliseconds(2500));
  EXPECT_EQ(daemon.count("hello"), 1);
  EXPECT_EQ(lsd_client_get_state(engine.client), LSD_CLIENT_CONNECTING);
  EXPECT_EQ(engine.client_error(), "");
  daemon.finish_loading();
  EXPECT_TRUE(engine.round_trip(1));
  EXPECT_EQ(lsd_client_get_progress(engine.client, &progress), LSD_NOTHING);
  EXPECT_EQ(daemon.count("hello"), 1);
}

TEST(Progress, OfAStreamEndsWithItsFirstResult) {
  FakeDaemon::Options options;
  options.compiles = true;
  FakeDaemon daemon(options);
  Engine engine(daemon.endpoint());
  ASSERT_TRUE(engine.opens());
  lsd_progress progress{};
  progress.size = sizeof progress;
  ASSERT_EQ(lsd_stream_get_progress(engine.stream, &progress), LSD_OK);
  EXPECT_STREQ(progress.what, "Compiling.");
  EXPECT_EQ(progress.fraction, 0.5f);
  daemon.finish_compiling();
  ASSERT_TRUE(engine.round_trip(1));
  EXPECT_EQ(lsd_stream_get_progress(engine.stream, &progress), LSD_NOTHING);
}

TEST(TransportChoice, ARefusedOneIsLoggedOnceAsASentence) {
  FakeDaemon::Options options;
  options.maps_rings = false;
  auto daemon = std::make_unique<FakeDaemon>(options);
  options.endpoint = daemon->endpoint();
  Engine engine(options.endpoint);
  ASSERT_TRUE(engine.round_trip(1));
  daemon.reset();
  daemon = std::make_unique<FakeDaemon>(options);
  ASSERT_TRUE(eventually([&] { return engine.stats().reconnects == 1 && engine.acquire() == LSD_NOTHING; }));
  ASSERT_TRUE(engine.round_trip(2));
  lsd_client_destroy(engine.client);
  engine.client = nullptr;
  EXPECT_EQ(std::count(engine.log_lines.begin(), engine.log_lines.end(),
                       "The transport shared_memory is not used: the stand-in maps no rings."),
            1);
}

TEST(TransportChoice, OneThatWasNotOfferedFailsTheStream) {
  FakeDaemon::Options options;
  options.transport = "carrier_pigeon";
  const FakeDaemon daemon(options);
  const Engine engine(daemon.endpoint(), LSD_TRANSPORT_INLINE);
  EXPECT_TRUE(eventually([&] { return lsd_stream_get_state(engine.stream) == LSD_STREAM_FAILED; }));
  EXPECT_EQ(engine.stream_error(), "The daemon chose the transport carrier_pigeon, which was not offered.");
}

TEST(Localhost, IsTheLoopbackOfVersion4) {
  EXPECT_EQ(connect_address("tcp://localhost:5757"), "tcp://127.0.0.1:5757");
  EXPECT_EQ(connect_address("tcp://localhost.example.org:5757"), "tcp://localhost.example.org:5757");
  EXPECT_EQ(connect_address("tcp://[::1]:5757"), "tcp://[::1]:5757");
  EXPECT_EQ(connect_address("ipc://localhost"), "ipc://localhost");
  const FakeDaemon daemon;
  const std::string port = daemon.endpoint().substr(daemon.endpoint().rfind(':'));
  Engine engine("tcp://localhost" + port);
  EXPECT_TRUE(engine.round_trip(1));
  EXPECT_EQ(engine.stats().transport, LSD_TRANSPORT_SHARED_MEMORY);
}

TEST(Clock, IsTheMonotonicOneOfTheSystem) {
  timespec before;
  timespec after;
  clock_gettime(CLOCK_MONOTONIC, &before);
  const int64_t now = lsd_now_ns();
  clock_gettime(CLOCK_MONOTONIC, &after);
  EXPECT_GE(now, before.tv_sec * kNanosecondsPerSecond + before.tv_nsec);
  EXPECT_LE(now, after.tv_sec * kNanosecondsPerSecond + after.tv_nsec);
}

}  // namespace
}  // namespace lsd
