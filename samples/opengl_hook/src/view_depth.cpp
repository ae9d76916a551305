#include "view_depth.h"

#include "screen_shader.h"

namespace mirage_hook {

const char kDistanceGlsl[] = R"(
uniform vec4 depth_terms;  // scale, offset, a, b
uniform float depth_clear;
float distance_at(float d) { return depth_terms.w / (depth_terms.x * d + depth_terms.y + depth_terms.z); }
bool is_empty(float d) { return abs(d - depth_clear) < 1.5e-7; }
)";

ViewDepth view_depth_of(const GlApi& gl, const Pass& pass) {
  const Pass::Group& heaviest = pass.heaviest();
  ViewDepth out;
  out.projection = heaviest.projection;
  const double near = heaviest.depth_range[0], span = heaviest.depth_range[1] - near;
  GLint mode = GL_NEGATIVE_ONE_TO_ONE;
  if (gl.version >= 45) gl.GetIntegerv(GL_CLIP_DEPTH_MODE, &mode);
  out.low = mode == GL_ZERO_TO_ONE ? 0 : -1;
  out.scale = (1 - out.low) / (span != 0 ? span : 1);
  out.offset = out.low - near * out.scale;
  GLfloat clear = 1;
  gl.GetFloatv(GL_DEPTH_CLEAR_VALUE, &clear);
  out.clear = clear;
  return out;
}

void set_distance_uniforms(const GlApi& gl, const ScreenShader& shader, const ViewDepth& depth) {
  gl.Uniform4f(shader.uniform("depth_terms"), static_cast<float>(depth.scale), static_cast<float>(depth.offset),
               static_cast<float>(depth.projection(2, 2)), static_cast<float>(depth.projection(2, 3)));
  gl.Uniform1f(shader.uniform("depth_clear"), static_cast<float>(depth.clear));
}

}  // namespace mirage_hook
