// Copyright 2026 MirageLSD contributors. Licensed under the Apache License 2.0.
#include "shaders.h"

#include "LSDShaders.h"
#include "hlsl.h"
#include "reproject_record.h"
#include "shade_record.h"

namespace {

float2 ToHlsl(FVector2f v) { return {v.X, v.Y}; }

struct Rows {
  const FMatrix44f& matrix;
  float operator[](int i) const { return matrix.M[i / 4][i % 4]; }
};

StandIn::FPixel SampleBilinear(const FRHITexture& texture, float x, float y) {
  const FIntPoint size = texture.GetDesc().Extent;
  const float left = std::floor(x - 0.5f), top = std::floor(y - 0.5f);
  StandIn::FPixel sum;
  for (int dy = 0; dy < 2; ++dy) {
    for (int dx = 0; dx < 2; ++dx) {
      const float weight = (dx != 0 ? x - 0.5f - left : left + 1.5f - x) * (dy != 0 ? y - 0.5f - top : top + 1.5f - y);
      const int column = FMath::Clamp(static_cast<int>(left) + dx, 0, size.X - 1);
      const int row = FMath::Clamp(static_cast<int>(top) + dy, 0, size.Y - 1);
      const StandIn::FPixel pixel = texture.StandInLoad(column, row);
      for (int i = 0; i < 4; ++i) sum.V[i] += weight * pixel.V[i];
    }
  }
  return sum;
}

void CaptureGeometry(const void* parameters, float x, float y, StandIn::FPixel* out) {
  const auto& p = *static_cast<const FLSDCaptureGeometryPS::FParameters*>(parameters);
  const float2 size = ToHlsl(p.TargetSize);
  const int column = static_cast<int>(p.SourceMin.X + x / size.x * p.SourceSize.X);
  const int row = static_cast<int>(p.SourceMin.Y + y / size.y * p.SourceSize.Y);
  const float device_z = p.DepthTexture->StandInRHI->StandInLoad(column, row).V[0];
  const StandIn::FPixel stored = p.VelocityTexture->StandInRHI->StandInLoad(column, row);
  const float2 ndc = hlsl::LSDPixelToNdc(float2(x, y), size);
  const float4 clip(ndc.x, ndc.y, device_z, 1.0f);
  const float2 captured = hlsl::LSDCameraStep(ndc, hlsl::mul(clip, Rows{p.ClipToCapturedClip}));
  const float2 engine = hlsl::LSDCameraStep(ndc, hlsl::mul(clip, Rows{p.ClipToEngineClip}));
  const float2 velocity(hlsl::decode_velocity(stored.V[0]), hlsl::decode_velocity(stored.V[1]));
  const float2 motion = hlsl::LSDMotionPixels(stored.V[0] > 0.0f, velocity, engine, captured, p.EngineFrames, size);
  out[0].V[0] = hlsl::LSDDepthMetres(device_z, ToHlsl(p.DepthScale));
  out[1].V[0] = motion.x;
  out[1].V[1] = motion.y;
}

void CaptureIds(const void* parameters, float x, float y, StandIn::FPixel* out) {
  const auto& p = *static_cast<const FLSDCaptureIdsPS::FParameters*>(parameters);
  const int column = static_cast<int>(p.SourceMin.X + x / p.TargetSize.X * p.SourceSize.X);
  const int row = static_cast<int>(p.SourceMin.Y + y / p.TargetSize.Y * p.SourceSize.Y);
  const auto stencil = static_cast<unsigned>(
      std::lround(p.CustomStencilTexture->GetParent()->StandInRHI->StandInLoad(column, row).V[0] * 255.0f));
  const float2 scale = ToHlsl(p.DepthScale);
  const float custom = hlsl::LSDDepthMetres(p.CustomDepthTexture->StandInRHI->StandInLoad(column, row).V[0], scale);
  const float scene = hlsl::LSDDepthMetres(p.DepthTexture->StandInRHI->StandInLoad(column, row).V[0], scale);
  const unsigned word = p.KnownSlots[(stencil >> 7) & 1][static_cast<int>((stencil >> 5) & 3)];
  const bool shown = hlsl::LSDIsSeen(custom, scene) && hlsl::LSDIsKnown(word, stencil);
  out[0].V[0] = shown ? static_cast<float>(stencil) / 255.0f : 0.0f;
}

void Copy(const void* parameters, float x, float y, StandIn::FPixel* out) {
  const auto& p = *static_cast<const FLSDCopyPS::FParameters*>(parameters);
  const float footprint_x = p.SourceSize.X / p.TargetSize.X, footprint_y = p.SourceSize.Y / p.TargetSize.Y;
  const int columns = hlsl::LSDTaps(footprint_x), rows = hlsl::LSDTaps(footprint_y);
  const float left = p.SourceMin.X + (x - p.TargetMin.X - 0.5f) * footprint_x;
  const float top = p.SourceMin.Y + (y - p.TargetMin.Y - 0.5f) * footprint_y;
  const FRHITexture& texture = *p.SourceTexture->StandInRHI;
  const FIntPoint extent = texture.GetDesc().Extent;
  StandIn::FPixel color;
  for (int tap = 0; tap < rows * columns; ++tap) {
    float source_x = left + hlsl::LSDTapOffset(tap % columns, columns, footprint_x);
    float source_y = top + hlsl::LSDTapOffset(tap / columns, rows, footprint_y);
    source_x = FMath::Clamp(source_x, p.SourceMin.X + 0.5f, p.SourceMin.X + p.SourceSize.X - 0.5f);
    source_y = FMath::Clamp(source_y, p.SourceMin.Y + 0.5f, p.SourceMin.Y + p.SourceSize.Y - 0.5f);
    const StandIn::FPixel sample = SampleBilinear(texture, source_x / p.SourceExtent.X * static_cast<float>(extent.X),
                                                  source_y / p.SourceExtent.Y * static_cast<float>(extent.Y));
    for (int i = 0; i < 4; ++i) color.V[i] += sample.V[i] / static_cast<float>(rows * columns);
  }
  for (int i = 0; i < 3 && p.bEncodeSRGB != 0; ++i) color.V[i] = hlsl::LSDEncodeSRGB(color.V[i]);
  out[0] = color;
}

}  // namespace

void RegisterShaders() {
  StandIn::GetShaders()[TEXT("/Plugin/MirageLSD/Private/LSDCaptureGeometry.usf")] = CaptureGeometry;
  StandIn::GetShaders()[TEXT("/Plugin/MirageLSD/Private/LSDCaptureIds.usf")] = CaptureIds;
  StandIn::GetShaders()[TEXT("/Plugin/MirageLSD/Private/LSDCopy.usf")] = Copy;
  StandIn::GetShaders()[TEXT("/Plugin/MirageLSD/Private/LSDShadePass.usf")] = Shade;
  StandIn::GetShaders()[TEXT("/Plugin/MirageLSD/Private/LSDReprojectPass.usf")] = Reproject;
}
