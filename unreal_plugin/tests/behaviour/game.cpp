// Copyright 2026 MirageLSD contributors. Licensed under the Apache License 2.0.
#include "game.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <thread>

#include "StandIn/Delegates.h"

namespace {

const Json& Cases() {
  static const Json all = Json::read_file(LSD_CONVENTIONS_JSON);
  return all["cases"];
}

FMatrix ToMatrix(const Json& numbers) {
  FMatrix m;
  for (int i = 0; i < 16; ++i) m.M[i / 4][i % 4] = numbers[i].number();
  return m;
}

std::shared_ptr<FRHITexture> MakeTexture(FIntPoint size, EPixelFormat format) {
  return std::make_shared<FRHITexture>(size, format, ETextureCreateFlags::None);
}

}  // namespace

UWorld& GameWorld() {
  static auto* world = new UWorld();
  return *world;
}

void PlayIn(UWorld& world) {
  FWorldContext context;
  context.WorldType = EWorldType::Game;
  context.StandInWorld = &world;
  GEngine->StandInWorlds = {context};
}

std::shared_ptr<StandIn::FRenderedView> LevelView(const char* name, bool previous) {
  auto view = std::make_shared<StandIn::FRenderedView>();
  for (int c = 0; c < 2; ++c) {
    const Json& level = Cases()[c];
    if (level["name"].text() != name) continue;
    const Json& unreal = level["engines"]["unreal"];
    const FIntPoint size(static_cast<int>(level["width"].number()), static_cast<int>(level["height"].number()));
    const auto color = MakeTexture(size, PF_B8G8R8A8), depth = MakeTexture(size, PF_DepthStencil),
               velocity = MakeTexture(size, PF_A16B16G16R16);
    for (int i = 0; i < size.X * size.Y; ++i) {
      const int x = i % size.X, y = i / size.X;
      StandIn::FPixel pixel, z, v;
      pixel.V[0] = static_cast<float>(x) / static_cast<float>(size.X);
      pixel.V[1] = static_cast<float>(y) / static_cast<float>(size.Y);
      pixel.V[2] = (x / 4 + y / 4) % 2 != 0 ? 0.9f : 0.1f;
      z.V[0] = static_cast<float>(unreal["depth_raw"][i].number());
      for (int k = 0; k < 2 && !previous; ++k) {
        v.V[k] = static_cast<float>(unreal["velocity_raw_u16"][i][k].number() / 65535.0);
      }
      color->StandInStore(x, y, pixel);
      depth->StandInStore(x, y, z);
      velocity->StandInStore(x, y, v);
    }
    view->Color = color;
    view->Depth = depth;
    view->Velocity = velocity;
    view->View.StandInViewRect = FIntRect(0, 0, size.X, size.Y);
    view->View.ViewMatrices.StandInView = ToMatrix(unreal[previous ? "previous_view_matrix" : "view_matrix"]);
    view->View.ViewMatrices.StandInProjection = ToMatrix(unreal["projection_matrix"]);
    view->View.bIsGameView = true;
    view->Family.Scene = GameWorld().Scene;
  }
  return view;
}

std::shared_ptr<FRHITexture> FillGBuffer(StandIn::FRenderedView& view, FIntPoint size, FVector normal) {
  auto made = std::make_shared<FRHITexture>(size, PF_A16B16G16R16, ETextureCreateFlags::None);
  StandIn::FPixel pixel;
  const double axes[3] = {normal.X, normal.Y, normal.Z};
  for (int i = 0; i < 3; ++i) pixel.V[i] = static_cast<float>(axes[i] * 0.5 + 0.5);
  for (int i = 0; i < size.X * size.Y; ++i) made->StandInStore(i % size.X, i / size.X, pixel);
  view.GBufferA = made;
  return made;
}

UTextureRenderTarget2D* MakeRenderTarget(ETextureRenderTargetFormat format, int width, int height) {
  auto* target = new UTextureRenderTarget2D();
  target->RenderTargetFormat = format;
  target->InitAutoFormat(static_cast<uint32>(width), static_cast<uint32>(height));
  return target;
}

std::string Narrow(const std::wstring& text) { return {text.begin(), text.end()}; }

Game::Game(const std::string& endpoint, const wchar_t* model) : view(LevelView("walk")), endpoint_(endpoint) {
  StandIn::TakeLog();
  PlayIn(GameWorld());
  stream = ULSDStreamEngine::Create(model, false);
  stream->SetEndpoint(FString(std::wstring(endpoint.begin(), endpoint.end())), FString());
  stream->SetCaptureSize(32, 18);
  stream->SetTargetFPS(0.0f);
  stream->OnConnected.StandInAdd([this] {
    ++connected;
    // On a busy machine a daemon that a test has just started takes its time.
    errors.erase(std::remove_if(errors.begin(), errors.end(),
                                [](const std::wstring& error) { return error.rfind(L"No daemon answers", 0) == 0; }),
                 errors.end());
  });
  stream->OnDisconnected.StandInAdd([this](const FString&) { ++disconnected; });
  stream->OnError.StandInAdd([this](const FString& message) { errors.emplace_back(*message); });
  stream->OnFrame.StandInAdd([this](const FLSDFrameInfo& frame) { frames.push_back(frame); });
}

Game::~Game() {
  StandIn::Destroy(stream);
  FlushRenderingCommands();
  for (const std::wstring& fault : StandIn::TakeFaults()) ADD_FAILURE() << Narrow(fault);
}

void Game::Frame() {
  const double begin = FPlatformTime::Seconds();
  StandIn::RenderView(view, shown);
  FTSTicker::GetCoreTicker().Tick(0.005f);
  slowest_frame_s = std::max(slowest_frame_s, FPlatformTime::Seconds() - begin);
  std::this_thread::sleep_for(std::chrono::milliseconds(5));
}

void Game::Frames(int count) {
  for (int i = 0; i < count; ++i) Frame();
}

bool Game::FramesUntil(const std::function<bool()>& done, double seconds) {
  const double deadline = FPlatformTime::Seconds() + seconds;
  while (!done()) {
    if (FPlatformTime::Seconds() > deadline) return false;
    Frame();
  }
  return true;
}

bool Game::Shows(const FRHITexture& texture) const { return IsPictureOf(texture, *view->Color); }

bool IsPictureOf(const FRHITexture& texture, const FRHITexture& color) {
  const FIntPoint size = texture.GetDesc().Extent, rendered = color.GetDesc().Extent;
  auto encoded = [&](const FRHITexture& from, int x, int y, int channel) { return from.StandInLoad(x, y).V[channel]; };
  for (int y = 0; y < size.Y; ++y) {
    for (int x = 0; x < size.X; ++x) {
      for (int channel = 0; channel < 3; ++channel) {
        // The daemon scales by nearest neighbour; the texture gives linear light, the engine's picture is encoded.
        const int from_x = (2 * x + 1) * rendered.X / (2 * size.X), from_y = (2 * y + 1) * rendered.Y / (2 * size.Y);
        const float sent = encoded(color, from_x, from_y, channel);
        const float linear = sent <= 0.04045f ? sent / 12.92f : std::pow((sent + 0.055f) / 1.055f, 2.4f);
        if (std::abs(linear - encoded(texture, x, y, channel)) > 0.003f) return false;
      }
    }
  }
  return true;
}
