#include <gtest/gtest.h>
#include <malloc.h>

#include <cstring>
#include <string>

#include "engine.h"
#include "fake_daemon.h"
#include "shading_shape.h"

namespace lsd {
namespace {

/// An engine that shades: a stream of contexts for pictures of 640x360.
class Shader {
 public:
  explicit Shader(const std::string& endpoint, lsd_transport transport = LSD_TRANSPORT_AUTO) {
    lsd_client_config config{};
    config.size = sizeof config;
    config.endpoint = endpoint.c_str();
    client = lsd_client_create(&config);
    EXPECT_EQ(lsd_context_plane_size(640, 360, &width, &height), LSD_OK);
    lsd_stream_config wanted{};
    wanted.size = sizeof wanted;
    wanted.model = "passthrough";
    wanted.width = width;
    wanted.height = height;
    wanted.plane_count = 2;
    wanted.planes[0] = {LSD_PLANE_COLOR, LSD_FORMAT_RGBA8};
    wanted.planes[1] = {LSD_PLANE_DEPTH, LSD_FORMAT_R32F};
    wanted.output_width = 640;
    wanted.output_height = 360;
    wanted.output_format = LSD_FORMAT_CONTEXT;
    wanted.transport = transport;
    stream = lsd_stream_open(client, &wanted);
    pixels.resize(static_cast<size_t>(width * height) * 4);
  }
  ~Shader() { lsd_client_destroy(client); }
  Shader(const Shader&) = delete;
  Shader& operator=(const Shader&) = delete;

  bool opens() {
    return eventually([&] { return lsd_stream_get_state(stream) == LSD_STREAM_OPEN; });
  }
  bool fails() {
    return eventually([&] { return lsd_stream_get_state(stream) == LSD_STREAM_FAILED; });
  }
  int64_t submit() {
    lsd_camera camera{};
    camera.near_plane = 0.5f;
    lsd_frame frame{};
    frame.size = sizeof frame;
    frame.planes[0] = frame.planes[1] = pixels.data();
    frame.camera = &camera;
    int64_t seq = 0;
    lsd_stream_submit(stream, &frame, &seq);
    return seq;
  }
  lsd_status acquire() {
    context = {};
    context.size = sizeof context;
    return lsd_stream_acquire_context(stream, &context);
  }
  lsd_status release() { return lsd_stream_release_context(stream, &context); }
  /// Submits a frame and waits for its context, which is held then.
  bool round_trip() {
    const int64_t seq = submit();
    return seq > 0 && eventually([&] {
             if (acquire() != LSD_OK) return false;
             if (context.seq == seq) return true;
             release();
             return false;
           });
  }
  lsd_stats stats() const {
    lsd_stats stats{};
    stats.size = sizeof stats;
    lsd_stream_get_stats(stream, &stats);
    return stats;
  }
  std::string error() const {
    char text[512];
    lsd_stream_last_error(stream, text, sizeof text);
    return text;
  }
  bool has_notice(const std::string& code) {
    lsd_notice notice{};
    notice.size = sizeof notice;
    while (lsd_stream_next_notice(stream, &notice) == LSD_OK) {
      if (notice.code == code) return true;
    }
    return false;
  }

