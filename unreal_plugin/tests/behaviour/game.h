// Copyright 2026 MirageLSD contributors. Licensed under the Apache License 2.0.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "LSDStreamEngine.h"
#include "StandIn/SceneView.h"
#include "json.h"

/** Plays the engine around the plugin: renders frames, ticks, counts what the stream's delegates say. The test's thread
 * is the game thread. */
class Game {
 public:
  explicit Game(const std::string& endpoint, const wchar_t* model = L"passthrough");
  ~Game();

  /** One engine frame: a view is rendered, then the game ticks. */
  void Frame();
  /** Frames until `done`, at most `seconds`; whether it came to it. */
  bool FramesUntil(const std::function<bool()>& done, double seconds = 20.0);
  void Frames(int count);

  /** True once the bound texture shows the rendered picture. */
  bool Shows(const FRHITexture& texture) const;

  ULSDStreamEngine* stream = nullptr;
  std::shared_ptr<StandIn::FRenderedView> view;
  std::shared_ptr<FTextureRHIRef> shown = std::make_shared<FTextureRHIRef>();

  int connected = 0;
  int disconnected = 0;
  std::vector<std::wstring> errors;
  std::vector<FLSDFrameInfo> frames;
  /** The longest that the game thread was busy with one frame. */
  double slowest_frame_s = 0.0;

 private:
  std::string endpoint_;
};

/** Whether `texture`, which gives linear light, holds the encoded picture `color`. */
bool IsPictureOf(const FRHITexture& texture, const FRHITexture& color);

/** The world that `LevelView` shows. */
UWorld& GameWorld();

/** Makes it the process's only game world. */
void PlayIn(UWorld& world);

/** A view of conventions.json's level: what the engine's textures and matrices hold. `previous`: with the camera of the
 * frame before. */
std::shared_ptr<StandIn::FRenderedView> LevelView(const char* name, bool previous = false);

/** Fills the GBuffer of `view` with one direction of the engine's world, as the base pass stores it. */
std::shared_ptr<FRHITexture> FillGBuffer(StandIn::FRenderedView& view, FIntPoint size, FVector normal);

UTextureRenderTarget2D* MakeRenderTarget(ETextureRenderTargetFormat format, int width, int height);

std::string Narrow(const std::wstring& text);
