#include "cuda/surface.h"

#include <gtest/gtest.h>

#include <cstring>
#include <functional>
#include <string>

#include "cuda/external_handle.h"
#include "lsd/lsd.h"

namespace {

lsd_surface_config good() {
  lsd_surface_config config{};
  config.size = sizeof config;
#if defined(_WIN32)
  config.handle_kind = LSD_HANDLE_D3D12;
#else
  config.handle_kind = LSD_HANDLE_VULKAN_FD;
  config.handle = -1;
#endif
  config.memory_bytes = 256 + 512 * 63 + 400;
  config.offset = 256;
  config.row_pitch_bytes = 512;
  config.width = 100, config.height = 64;
  config.format = LSD_FORMAT_RGBA8;
  return config;
}

std::string problem_of(const std::function<void(lsd_surface_config&)>& change) {
  lsd_surface_config config = good();
  change(config);
  std::string problem;
  EXPECT_EQ(lsd::CudaSurface::import(nullptr, config, &problem), nullptr);
  return problem;
}

TEST(Surface, WhatCannotBeTrueIsSaidBeforeTheDriverIsAsked) {
  EXPECT_EQ(problem_of([](auto& config) { config.format = LSD_FORMAT_CONTEXT; }),
            "A surface's format must be one of a plane.");
  EXPECT_EQ(problem_of([](auto& config) { config.height = 8; }), "A surface must have 16 to 4096 pixels a side.");
  EXPECT_EQ(problem_of([](auto& config) { config.memory_bytes = 0; }),
            "memory_bytes is 0; say how much memory was allocated.");
  EXPECT_EQ(problem_of([](auto& config) { config.is_image = 1; }), "An image has no row_pitch_bytes.");
  EXPECT_EQ(problem_of([](auto& config) { config.handle_kind = LSD_HANDLE_D3D11; }),
            "Of Direct3D 11 only textures can be shared: set is_image.");
  EXPECT_EQ(problem_of([](auto& config) { config.row_pitch_bytes = 399; }), "A row pitch is smaller than a row.");
  EXPECT_EQ(problem_of([](auto& config) { config.row_pitch_bytes = -512; }), "A row pitch is smaller than a row.");
  EXPECT_EQ(problem_of([](auto& config) { --config.memory_bytes; }),
            "The surface does not fit into its memory: 32911 bytes, 32656 are needed from offset 256.");
  EXPECT_EQ(problem_of([](auto& config) { config.offset = ~0ull; }).substr(0, 40),
            "The surface does not fit into its memory");
}

#if defined(_WIN32)
TEST(Surface, AHandleThatIsNoneIsSaid) {
  EXPECT_EQ(problem_of([](auto&) {}), "The handle is null.");
  EXPECT_EQ(problem_of([](auto& config) { config.handle_kind = LSD_HANDLE_VULKAN_FD; }),
            "There are no file descriptors of Vulkan on Windows: use LSD_HANDLE_VULKAN_WIN32.");
}
#else
TEST(Surface, AHandleThatIsNoneIsSaid) {
  EXPECT_EQ(problem_of([](auto&) {}), "The handle is no open file descriptor.");
  EXPECT_EQ(problem_of([](auto& config) { config.handle = int64_t{1} << 40; }),
            "The handle is no open file descriptor.");
  EXPECT_EQ(problem_of([](auto& config) { config.handle_kind = LSD_HANDLE_D3D12; }),
            "Handles of Direct3D and NT handles are Windows' own: use LSD_HANDLE_VULKAN_FD.");
}
#endif

TEST(Surface, AGpuThatCudaDoesNotHaveIsSaidInASentence) {
  lsd_adapter adapter{};
  adapter.size = sizeof adapter;
  adapter.handle_kind = LSD_HANDLE_VULKAN_FD;
  std::memset(adapter.uuid, 0xFF, sizeof adapter.uuid);
  int32_t device = 7;
  EXPECT_EQ(lsd_find_card(&adapter, &device), LSD_NOTHING);
  EXPECT_EQ(std::string(lsd_last_error()).back(), '.');
  adapter.handle_kind = 0;
  EXPECT_EQ(lsd_find_card(&adapter, &device), LSD_ERROR_ARGUMENT);
  EXPECT_STREQ(lsd_last_error(), "handle_kind must be one of lsd_handle_kind.");
  EXPECT_EQ(lsd_find_card(nullptr, &device), LSD_ERROR_ARGUMENT);
}

TEST(Surface, AStreamWithoutSurfacesSaysSo) {
  lsd_client_config whom{};
  whom.size = sizeof whom;
  lsd_client* client = lsd_client_create(&whom);
  lsd_stream_config config{};
  config.size = sizeof config;
  config.width = config.height = 64;
  config.plane_count = 1;
  config.planes[0] = {LSD_PLANE_COLOR, LSD_FORMAT_RGBA8};
  lsd_stream* stream = lsd_stream_open(client, &config);
  ASSERT_NE(stream, nullptr);
  const lsd_surface_config surface = good();
  const char* const sentence = "This stream has no surfaces: open it with LSD_MEMORY_SURFACE.";
  EXPECT_EQ(lsd_stream_import_surface(stream, &surface), nullptr);
  EXPECT_STREQ(lsd_last_error(), sentence);
  const lsd_fence_config fence{sizeof fence, LSD_HANDLE_VULKAN_FD, 0};
  EXPECT_EQ(lsd_stream_import_fence(stream, &fence), nullptr);
  EXPECT_STREQ(lsd_last_error(), sentence);
  lsd_frame frame{};
  frame.size = sizeof frame;
  lsd_surface* const none[] = {nullptr};
  EXPECT_EQ(lsd_stream_submit_surfaces(stream, &frame, none, nullptr, nullptr), LSD_ERROR_ARGUMENT);
  EXPECT_STREQ(lsd_last_error(), sentence);
  lsd_result result{};
  result.size = sizeof result;
  EXPECT_EQ(lsd_stream_acquire_into(stream, nullptr, nullptr, &result), LSD_ERROR_ARGUMENT);
  lsd_surface_release(nullptr);
  lsd_fence_release(nullptr);
  lsd_client_destroy(client);
}

}  // namespace
