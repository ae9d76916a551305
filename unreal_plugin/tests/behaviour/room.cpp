// Copyright 2026 MirageLSD contributors. Licensed under the Apache License 2.0.
#include "room.h"

#include <cmath>

#include "game.h"

namespace {

constexpr double kTanX = 0.75, kNear = 10.0;
constexpr double kBlockHalf = 60.0;

struct Camera {
  double eye[3], right[3], up[3] = {0, 0, 1}, forward[3];
  explicit Camera(const RoomMoment& m) {
    const double yaw = m.yaw * 3.14159265358979 / 180.0;
    const double place[] = {m.x, m.y, m.z}, ahead[] = {std::cos(yaw), std::sin(yaw), 0.0},
                 aside[] = {-std::sin(yaw), std::cos(yaw), 0.0};
    std::copy(place, place + 3, eye);
    std::copy(ahead, ahead + 3, forward);
    std::copy(aside, aside + 3, right);
  }
  FMatrix View() const {
    FMatrix m;
    const double* axes[] = {right, up, forward};
    for (int row = 0; row < 4; ++row) {
      for (int column = 0; column < 4; ++column) m.M[row][column] = row == column ? 1.0 : 0.0;
    }
    for (int axis = 0; axis < 3; ++axis) {
      m.M[3][axis] = 0.0;
      for (int i = 0; i < 3; ++i) {
        m.M[i][axis] = axes[axis][i];
        m.M[3][axis] -= eye[i] * axes[axis][i];
      }
    }
    return m;
  }
  /** Normalised device coordinates of a point of the world. */
  void Project(const double* p, double tan_y, double* ndc) const {
    double x = 0, y = 0, z = 0;
    for (int i = 0; i < 3; ++i) {
      x += (p[i] - eye[i]) * right[i];
      y += (p[i] - eye[i]) * up[i];
      z += (p[i] - eye[i]) * forward[i];
    }
    ndc[0] = x / z / kTanX;
    ndc[1] = y / z / tan_y;
  }
};

struct Hit {
  /** Along the view axis, centimetres; 0: sky. */
  double depth = 0.0;
  double place[3] = {};
  bool moves = false;
};

struct Box {
  double low[3], high[3];
  bool moves;
};

/** How far along the ray the box begins, or 0. */
double Enter(const Box& box, const double* eye, const double* ray) {
  double first = 0.0, last = 1e9;
  for (int i = 0; i < 3; ++i) {
    if (std::abs(ray[i]) < 1e-12) {
      if (eye[i] < box.low[i] || eye[i] > box.high[i]) return 0.0;
      continue;
    }
    const double a = (box.low[i] - eye[i]) / ray[i], b = (box.high[i] - eye[i]) / ray[i];
    first = std::max(first, std::min(a, b));
    last = std::min(last, std::max(a, b));
  }
  return first > kNear && first <= last ? first : 0.0;
}

Hit Look(const Camera& camera, const FVector& block, double ndc_x, double ndc_y, double tan_y) {
  double ray[3];
  for (int i = 0; i < 3; ++i) {
    ray[i] = camera.forward[i] + ndc_x * kTanX * camera.right[i] + ndc_y * tan_y * camera.up[i];
  }
  const Box boxes[] = {{{-3000, -3000, -50}, {3000, 3000, 0}, false},
                       {{700, -320, 0}, {900, -120, 260}, false},
                       {{block.X - kBlockHalf, block.Y - kBlockHalf, block.Z - kBlockHalf},
                        {block.X + kBlockHalf, block.Y + kBlockHalf, block.Z + kBlockHalf},
                        true}};
  Hit hit;
  for (const Box& box : boxes) {
    const double at = Enter(box, camera.eye, ray);
    if (at <= 0.0 || (hit.depth > 0.0 && at >= hit.depth)) continue;
    hit.depth = at;
    hit.moves = box.moves;
  }
  // The sky's colors are those of a direction.
  for (int i = 0; i < 3; ++i) hit.place[i] = hit.depth > 0.0 ? camera.eye[i] + ray[i] * hit.depth : ray[i] * 800.0;
  return hit;
}

StandIn::FPixel Color(const Hit& hit, const FVector& block) {
  const double shift_y = hit.moves ? block.Y : 0.0;
  const double a = hit.place[0] / 120.0, b = (hit.place[1] - shift_y) / 100.0, c = hit.place[2] / 90.0;
  // Far away the pattern would be finer than the pixels.
  const double contrast = hit.depth > 0.0 ? 0.4 / (1.0 + std::pow(hit.depth / 900.0, 4.0)) : 0.3;
  StandIn::FPixel color;
  color.V[0] = static_cast<float>(0.5 + contrast * std::sin(a + c));
  color.V[1] = static_cast<float>(0.5 + contrast * std::sin(b + 0.5 * c));
  color.V[2] = hit.depth <= 0.0 ? 0.9f : hit.moves ? 0.1f : 0.4f;
  color.V[3] = 1.0f;
  return color;
}

float EncodeVelocity(double step) {
  const double gamma = std::copysign(std::sqrt(std::abs(step)), step) * (2.0 / std::sqrt(2.0));
  return static_cast<float>(gamma * (0.499 * 0.5) + 32767.0 / 65535.0);
}

std::shared_ptr<FRHITexture> Texture(FIntPoint size, EPixelFormat format) {
  return std::make_shared<FRHITexture>(size, format, ETextureCreateFlags::None);
}

}  // namespace

