// Loads a wheel's libraries as a program of that system, sends frames to a daemon, shades a picture and reprojects one:
//     load LSD_LIBRARY SHADER_LIBRARY REPROJECTION_LIBRARY ENDPOINT
#include <chrono>
#include <cstdio>
#include <cstring>
#include <thread>
#include <vector>

#include "lsd/lsd.h"
#include "lsd_reproject.h"
#include "mirage_shader.h"

#if defined(_WIN32)
#include <windows.h>
static HMODULE open_library(const char* path) { return LoadLibraryA(path); }
static void close_library(HMODULE library) { FreeLibrary(library); }
#define FIND(library, name) reinterpret_cast<decltype(&name)>(reinterpret_cast<void*>(GetProcAddress(library, #name)))
#else
#include <dlfcn.h>
static void* open_library(const char* path) { return dlopen(path, RTLD_NOW | RTLD_LOCAL); }
static void close_library(void* library) { dlclose(library); }
#define FIND(library, name) reinterpret_cast<decltype(&name)>(dlsym(library, #name))
#endif

constexpr int kWidth = 64, kHeight = 40;

// A sum that depends on every channel of every pixel.
static double guide_of_a_ramp(decltype(&mls_guide) guide) {
  std::vector<unsigned char> color(kWidth * kHeight * 4);
  std::vector<float> depth(kWidth * kHeight);
  for (size_t i = 0; i < color.size(); ++i) color[i] = static_cast<unsigned char>(i * 37 % 251);
  for (size_t i = 0; i < depth.size(); ++i) depth[i] = 1.0f + static_cast<float>(i % 97) * 0.25f;
  mls_frame frame{};
  frame.width = kWidth;
  frame.height = kHeight;
  frame.color = color.data();
  frame.depth = depth.data();
  const float pose[12] = {1, 0, 0, 3, 0, 1, 0, 1.7f, 0, 0, 1, -2};
  std::memcpy(frame.world_from_camera, pose, sizeof pose);
  frame.intrinsics[0] = 1.2f;
  frame.intrinsics[1] = 1.6f;
  frame.sun[1] = 1.0f;
  std::vector<float> out(kWidth * kHeight * MLS_GUIDE_CHANNELS);
  guide(&frame, kWidth, kHeight, out.data(), nullptr, nullptr, 2);
  double sum = 0.0;
  for (size_t i = 0; i < out.size(); ++i) sum += out[i] * static_cast<double>(i % 7 + 1);
  return sum;
}

// A wall two metres away, of which the camera has moved a tenth of the picture's width to the right.
static void reproject_a_wall(decltype(&lsd_reproject) reproject) {
  std::vector<unsigned char> color(kWidth * kHeight * 4), fill(kWidth * kHeight * 4, 9);
  for (size_t i = 0; i < color.size(); ++i) color[i] = static_cast<unsigned char>(i * 37 % 251);
  const std::vector<float> depth(kWidth * kHeight, 2.0f);
  const float step = 0.4f;  // at two metres 64 pixels are four metres wide
  lsd_reproject_frame now{};
  now.width = kWidth;
  now.height = kHeight;
  now.depth = depth.data();
  now.fill = fill.data();
  const float pose[12] = {1, 0, 0, step, 0, 1, 0, 0, 0, 0, 1, 0};
  std::memcpy(now.world_from_camera, pose, sizeof pose);
  now.intrinsics[0] = 1.0f;
  now.intrinsics[1] = 1.6f;
  lsd_reproject_keys keys{};
  keys.count = 1;
  keys.width = keys.depth_width = kWidth;
  keys.height = keys.depth_height = kHeight;
  keys.tolerance = 0.03f;
  keys.key[0].color = color.data();
  keys.key[0].depth = depth.data();
  keys.key[0].weight = 1.0f;
  const float clip[16] = {1, 0, 0, 0, 0, 1.6f, 0, 0, 0, 0, -1, -0.1f, 0, 0, -1, 0};
  std::memcpy(keys.key[0].clip_from_world, clip, sizeof clip);
  std::vector<unsigned char> picture(color.size());
  std::printf("unseen %.4f\n", reproject(&now, &keys, picture.data(), nullptr, 2));
  unsigned long long sum = 0;
  for (size_t i = 0; i < picture.size(); ++i) sum += picture[i] * (i % 7 + 1);
  std::printf("reprojected %llu\n", sum);
}

int main(int argc, char** argv) {
  if (argc != 5) return 2;
  const auto lsd = open_library(argv[1]);
  const auto shader = open_library(argv[2]);
  const auto reprojection = open_library(argv[3]);
  if (!lsd || !shader || !reprojection) return std::printf("%s can't be loaded\n", argv[!lsd ? 1 : !shader ? 2 : 3]), 1;
  std::printf("version %s\n", FIND(lsd, lsd_version)());
  std::printf("instructions %s\n", FIND(shader, mls_instructions)());
  if (FIND(shader, mls_use)("portable") == 0) return 1;
  std::printf("guide %.3f\n", guide_of_a_ramp(FIND(shader, mls_guide)));
  reproject_a_wall(FIND(reprojection, lsd_reproject));

  lsd_client_config client_config{};
  client_config.size = sizeof client_config;
  client_config.endpoint = argv[4];
  client_config.engine = "none";
  lsd_client* client = FIND(lsd, lsd_client_create)(&client_config);
  if (client == nullptr) return std::printf("no client: %s\n", FIND(lsd, lsd_last_error)()), 1;
  lsd_stream_config config{};
  config.size = sizeof config;
  config.model = "passthrough";
  config.width = kWidth;
  config.height = kHeight;
  config.plane_count = 1;
  config.planes[0] = {LSD_PLANE_COLOR, LSD_FORMAT_RGBA8};
  config.transport = LSD_TRANSPORT_INLINE;  // an emulated system has a shared memory of its own
  lsd_stream* stream = FIND(lsd, lsd_stream_open)(client, &config);
  const std::vector<unsigned char> color(kWidth * kHeight * 4, 77);
  int good = 0;
  for (int tries = 0; tries < 4000 && good < 10; ++tries) {
    lsd_frame frame{};
    frame.size = sizeof frame;
    frame.planes[0] = color.data();
    FIND(lsd, lsd_stream_submit)(stream, &frame, nullptr);
    lsd_result result{};
    result.size = sizeof result;
    if (FIND(lsd, lsd_stream_acquire)(stream, &result) == LSD_OK)
      good += std::memcmp(result.pixels, color.data(), color.size()) == 0;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  std::printf("good %d\n", good);
  FIND(lsd, lsd_client_destroy)(client);
  // Whatever they have registered for the end of this process must not be called in memory that is no longer there.
  close_library(lsd);
  close_library(shader);
  close_library(reprojection);
  return good == 10 ? 0 : 1;
}
