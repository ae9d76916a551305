#include "planes.h"

#include <string>

namespace mirage_hook {
namespace {

const std::string kPlace = R"(
uniform vec2 size;
uniform float top_first;
vec2 place(vec2 pixel) { return vec2(pixel.x, top_first > 0.5 ? size.y - pixel.y : pixel.y) / size; }
)";

const std::string kColor = kPlace + R"(
uniform sampler2D picture;
uniform vec2 tap;  // half the distance of the samples, in texture coordinates; 0: one sample
uniform float gamma;
vec4 shade(vec2 pixel) {
  vec2 at = place(pixel);
  vec3 sum = look(picture, at).rgb;
  if (tap.x > 0.0)
    sum = 0.25 * (look(picture, at + tap).rgb + look(picture, at - tap).rgb + look(picture, at + vec2(tap.x, -tap.y)).rgb +
                  look(picture, at + vec2(-tap.x, tap.y)).rgb);
  return vec4(gamma == 1.0 ? sum : pow(sum, vec3(gamma)), 1.0);
}
)";

const std::string kDepth = kPlace + kDistanceGlsl + R"(
uniform sampler2D depth;
uniform vec4 meaning;  // metres per unit, held below, sky beyond (metres; 0: none)
vec4 shade(vec2 pixel) {
  float d = look(depth, place(pixel)).r;
  if (d < meaning.y) return vec4(-1.0);
  float metres = distance_at(d) * meaning.x;
  bool sky = is_empty(d) || metres <= 0.0 || (meaning.z > 0.0 && metres > meaning.z);
  return vec4(sky ? 0.0 : metres);
}
)";

const std::string kIds = kPlace + R"(
uniform sampler2D slots;
vec4 shade(vec2 pixel) { return vec4(look(slots, place(pixel)).r); }
)";

}  // namespace

Planes::Planes(const GlApi& gl, int width, int height, bool top_first)
    : gl_(gl),
      width_(width),
      height_(height),
      top_first_(top_first),
      color_shader_(gl, kColor.c_str()),
      depth_shader_(gl, kDepth.c_str()),
      ids_shader_(gl, kIds.c_str()),
      color_(make_texture(gl, GL_RGBA8, width, height, GL_RGBA, GL_UNSIGNED_BYTE)),
      depth_(make_texture(gl, GL_R32F, width, height, GL_RED, GL_FLOAT)),
      ids_(make_texture(gl, GL_R8, width, height, GL_RED, GL_UNSIGNED_BYTE)) {
  gl_.GenFramebuffers(1, &framebuffer_);
  gl_.BindFramebuffer(GL_FRAMEBUFFER, framebuffer_);
  gl_.FramebufferTexture2D(GL_FRAMEBUFFER, GL_COLOR_ATTACHMENT0, GL_TEXTURE_2D, color_, 0);
  gl_.FramebufferTexture2D(GL_FRAMEBUFFER, GL_COLOR_ATTACHMENT1, GL_TEXTURE_2D, depth_, 0);
  gl_.FramebufferTexture2D(GL_FRAMEBUFFER, GL_COLOR_ATTACHMENT2, GL_TEXTURE_2D, ids_, 0);
  ok_ = color_shader_.ok() && depth_shader_.ok() && ids_shader_.ok() &&
        gl_.CheckFramebufferStatus(GL_FRAMEBUFFER) == GL_FRAMEBUFFER_COMPLETE;
}

void Planes::destroy() {
  const GLuint textures[] = {color_, depth_, ids_};
  gl_.DeleteFramebuffers(1, &framebuffer_);
  gl_.DeleteTextures(3, textures);
  color_shader_.destroy();
  depth_shader_.destroy();
  ids_shader_.destroy();
}

void Planes::draw(const PassTextures& pass, const ViewDepth& depth, double gamma) const {
  gl_.BindFramebuffer(GL_FRAMEBUFFER, framebuffer_);
  gl_.Viewport(0, 0, width_, height_);
  gl_.ActiveTexture(GL_TEXTURE0);
  gl_.BindTexture(GL_TEXTURE_2D, pass.color);
  // In its own place and size a pixel is itself, to the bit.
  const bool same = pass.width == width_ && pass.height == height_;
  for (GLenum filter : {GL_TEXTURE_MIN_FILTER, GL_TEXTURE_MAG_FILTER})
    gl_.TexParameteri(GL_TEXTURE_2D, filter, same ? GL_NEAREST : GL_LINEAR);
  color_shader_.use();
  const bool smaller = pass.width > width_ || pass.height > height_;
  gl_.Uniform2f(color_shader_.uniform("tap"), smaller ? 0.25f / static_cast<float>(width_) : 0,
                smaller ? 0.25f / static_cast<float>(height_) : 0);
  gl_.Uniform1f(color_shader_.uniform("gamma"), static_cast<float>(gamma));
  fill(color_shader_, GL_COLOR_ATTACHMENT0, "picture", pass.color);

  depth_shader_.use();
  gl_.Uniform4f(depth_shader_.uniform("meaning"), static_cast<float>(depth.metres), static_cast<float>(depth.held),
                static_cast<float>(depth.sky_beyond), 0);
  set_distance_uniforms(gl_, depth_shader_, depth);
  fill(depth_shader_, GL_COLOR_ATTACHMENT1, "depth", pass.depth);

  if (pass.slots == 0) return;
  ids_shader_.use();
  fill(ids_shader_, GL_COLOR_ATTACHMENT2, "slots", pass.slots);
}

void Planes::fill(const ScreenShader& shader, GLenum attachment, const char* sampler, GLuint texture) const {
  gl_.DrawBuffer(attachment);
  gl_.BindTexture(GL_TEXTURE_2D, texture);
  gl_.Uniform1i(shader.uniform(sampler), 0);
  gl_.Uniform2f(shader.uniform("size"), static_cast<float>(width_), static_cast<float>(height_));
  gl_.Uniform1f(shader.uniform("top_first"), top_first_ ? 1 : 0);
  shader.fill();
}

}  // namespace mirage_hook
