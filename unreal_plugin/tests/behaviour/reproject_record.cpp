// Copyright 2026 MirageLSD contributors. Licensed under the Apache License 2.0.
#include "reproject_record.h"

#include <algorithm>
#include <cstring>
#include <fstream>

#include "LSDShaders.h"
#include "hlsl.h"
#include "lsd_reproject.h"

namespace {

using Parameters = FLSDReprojectPS::FParameters;

ReprojectRecord& Record() {
  static ReprojectRecord record;
  return record;
}

std::vector<float> Texels(const FRHITexture& texture) {
  const FIntPoint size = texture.GetDesc().Extent;
  std::vector<float> texels;
  texels.reserve(static_cast<size_t>(size.X) * static_cast<size_t>(size.Y) * 4);
  for (int i = 0; i < size.X * size.Y; ++i) {
    const StandIn::FPixel pixel = texture.StandInLoad(i % size.X, i / size.X);
    texels.insert(texels.end(), pixel.V, pixel.V + 4);
  }
  return texels;
}

uint8_t Byte(float value) { return static_cast<uint8_t>(hlsl::clamp(value, 0.0f, 1.0f) * 255.0f + 0.5f); }

float2 ToHlsl(FVector2f v) { return {v.X, v.Y}; }

struct Rows {
  const FMatrix44f& matrix;
  float operator[](int i) const { return matrix.M[i / 4][i % 4]; }
};

/** LSDShadeInputs.ush, by hand. */
class Scene {
 public:
  explicit Scene(const Parameters& p) : p_(p) {}

  float DeviceZ(int x, int y) const {
    const float at_x = (static_cast<float>(x) + 0.5f) * p_.DepthStep.X + p_.DepthShift.X - 0.5f;
    const float at_y = (static_cast<float>(y) + 0.5f) * p_.DepthStep.Y + p_.DepthShift.Y - 0.5f;
    const int low_x = static_cast<int>(std::floor(at_x)), low_y = static_cast<int>(std::floor(at_y));
    return hlsl::LSDDepthBetween(Z(low_x, low_y), Z(low_x + 1, low_y), Z(low_x, low_y + 1), Z(low_x + 1, low_y + 1),
                                 at_x - static_cast<float>(low_x), at_y - static_cast<float>(low_y));
  }
  StandIn::FPixel Color(int x, int y) const {
    StandIn::FPixel color = p_.ColorTexture->StandInRHI->StandInLoad(
        static_cast<int>(p_.ColorMin.X + (static_cast<float>(x) + 0.5f) * p_.ColorStep.X),
        static_cast<int>(p_.ColorMin.Y + (static_cast<float>(y) + 0.5f) * p_.ColorStep.Y));
    for (int i = 0; i < 3 && p_.bLinear != 0; ++i) color.V[i] = hlsl::LSDEncodeSRGB(color.V[i]);
    return color;
  }
  FIntPoint Texel(int x, int y) const {
    return FIntPoint(
        Column(static_cast<int>(std::floor((static_cast<float>(x) + 0.5f) * p_.DepthStep.X + p_.DepthShift.X))),
        Row(static_cast<int>(std::floor((static_cast<float>(y) + 0.5f) * p_.DepthStep.Y + p_.DepthShift.Y))));
  }
  int Id(int x, int y) const {
    const FIntPoint at = Texel(x, y);
    return Byte(p_.IdsTexture->StandInRHI->StandInLoad(at.X, at.Y).V[0]);
  }
  /** LSDReprojectMotion of LSDReprojectPass.usf. */
  float2 Motion(int x, int y, float2 size, bool followed) const {
    const FIntPoint at = Texel(x, y);
    const StandIn::FPixel stored = p_.VelocityTexture->StandInRHI->StandInLoad(static_cast<int>(p_.DepthMin.X) + at.X,
                                                                               static_cast<int>(p_.DepthMin.Y) + at.Y);
    if (stored.V[0] <= 0.0f || followed) return {0.0f, 0.0f};
    const float2 ndc = hlsl::LSDPixelToNdc(float2(static_cast<float>(x) + 0.5f, static_cast<float>(y) + 0.5f), size);
    const float4 clip(ndc.x, ndc.y, DeviceZ(x, y), 1.0f);
    const float2 key = hlsl::LSDCameraStep(ndc, hlsl::mul(clip, Rows{p_.ClipToKeyClip}));
    const float2 engine = hlsl::LSDCameraStep(ndc, hlsl::mul(clip, Rows{p_.ClipToEngineClip}));
    const float2 velocity(hlsl::decode_velocity(stored.V[0]), hlsl::decode_velocity(stored.V[1]));
    const float2 motion = hlsl::LSDMotionPixels(true, velocity, engine, key, p_.EngineFrames, size);
    const float2 camera = hlsl::LSDNdcToPixels(key, size);
    const float own_x = motion.x - camera.x, own_y = motion.y - camera.y;
    return own_x * own_x + own_y * own_y < 0.25f ? float2(0.0f, 0.0f) : motion;
  }

