// Copyright 2026 MirageLSD contributors. Licensed under the Apache License 2.0.
// For python/test_appearance.py, whose daemon has the model: two figures of boxes in a street of boxes, the left one
// marked with LSD Identities, and what comes back after each SetAppearance.
#include <gtest/gtest.h>

#include <cstdlib>
#include <deque>
#include <fstream>

#include "HAL/IConsoleManager.h"
#include "LSDIdentityComponent.h"
#include "daemon.h"
#include "game.h"

namespace {

constexpr int kWidth = 320, kHeight = 180;
constexpr double kEyeHeight = 160.0, kWallAhead = 1500.0, kWallHeight = 420.0;

/** A square that faces the camera: what the stand-in's custom depth pass draws of a primitive. Centimetres. */
struct Part {
  double ahead, right, up, radius;
};

/** An actor of such squares; with a class it has an LSD Identity. */
class Figure {
 public:
  Figure(const std::vector<Part>& parts, ELSDClass object_class) : parts_(parts) {
    actor_.StandInWorld = &GameWorld();
    for (const Part& part : parts_) {
      UPrimitiveComponent& primitive = primitives_.emplace_back();
      primitive.StandInRadius = part.radius;
      primitive.StandInOwner = &actor_;
      const double place[3] = {part.ahead, part.right, part.up};
      for (int i = 0; i < 3; ++i) primitive.StandInTransform.StandInMatrix.M[3][i] = place[i];
      actor_.StandInComponents.push_back(&primitive);
      primitive.RegisterComponent();
    }
    actor_.StandInRoot = &primitives_.front();
    if (object_class != ELSDClass::Unspecified) {
      identity_.ObjectClass = object_class;
      identity_.StandInOwner = &actor_;
      actor_.StandInComponents.push_back(&identity_);
      identity_.RegisterComponent();
    }
    GameWorld().StandInActors.push_back(&actor_);
  }
  ~Figure() {
    if (identity_.IsRegistered()) identity_.UnregisterComponent();
    auto& actors = GameWorld().StandInActors;
    actors.erase(std::remove(actors.begin(), actors.end(), &actor_), actors.end());
  }
  Figure(const Figure&) = delete;
  Figure& operator=(const Figure&) = delete;

  const std::vector<Part>& parts() const { return parts_; }

