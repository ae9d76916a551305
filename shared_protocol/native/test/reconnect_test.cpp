#include <gtest/gtest.h>

#include <algorithm>
#include <functional>

#include "engine.h"
#include "fake_daemon.h"

namespace lsd {
namespace {

double seconds_of(const std::function<void()>& action) {
  const int64_t begin = now_ns();
  action();
  return static_cast<double>(now_ns() - begin) / 1e9;
}

FakeDaemon::Options at(const std::string& endpoint) {
  FakeDaemon::Options options;
  options.endpoint = endpoint;
  return options;
}

TEST(Reconnect, ADaemonThatIsNeverThereCostsNothing) {
  double longest = 0;
  const double destroying = seconds_of([&] {
    Engine engine("tcp://127.0.0.1:9");
    const int64_t end = now_ns() + kNanosecondsPerSecond / 2;
    while (now_ns() < end) {
      longest = std::max(longest, seconds_of([&] {
                           EXPECT_EQ(engine.submit(1), LSD_NOTHING);
                           EXPECT_EQ(engine.acquire(), LSD_NOTHING);
                         }));
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
  });
  EXPECT_LT(longest, 1);  // one that waited for the daemon would have taken three seconds
  EXPECT_LT(destroying, 0.5 + 0.5);
}

TEST(Reconnect, ADaemonThatComesLaterIsFound) {
  const std::string endpoint = [] { return FakeDaemon().endpoint(); }();
  Engine engine(endpoint);
  EXPECT_FALSE(engine.opens(0.5));
  const FakeDaemon daemon(at(endpoint));
  EXPECT_TRUE(engine.round_trip(1, 2.0));
}

TEST(Reconnect, FramesFlowWithin2SecondsOfARestart) {
  auto daemon = std::make_unique<FakeDaemon>();
  const std::string endpoint = daemon->endpoint();
  Engine engine(endpoint);
  lsd_stream_control_begin(engine.stream);
  lsd_stream_control_string(engine.stream, "scene", "forest");
  lsd_stream_control_commit(engine.stream, 0);
  lsd_stream_control_begin(engine.stream);
  lsd_stream_control_string(engine.stream, "lighting", "night");
  const int64_t control_seq = lsd_stream_control_commit(engine.stream, 3);
  for (int round = 1; round <= 3; ++round) {
    ASSERT_TRUE(engine.round_trip(round)) << round;
    daemon.reset();
    // Once quickly, once after the silence was noticed.
    std::this_thread::sleep_for(std::chrono::milliseconds(round == 2 ? 3500 : 50));
    while (engine.acquire() == LSD_OK) {
    }
    daemon = std::make_unique<FakeDaemon>(at(endpoint));
    EXPECT_LT(seconds_of([&] { EXPECT_TRUE(engine.round_trip(round)); }), 2.0) << round;
    EXPECT_EQ(engine.stats().reconnects, round);
    // All values in one message, with the number the engine knows and without a transition.
    const auto controls = daemon->received("control");
    ASSERT_EQ(controls.size(), 1u);
    auto control = controls[0].get().as<std::map<std::string, msgpack::object>>();
    EXPECT_EQ(control["control_seq"].as<int64_t>(), control_seq);
    EXPECT_EQ(control["transition_s"].as<float>(), 0);
    EXPECT_EQ((control["values"].as<std::map<std::string, std::string>>()).size(), 2u);
    ASSERT_TRUE(eventually([&] { return engine.round_trip(round) && engine.result.control_seq == control_seq; }));
  }
}

TEST(Reconnect, AHangingDaemonIsLeftAndFoundAgain) {
  FakeDaemon daemon;
  Engine engine(daemon.endpoint());
  ASSERT_TRUE(engine.round_trip(1));
  daemon.hang(true);
  double longest = 0;
  const bool is_lost = eventually([&] {
    longest = std::max(longest, seconds_of([&] { engine.submit(2); }));
    longest = std::max(longest, seconds_of([&] { engine.acquire(); }));
    return lsd_client_get_state(engine.client) == LSD_CLIENT_CONNECTING;
  });
  EXPECT_TRUE(is_lost);
  EXPECT_LT(longest, 1);  // one that waited for the daemon would have taken three seconds
  EXPECT_EQ(engine.submit(3), LSD_NOTHING);
  EXPECT_NE(engine.client_error(), "");
  daemon.hang(false);
  EXPECT_TRUE(engine.round_trip(4, 4));
  EXPECT_EQ(engine.client_error(), "");
}

TEST(Reconnect, DestroyIsBoundedWhileTheDaemonHangs) {
  FakeDaemon daemon;
  double seconds = 0;
  {
    Engine engine(daemon.endpoint(), LSD_TRANSPORT_INLINE);
    ASSERT_TRUE(engine.round_trip(1));
    daemon.hang(true);
    for (int i = 0; i < 50; ++i) engine.submit(i);
    seconds = seconds_of([&] {
      lsd_client_destroy(engine.client);
      engine.client = nullptr;
    });
  }
  EXPECT_LT(seconds, 0.5);
  daemon.hang(false);
  EXPECT_TRUE(eventually([&] { return daemon.count("bye") == 1; }));
}

}  // namespace
}  // namespace lsd
