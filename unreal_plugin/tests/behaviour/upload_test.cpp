// Copyright 2026 MirageLSD contributors. Licensed under the Apache License 2.0.
// Writing results back while the RHI thread stands still: what it has not read yet is not written again.
#include <gtest/gtest.h>

#include "LSDUpload.h"
#include "game.h"

namespace StandIn {
void HoldRHIThread(bool hold);
}

namespace {

lsd_result Plain(std::vector<uint8>& pixels, uint8 value) {
  pixels.assign(16 * 16 * 4, value);
  lsd_result result = {};
  result.size = sizeof result;
  result.pixels = pixels.data();
  result.width = result.height = 16;
  result.format = LSD_FORMAT_BGRA8;
  return result;
}

TEST(Upload, BuffersWaitForTheRhi) {
  UTextureRenderTarget2D* target = MakeRenderTarget(RTF_RGBA8_SRGB, 16, 16);
  const std::shared_ptr<FRHITexture> texture = target->StandInTexture();
  auto upload = std::make_shared<FLSDUpload>();
  auto written = std::make_shared<std::vector<bool>>();
  StandIn::HoldRHIThread(true);
  ENQUEUE_RENDER_COMMAND(Write)
  ([=](FRHICommandListImmediate& list) {
    for (uint8 value = 10; value <= 50; value += 10) {
      std::vector<uint8> pixels;
      FString problem;
      written->push_back(upload->Write_RenderThread(list, texture.get(), Plain(pixels, value), problem));
    }
  });
  // The pixels above are long gone when the RHI comes to read.
  FPlatformProcess::Sleep(0.05f);
  StandIn::HoldRHIThread(false);
  FlushRenderingCommands();
  EXPECT_EQ(*written, (std::vector<bool>{true, true, true, false, false}));
  EXPECT_EQ(texture->StandInBytes[0], 30);
  EXPECT_EQ(texture->StandInBytes[16 * 16 * 4 - 1], 30);
  StandIn::Destroy(target);
}

TEST(Upload, AnotherSizeIsLeftAloneAndAnotherFormatSaid) {
  UTextureRenderTarget2D* small = MakeRenderTarget(RTF_RGBA8_SRGB, 24, 16);
  UTextureRenderTarget2D* floats = MakeRenderTarget(RTF_R32f, 16, 16);
  const auto small_texture = small->StandInTexture(), float_texture = floats->StandInTexture();
  auto problems = std::make_shared<std::vector<std::wstring>>();
  ENQUEUE_RENDER_COMMAND(Write)
  ([=](FRHICommandListImmediate& list) {
    FLSDUpload upload;
    std::vector<uint8> pixels;
    for (FRHITexture* texture : {small_texture.get(), float_texture.get(), static_cast<FRHITexture*>(nullptr)}) {
      FString problem;
      EXPECT_FALSE(upload.Write_RenderThread(list, texture, Plain(pixels, 1), problem));
      problems->push_back(*problem);
    }
  });
  FlushRenderingCommands();
  ASSERT_EQ(problems->size(), 3u);
  EXPECT_EQ(problems->at(0), L"");
  EXPECT_NE(problems->at(1).find(L"RTF_RGBA8"), std::wstring::npos);
  EXPECT_EQ(problems->at(2), L"");
  StandIn::Destroy(small);
  StandIn::Destroy(floats);
}

}  // namespace
