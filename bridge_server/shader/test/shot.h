// A frame of noise, a head of random weights, and the picture that a kernel makes of them.
#pragma once

#include <cmath>
#include <random>
#include <vector>

#include "mirage_shader.h"

struct Shot {
  Shot(int width, int height) : color(size_t(width) * height * 4), depth(size_t(width) * height), ids(depth.size()) {
    std::mt19937 random(7);
    for (auto& x : color) x = uint8_t(random());
    for (auto& x : depth) x = std::uniform_real_distribution<float>(0.2f, 40.0f)(random);
    for (auto& x : ids) x = uint8_t(random() % 6);
    depth[0] = 0.0f;
    frame.width = width;
    frame.height = height;
    frame.color = color.data();
    frame.depth = depth.data();
    frame.normal = nullptr;
    frame.ids = ids.data();
    const float pose[12] = {1, 0, 0, 3, 0, 1, 0, 1.7f, 0, 0, 1, -2};
    std::copy(pose, pose + 12, frame.world_from_camera);
    const float intrinsics[4] = {1.2f, 1.6f, 0, 0};
    std::copy(intrinsics, intrinsics + 4, frame.intrinsics);
    frame.sun[1] = 1.0f;
    for (float& value : frame.palette) value = 0.5f;
  }

  std::vector<uint8_t> color;
  std::vector<float> depth;
  std::vector<uint8_t> ids;
  mls_frame frame{};
};

struct Weights {
  Weights() {
    std::mt19937 random(3);
    std::normal_distribution<float> normal(0.0f, 0.15f);
    for (int l = 0; l < 2 + MLS_LAYERS; ++l) {
      const int outputs = l < 1 + MLS_LAYERS ? MLS_WIDTH : 3;
      matrices[l].resize(size_t(outputs) * MLS_WIDTH);
      biases[l].resize(outputs);
      for (auto& x : matrices[l]) x = normal(random);
      for (auto& x : biases[l]) x = normal(random);
      weights.matrices[l] = matrices[l].data();
      weights.biases[l] = biases[l].data();
    }
  }

  std::vector<float> matrices[2 + MLS_LAYERS], biases[2 + MLS_LAYERS];
  mls_weights weights{};
};

// `shade`: mls_shade, or a kernel's own, which take references.
template <class Shade>
std::vector<uint8_t> shaded_by(const Shade& shade, const Shot& shot, int width, int height, int threads) {
  static const Weights weights;
  std::vector<float> context(size_t(MLS_CONTEXT_CHANNELS) * 6 * 9);
  for (size_t i = 0; i < context.size(); ++i) context[i] = std::sin(float(i));
  std::vector<uint8_t> rgba(size_t(width) * height * 4, 1);
  shade(shot.frame, weights.weights, context.data(), 9, 6, width, height, rgba.data(), 0, height, threads);
  return rgba;
}
