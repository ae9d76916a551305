// Copyright 2026 MirageLSD contributors. Licensed under the Apache License 2.0.
#include "shade_record.h"

#include <fstream>

#include "LSDShaders.h"

namespace {

ShadeRecord& Record() {
  static ShadeRecord record;
  return record;
}

std::vector<float> Texels(const FRHITexture& texture) {
  const FIntPoint size = texture.GetDesc().Extent;
  std::vector<float> texels;
  for (int i = 0; i < size.X * size.Y; ++i) {
    const StandIn::FPixel pixel = texture.StandInLoad(i % size.X, i / size.X);
    texels.insert(texels.end(), pixel.V, pixel.V + 4);
  }
  return texels;
}

std::vector<float> Numbers(const FRDGBufferSRV& view) {
  return {view.StandInFloats(), view.StandInFloats() + view.StandInCount()};
}

void Keep(const FLSDShadePS::FParameters& p) {
  ShadeRecord& r = Record();
  const float* const constants = &p.ShadeConstants[0].X;
  r.constants.assign(constants, constants + 68);
  r.weights_in_buffer = StandIn::IsDefined(TEXT("LSD_WEIGHTS_IN_BUFFER"));
  if (r.weights_in_buffer) {
    r.weights = Numbers(*p.WeightBuffer);
  } else if (p.LSDWeights.IsValid()) {
    const float* const rows = &p.LSDWeights.StandInContents()->Rows[0].X;
    r.weights.assign(rows, rows + sizeof(FLSDWeights) / sizeof(float));
  } else {
    StandIn::AddFault(TEXT("nothing is bound to LSDWeights"));
  }
  r.context = Numbers(*p.ContextBuffer);
  r.slots = Numbers(*p.SlotBuffer);
  r.color = Texels(*p.ColorTexture->StandInRHI);
  r.depth = Texels(*p.DepthTexture->StandInRHI);
  r.ids = Texels(*p.IdsTexture->StandInRHI);
  r.normal = Texels(*p.NormalTexture->StandInRHI);
  r.color_size = p.ColorTexture->Desc.Extent;
  r.depth_size = p.DepthTexture->Desc.Extent;
  r.ids_size = p.IdsTexture->Desc.Extent;
  r.normal_size = p.NormalTexture->Desc.Extent;
  r.target_size = p.RenderTargets[0].GetTexture()->Desc.Extent;
  r.places = {p.ColorMin, p.ColorStep, p.DepthMin, p.DepthStep, p.DepthSize, p.DepthShift, p.DepthScale, p.TargetMin};
  r.linear = p.bLinear != 0;
  ++r.drawn;
}

}  // namespace

const ShadeRecord& LastShade() { return Record(); }

void ForgetShades() { Record() = ShadeRecord(); }

void Shade(const void* parameters, float x, float y, StandIn::FPixel* out) {
  const auto& p = *static_cast<const FLSDShadePS::FParameters*>(parameters);
  const float left = x - p.TargetMin.X, top = y - p.TargetMin.Y;
  if (left < 1.0f && top < 1.0f) Keep(p);
  const StandIn::FPixel color = p.ColorTexture->StandInRHI->StandInLoad(
      static_cast<int>(p.ColorMin.X + left * p.ColorStep.X), static_cast<int>(p.ColorMin.Y + top * p.ColorStep.Y));
  for (int i = 0; i < 3; ++i) out[0].V[i] = 1.0f - color.V[i];
  out[0].V[3] = color.V[3];
}

void ShadeRecord::Write(const std::string& folder) const {
  std::ofstream text(folder + "/record.txt");
  for (const FIntPoint& size : {color_size, depth_size, ids_size, target_size, normal_size})
    text << size.X << ' ' << size.Y << '\n';
  text.precision(9);
  for (const FVector2f& place : places) text << place.X << ' ' << place.Y << '\n';
  text << (linear ? 1 : 0) << ' ' << (weights_in_buffer ? 1 : 0) << '\n';
  auto floats = [&folder](const char* name, const std::vector<float>& values) {
    std::ofstream file(folder + "/" + name + ".f32", std::ios::binary);
    file.write(reinterpret_cast<const char*>(values.data()), static_cast<std::streamsize>(values.size() * 4));
  };
  floats("constants", constants);
  floats("weights", weights);
  floats("context", context);
  floats("slots", slots);
  floats("color", color);
  floats("depth", depth);
  floats("ids", ids);
  floats("normal", normal);
}
