#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <map>
#include <msgpack.hpp>
#include <random>
#include <sstream>
#include <vector>

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
  constexpr const char* names[] = {"welcome", "opened", "result", "weights", "progress",
                                   "notice",  "closed", "pong",   "bye",     "error"};
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

TEST(Encoder, WritesAFrame) {
  FrameInfo frame;
  frame.seq = 7;
  frame.t_capture_ns = 1;
  frame.t_submit_ns = 2;
  frame.camera = lsd_camera{};
  frame.sun = lsd_sun{};
  frame.reset = true;
  msgpack::object_handle handle;
  lsd_slot slot{};
  slot.slot = 9;
  slot.object_class = LSD_CLASS_WATER;
  slot.flags = LSD_SLOT_HAS_STRENGTH | LSD_SLOT_HAS_TRANSFORM;
  auto map = unpack(encode_frame(3, frame, {slot}, SlotReference{2, 10}), &handle);
  EXPECT_EQ(map.size(), 11u);
  auto written = map["slots"].as<std::vector<std::map<std::string, msgpack::object>>>().at(0);
  EXPECT_EQ(written.size(), 4u);
  EXPECT_EQ(written["class"].as<std::string>(), "water");
  EXPECT_EQ(written["world_from_object"].as<std::vector<float>>().size(), 12u);
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
  open.transports = {{"shared_memory", RingDescription{"/lsd-1-x", 1000, 4, 128}}, {"inline", std::nullopt}};
  msgpack::object_handle handle;
  auto map = unpack(encode_open(open), &handle);
  EXPECT_EQ(map.size(), 9u);
  EXPECT_EQ(map["planes"].as<std::vector<msgpack::object>>().size(), 2u);
  auto offers = map["transport"].as<std::vector<std::map<std::string, msgpack::object>>>();
  EXPECT_EQ(offers.at(0)["name"].as<std::string>(), "shared_memory");
  EXPECT_EQ((offers.at(0)["ring"].as<std::map<std::string, msgpack::object>>())["slots"].as<int>(), 4);
  EXPECT_EQ(offers.at(1).size(), 1u);
  EXPECT_EQ((map["output"].as<std::map<std::string, msgpack::object>>())["alpha"].as<std::string>(), "engine");
}

}  // namespace
}  // namespace lsd
