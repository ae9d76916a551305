#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <filesystem>

#include "engine.h"
#include "fake_daemon.h"

namespace lsd {
namespace {

std::string ring_prefix() { return "lsd-" + std::to_string(getpid()) + "-"; }

int rings_left() {
  int count = 0;
  for (const auto& entry : std::filesystem::directory_iterator("/dev/shm")) {
    count += entry.path().filename().string().rfind(ring_prefix(), 0) == 0;
  }
  return count;
}

int entries(const char* directory) {
  const std::filesystem::directory_iterator begin(directory);
  return static_cast<int>(std::distance(begin, {}));
}

class Client : public testing::TestWithParam<lsd_transport> {};
INSTANTIATE_TEST_SUITE_P(Transports, Client, testing::Values(LSD_TRANSPORT_INLINE, LSD_TRANSPORT_SHARED_MEMORY),
                         [](const auto& info) {
                           return info.param == LSD_TRANSPORT_INLINE ? "Inline" : "SharedMemory";
                         });

TEST_P(Client, CarriesFramesThereAndBack) {
  const FakeDaemon daemon;
  Engine engine(daemon.endpoint(), GetParam());
  ASSERT_TRUE(engine.opens()) << engine.stream_error();
  EXPECT_EQ(lsd_client_get_state(engine.client), LSD_CLIENT_READY);
  for (int i = 1; i <= 20; ++i) {
    int64_t seq = 0;
    ASSERT_EQ(engine.submit(i, &seq), LSD_OK);
    EXPECT_EQ(seq, i);
    ASSERT_TRUE(eventually([&] { return engine.acquire() == LSD_OK; }));
    EXPECT_EQ(engine.result.seq, seq);
    EXPECT_EQ(engine.result.width, Engine::kWidth);
    EXPECT_EQ(std::memcmp(engine.result.pixels, engine.pixels.data(), engine.pixels.size()), 0);
    EXPECT_LE(engine.result.t_capture_ns, engine.result.t_receive_ns);
    EXPECT_LE(engine.result.t_send_ns, engine.result.t_acquire_ns);
  }
  EXPECT_EQ(engine.acquire(), LSD_NOTHING);
  const lsd_stats stats = engine.stats();
  EXPECT_EQ(stats.transport, GetParam());
  EXPECT_EQ(stats.submitted, 20);
  EXPECT_EQ(stats.sent, 20);
  EXPECT_EQ(stats.returned, 20);
  EXPECT_EQ(stats.dropped_client + stats.dropped_daemon + stats.dropped_results, 0);
  EXPECT_GT(stats.fps, 0);
  EXPECT_GT(stats.latency_ms_p50, 0);
  EXPECT_LE(stats.latency_ms_p50, stats.latency_ms_max);
  EXPECT_EQ(rings_left(), 0);
}

TEST_P(Client, AccountsForEveryFrameOfAFlood) {
  const FakeDaemon daemon;
  Engine engine(daemon.endpoint(), GetParam());
  ASSERT_TRUE(engine.opens());
  for (int i = 0; i < 2000; ++i) {
    ASSERT_EQ(engine.submit(i), LSD_OK);
    if (engine.acquire() != LSD_OK) continue;
    const auto* pixels = static_cast<const unsigned char*>(engine.result.pixels);
    const int expected = static_cast<int>((engine.result.seq - 1) & 0xFF);
    ASSERT_EQ(pixels[0], expected);
    ASSERT_EQ(pixels[engine.pixels.size() - 1], expected);
  }
  EXPECT_TRUE(eventually([&] { return engine.stats().sent + engine.stats().dropped_client == 2000; }, 15))
      << engine.stats().sent << " sent, " << engine.stats().dropped_client << " dropped, " << engine.client_error();
  // Faster than the daemon can read, every slot may be torn; then nothing came back until now.
  EXPECT_TRUE(engine.round_trip(1));
}

TEST_P(Client, TwoThreadsMaySubmit) {
  const FakeDaemon daemon;
  Engine engine(daemon.endpoint(), GetParam());
  ASSERT_TRUE(engine.opens());
  const auto submit = [&] {
    std::vector<unsigned char> pixels(engine.kWidth * engine.kHeight * 4);
    lsd_frame frame{};
    frame.size = sizeof frame;
    frame.planes[0] = pixels.data();
    for (int i = 0; i < 300; ++i) EXPECT_EQ(lsd_stream_submit(engine.stream, &frame, nullptr), LSD_OK);
  };
  std::thread other(submit);
  submit();
  other.join();
  EXPECT_TRUE(eventually([&] { return engine.stats().sent + engine.stats().dropped_client == 600; }));
}

TEST_P(Client, SurvivesRubbish) {
  FakeDaemon::Options options;
  options.sends_rubbish = true;
  const FakeDaemon daemon(options);
  Engine engine(daemon.endpoint(), GetParam());
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(engine.round_trip(i));
}

TEST_P(Client, SendsControlsAndResets) {
  const FakeDaemon daemon;
  Engine engine(daemon.endpoint(), GetParam());
  ASSERT_TRUE(engine.opens());
  lsd_stream_control_begin(engine.stream);
  lsd_stream_control_string(engine.stream, "scene", "forest");
  lsd_stream_control_int(engine.stream, "seed", 7);
  const float sun[] = {0, 1, 0};
  lsd_stream_control_floats(engine.stream, "sun_direction", sun, 3);
  const int64_t control_seq = lsd_stream_control_commit(engine.stream, 1.5f);
  EXPECT_EQ(control_seq, 1);
  EXPECT_EQ(lsd_stream_reset(engine.stream), LSD_OK);
  ASSERT_TRUE(eventually([&] { return engine.round_trip(1) && engine.result.control_seq == control_seq; }));
  EXPECT_EQ(daemon.count("control"), 1);
  EXPECT_EQ(daemon.count("reset"), 1);
}

TEST(ClientResults, WrongOnesAreDroppedAndCounted) {
  using Keys = std::map<std::string, int64_t>;
  struct Case {
    const char* name;
    lsd_transport transport;
    std::function<void(Keys&, std::string&)> spoil;
  };
  const Case cases[] = {
      {"slot out of range", LSD_TRANSPORT_SHARED_MEMORY, [](Keys& keys, std::string&) { keys["slot"] = 9; }},
      {"wrong slot_seq", LSD_TRANSPORT_SHARED_MEMORY, [](Keys& keys, std::string&) { keys["slot_seq"] += 2; }},
      {"no slot", LSD_TRANSPORT_SHARED_MEMORY,
       [](Keys& keys, std::string&) {
         keys.erase("slot");
         keys.erase("slot_seq");
       }},
      {"short payload", LSD_TRANSPORT_INLINE, [](Keys&, std::string& payload) { payload.resize(payload.size() - 64); }},
      {"long payload", LSD_TRANSPORT_INLINE, [](Keys&, std::string& payload) { payload.resize(payload.size() + 64); }},
      {"empty payload", LSD_TRANSPORT_INLINE, [](Keys&, std::string& payload) { payload.clear(); }},
  };
  for (const Case& each : cases) {
    FakeDaemon::Options options;
    options.spoil = each.spoil;
    const FakeDaemon daemon(options);
    Engine engine(daemon.endpoint(), each.transport);
    ASSERT_TRUE(engine.opens()) << each.name;
    ASSERT_EQ(engine.submit(1), LSD_OK);
    EXPECT_TRUE(eventually([&] { return engine.stats().dropped_results == 1; })) << each.name;
    EXPECT_EQ(engine.acquire(), LSD_NOTHING) << each.name;
    EXPECT_EQ(lsd_stream_get_state(engine.stream), LSD_STREAM_OPEN) << each.name;
  }
}

TEST(ClientResults, MalformedOnesAreIgnored) {
  FakeDaemon::Options options;
  options.spoil = [](auto& keys, auto&) { keys["seq"] = -1; };
  const FakeDaemon daemon(options);
  Engine engine(daemon.endpoint());
  ASSERT_TRUE(engine.opens());
  for (int i = 0; i < 5; ++i) engine.submit(i);
  EXPECT_FALSE(eventually([&] { return engine.acquire() == LSD_OK; }, 0.2));
  EXPECT_EQ(engine.stats().returned, 0);
}

TEST(ClientResults, TornOnesAreDroppedAndCounted) {
  FakeDaemon::Options options;
  options.tears = true;
  const FakeDaemon daemon(options);
  Engine engine(daemon.endpoint(), LSD_TRANSPORT_SHARED_MEMORY);
  ASSERT_TRUE(engine.opens());
  ASSERT_EQ(engine.submit(1), LSD_OK);
  EXPECT_TRUE(eventually([&] { return engine.stats().dropped_results == 1; }));
  EXPECT_EQ(engine.acquire(), LSD_NOTHING);
}

TEST(ClientTransport, IsInlineWhenTheDaemonCannotMap) {
  FakeDaemon::Options options;
  options.maps_rings = false;
  const FakeDaemon daemon(options);
  Engine engine(daemon.endpoint());
  ASSERT_TRUE(engine.round_trip(1));
  EXPECT_EQ(engine.stats().transport, LSD_TRANSPORT_INLINE);
  EXPECT_EQ(rings_left(), 0);
}

TEST(ClientTransport, IsInlineWhenTheDaemonsRingIsWrong) {
  FakeDaemon::Options options;
  options.spoils_ring = true;
  const FakeDaemon daemon(options);
  Engine engine(daemon.endpoint());
  ASSERT_TRUE(engine.round_trip(1));
  EXPECT_EQ(engine.stats().transport, LSD_TRANSPORT_INLINE);
  EXPECT_EQ(rings_left(), 0);
}

TEST(ClientTransport, FailsWhenOnlyAWrongRingIsAllowed) {
  FakeDaemon::Options options;
  options.spoils_ring = true;
  const FakeDaemon daemon(options);
  const Engine engine(daemon.endpoint(), LSD_TRANSPORT_SHARED_MEMORY);
  EXPECT_TRUE(eventually([&] { return lsd_stream_get_state(engine.stream) == LSD_STREAM_FAILED; }));
  EXPECT_NE(engine.stream_error(), "");
  EXPECT_EQ(rings_left(), 0);
}

TEST(ClientTransport, WorksOverIpc) {
  FakeDaemon::Options options;
  options.endpoint = "ipc:///tmp/lsd-test-" + std::to_string(getpid());
  const FakeDaemon daemon(options);
  Engine engine(daemon.endpoint());
  ASSERT_TRUE(engine.round_trip(1));
  EXPECT_EQ(engine.stats().transport, LSD_TRANSPORT_SHARED_MEMORY);
}

TEST(ClientErrors, AStreamThatIsRefusedSaysWhy) {
  FakeDaemon::Options options;
  options.open_error = "unknown_model";
  const FakeDaemon daemon(options);
  Engine engine(daemon.endpoint());
  EXPECT_TRUE(eventually([&] { return lsd_stream_get_state(engine.stream) == LSD_STREAM_FAILED; }));
  EXPECT_EQ(engine.stream_error(), "The stand-in says unknown_model.");
  EXPECT_EQ(engine.submit(1), LSD_NOTHING);
  EXPECT_EQ(lsd_client_get_state(engine.client), LSD_CLIENT_READY);
  EXPECT_EQ(rings_left(), 0);
}

TEST(ClientErrors, ARefusedClientSaysWhyOnce) {
  FakeDaemon::Options options;
  options.refusal = "unauthorized";
  const FakeDaemon daemon(options);
  Engine engine(daemon.endpoint());
  EXPECT_TRUE(eventually([&] { return daemon.count("hello") >= 2; }));
  EXPECT_EQ(lsd_client_get_state(engine.client), LSD_CLIENT_REFUSED);
  EXPECT_EQ(engine.client_error(), "The stand-in says unauthorized.");
  lsd_client_destroy(engine.client);
  engine.client = nullptr;
  EXPECT_EQ(std::count(engine.log_lines.begin(), engine.log_lines.end(), "The stand-in says unauthorized."), 1);
}

TEST(ClientStatistics, KnowTheStages) {
  const FakeDaemon daemon;
  Engine engine(daemon.endpoint());
  ASSERT_TRUE(engine.round_trip(1));
  char names[64];
  EXPECT_EQ(lsd_stream_stage_names(engine.stream, names, sizeof names), 7u);
  EXPECT_STREQ(names, "denoise");
  float p50 = 0;
  float p95 = 0;
  EXPECT_EQ(lsd_stream_stage_ms(engine.stream, "denoise", &p50, &p95), LSD_OK);
  EXPECT_FLOAT_EQ(p50, 1.5f);
  EXPECT_FLOAT_EQ(p95, 1.5f);
  EXPECT_EQ(lsd_stream_stage_ms(engine.stream, "no such stage", &p50, &p95), LSD_NOTHING);
  EXPECT_TRUE(eventually([&] { return engine.stats().round_trip_ms > 0; }));
}

TEST(ClientLife, ManyStreamsComeAndGo) {
  const FakeDaemon daemon;
  Engine engine(daemon.endpoint());
  lsd_stream_config config{};
  config.size = sizeof config;
  config.width = config.height = 64;
  config.plane_count = 1;
  for (int i = 0; i < 20; ++i) {
    lsd_stream* stream = lsd_stream_open(engine.client, &config);
    ASSERT_NE(stream, nullptr);
    if (i % 2 == 0) {
      EXPECT_TRUE(eventually([&] { return lsd_stream_get_state(stream) == LSD_STREAM_OPEN; }));
    }
    lsd_stream_close(stream);
  }
  EXPECT_TRUE(eventually([&] { return daemon.count("close") >= 10; }));
  EXPECT_TRUE(engine.round_trip(1));
}

TEST(ClientLife, LeavesNoDescriptorsThreadsOrRings) {
  const FakeDaemon daemon;
  const auto cycle = [&](const std::string& endpoint) {
    Engine engine(endpoint);
    if (endpoint == daemon.endpoint()) {
      EXPECT_TRUE(engine.round_trip(1));
    }
  };
  cycle(daemon.endpoint());
  const auto settled = [] {
    const int before = entries("/proc/self/fd");
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    return before == entries("/proc/self/fd");
  };
  ASSERT_TRUE(eventually(settled));
  const int descriptors = entries("/proc/self/fd");
  const int threads = entries("/proc/self/task");
  for (int i = 0; i < 10; ++i) {
    cycle(daemon.endpoint());
    cycle("tcp://127.0.0.1:9");
  }
  EXPECT_TRUE(eventually([&] { return entries("/proc/self/fd") <= descriptors; }))
      << entries("/proc/self/fd") << " > " << descriptors;
  EXPECT_TRUE(eventually([&] { return entries("/proc/self/task") <= threads; }));
  EXPECT_EQ(rings_left(), 0);
}

}  // namespace
}  // namespace lsd