 private:
  int Column(int x) const { return FMath::Clamp(x, 0, static_cast<int>(p_.DepthSize.X) - 1); }
  int Row(int y) const { return FMath::Clamp(y, 0, static_cast<int>(p_.DepthSize.Y) - 1); }
  float Z(int x, int y) const {
    return p_.DepthTexture->StandInRHI
        ->StandInLoad(static_cast<int>(p_.DepthMin.X) + Column(x), static_cast<int>(p_.DepthMin.Y) + Row(y))
        .V[0];
  }

  const Parameters& p_;
};

struct KeyPlanes {
  std::vector<uint8_t> color;
  std::vector<float> depth, moves;
};

void RunReference(const Parameters& p, ReprojectRecord& r) {
  const float* const c = &p.ReprojectConstants[0].X;
  const int width = static_cast<int>(c[16]), height = static_cast<int>(c[17]), count = static_cast<int>(c[18]);
  const size_t pixels = static_cast<size_t>(width) * static_cast<size_t>(height);
  const bool has_slots = c[28] > 0.5f, has_motion = c[29] > 0.5f;
  const Scene scene(p);
  std::vector<float> depth(pixels), motion(pixels * 2);
  std::vector<uint8_t> fill(pixels * 4), ids(pixels);
  for (size_t i = 0; i < pixels; ++i) {
    const int x = static_cast<int>(i) % width, y = static_cast<int>(i) / width;
    depth[i] = hlsl::LSDDepthMetres(scene.DeviceZ(x, y), ToHlsl(p.DepthScale));
    const StandIn::FPixel color = scene.Color(x, y);
    for (size_t k = 0; k < 4; ++k) fill[i * 4 + k] = Byte(color.V[k]);
    if (has_slots) ids[i] = static_cast<uint8_t>(scene.Id(x, y));
    if (has_motion) {
      const float2 m = scene.Motion(x, y, float2(c[16], c[17]), ids[i] != 0);
      motion[i * 2] = m.x;
      motion[i * 2 + 1] = m.y;
    }
  }
  lsd_reproject_frame frame = {};
  frame.width = width;
  frame.height = height;
  frame.depth = depth.data();
  frame.fill = fill.data();
  frame.ids = has_slots ? ids.data() : nullptr;
  frame.motion = has_motion ? motion.data() : nullptr;
  std::copy(c, c + 12, frame.world_from_camera);
  std::copy(c + 12, c + 16, frame.intrinsics);

  const FRDGTextureRef colors[] = {p.KeyColor0Texture, p.KeyColor1Texture, p.KeyColor2Texture, p.KeyColor3Texture};
  const FRDGTextureRef depths[] = {p.KeyDepth0Texture, p.KeyDepth1Texture, p.KeyDepth2Texture, p.KeyDepth3Texture};
  lsd_reproject_keys keys = {};
  keys.count = count;
  keys.width = static_cast<int>(c[20]);
  keys.height = static_cast<int>(c[21]);
  keys.depth_width = static_cast<int>(c[22]);
  keys.depth_height = static_cast<int>(c[23]);
  keys.borrow = c[30] > 0.5f ? 1 : 0;
  keys.tolerance = c[19];
  std::vector<KeyPlanes> planes(static_cast<size_t>(count));
  for (size_t k = 0; k < planes.size(); ++k) {
    planes[k].color = colors[k]->StandInRHI->StandInBytes;  // BGRA
    for (size_t i = 0; i < planes[k].color.size(); i += 4) std::swap(planes[k].color[i], planes[k].color[i + 2]);
    const std::vector<uint8>& metres = depths[k]->StandInRHI->StandInBytes;
    planes[k].depth.resize(metres.size() / sizeof(float));
    std::memcpy(planes[k].depth.data(), metres.data(), metres.size());
    for (size_t slot = 0; has_slots && slot < 256; ++slot) {
      const float* const rows = r.slot_rows.data() + 4 * (12 * slot + 3 * k);
      planes[k].moves.insert(planes[k].moves.end(), rows, rows + 12);
    }
    lsd_reproject_key& key = keys.key[k];
    key.color = planes[k].color.data();
    key.depth = planes[k].depth.data();
    key.weight = c[24 + k];
    key.then_from_now = has_slots ? planes[k].moves.data() : nullptr;
    const float* const clip = c + 32 + 16 * k;
    std::copy(clip, clip + 8, key.clip_from_world);
    std::copy(clip + 8, clip + 12, key.clip_from_world + 12);
  }
  r.size = FIntPoint(width, height);
  r.picture.resize(pixels * 4);
  r.unseen.resize(pixels);
  check(lsd_reproject(&frame, &keys, r.picture.data(), r.unseen.data(), 1) >= 0.0f);
  r.keys = count;
  const bool moves = std::any_of(motion.begin(), motion.end(), [](float step) { return step != 0.0f; });
  if (!moves || count < 2) return;
  // What moves by itself is looked for in the newest result alone.
  std::vector<unsigned char> picture(pixels * 4), unseen(pixels);
  keys.count = 1;
  check(lsd_reproject(&frame, &keys, picture.data(), unseen.data(), 1) >= 0.0f);
  for (size_t i = 0; i < pixels; ++i) {
    if (motion[i * 2] == 0.0f && motion[i * 2 + 1] == 0.0f) continue;
    std::copy(picture.data() + 4 * i, picture.data() + 4 * i + 4, r.picture.data() + 4 * i);
    r.unseen[i] = unseen[i];
  }
}

void Keep(const Parameters& p) {
  ReprojectRecord& r = Record();
  r.slot_rows = {p.SlotRowBuffer->StandInFloats(), p.SlotRowBuffer->StandInFloats() + p.SlotRowBuffer->StandInCount()};
  r.linear = p.bLinear != 0;
  r.textures.clear();
  const std::pair<const char*, FRDGTextureRef> textures[] = {
      {"Color", p.ColorTexture},         {"Depth", p.DepthTexture},
      {"Velocity", p.VelocityTexture},   {"Ids", p.IdsTexture},
      {"KeyColor0", p.KeyColor0Texture}, {"KeyColor1", p.KeyColor1Texture},
      {"KeyColor2", p.KeyColor2Texture}, {"KeyColor3", p.KeyColor3Texture},
      {"KeyDepth0", p.KeyDepth0Texture}, {"KeyDepth1", p.KeyDepth1Texture},
      {"KeyDepth2", p.KeyDepth2Texture}, {"KeyDepth3", p.KeyDepth3Texture}};
  for (const auto& [name, texture] : textures) {
    r.textures.push_back({name, texture->StandInRHI});
  }
  const float* const constants = &p.ReprojectConstants[0].X;
  r.numbers = {{"ReprojectConstants", {constants, constants + 92}},
               {"ClipToKeyClip", {&p.ClipToKeyClip.M[0][0], &p.ClipToKeyClip.M[0][0] + 16}},
               {"ClipToEngineClip", {&p.ClipToEngineClip.M[0][0], &p.ClipToEngineClip.M[0][0] + 16}},
               {"EngineFrames", {p.EngineFrames}}};
  const std::pair<const char*, FVector2f> places[] = {{"ColorMin", p.ColorMin},     {"ColorStep", p.ColorStep},
                                                      {"DepthMin", p.DepthMin},     {"DepthStep", p.DepthStep},
                                                      {"DepthSize", p.DepthSize},   {"DepthShift", p.DepthShift},
                                                      {"DepthScale", p.DepthScale}, {"TargetMin", p.TargetMin}};
  for (const auto& [name, place] : places) r.numbers.push_back({name, {place.X, place.Y}});
  RunReference(p, r);
  ++r.drawn;
}

}  // namespace

