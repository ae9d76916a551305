#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <limits>
#include <map>
#include <msgpack.hpp>
#include <random>
#include <sstream>
#include <vector>

#include "channel/transports.h"
#include "decode.h"
#include "encode.h"

namespace lsd {
namespace {

struct Vector {
  std::string file, direction, type, bytes;
  bool is_valid = false;
};

std::vector<Vector> read_vectors() {
  std::vector<Vector> vectors;
  std::ifstream index(LSD_VECTORS "/index.tsv");
  std::string line;
  while (std::getline(index, line)) {
    Vector vector;
    std::string valid;
    std::istringstream columns(line);
    std::getline(columns, vector.file, '\t');
    std::getline(columns, vector.direction, '\t');
    std::getline(columns, vector.type, '\t');
    std::getline(columns, valid, '\t');
    vector.is_valid = valid == "1";
    std::ifstream file(LSD_VECTORS "/" + vector.file, std::ios::binary);
    vector.bytes.assign(std::istreambuf_iterator<char>(file), {});
    vectors.push_back(vector);
  }
  return vectors;
}

std::string type_of(const DaemonMessage& message) {
  constexpr const char* names[] = {"welcome", "opened", "progress", "notice", "result",
                                   "closed",  "pong",   "bye",      "error"};
  return names[message.index()];
}

TEST(GoldenVectors, AreReadAsTheIndexSays) {
  int seen = 0;
  for (const Vector& vector : read_vectors()) {
    if (vector.direction != "daemon") continue;
    ++seen;
    std::string problem;
    const auto message = decode(vector.bytes.data(), vector.bytes.size(), &problem);
    EXPECT_EQ(message.has_value(), vector.is_valid) << vector.file << ": " << problem;
    if (message && vector.is_valid) {
      EXPECT_EQ(type_of(*message), vector.type) << vector.file;
    }
  }
  EXPECT_GT(seen, 20);
}

TEST(Decoder, SurvivesMutations) {
  std::mt19937 random(20'260'101);
  std::vector<std::string> corpus;
  for (const Vector& vector : read_vectors()) {
    if (!vector.bytes.empty() && vector.bytes.size() < 8192) corpus.push_back(vector.bytes);
  }
  ASSERT_FALSE(corpus.empty());
  for (int round = 0; round < 30'000; ++round) {
    std::string bytes = corpus[random() % corpus.size()];
    for (unsigned edits = 1 + random() % 4; edits > 0 && !bytes.empty(); --edits) {
      const size_t at = random() % bytes.size();
      switch (random() % 4) {
        case 0:
          bytes[at] = static_cast<char>(random());
          break;
        case 1:
          bytes.resize(at);
          break;
        case 2:
          bytes.insert(at, 1 + random() % 5, static_cast<char>(random()));
          break;
        default:
          bytes.erase(at, 1 + random() % 5);
      }
    }
    std::string problem;
    decode(bytes.data(), bytes.size(), &problem);
  }
}

TEST(Decoder, RefusesEverythingDeepAndLarge) {
  std::string problem;
  EXPECT_FALSE(decode("", 0, &problem));
  const std::string large(70'000, '\xC0');
  EXPECT_FALSE(decode(large.data(), large.size(), &problem));
  std::string deep = "\x81\xA1t";
  deep += std::string(10'000, '\x91') + '\x01';
  EXPECT_FALSE(decode(deep.data(), deep.size(), &problem));
  // An array that says it has four thousand million items.
  const std::string liar = std::string("\x81\xA1t\xDD") + "\xFF\xFF\xFF\xFF";
  EXPECT_FALSE(decode(liar.data(), liar.size(), &problem));
}

std::map<std::string, msgpack::object> unpack(const std::string& header, msgpack::object_handle* handle) {
  *handle = msgpack::unpack(header.data(), header.size());
  return handle->get().as<std::map<std::string, msgpack::object>>();
}

std::map<std::string, msgpack::object> keys_of(const msgpack::object& object) {
  return object.as<std::map<std::string, msgpack::object>>();
}

TEST(Encoder, WritesAFrame) {
  FrameInfo frame;
  frame.seq = 7;
  frame.t_capture_ns = 1;
  frame.t_submit_ns = 2;
  frame.camera = lsd_camera{};
  frame.sun = lsd_sun{};
  frame.reset = true;
  msgpack::object_handle handle;
  auto map = unpack(encode_frame(3, frame, SlotReference{2, 10}, {}), &handle);
  EXPECT_EQ(map.size(), 10u);
  EXPECT_EQ(map["t"].as<std::string>(), "frame");
  EXPECT_EQ(map["stream"].as<int>(), 3);
  EXPECT_EQ(map["seq"].as<int>(), 7);
  EXPECT_EQ(map["slot_seq"].as<int>(), 10);
  EXPECT_TRUE(map["reset"].as<bool>());
  EXPECT_EQ((map["camera"].as<std::map<std::string, msgpack::object>>())["view"].as<std::vector<float>>().size(), 16u);
}

TEST(Encoder, WritesAnOpen) {
  Open open;
  open.stream = 1;
  open.model = "passthrough";
  open.planes = {{LSD_PLANE_COLOR, LSD_FORMAT_RGBA8}, {LSD_PLANE_DEPTH, LSD_FORMAT_R32F}};
  open.width = 64;
  open.height = 32;
  open.output_alpha = LSD_ALPHA_ENGINE;
  std::string problem;
  const ChannelSizes sizes{2, 64 * 32 * 8, 64 * 32 * 4};
  const auto ring = kSharedMemoryTransport.offer(sizes, &problem);
  const auto inlined = kInlineTransport.offer(sizes, &problem);
  open.offers = {{"shared_memory", ring.get()}, {"inline", inlined.get()}};
  msgpack::object_handle handle;
  auto map = unpack(encode_open(open), &handle);
  EXPECT_EQ(map.size(), 9u);
  EXPECT_EQ(map["planes"].as<std::vector<msgpack::object>>().size(), 2u);
  EXPECT_EQ(keys_of(map["output"])["alpha"].as<std::string>(), "engine");
  const auto offers = map["transport"].as<std::vector<msgpack::object>>();
  ASSERT_EQ(offers.size(), 2u);
  EXPECT_EQ(keys_of(offers[0])["name"].as<std::string>(), "shared_memory");
  auto description = keys_of(keys_of(offers[0])["ring"]);
  EXPECT_EQ(description.size(), 4u);
  EXPECT_EQ(description["slots"].as<int>(), 4);
  EXPECT_EQ(description["slot_stride"].as<int>(), 64 + 64 * 32 * 8);
  EXPECT_EQ(keys_of(offers[1]).size(), 1u);
  EXPECT_EQ(keys_of(offers[1])["name"].as<std::string>(), "inline");
}

TEST(Encoder, WritesWhatIsSetOfASlot) {
  lsd_slot bare{};
  bare.slot = 200;
  bare.object_class = LSD_CLASS_INTERFACE;
  bare.strength = 0.5f;  // without its flag it means nothing
  lsd_slot full{};
  full.slot = 7;
  full.object_class = LSD_CLASS_VEHICLE;
  full.flags = LSD_SLOT_HAS_STRENGTH | LSD_SLOT_HAS_TRANSFORM | LSD_SLOT_HAS_PREVIOUS;
  full.strength = 0.75f;
  full.world_from_object[3] = 2.5f;
  full.previous_world_from_object[3] = 2.25f;
  msgpack::object_handle handle;
  auto map = unpack(encode_frame(1, FrameInfo{}, std::nullopt, {&bare, &full}), &handle);
  const auto slots = map["slots"].as<std::vector<msgpack::object>>();
  ASSERT_EQ(slots.size(), 2u);
  EXPECT_EQ(keys_of(slots[0]).size(), 2u);
  EXPECT_EQ(keys_of(slots[0])["slot"].as<int>(), 200);
  EXPECT_EQ(keys_of(slots[0])["class"].as<std::string>(), "interface");
  auto second = keys_of(slots[1]);
  EXPECT_EQ(second.size(), 5u);
  EXPECT_EQ(second["class"].as<std::string>(), "vehicle");
  EXPECT_EQ(second["strength"].as<float>(), 0.75f);
  EXPECT_EQ(second["world_from_object"].as<std::vector<float>>()[3], 2.5f);
  EXPECT_EQ(second["previous_world_from_object"].as<std::vector<float>>()[3], 2.25f);
}

TEST(Encoder, TheLargestTableOfSlotsFitsAHeader) {
  std::vector<lsd_slot> table(LSD_MAX_SLOTS);
  std::vector<const lsd_slot*> all;
  for (int32_t i = 0; i < LSD_MAX_SLOTS; ++i) {
    lsd_slot& slot = table[static_cast<size_t>(i)];
    slot.slot = i + 1;
    slot.flags = LSD_SLOT_HAS_STRENGTH | LSD_SLOT_HAS_TRANSFORM | LSD_SLOT_HAS_PREVIOUS;
    all.push_back(&slot);
  }
  FrameInfo frame;
  frame.seq = std::numeric_limits<int64_t>::max();
  frame.camera = lsd_camera{};
  frame.sun = lsd_sun{};
  frame.reset = true;
  EXPECT_LE(encode_frame(2'147'483'647, frame, SlotReference{15, 1u << 31}, all).size(), kMostHeaderBytes);
}

TEST(Encoder, WritesValuesOfEveryKind) {
  const Control control{
      5,
      {{"text", "x"}, {"int", int64_t{-3}}, {"float", 0.5f}, {"flag", true}, {"floats", std::vector{1.0f, 2.0f}}},
      2};
  msgpack::object_handle handle;
  auto values = keys_of(unpack(encode_control(1, control), &handle)["values"]);
  EXPECT_EQ(values.size(), 5u);
  EXPECT_EQ(values["text"].as<std::string>(), "x");
  EXPECT_EQ(values["int"].as<int>(), -3);
  EXPECT_EQ(values["float"].type, msgpack::type::FLOAT32);
  EXPECT_EQ(values["flag"].type, msgpack::type::BOOLEAN);
  EXPECT_TRUE(values["flag"].as<bool>());
  EXPECT_EQ(values["floats"].as<std::vector<float>>(), (std::vector<float>{1, 2}));
}

const Welcome& welcome_in(const char* file, std::optional<DaemonMessage>* message) {
  for (const Vector& vector : read_vectors()) {
    std::string problem;
    if (vector.file == file) *message = decode(vector.bytes.data(), vector.bytes.size(), &problem);
  }
  return std::get<Welcome>(message->value());
}

TEST(GoldenVectors, TheModelsControlsAreRead) {
  std::optional<DaemonMessage> message;
  const Welcome& welcome = welcome_in("valid/daemon_welcome_controls.bin", &message);
  ASSERT_EQ(welcome.models.size(), 1u);
  const auto& controls = welcome.models[0].controls;
  ASSERT_EQ(controls.size(), 8u);
  EXPECT_EQ(controls[0].kind, LSD_CONTROL_CHOICE);
  EXPECT_EQ(controls[0].name, "scene");
  EXPECT_EQ(controls[0].help, "What the world is made of.");
  EXPECT_TRUE(controls[0].takes_transition);
  EXPECT_EQ(controls[0].choices, (std::vector<std::string>{"forest", "desert", "city"}));
  EXPECT_EQ(controls[0].default_text, "forest");
  EXPECT_EQ(controls[1].kind, LSD_CONTROL_TEXT);
  EXPECT_EQ(controls[1].max_bytes, 4096);
  EXPECT_EQ(controls[2].kind, LSD_CONTROL_NUMBER);
  EXPECT_EQ(controls[2].minimum, 0);
  EXPECT_EQ(controls[2].maximum, 100);
  EXPECT_EQ(controls[2].default_values[0], 12.5f);
  EXPECT_EQ(controls[2].unit, "%");
  EXPECT_EQ(controls[3].kind, LSD_CONTROL_DIRECTION);
  EXPECT_TRUE(controls[3].has_default);
  EXPECT_EQ(controls[3].default_values[2], 0.8f);
  EXPECT_EQ(controls[4].kind, LSD_CONTROL_COLOR);
  EXPECT_EQ(controls[4].default_values, (std::array<float, 3>{0.5f, 0.25f, 1.0f}));
  EXPECT_EQ(controls[5].kind, LSD_CONTROL_SEED);
  EXPECT_EQ(controls[7].kind, LSD_CONTROL_FLAG);
  EXPECT_FALSE(controls[7].takes_transition);
}

TEST(GoldenVectors, AControlOfAnUnknownKindIsPassedOver) {
  std::optional<DaemonMessage> message;
  const Welcome& welcome = welcome_in("valid/daemon_welcome_unknown_kind.bin", &message);
  ASSERT_EQ(welcome.models[0].controls.size(), 1u);
  EXPECT_EQ(welcome.models[0].controls[0].name, "bypass");
}

}  // namespace
}  // namespace lsd