 private:
  std::vector<Part> parts_;
  AActor actor_;
  std::deque<UPrimitiveComponent> primitives_;
  ULSDIdentityComponent identity_;
};

std::vector<Part> Clothes(double right) {
  return {{450, right, 118, 32}, {450, right - 14, 60, 17}, {450, right + 14, 60, 17}, {450, right, 75, 26}};
}
std::vector<Part> Head(double right) { return {{450, right, 166, 13}}; }

/** A camera at a man's height that looks straight ahead, along x. */
std::shared_ptr<StandIn::FRenderedView> Street(const std::deque<Figure>& figures) {
  auto view = LevelView("walk");
  const FIntPoint size(kWidth, kHeight);
  view->Color = std::make_shared<FRHITexture>(size, PF_B8G8R8A8, ETextureCreateFlags::None);
  view->Depth = std::make_shared<FRHITexture>(size, PF_DepthStencil, ETextureCreateFlags::None);
  view->Velocity = std::make_shared<FRHITexture>(size, PF_A16B16G16R16, ETextureCreateFlags::None);
  view->View.StandInViewRect = FIntRect(0, 0, size.X, size.Y);
  FMatrix to_view;
  to_view.M[0][0] = to_view.M[1][1] = to_view.M[2][2] = 0.0;
  to_view.M[0][2] = to_view.M[1][0] = to_view.M[2][1] = to_view.M[3][3] = 1.0;
  to_view.M[3][1] = -kEyeHeight;
  view->View.ViewMatrices.StandInView = to_view;
  const FMatrix& lens = view->View.ViewMatrices.StandInProjection;
  for (int i = 0; i < size.X * size.Y; ++i) {
    const double x = i % size.X + 0.5, y = i / size.X + 0.5;
    const double slope_x = (2.0 * x / size.X - 1.0) / lens.M[0][0], slope_y = (1.0 - 2.0 * y / size.Y) / lens.M[1][1];
    double depth = kWallAhead, gray = 0.62;
    if (kEyeHeight + slope_y * kWallAhead > kWallHeight) depth = 0.0, gray = 0.8;
    if (slope_y < 0.0 && -kEyeHeight / slope_y < kWallAhead) depth = -kEyeHeight / slope_y, gray = 0.45;
    for (const Figure& figure : figures) {
      for (const Part& part : figure.parts()) {
        const bool covers = std::abs(slope_x * part.ahead - part.right) < part.radius &&
                            std::abs(kEyeHeight + slope_y * part.ahead - part.up) < part.radius;
        if (covers && (depth == 0.0 || part.ahead <= depth)) depth = part.ahead, gray = 0.55;
      }
    }
    StandIn::FPixel color, z;
    for (int c = 0; c < 3; ++c) color.V[c] = static_cast<float>(gray);
    color.V[3] = 1.0f;
    if (depth > 0.0) z.V[0] = static_cast<float>(lens.M[2][2] + lens.M[3][2] / depth);
    view->Color->StandInStore(i % size.X, i / size.X, color);
    view->Depth->StandInStore(i % size.X, i / size.X, z);
  }
  return view;
}

TEST(Dressed, OneOfTwoFiguresInAStreet) {
  const char* folder = std::getenv("LSD_TEST_DRESS");
  if (folder == nullptr) GTEST_SKIP() << "only with a daemon that has the model";
  StandIn::GetConsoleVariables()[TEXT("r.CustomDepth")] = 3.0f;
  std::deque<Figure> figures;
  figures.emplace_back(Clothes(-110), ELSDClass::Outfit);
  figures.emplace_back(Head(-110), ELSDClass::Skin);
  figures.emplace_back(Clothes(110), ELSDClass::Unspecified);
  figures.emplace_back(Head(110), ELSDClass::Unspecified);

  Daemon daemon;
  Game game(daemon.endpoint(), L"mirage-lsd-v1");
  game.view = Street(figures);
  UTextureRenderTarget2D* target = MakeRenderTarget(RTF_RGBA8_SRGB, kWidth, kHeight);
  game.stream->BindTexture(target);
  game.stream->SetCaptureSize(kWidth, kHeight);
  game.stream->SetTargetFPS(4.0f);
  game.stream->SetScene(TEXT("village"), 0.0f);
  game.stream->StartCapture();
  // A frame is a lot of work for the stand-in, too, which, unlike an engine, would let its render thread fall behind.
  auto until = [&](const std::function<bool()>& done) {
    return game.FramesUntil(
        [&] {
          FlushRenderingCommands();
          return done();
        },
        240.0);
  };
  ASSERT_TRUE(until([&] { return !game.frames.empty(); }));

  // The daemon's bytes: blue, green, red, alpha.
  auto write = [&](const char* name, int64 control) {
    // Some more after the first that knows the control: what it remembers of before has gone by then.
    ASSERT_TRUE(until([&] { return game.frames.back().ControlSequence >= control; }));
    const int64 first = game.frames.back().Sequence;
    ASSERT_TRUE(until([&] { return game.frames.back().Sequence >= first + 4; }));
    const auto texture = target->StandInTexture();
    std::ofstream file(std::string(folder) + "/" + name, std::ios::binary);
    file.write(reinterpret_cast<const char*>(texture->StandInBytes.data()),
               static_cast<std::streamsize>(texture->StandInBytes.size()));
  };
  write("plain.bgra", 0);
  write("again.bgra", 0);
  write("striped.bgra", game.stream->SetAppearance(TEXT("a red and white striped shirt"), 0.0f));
  write("blue.bgra", game.stream->SetAppearance(TEXT("a blue coat"), 0.0f));
  std::ofstream file(std::string(folder) + "/engine.bgra", std::ios::binary);
  file.write(reinterpret_cast<const char*>(game.view->Color->StandInBytes.data()),
             static_cast<std::streamsize>(game.view->Color->StandInBytes.size()));
  EXPECT_TRUE(game.errors.empty()) << Narrow(game.errors[0]);
  game.stream->StopCapture();
  StandIn::Destroy(target);
  StandIn::GetConsoleVariables()[TEXT("r.CustomDepth")] = 1.0f;
}

}  // namespace