const ReprojectRecord& LastReprojection() { return Record(); }

void ForgetReprojections() { Record() = ReprojectRecord(); }

void Reproject(const void* parameters, float x, float y, StandIn::FPixel* out) {
  const auto& p = *static_cast<const Parameters*>(parameters);
  const int column = static_cast<int>(x - p.TargetMin.X), row = static_cast<int>(y - p.TargetMin.Y);
  if (column == 0 && row == 0) Keep(p);
  const ReprojectRecord& r = Record();
  const unsigned char* const pixel =
      r.picture.data() + 4 * (static_cast<size_t>(row) * static_cast<size_t>(r.size.X) + static_cast<size_t>(column));
  for (int i = 0; i < 4; ++i) out[0].V[i] = static_cast<float>(pixel[i]) / 255.0f;
  for (int i = 0; i < 3 && r.linear; ++i) out[0].V[i] = hlsl::LSDDecodeSRGB(out[0].V[i]);
}

void ReprojectRecord::Write(const std::string& folder) const {
  std::ofstream text(folder + "/record.txt");
  text.precision(9);
  text << "size " << size.X << ' ' << size.Y << '\n' << "linear " << (linear ? 1 : 0) << '\n';
  auto write = [&folder](const std::string& name, const void* data, size_t bytes) {
    std::ofstream file(folder + "/" + name, std::ios::binary);
    file.write(static_cast<const char*>(data), static_cast<std::streamsize>(bytes));
  };
  for (const Texture& texture : textures) {
    const FIntPoint extent = texture.held->GetDesc().Extent;
    const std::vector<float> texels = Texels(*texture.held);
    text << "texture " << texture.name << ' ' << extent.X << ' ' << extent.Y << '\n';
    write(texture.name + ".f32", texels.data(), texels.size() * 4);
  }
  for (const Number& number : numbers) {
    text << "number " << number.name;
    for (float value : number.values) text << ' ' << value;
    text << '\n';
  }
  write("slot_rows.f32", slot_rows.data(), slot_rows.size() * 4);
  write("picture.u8", picture.data(), picture.size());
  write("unseen.u8", unseen.data(), unseen.size());
}
