// Copyright 2026 MirageLSD contributors. Licensed under the Apache License 2.0.
#pragma once

#include <string>
#include <vector>

#include "StandIn/RenderGraph.h"

/** What LSDShadePass.usf was bound to when it was drawn last: the Python tests run the shader itself with it. */
struct ShadeRecord {
  std::vector<float> constants, weights, context, slots;
  /** As a shader loads them: four floats a texel. */
  std::vector<float> color, depth, ids, normal;
  FIntPoint color_size, depth_size, ids_size, target_size, normal_size;
  /** ColorMin, ColorStep, DepthMin, DepthStep, DepthSize, DepthShift, DepthScale, TargetMin. */
  std::vector<FVector2f> places;
  bool linear = false;
  /** Of the two kinds of the shader, the one that was drawn with. */
  bool weights_in_buffer = false;
  int drawn = 0;

  /** `record.txt` and a file of floats for each of the above. */
  void Write(const std::string& folder) const;
};

/** After FlushRenderingCommands. */
const ShadeRecord& LastShade();
void ForgetShades();

/** The stand-in for the shader, which says what it was given and turns the picture into its negative. */
void Shade(const void* parameters, float x, float y, StandIn::FPixel* out);
