// The package's HLSL as C++: what little of the language it uses, and a loop over the target's pixels.
#include <algorithm>
#include <cmath>

namespace {

struct float2 {
  float x, y;
  float2(float x_, float y_) : x(x_), y(y_) {}
};
struct float3 {
  float x, y, z;
  float3(float x_, float y_, float z_) : x(x_), y(y_), z(z_) {}
};
struct float4 {
  float x, y, z, w;
  float4() : x(0), y(0), z(0), w(0) {}
  float4(float x_, float y_, float z_, float w_) : x(x_), y(y_), z(z_), w(w_) {}
};
struct float4x4 {
  float rows[4][4];
};

float4 mul(const float4x4& m, const float4& v) {
  float r[4];
  for (int i = 0; i < 4; ++i) r[i] = m.rows[i][0] * v.x + m.rows[i][1] * v.y + m.rows[i][2] * v.z + m.rows[i][3] * v.w;
  return {r[0], r[1], r[2], r[3]};
}

float3 operator-(const float3& a, const float3& b) { return {a.x - b.x, a.y - b.y, a.z - b.z}; }
float3 operator*(const float3& a, float b) { return {a.x * b, a.y * b, a.z * b}; }
float dot(const float3& a, const float3& b) { return a.x * b.x + a.y * b.y + a.z * b.z; }
float3 cross(const float3& a, const float3& b) {
  return {a.y * b.z - a.z * b.y, a.z * b.x - a.x * b.z, a.x * b.y - a.y * b.x};
}
float rsqrt(float v) { return 1.0f / std::sqrt(v); }
float floor(float v) { return std::floor(v); }

float saturate(float v) { return std::min(1.0f, std::max(0.0f, v)); }
float pow(float base, float exponent) { return std::pow(base, exponent); }

struct Source {
  const float* texels;
  int width, height;

  float4 at(int x, int y) const {
    x = std::min(std::max(x, 0), width - 1);
    y = std::min(std::max(y, 0), height - 1);
    const float* t = texels + 4 * (y * width + x);
    return {t[0], t[1], t[2], t[3]};
  }
};
Source color_source, depth_source, motion_source, normal_source;
bool are_normals_packed;

float4 sample_color(float2 uv);
float4 load(const Source& source, float2 uv);

}  // namespace

#define LSD_SAMPLE_COLOR(uv) sample_color(uv)
#define LSD_LOAD_DEPTH(uv) load(depth_source, uv).x
#define LSD_LOAD_MOTION(uv) load(motion_source, uv)
#define LSD_LOAD_NORMAL(uv) load(normal_source, uv)
#define LSD_ARE_NORMALS_PACKED are_normals_packed

namespace {
#include "MirageLSDConvert.hlsl"

float mix(float a, float b, float share) { return a + (b - a) * share; }

float4 sample_color(float2 uv) {
  // As in MirageLSDConvert.shader: nothing from beyond the part that is in use.
  const float w = _LSDUsed.x * color_source.width, h = _LSDUsed.y * color_source.height;
  const float x = std::min(std::max(uv.x * w, 0.5f), w - 0.5f) - 0.5f;
  const float y = std::min(std::max(uv.y * h, 0.5f), h - 0.5f) - 0.5f;
  const int x0 = static_cast<int>(std::floor(x)), y0 = static_cast<int>(std::floor(y));
  const float fx = x - x0, fy = y - y0;
  const float4 a = color_source.at(x0, y0), b = color_source.at(x0 + 1, y0);
  const float4 c = color_source.at(x0, y0 + 1), d = color_source.at(x0 + 1, y0 + 1);
  return {mix(mix(a.x, b.x, fx), mix(c.x, d.x, fx), fy), mix(mix(a.y, b.y, fx), mix(c.y, d.y, fx), fy),
          mix(mix(a.z, b.z, fx), mix(c.z, d.z, fx), fy), mix(mix(a.w, b.w, fx), mix(c.w, d.w, fx), fy)};
}

float4 load(const Source& source, float2 uv) {
  const bool in_texels = _LSDUsed.z > 0.5f;
  const float w = in_texels ? _LSDUsed.z : _LSDUsed.x * source.width, h = in_texels ? _LSDUsed.w : _LSDUsed.y * source.height;
  return source.at(static_cast<int>(uv.x * w), static_cast<int>(uv.y * h));
}

struct Uniforms {
  float4 target, used, depth, lens, oblique, motion, taps, normals, rays;
  float4x4 to_captured, to_previous, world_from_camera;
};

}  // namespace

extern "C" int stand_in_is_painted(const float4* screen, float clip_x, float clip_y, float2* share) {
  _LSDScreen = *screen;
  *share = LSDOnResult(float2(clip_x, clip_y));
  return LSDIsPainted(*share);
}

extern "C" int stand_in_is_in_front(float metres, float scene) { return LSDIsInFront(metres, scene); }

extern "C" void stand_in_bind_normals(int are_packed, const float* normals, int width, int height) {
  are_normals_packed = are_packed != 0;
  normal_source = {normals, width, height};
}

extern "C" void stand_in_draw(int pass, const Uniforms* uniforms, const float* color, int color_width, int color_height,
                              const float* depth, int depth_width, int depth_height, const float* motion, int motion_width,
                              int motion_height, float* output, int width, int height) {
  _LSDTarget = uniforms->target;
  _LSDUsed = uniforms->used;
  _LSDDepth = uniforms->depth;
  _LSDLens = uniforms->lens;
  _LSDOblique = uniforms->oblique;
  _LSDMotion = uniforms->motion;
  _LSDTaps = uniforms->taps;
  _LSDNormals = uniforms->normals;
  _LSDRays = uniforms->rays;
  _LSDWorldFromCamera = uniforms->world_from_camera;
  _LSDToCaptured = uniforms->to_captured;
  _LSDToPrevious = uniforms->to_previous;
  color_source = {color, color_width, color_height};
  depth_source = {depth, depth_width, depth_height};
  motion_source = {motion, motion_width, motion_height};
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      const float2 pixel(x + 0.5f, y + 0.5f);
      float4 result;
      if (pass == 0) result = LSDConvertColor(pixel);
      if (pass == 1) result = float4(LSDConvertDepth(pixel), 0, 0, 1);
      if (pass == 2) {
        const float2 moved = LSDConvertMotion(pixel);
        result = float4(moved.x, moved.y, 0, 1);
      }
      if (pass == 5) result = LSDConvertNormal(pixel);
      float* out = output + 4 * (y * width + x);
      out[0] = result.x;
      out[1] = result.y;
      out[2] = result.z;
      out[3] = result.w;
    }
  }
}
