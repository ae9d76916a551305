// Copyright 2026 MirageLSD contributors. Licensed under the Apache License 2.0.
// For python/test_walk.py: the sample's walk, as an engine at 60 frames a second renders it, in front of a daemon that
// has the model. Written is what the daemon paints of each frame, and what the plugin's passes are given in each.
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <chrono>
#include <cstdlib>
#include <fstream>
#include <thread>

#include "daemon.h"
#include "game.h"
#include "reproject_record.h"
#include "shade_record.h"

namespace {

constexpr float kHardlyEver = 0.001f;
constexpr int kInterval = 4;  // engine frames from one result to the next: 15 a second

/** Frames that Python has rendered: width, height and count, then view and projection of each; colors and device depths
 * beside. */
class Walk {
 public:
  explicit Walk(std::string folder) : folder_(std::move(folder)) {
    std::ifstream text(folder_ + "/walk.txt");
    text >> size.X >> size.Y >> frames;
    matrices_.resize(static_cast<size_t>(frames) * 32);
    for (double& number : matrices_) text >> number;
  }
  std::shared_ptr<StandIn::FRenderedView> View(int index) const {
    const size_t pixels = static_cast<size_t>(size.X) * static_cast<size_t>(size.Y);
    auto view = std::make_shared<StandIn::FRenderedView>();
    auto make = [this](EPixelFormat format) {
      return std::make_shared<FRHITexture>(size, format, ETextureCreateFlags::None);
    };
    const auto color = make(PF_B8G8R8A8), depth = make(PF_DepthStencil);
    Read(index, ".bgra", color->StandInBytes.data(), pixels * 4);
    Read(index, ".z", depth->StandInBytes.data(), pixels * 4);
    view->Color = color;
    view->Depth = depth;
    view->Velocity = make(PF_A16B16G16R16);
    view->View.StandInViewRect = FIntRect(0, 0, size.X, size.Y);
    FMatrix* const matrices[] = {&view->View.ViewMatrices.StandInView, &view->View.ViewMatrices.StandInProjection};
    for (int i = 0; i < 32; ++i) {
      matrices[i / 16]->M[i % 16 / 4][i % 4] = matrices_[static_cast<size_t>(index * 32 + i)];
    }
    view->View.bIsGameView = true;
    view->Family.Scene = GameWorld().Scene;
    return view;
  }

  FIntPoint size;
  int frames = 0;

 private:
  void Read(int index, const char* ending, unsigned char* to, size_t bytes) const {
    std::ifstream file(folder_ + "/" + std::to_string(index) + ending, std::ios::binary);
    file.read(reinterpret_cast<char*>(to), static_cast<std::streamsize>(bytes));
    check(file.gcount() == static_cast<std::streamsize>(bytes));
  }

