// Kernels for instructions that few processors have are tried before they are chosen: a small picture, painted twice.
#pragma once

#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <vector>

#include "kernel.h"

namespace mirage {

// Whether a kernel paints what another one does, but for a narrower type's rounding.
inline bool paints_as(decltype(&portable::shade) kernel, decltype(&portable::shade) known) {
  constexpr int kWidth = 35, kHeight = 2, kCells = 2;
  const auto noise = [](size_t i) { return std::sin(0.7f * float(i) * float(i % 13 + 1)); };  // -1..1
  std::vector<uint8_t> color(size_t{4} * kWidth * kHeight);
  std::vector<float> depth(size_t{kWidth} * kHeight), context(size_t{MLS_CONTEXT_CHANNELS} * kCells * kCells);
  for (size_t i = 0; i < color.size(); ++i) color[i] = static_cast<uint8_t>(127.5f + 127.0f * noise(i));
  for (size_t i = 0; i < depth.size(); ++i) depth[i] = 10.0f + 8.0f * noise(i);
  for (size_t i = 0; i < context.size(); ++i) context[i] = noise(i);

  std::vector<float> matrix(size_t{MLS_WIDTH} * MLS_WIDTH), bias(MLS_WIDTH);
  for (size_t i = 0; i < matrix.size(); ++i) matrix[i] = 0.15f * noise(i);
  for (size_t i = 0; i < bias.size(); ++i) bias[i] = 0.15f * noise(i);
  mls_weights weights{};
  for (int layer = 0; layer < 2 + MLS_LAYERS; ++layer) {
    weights.matrices[layer] = matrix.data();
    weights.biases[layer] = bias.data();
  }

  mls_frame frame{};
  frame.width = kWidth;
  frame.height = kHeight;
  frame.color = color.data();
  frame.depth = depth.data();
  frame.world_from_camera[0] = frame.world_from_camera[5] = frame.world_from_camera[10] = 1.0f;
  frame.intrinsics[0] = frame.intrinsics[1] = frame.sun[1] = 1.0f;

  std::vector<uint8_t> painted[2] = {std::vector<uint8_t>(color.size()), std::vector<uint8_t>(color.size())};
  kernel(frame, weights, context.data(), kCells, kCells, kWidth, kHeight, painted[0].data(), 0, kHeight, 1);
  known(frame, weights, context.data(), kCells, kCells, kWidth, kHeight, painted[1].data(), 0, kHeight, 1);
  size_t apart = 0;
  for (size_t i = 0; i < color.size(); ++i) apart += std::abs(int(painted[0][i]) - int(painted[1][i])) > 8;
  return apart * 20 <= color.size();
}

}  // namespace mirage
