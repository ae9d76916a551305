// Copyright 2026 MirageLSD contributors. Licensed under the Apache License 2.0.
// conventions.json's Unreal part, through the plugin's own conversions and the shaders' own arithmetic.
#include "conventions.h"

#include <gtest/gtest.h>

#include <cmath>

#include "hlsl.h"
#include "json.h"

namespace lsd_unreal {
namespace {

const Json& cases() {
  static const Json all = Json::read_file(LSD_CONVENTIONS_JSON);
  return all["cases"];
}

Matrix matrix(const Json& json) {
  Matrix m = {};
  for (int i = 0; i < 16; ++i) m[i] = json[i].number();
  return m;
}

class Conventions : public testing::TestWithParam<int> {
 protected:
  const Json& data() const { return cases()[GetParam()]; }
  const Json& unreal() const { return data()["engines"]["unreal"]; }
  const Json& expected() const { return data()["expected"]; }
  int width() const { return static_cast<int>(data()["width"].number()); }
  int height() const { return static_cast<int>(data()["height"].number()); }
  Matrix view() const { return matrix(unreal()["view_matrix"]); }
  Matrix previous_view() const { return matrix(unreal()["previous_view_matrix"]); }
  Matrix projection() const { return matrix(unreal()["projection_matrix"]); }
};

TEST_P(Conventions, CameraIsTheProtocols) {
  for (const auto& [ours, theirs] : {std::pair{view(), "view"}, std::pair{previous_view(), "previous_view"}}) {
    const lsd_camera camera = to_protocol(ours, projection());
    for (int i = 0; i < 16; ++i) EXPECT_NEAR(camera.view[i], expected()[theirs][i].number(), 2e-6) << theirs << i;
    for (int i = 0; i < 16; ++i) {
      const double element = unreal()["expected_projection"][i].number();
      EXPECT_NEAR(camera.projection[i], element, 1e-5 * std::max(1.0, std::abs(element))) << i;
    }
    EXPECT_NEAR(camera.near_plane, unreal()["near_m"].number(), 1e-6);
    EXPECT_NEAR(camera.far_plane, unreal()["far_m"].number(), 1e-2);
    EXPECT_EQ(camera.jitter[0], 0.0f);
  }
}

TEST_P(Conventions, DepthIsInMetres) {
  const DepthScale scale = depth_scale(projection());
  for (int i = 0; i < width() * height(); ++i) {
    const float raw = static_cast<float>(unreal()["depth_raw"][i].number());
    const double metres = expected()["depth_m"][i].number();
    EXPECT_NEAR(hlsl::LSDDepthMetres(raw, {scale.scale, scale.bias}), metres, 1e-3 * metres) << i;
  }
}

TEST_P(Conventions, MotionIsThePictures) {
  const Matrix previous = clip_to_previous_clip(view(), projection(), previous_view(), projection());
  const float2 size(static_cast<float>(width()), static_cast<float>(height()));
  int moving = 0;
  for (int i = 0; i < width() * height(); ++i) {
    const float2 centre(static_cast<float>(i % width()) + 0.5f, static_cast<float>(i / width()) + 0.5f);
    const float2 ndc = hlsl::LSDPixelToNdc(centre, size);
    const float device_z = static_cast<float>(unreal()["depth_raw"][i].number());
    const float2 step = hlsl::LSDCameraStep(ndc, hlsl::mul(float4(ndc.x, ndc.y, device_z, 1.0f), previous));
    const Json& stored = unreal()["velocity_raw_u16"][i];
    const bool written = stored[0].number() > 0.0;
    const float2 velocity(hlsl::decode_velocity(static_cast<float>(stored[0].number() / 65535.0)),
                          hlsl::decode_velocity(static_cast<float>(stored[1].number() / 65535.0)));
    const float2 motion = hlsl::LSDMotionPixels(written, velocity, step, step, 1.0f, size);
    // With a finite far plane, which Unreal has only on request, its sky stands there and not at infinity.
    const double tolerance = device_z == 0.0f && unreal()["far_m"].number() < kInfiniteFarM ? 0.05 : 0.01;
    EXPECT_NEAR(motion.x, expected()["motion_px"][i][0].number(), tolerance) << i;
    EXPECT_NEAR(motion.y, expected()["motion_px"][i][1].number(), tolerance) << i;
    moving += written;
  }
  EXPECT_GT(moving, 20);
}

INSTANTIATE_TEST_SUITE_P(Cases, Conventions, testing::Range(0, 2));

TEST(Depth, IsEvenOnASurfaceAndNotAcrossEdges) {
  EXPECT_FLOAT_EQ(hlsl::LSDDepthBetween(0.10f, 0.11f, 0.10f, 0.11f, 0.5f, 0.3f), 0.105f);
  EXPECT_EQ(hlsl::LSDDepthBetween(0.10f, 0.02f, 0.10f, 0.02f, 0.6f, 0.3f), 0.02f);
  EXPECT_EQ(hlsl::LSDDepthBetween(0.10f, 0.0f, 0.10f, 0.0f, 0.4f, 0.9f), 0.10f);
  EXPECT_EQ(hlsl::LSDDepthBetween(0.10f, 0.11f, 0.10f, 0.11f, 0.0f, 0.0f), 0.10f);
}

TEST(Motion, OfASurfaceGoesOnForTheEngineFramesBetween) {
  // Camera still; a surface moved one hundredth to the right in the last engine frame, three frames after the last sent
  // one.
  const float2 zero(0.0f, 0.0f);
  const float2 motion = hlsl::LSDMotionPixels(true, float2(0.01f, 0.02f), zero, zero, 3.0f, float2(200.0f, 100.0f));
  EXPECT_NEAR(motion.x, -3.0f, 1e-4);
  EXPECT_NEAR(motion.y, 3.0f, 1e-4);
}

TEST(Motion, BehindThePreviousCameraIsNone) {
  const float2 step = hlsl::LSDCameraStep(float2(0.2f, 0.3f), float4(1.0f, 1.0f, 0.0f, -2.0f));
  EXPECT_EQ(step.x, 0.0f);
  EXPECT_EQ(step.y, 0.0f);
}

TEST(Motion, FarFromTheOriginKeepsItsDigits) {
  // A camera 20 km from the origin that moved 1 cm to the right; a point 10 m ahead moved left by 1 / 1000 of the half
  // width.
  Matrix projection = {1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 1, 0, 0, 10, 0};
  Matrix view = {0, 0, 1, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 1};
  Matrix previous = view;
  view[12] = -2000001.0;  // x right in view space is Unreal's Y
  previous[12] = -2000000.0;
  const Matrix clip = clip_to_previous_clip(view, projection, previous, projection);
  const float4 at = hlsl::mul(float4(0.0f, 0.0f, 10.0f / 1000.0f, 1.0f), clip);
  EXPECT_NEAR(at.x / at.w, 0.001, 1e-6);
}

TEST(Camera, AnOffCentreProjectionIsNoJitter) {
  // An eye of a headset, a lens shift, a tile of a wall: the middle lies aside by many pixels, in every frame alike.
  Matrix projection = {1, 0, 0, 0, 0, 2, 0, 0, 0.2, -0.1, 0, 1, 0, 0, 10, 0};
  const Matrix view = {0, 0, 1, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 1};
  const lsd_camera camera = to_protocol(view, projection);
  EXPECT_EQ(camera.jitter[0], 0.0f);
  EXPECT_EQ(camera.jitter[1], 0.0f);
  // A point straight ahead lands the shift away from the middle: x = p02 * -1 / 1.
  EXPECT_NEAR(-camera.projection[2], 0.2, 1e-6);
  EXPECT_NEAR(-camera.projection[6], -0.1, 1e-6);
}

TEST(Camera, OnlyPerspectivesAreTaken) {
  const Matrix perspective = {1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 1, 0, 0, 10, 0};
  EXPECT_TRUE(is_perspective(perspective));
  Matrix orthographic = {0.01, 0, 0, 0, 0, 0.01, 0, 0, 0, 0, -0.0001, 0, 0, 0, 1, 1};
  EXPECT_FALSE(is_perspective(orthographic));
  Matrix broken = perspective;
  broken[0] = std::nan("");
  EXPECT_FALSE(is_perspective(broken));
}

TEST(Camera, DirectionsChangeAxes) {
  const auto up = direction_to_protocol(0, 0, 1), forward = direction_to_protocol(1, 0, 0);
  EXPECT_EQ(up, (std::array<float, 3>{0, 1, -0.0f}));
  EXPECT_EQ(forward, (std::array<float, 3>{0, 0, -1}));
}

TEST(Matrices, WithoutInverseAreLeftAlone) {
  Matrix zero = {}, out = {};
  out[5] = 7.0;
  EXPECT_FALSE(invert(zero, out));
  EXPECT_EQ(out[5], 7.0);
  const Matrix clip = clip_to_previous_clip(zero, zero, zero, zero);
  EXPECT_EQ(clip[0], 1.0);
  EXPECT_EQ(clip[1], 0.0);
}

TEST(Encode, IsTheSrgbCurve) {
  EXPECT_NEAR(hlsl::LSDEncodeSRGB(0.2140f), 0.5f, 1e-3);
  EXPECT_NEAR(hlsl::LSDEncodeSRGB(0.001f), 0.01292f, 1e-5);
  EXPECT_NEAR(hlsl::LSDEncodeSRGB(7.0f), 1.0f, 1e-6);
  EXPECT_EQ(hlsl::LSDEncodeSRGB(-7.0f), 0.0f);
}

}  // namespace
}  // namespace lsd_unreal