  std::string folder_;
  std::vector<double> matrices_;
};

class Walked : public testing::Test {
 protected:
  void SetUp() override {
    const char* folder = std::getenv("LSD_TEST_WALK");
    if (folder == nullptr) GTEST_SKIP() << "only with a daemon that has the model";
    folder_ = folder;
    walk_ = std::make_unique<Walk>(folder_);
    game_ = std::make_unique<Game>(daemon_.endpoint(), L"mirage-lsd-v1");
    ForgetShades();
    ForgetReprojections();
    game_->stream->SetCaptureSize(walk_->size.X, walk_->size.Y);
    game_->stream->SetSun(FVector(0.3, 0.4, 0.866), FLinearColor::White);
    game_->stream->SetScene(TEXT("forest"), 0.0f);
    game_->stream->SetLighting(TEXT("day"), 0.0f);
    game_->view = walk_->View(0);
  }
  /** Connects; from then on only what RenderSent renders goes out, and the daemon has forgotten what came before. */
  void Begin(bool shown, ELSDShading shading) {
    game_->stream->SetShading(shading);
    game_->stream->SetShowInView(shown);
    game_->stream->StartCapture();
    ASSERT_TRUE(game_->FramesUntil(
        [&] {
          FlushRenderingCommands();
          return game_->connected > 0 && game_->frames.size() > 0 &&
                 game_->stream->GetStats().bShadedInEngine == (shading == ELSDShading::Engine);
        },
        240.0));
    Send(false);
    Render(0);  // the pacer lets one through
    Arrive();
    game_->stream->Reset();
  }
  void Render(int index) {
    game_->view = walk_->View(index);
    StandIn::RenderView(game_->view, game_->shown);
    FlushRenderingCommands();
  }
  void Send(bool send) {
    game_->stream->SetTargetFPS(send ? 0.0f : kHardlyEver);
    Tick();
  }
  /** Sends a frame, which does not come back before Arrive. */
  void RenderSent(int index) {
    Send(true);
    Render(index);
    Send(false);
  }
  static void Tick() {
    FTSTicker::GetCoreTicker().Tick(0.005f);
    FlushRenderingCommands();
  }
  /** What was sent comes back. False if nothing newer came: on a busy machine the plugin may have taken the frame for
   * too old to be sent. */
  bool Arrive() {
    const int64 before = game_->frames.empty() ? 0 : game_->frames.back().Sequence;
    const auto other = LevelView("walk");
    UWorld elsewhere;
    other->Family.Scene = elsewhere.Scene;
    const double deadline = FPlatformTime::Seconds() + 120.0;
    for (int ticks = 0; FPlatformTime::Seconds() < deadline; ++ticks) {
      // Copies are there when a later frame is rendered, whoever's.
      StandIn::RenderView(other);
      Tick();
      std::this_thread::sleep_for(std::chrono::milliseconds(3));
      const int64 newest = game_->frames.empty() ? 0 : game_->frames.back().Sequence;
      if (ticks > 30 && newest == game_->stream->GetStats().FramesSubmitted) return newest > before;
    }
    return false;
  }
  bool SendAndArrive(int index) {
    for (int tries = 0; tries < 20; ++tries) {
      RenderSent(index);
      if (Arrive()) return true;
    }
    return false;
  }
  std::string FolderOf(int index) const {
    const std::string made = folder_ + "/" + std::to_string(index);
    mkdir(made.c_str(), 0777);
    return made;
  }
  /** The walk with what was sent one interval ago: each result is 4 to 7 frames old. */
  void WalkLate(const std::function<void(int index, const std::string& folder)>& write) {
    for (int i = 0; i < walk_->frames; ++i) {
      if (i % kInterval == 0) {
        RenderSent(i);
      } else {
        Render(i);
      }
      if (i >= kInterval) write(i, FolderOf(i));
      if (i % kInterval == kInterval - 1 && !Arrive()) {
        ASSERT_TRUE(SendAndArrive(i - kInterval + 1));
      }
    }
  }

  Daemon daemon_;
  std::string folder_;
  std::unique_ptr<Walk> walk_;
  std::unique_ptr<Game> game_;
};

TEST_F(Walked, TheDaemonsPictures) {
  UTextureRenderTarget2D* const target = MakeRenderTarget(RTF_RGBA8_SRGB, walk_->size.X, walk_->size.Y);
  game_->stream->BindTexture(target);
  Begin(false, ELSDShading::Daemon);
  for (int i = 0; i < walk_->frames; ++i) {
    ASSERT_TRUE(SendAndArrive(i));
    const auto picture = target->StandInTexture();
    std::ofstream file(folder_ + "/" + std::to_string(i) + ".painted", std::ios::binary);
    file.write(reinterpret_cast<const char*>(picture->StandInBytes.data()),
               static_cast<std::streamsize>(picture->StandInBytes.size()));
  }
  game_->stream->StopCapture();
  StandIn::Destroy(target);
}

TEST_F(Walked, FreshContexts) {
  Begin(true, ELSDShading::Engine);
  for (int i = 0; i < walk_->frames; ++i) {
    ASSERT_TRUE(SendAndArrive(i));
    Render(i);
    LastShade().Write(FolderOf(i));
  }
}

TEST_F(Walked, LateContexts) {
  Begin(true, ELSDShading::Engine);
  WalkLate([](int, const std::string& folder) { LastShade().Write(folder); });
}

TEST_F(Walked, LatePictures) {
  Begin(true, ELSDShading::Daemon);
  WalkLate([](int, const std::string& folder) { LastReprojection().Write(folder); });
}

}  // namespace
