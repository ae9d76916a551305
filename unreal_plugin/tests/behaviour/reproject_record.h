// Copyright 2026 MirageLSD contributors. Licensed under the Apache License 2.0.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "StandIn/RenderGraph.h"

/** What LSDReprojectPass.usf was bound to when it was drawn last, and what the C++ reference of late reprojection makes
 * of it: the Python tests hold the shader itself against that. */
struct ReprojectRecord {
  struct Texture {
    std::string name;
    std::shared_ptr<FRHITexture> held;
  };
  struct Number {
    std::string name;
    std::vector<float> values;
  };
  std::vector<Texture> textures;
  std::vector<Number> numbers;
  std::vector<float> slot_rows;
  /** Of the reference: encoded, 4 bytes a pixel, and 255 where no result saw the point. */
  FIntPoint size;
  std::vector<unsigned char> picture, unseen;
  bool linear = false;
  int keys = 0;
  int drawn = 0;

  /** `record.txt`, and for each texture a file of what a shader loads: four floats a texel, row 0 on top. */
  void Write(const std::string& folder) const;
};

/** After FlushRenderingCommands. */
const ReprojectRecord& LastReprojection();
void ForgetReprojections();

/** The stand-in for the shader: the C++ reference, given what the shader works out for itself. */
void Reproject(const void* parameters, float x, float y, StandIn::FPixel* out);
