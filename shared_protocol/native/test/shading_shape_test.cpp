#include "shading_shape.h"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

#include "frame_layout.h"

namespace lsd {
namespace {

struct Payload {
  std::string file, kind, bytes;
  size_t width = 0, height = 0, channels = 0;
  bool is_valid = false;
};

std::vector<Payload> read_payloads() {
  std::vector<Payload> payloads;
  std::ifstream index(LSD_VECTORS "/payloads.tsv");
  Payload each;
  while (index >> each.file >> each.kind >> each.width >> each.height >> each.channels >> each.is_valid) {
    std::ifstream file(LSD_VECTORS "/" + each.file, std::ios::binary);
    each.bytes.assign(std::istreambuf_iterator<char>(file), {});
    payloads.push_back(each);
  }
  return payloads;
}

/// What the channels and the link ask of a payload.
bool is_good(const Payload& payload) {
  const size_t numbers =
      payload.kind == "weights" ? size_t{kShapeWeights} : payload.width * payload.height * payload.channels;
  const size_t bytes = numbers * sizeof(uint16_t);
  if (payload.bytes.size() != (payload.kind == "weights" ? bytes : align_up(bytes, kPlaneAlignment))) return false;
  return are_halves_finite(reinterpret_cast<const std::byte*>(payload.bytes.data()), numbers);
}

TEST(ShadingShape, PayloadsAreAsTheIndexSays) {
  int seen = 0;
  for (const Payload& payload : read_payloads()) {
    ++seen;
    EXPECT_EQ(is_good(payload), payload.is_valid) << payload.file;
  }
  EXPECT_GT(seen, 15);
}

TEST(ShadingShape, GridsAreAsTheIndexSays) {
  std::ifstream index(LSD_VECTORS "/grids.tsv");
  int seen = 0;
  int32_t width = 0, height = 0, base_width = 0, base_height = 0, columns = 0, rows = 0;
  while (index >> width >> height >> base_width >> base_height >> columns >> rows) {
    ++seen;
    const GridSize base = base_size(width, height);
    const GridSize grid = context_grid(width, height);
    EXPECT_EQ(base.width, base_width) << width << 'x' << height;
    EXPECT_EQ(base.height, base_height) << width << 'x' << height;
    EXPECT_EQ(grid.width, columns) << width << 'x' << height;
    EXPECT_EQ(grid.height, rows) << width << 'x' << height;
    EXPECT_EQ(context_bytes(width, height), static_cast<size_t>(columns) * static_cast<size_t>(rows) * 32);
  }
  EXPECT_GT(seen, 10);
}

TEST(ShadingShape, NoMutatedPayloadThatIsNotFinitePasses) {
  std::mt19937 random(20'260'601);
  std::vector<uint16_t> halves(3 * 2 * 16, 0x3C00);
  for (int round = 0; round < 20'000; ++round) {
    const size_t at = random() % halves.size();
    const auto half = static_cast<uint16_t>(random());
    halves[at] = half;
    const bool is_finite = (half >> 10 & 0x1F) != 0x1F;
    EXPECT_EQ(are_halves_finite(reinterpret_cast<const std::byte*>(halves.data()), halves.size()), is_finite);
    halves[at] = 0x3C00;
  }
}

}  // namespace
}  // namespace lsd