  lsd_client* client = nullptr;
  lsd_stream* stream = nullptr;
  lsd_context context{};
  int32_t width = 0, height = 0;
  std::vector<unsigned char> pixels;
};

class Contexts : public testing::TestWithParam<lsd_transport> {};
INSTANTIATE_TEST_SUITE_P(Transports, Contexts, testing::Values(LSD_TRANSPORT_INLINE, LSD_TRANSPORT_SHARED_MEMORY),
                         [](const auto& info) {
                           return info.param == LSD_TRANSPORT_INLINE ? "Inline" : "SharedMemory";
                         });

TEST_P(Contexts, ComeWithTheirWeights) {
  const FakeDaemon daemon;
  Shader shader(daemon.endpoint(), GetParam());
  ASSERT_TRUE(shader.opens()) << shader.error();
  EXPECT_EQ(shader.acquire(), LSD_NOTHING);
  ASSERT_TRUE(shader.round_trip());
  const lsd_context& context = shader.context;
  EXPECT_EQ(context.width, 40);
  EXPECT_EQ(context.height, 22);
  EXPECT_EQ(context.channels, 16);
  EXPECT_EQ(context.values[0], 0x3C01);
  EXPECT_EQ(context.values[40 * 22 * 16 - 1], 0x3C01);
  EXPECT_STREQ(context.shape, "mirage-head-48x2");
  EXPECT_EQ(context.shape_version, 1);
  EXPECT_EQ(context.weight_count, 7203);
  EXPECT_EQ(context.weights[7202], 0x3C01);
  EXPECT_EQ(context.weights_generation, 1);
  EXPECT_EQ(context.strength, 0.25f);
  EXPECT_EQ(context.palette[23], 0.5f);
  EXPECT_TRUE(context.is_new);
  EXPECT_TRUE(context.has_camera);
  EXPECT_EQ(context.camera.near_plane, 0.5f);
  EXPECT_GT(context.age_ns, 0);
  EXPECT_EQ(shader.stats().transport, GetParam());
  EXPECT_GT(shader.stats().latency_ms_p50, 0);
  shader.release();
}

TEST_P(Contexts, WeightsComeAgainWhenTheControlsChange) {
  const FakeDaemon daemon;
  Shader shader(daemon.endpoint(), GetParam());
  ASSERT_TRUE(shader.opens());
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(shader.round_trip());
    EXPECT_EQ(shader.context.weights_generation, 1);
    shader.release();
  }
  lsd_stream_control_begin(shader.stream);
  lsd_stream_control_string(shader.stream, "scene", "city");
  lsd_stream_control_commit(shader.stream, 0);
  ASSERT_TRUE(eventually([&] { return daemon.count("control") == 1; }));
  ASSERT_TRUE(shader.round_trip());
  EXPECT_EQ(shader.context.weights_generation, 2);
  EXPECT_EQ(shader.context.weights[0], 0x3C02);
  EXPECT_EQ(shader.context.weights_control_seq, 1);
  shader.release();
}

TEST_P(Contexts, AreHeldUntilTheyAreReleased) {
  const FakeDaemon daemon;
  Shader shader(daemon.endpoint(), GetParam());
  ASSERT_TRUE(shader.opens());
  lsd_context held[LSD_MAX_CONTEXTS];
  for (lsd_context& each : held) {
    ASSERT_TRUE(shader.round_trip());
    each = shader.context;
  }
  EXPECT_EQ(shader.acquire(), LSD_ERROR_ARGUMENT);
  EXPECT_NE(std::string(lsd_last_error()).find("release"), std::string::npos);
  for (int i = 0; i < 50; ++i) shader.submit();
  EXPECT_TRUE(eventually([&] { return shader.stats().sent + shader.stats().dropped_client == 53; }));
  for (int i = 0; i < LSD_MAX_CONTEXTS; ++i) {
    EXPECT_EQ(held[i].values[100], 0x3C00 + i + 1);
    EXPECT_EQ(lsd_stream_release_context(shader.stream, &held[i]), LSD_OK);
    EXPECT_EQ(held[i].values, nullptr);
    EXPECT_EQ(lsd_stream_release_context(shader.stream, &held[i]), LSD_ERROR_ARGUMENT);
  }
  EXPECT_TRUE(shader.round_trip());
}

TEST_P(Contexts, WrongOnesAreDroppedCountedAndSurvived) {
  using Answer = FakeDaemon::ContextAnswer;
  struct Case {
    const char* name;
    std::function<void(Answer&)> spoil;
  };
  const auto weights_with = [](uint16_t half) {
    return [half](Answer& answer) {
      answer.sends_weights = true;
      ++answer.weights_seq;
      std::memcpy(&answer.weights[5000], &half, sizeof half);
    };
  };
  const Case cases[] = {
      {"giant grid", [](Answer& answer) { answer.width = 256; }},
      {"another grid", [](Answer& answer) { answer.height = 21; }},
      {"another channel count", [](Answer& answer) { answer.channels = 17; }},
      {"no context", [](Answer& answer) { answer.is_context = false; }},
      {"weights that never came", [](Answer& answer) { answer.weights_seq = 99; }},
      {"weights with NaN", weights_with(0x7E00)},
      {"weights with infinity", weights_with(0xFC00)},
      {"short weights",
       [](Answer& answer) {
         answer.sends_weights = true;
         ++answer.weights_seq;
         answer.weights.pop_back();
       }},
      {"long weights",
       [](Answer& answer) {
         answer.sends_weights = true;
         ++answer.weights_seq;
         answer.weights += std::string(64, '\0');
       }},
      {"weights without a payload",
       [](Answer& answer) {
         answer.sends_weights = true;
         ++answer.weights_seq;
         answer.weights.clear();
       }},
      {"weights of another shape",
       [](Answer& answer) {
         answer.sends_weights = true;
         ++answer.weights_seq;
         answer.shape = "splats";
       }},
      {"weights whose number falls", [](Answer& answer) { answer.sends_weights = true; }},
  };
  for (const Case& each : cases) {
    FakeDaemon::Options options;
    options.spoil_context = [&](int64_t seq, Answer& answer) {
      if (seq == 2) each.spoil(answer);
    };
    const FakeDaemon daemon(options);
    Shader shader(daemon.endpoint(), GetParam());
    ASSERT_TRUE(shader.opens()) << each.name;
    ASSERT_TRUE(shader.round_trip()) << each.name;
    shader.release();
    shader.submit();
    EXPECT_TRUE(eventually([&] { return shader.stats().dropped_results >= 1; })) << each.name;
    EXPECT_NE(shader.error(), "") << each.name;
    ASSERT_EQ(shader.acquire(), LSD_OK) << each.name;
    // Falling numbers cost the message, not the context: its weights are there.
    if (std::string(each.name) != "weights whose number falls") {
      EXPECT_EQ(shader.context.seq, 1) << each.name;
    }
    EXPECT_EQ(shader.context.weights[2500], 0x3C01) << each.name;
    shader.release();
    ASSERT_TRUE(shader.round_trip()) << each.name;
    shader.release();
  }
}

TEST(ContextPayloads, WrongOnesAreDropped) {
  struct Case {
    const char* name;
    std::function<void(std::string&)> spoil;
  };
  const Case cases[] = {
      {"NaN", [](std::string& payload) { std::memcpy(&payload[28'158], "\x01\x7C", 2); }},
      {"infinity", [](std::string& payload) { std::memcpy(&payload[0], "\x00\x7C", 2); }},
      {"short", [](std::string& payload) { payload.resize(payload.size() - 64); }},
      {"long", [](std::string& payload) { payload.resize(payload.size() + 64); }},
      {"empty", [](std::string& payload) { payload.clear(); }},
  };
  for (const Case& each : cases) {
    FakeDaemon::Options options;
    options.spoil = [&](auto& keys, std::string& payload) {
      if (keys["seq"] == 1) each.spoil(payload);
    };
    const FakeDaemon daemon(options);
    Shader shader(daemon.endpoint(), LSD_TRANSPORT_INLINE);
    ASSERT_TRUE(shader.opens()) << each.name;
    shader.submit();
    EXPECT_TRUE(eventually([&] { return shader.stats().dropped_results == 1; })) << each.name;
    EXPECT_EQ(shader.acquire(), LSD_NOTHING) << each.name;
    ASSERT_TRUE(shader.round_trip()) << each.name;
    shader.release();
  }
}

TEST(ContextStream, OfAnUnknownShapeFailsWithASentence) {
  FakeDaemon::Options options;
  options.shape = "splats";
  const FakeDaemon daemon(options);
  Shader shader(daemon.endpoint());
  ASSERT_TRUE(shader.fails());
  EXPECT_EQ(shader.error(),
            "The model passthrough is shaded with splats, version 1, which this version does not know; open the stream "
            "for pictures.");
  EXPECT_EQ(lsd_client_model_context(shader.client, "passthrough"), LSD_NOTHING);
  EXPECT_NE(std::string(lsd_last_error()).find("pictures"), std::string::npos);
  // The same client opens it for pictures.
  Engine engine(daemon.endpoint());
  EXPECT_TRUE(engine.round_trip(1));
}

TEST(ContextStream, OfADaemonWithoutContextsFailsWithASentence) {
  FakeDaemon::Options options;
  options.shape = "";
  const FakeDaemon daemon(options);
  Shader shader(daemon.endpoint());
  ASSERT_TRUE(shader.fails());
  EXPECT_EQ(shader.error(), "The model passthrough has no contexts; open the stream for pictures.");
  EXPECT_EQ(lsd_client_model_context(shader.client, "passthrough"), LSD_NOTHING);
}

TEST(ContextStream, IsAnnouncedByTheModel) {
  const FakeDaemon daemon;
  Shader shader(daemon.endpoint());
  ASSERT_TRUE(shader.opens());
  EXPECT_EQ(lsd_client_model_context(shader.client, "passthrough"), LSD_OK);
  EXPECT_EQ(lsd_client_model_context(shader.client, "another"), LSD_NOTHING);
  EXPECT_EQ(lsd_client_model_context(shader.client, nullptr), LSD_ERROR_ARGUMENT);
  const auto hellos = daemon.received("hello");
  auto hello = hellos.at(0).get().as<std::map<std::string, msgpack::object>>();
  const auto capabilities = hello["capabilities"].as<std::vector<std::string>>();
  EXPECT_EQ(capabilities.back(), "shade: client");
}

TEST(ContextStream, HasNoPicturesAndTheOtherWayRound) {
  const FakeDaemon daemon;
  Shader shader(daemon.endpoint());
  lsd_result result{};
  result.size = sizeof result;
  EXPECT_EQ(lsd_stream_acquire(shader.stream, &result), LSD_ERROR_ARGUMENT);
  Engine engine(daemon.endpoint());
  lsd_context context{};
  context.size = sizeof context;
  EXPECT_EQ(lsd_stream_acquire_context(engine.stream, &context), LSD_ERROR_ARGUMENT);
  EXPECT_EQ(lsd_stream_acquire_context(nullptr, &context), LSD_ERROR_ARGUMENT);
  context.size = 8;
  EXPECT_EQ(lsd_stream_acquire_context(shader.stream, &context), LSD_ERROR_ARGUMENT);
  int32_t side = 0;
  EXPECT_EQ(lsd_context_plane_size(8, 8, &side, &side), LSD_ERROR_ARGUMENT);
  EXPECT_EQ(lsd_context_plane_size(1280, 720, nullptr, &side), LSD_ERROR_ARGUMENT);
}

TEST(ContextStream, KeepsTheLastContextWhenTheDaemonDies) {
  FakeDaemon::Options options;
  auto daemon = std::make_unique<FakeDaemon>(options);
  options.endpoint = daemon->endpoint();
  Shader shader(options.endpoint);
  ASSERT_TRUE(shader.opens());
  ASSERT_TRUE(shader.round_trip());
  const int64_t seq = shader.context.seq;
  shader.release();
  daemon.reset();
  ASSERT_TRUE(eventually([&] { return lsd_stream_get_state(shader.stream) == LSD_STREAM_PENDING; }, 10));
  EXPECT_TRUE(shader.has_notice("context_held"));
  ASSERT_EQ(shader.acquire(), LSD_OK);
  const int64_t age = shader.context.age_ns;
  EXPECT_EQ(shader.context.seq, seq);
  EXPECT_FALSE(shader.context.is_new);
  EXPECT_EQ(shader.context.weights[0], 0x3C01);
  shader.release();
  ASSERT_EQ(shader.acquire(), LSD_OK);
  EXPECT_GT(shader.context.age_ns, age);
  // Held over the restart.
  const lsd_context old = shader.context;
  daemon = std::make_unique<FakeDaemon>(options);
  ASSERT_TRUE(eventually([&] { return lsd_stream_get_state(shader.stream) == LSD_STREAM_OPEN; }, 10));
  ASSERT_TRUE(shader.round_trip());
  EXPECT_GT(shader.context.seq, seq);
  EXPECT_GT(shader.context.weights_generation, old.weights_generation);
  EXPECT_EQ(old.values[0], 0x3C00 + seq);
  EXPECT_EQ(old.weights[0], 0x3C01);
  EXPECT_FALSE(shader.has_notice("context_held"));
}

TEST(ContextStream, DoesNotGrow) {
  FakeDaemon::Options options;
  options.spoil_context = [](int64_t seq, FakeDaemon::ContextAnswer& answer) {
    answer.weights_seq = seq;  // new ones with each context, as in a transition
    answer.sends_weights = true;
  };
  const FakeDaemon daemon(options);
  Shader shader(daemon.endpoint(), LSD_TRANSPORT_SHARED_MEMORY);
  ASSERT_TRUE(shader.opens());
  const auto play = [&](int frames) {
    for (int i = 0; i < frames; ++i) {
      ASSERT_TRUE(shader.round_trip());
      shader.release();
    }
  };
  play(50);
  const size_t before = mallinfo2().uordblks;
  play(150);
  // The stand-in remembers each header it got, a few hundred bytes; one context kept for each frame would be 4 MB.
  EXPECT_LT(mallinfo2().uordblks, before + 500'000);
}

}  // namespace
}  // namespace lsd