FVector RoomBlock(const RoomMoment& moment) { return {600.0, moment.block_y, kBlockHalf}; }

std::shared_ptr<StandIn::FRenderedView> RoomView(const RoomMoment& now, const RoomMoment& before,
                                                 const RoomOptions& options) {
  const Camera camera(now), camera_before(before);
  const FVector block = RoomBlock(now), block_before = RoomBlock(before);
  const FIntPoint size = options.size;
  const double tan_y = kTanX * size.Y / size.X;
  auto view = std::make_shared<StandIn::FRenderedView>();

  const auto color = Texture(size, PF_B8G8R8A8);
  for (int i = 0; i < size.X * size.Y; ++i) {
    const double x = (i % size.X + 0.5) / size.X * 2.0 - 1.0, y = 1.0 - (i / size.X + 0.5) / size.Y * 2.0;
    color->StandInStore(i % size.X, i / size.X, Color(Look(camera, block, x, y, tan_y), block));
  }
  const FIntPoint scene(size.X / options.scale, size.Y / options.scale), corner = options.corner;
  const FIntPoint extent(scene.X + 2 * corner.X, scene.Y + 2 * corner.Y);
  const auto depth = Texture(extent, PF_DepthStencil), velocity = Texture(extent, PF_A16B16G16R16);
  for (int i = 0; i < scene.X * scene.Y; ++i) {
    const double x = (i % scene.X + 0.5) / scene.X * 2.0 - 1.0 - options.jitter_x;
    const double y = 1.0 - (i / scene.X + 0.5) / scene.Y * 2.0 - options.jitter_y;
    const Hit hit = Look(camera, block, x, y, tan_y);
    StandIn::FPixel z, v;
    z.V[0] = hit.depth > 0.0 ? static_cast<float>(kNear / hit.depth) : 0.0f;
    if (hit.moves) {
      const double then[] = {hit.place[0], hit.place[1] - block.Y + block_before.Y, hit.place[2]};
      double was[2];
      camera_before.Project(then, tan_y, was);
      v.V[0] = EncodeVelocity(x - was[0]);
      v.V[1] = EncodeVelocity(y - was[1]);
    }
    depth->StandInStore(i % scene.X + corner.X, i / scene.X + corner.Y, z);
    velocity->StandInStore(i % scene.X + corner.X, i / scene.X + corner.Y, v);
  }
  view->Color = color;
  view->ColorRect = FIntRect(0, 0, size.X, size.Y);
  view->Depth = depth;
  view->Velocity = velocity;
  view->View.StandInViewRect = FIntRect(corner.X, corner.Y, corner.X + scene.X, corner.Y + scene.Y);
  FViewMatrices& matrices = view->View.ViewMatrices;
  matrices.StandInView = camera.View();
  FMatrix projection;
  for (auto& row : projection.M) {
    for (double& element : row) element = 0.0;
  }
  projection.M[0][0] = 1.0 / kTanX;
  projection.M[1][1] = 1.0 / tan_y;
  projection.M[2][3] = 1.0;
  projection.M[3][2] = kNear;
  matrices.StandInProjection = matrices.StandInJittered = projection;
  matrices.StandInJittered.M[2][0] += options.jitter_x;
  matrices.StandInJittered.M[2][1] += options.jitter_y;
  matrices.bStandInJitter = options.jitter_x != 0.0 || options.jitter_y != 0.0;
  view->View.bIsGameView = true;
  view->Family.Scene = GameWorld().Scene;
  return view;
}
