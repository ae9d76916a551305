#include "write_back.h"

#include <string>

#include "profile.h"

namespace mirage_hook {
namespace {

const std::string kShade = "#define SLOTS " + std::to_string(kMostMovingObjects + 1) + kDistanceGlsl + R"(
uniform sampler2D result;
uniform sampler2D depth;
uniform sampler2D slots;
uniform vec4 viewport;
uniform vec4 lens;  // focal lengths, center: the projection's first two rows
uniform mat4 then_from_now[SLOTS];
uniform vec4 held_warp_slots_top;  // the last: 1 where the result's row 0 is its top
vec4 shade(vec2 pixel) {
  vec2 at = (pixel - viewport.xy) / viewport.zw;
  float d = look(depth, at).r;
  if (d < held_warp_slots_top.x) discard;
  if (held_warp_slots_top.y > 0.0) {
    int slot = held_warp_slots_top.z > 0.0 ? int(look(slots, at).r * 255.0 + 0.5) : 0;
    float z = is_empty(d) ? 1e6 : clamp(distance_at(d), 1e-6, 1e6);
    vec4 then = then_from_now[slot < SLOTS ? slot : 0] * vec4((2.0 * at - 1.0 + lens.zw) / lens.xy * z, -z, 1.0);
    if (then.w > 1e-6) at = clamp(then.xy / then.w * 0.5 + 0.5, 0.0, 1.0);
  }
  return look(result, vec2(at.x, held_warp_slots_top.w > 0.0 ? 1.0 - at.y : at.y));
}
)";

}  // namespace

WriteBack::WriteBack(const GlApi& gl, int pass_width, int pass_height, int width, int height)
    : gl_(gl),
      pass_width_(pass_width),
      pass_height_(pass_height),
      width_(width),
      height_(height),
      shader_(gl, kShade.c_str()),
      result_(make_texture(gl, GL_RGBA8, width, height, GL_RGBA, GL_UNSIGNED_BYTE)) {}

void WriteBack::destroy() {
  gl_.DeleteTextures(1, &result_);
  shader_.destroy();
}

void WriteBack::upload(const void* pixels) {
  gl_.ActiveTexture(GL_TEXTURE0);
  gl_.BindTexture(GL_TEXTURE_2D, result_);
  gl_.TexSubImage2D(GL_TEXTURE_2D, 0, 0, 0, width_, height_, GL_RGBA, GL_UNSIGNED_BYTE, pixels);
}

void WriteBack::draw(const Painting& painting, int x, int y, GLuint depth_texture, GLuint slots_texture,
                     const ViewDepth& depth, const std::vector<Matrix>& then_from_now) const {
  const bool warp = !then_from_now.empty();
  if (slots_texture != 0) {
    gl_.ActiveTexture(GL_TEXTURE2);
    gl_.BindTexture(GL_TEXTURE_2D, slots_texture);
  }
  gl_.ActiveTexture(GL_TEXTURE1);
  gl_.BindTexture(GL_TEXTURE_2D, depth_texture);
  gl_.ActiveTexture(GL_TEXTURE0);
  gl_.BindTexture(GL_TEXTURE_2D, painting.texture);
  // In its own place and size a pixel is itself, to the bit.
  const bool exact = !warp && pass_width_ == painting.width && pass_height_ == painting.height;
  for (GLenum filter : {GL_TEXTURE_MIN_FILTER, GL_TEXTURE_MAG_FILTER})
    gl_.TexParameteri(GL_TEXTURE_2D, filter, exact ? GL_NEAREST : GL_LINEAR);
  shader_.use();
  gl_.Uniform1i(shader_.uniform("result"), 0);
  gl_.Uniform1i(shader_.uniform("depth"), 1);
  gl_.Uniform1i(shader_.uniform("slots"), 2);
  gl_.Uniform4f(shader_.uniform("viewport"), static_cast<float>(x), static_cast<float>(y),
                static_cast<float>(pass_width_), static_cast<float>(pass_height_));
  const Matrix& p = depth.projection;
  gl_.Uniform4f(shader_.uniform("lens"), static_cast<float>(p(0, 0)), static_cast<float>(p(1, 1)),
                static_cast<float>(p(0, 2)), static_cast<float>(p(1, 2)));
  gl_.Uniform4f(shader_.uniform("held_warp_slots_top"), static_cast<float>(depth.held), warp ? 1 : 0,
                slots_texture != 0 ? 1 : 0, painting.top_first ? 1 : 0);
  set_distance_uniforms(gl_, shader_, depth);
  std::vector<GLfloat> columns;
  for (const Matrix& matrix : then_from_now)
    for (int c = 0; c < 4; c++)
      for (int r = 0; r < 4; r++) columns.push_back(static_cast<float>(matrix(r, c)));
  if (warp)
    gl_.UniformMatrix4fv(shader_.uniform("then_from_now"), static_cast<GLsizei>(then_from_now.size()), GL_FALSE,
                         columns.data());
  gl_.Viewport(x, y, pass_width_, pass_height_);
  gl_.ColorMask(GL_TRUE, GL_TRUE, GL_TRUE, GL_FALSE);
  shader_.fill();
}

}  // namespace mirage_hook
