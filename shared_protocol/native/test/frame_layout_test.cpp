#include "frame_layout.h"

#include <gtest/gtest.h>

#include <vector>

namespace lsd {
namespace {

constexpr lsd_plane_desc kColor{LSD_PLANE_COLOR, LSD_FORMAT_RGBA8};
constexpr lsd_plane_desc kIds{LSD_PLANE_IDS, LSD_FORMAT_R8};
constexpr lsd_plane_desc kDepth{LSD_PLANE_DEPTH, LSD_FORMAT_R32F};

TEST(FrameLayout, PlanesBeginAtMultiplesOf64) {
  const lsd_plane_desc planes[] = {kColor, kIds, kDepth};
  const char* problem = nullptr;
  const auto layout = make_layout(17, 19, planes, 3, &problem);
  ASSERT_TRUE(layout) << problem;
  EXPECT_EQ(layout->planes[0].offset, 0u);
  EXPECT_EQ(layout->planes[1].offset, 1344u);         // 17 * 19 * 4 = 1292
  EXPECT_EQ(layout->planes[2].offset, 1344u + 384u);  // 17 * 19 = 323
  EXPECT_EQ(layout->bytes, 1344u + 384u + 1344u);
  EXPECT_EQ(layout->planes[1].row_bytes, 17u);
}

TEST(FrameLayout, LargestFrameFitsThePayload) {
  const lsd_plane_desc planes[] = {{LSD_PLANE_COLOR, LSD_FORMAT_RGBA16F}, kDepth, kIds};
  const char* problem = nullptr;
  const auto layout = make_layout(4096, 4096, planes, 3, &problem);
  ASSERT_TRUE(layout);
  EXPECT_LE(layout->bytes, 268'435'456u);
}

TEST(FrameLayout, RefusesWhatIsNoFrame) {
  const char* problem = nullptr;
  const lsd_plane_desc twice[] = {kColor, kColor};
  const lsd_plane_desc wrong_format[] = {{LSD_PLANE_COLOR, LSD_FORMAT_R32F}};
  const lsd_plane_desc no_such_plane[] = {{7, LSD_FORMAT_R8}};
  EXPECT_FALSE(make_layout(64, 64, twice, 2, &problem));
  EXPECT_FALSE(make_layout(64, 64, wrong_format, 1, &problem));
  EXPECT_FALSE(make_layout(64, 64, no_such_plane, 1, &problem));
  EXPECT_FALSE(make_layout(64, 64, &kIds, 1, &problem));
  EXPECT_FALSE(make_layout(15, 64, &kColor, 1, &problem));
  EXPECT_FALSE(make_layout(64, 4097, &kColor, 1, &problem));
  EXPECT_FALSE(make_layout(64, 64, &kColor, 0, &problem));
  EXPECT_FALSE(make_layout(64, 64, &kColor, LSD_MAX_PLANES + 1, &problem));
}

TEST(FrameLayout, HonoursTheRowPitch) {
  const char* problem = nullptr;
  const auto layout = make_layout(16, 16, &kColor, 1, &problem);
  constexpr size_t pitch = 16 * 4 + 12;
  std::vector<std::byte> padded(pitch * 16, std::byte{0xEE});
  for (size_t y = 0; y < 16; ++y) {
    for (size_t x = 0; x < 64; ++x) padded[y * pitch + x] = static_cast<std::byte>(y * 16 + x % 16);
  }
  std::vector<std::byte> packed(layout->bytes);
  copy_plane(packed.data(), *layout, 0, padded.data(), pitch);
  for (size_t y = 0; y < 16; ++y) {
    for (size_t x = 0; x < 64; ++x) ASSERT_EQ(packed[y * 64 + x], static_cast<std::byte>(y * 16 + x % 16));
  }
}

}  // namespace
}  // namespace lsd
