#include "gl_state.h"

namespace mirage_hook {
namespace {

constexpr GLenum kPixelStore[] = {GL_PACK_ALIGNMENT,     GL_PACK_ROW_LENGTH,   GL_PACK_SKIP_ROWS,
                                  GL_PACK_SKIP_PIXELS,   GL_PACK_SWAP_BYTES,   GL_PACK_LSB_FIRST,
                                  GL_UNPACK_ALIGNMENT,   GL_UNPACK_ROW_LENGTH, GL_UNPACK_SKIP_ROWS,
                                  GL_UNPACK_SKIP_PIXELS, GL_UNPACK_SWAP_BYTES, GL_UNPACK_LSB_FIRST};
constexpr GLenum kSwitches[] = {GL_DEPTH_TEST,
                                GL_BLEND,
                                GL_CULL_FACE,
                                GL_SCISSOR_TEST,
                                GL_STENCIL_TEST,
                                GL_COLOR_LOGIC_OP,
                                GL_MULTISAMPLE,
                                GL_SAMPLE_COVERAGE,
                                GL_SAMPLE_ALPHA_TO_COVERAGE,
                                GL_DITHER,
                                GL_POLYGON_OFFSET_FILL};
constexpr GLenum kSwitchesOfTheFixedFunctions[] = {GL_ALPHA_TEST, GL_POLYGON_STIPPLE, GL_FOG, GL_COLOR_SUM};

}  // namespace

StateGuard::StateGuard(const GlApi& gl) : gl_(gl) {
  const auto number = [&](GLenum name) {
    GLint value = 0;
    gl_.GetIntegerv(name, &value);
    return value;
  };
  for (GLenum name : kPixelStore) {
    pixel_store_.push_back({name, number(name)});
    gl_.PixelStorei(name, name == GL_PACK_ALIGNMENT || name == GL_UNPACK_ALIGNMENT ? 1 : 0);
  }
  const auto off = [&](GLenum name) {
    enabled_.emplace_back(name, gl_.IsEnabled(name) == GL_TRUE);
    if (enabled_.back().second) gl_.Disable(name);
  };
  for (GLenum name : kSwitches) off(name);
  if (gl_.compatibility)
    for (GLenum name : kSwitchesOfTheFixedFunctions) off(name);
  if (gl_.version >= 30) {
    off(GL_FRAMEBUFFER_SRGB);
    off(GL_RASTERIZER_DISCARD);
    GLint planes = number(GL_MAX_CLIP_DISTANCES);
    for (GLint i = 0; i < planes && i < 8; i++) off(GL_CLIP_DISTANCE0 + static_cast<GLenum>(i));
  } else {
    for (GLenum i = 0; i < 6; i++) off(GL_CLIP_PLANE0 + i);
  }

  framebuffer_.draw = number(GL_DRAW_FRAMEBUFFER_BINDING);
  framebuffer_.read = number(GL_READ_FRAMEBUFFER_BINDING);
  framebuffer_.read_buffer = number(GL_READ_BUFFER);
  GLint most = number(GL_MAX_DRAW_BUFFERS);
  for (GLint i = 0; i < most && i < 8; i++)
    framebuffer_.draw_buffers.push_back(static_cast<GLenum>(number(GL_DRAW_BUFFER0 + static_cast<GLenum>(i))));

  active_ = number(GL_ACTIVE_TEXTURE);
  for (int i = 0; i < kUnits; i++) {
    Unit& unit = units_[static_cast<size_t>(i)];
    gl_.ActiveTexture(GL_TEXTURE0 + static_cast<GLenum>(i));
    unit = {number(GL_TEXTURE_BINDING_2D), 0};
    if (gl_.BindSampler != nullptr) {
      unit.sampler = number(GL_SAMPLER_BINDING);
      gl_.BindSampler(static_cast<GLuint>(i), 0);
    }
  }
  program_ = number(GL_CURRENT_PROGRAM);
  if (gl_.BindVertexArray != nullptr) vertex_array_ = number(GL_VERTEX_ARRAY_BINDING);
  array_buffer_ = number(GL_ARRAY_BUFFER_BINDING);
  pack_buffer_ = number(GL_PIXEL_PACK_BUFFER_BINDING);
  unpack_buffer_ = number(GL_PIXEL_UNPACK_BUFFER_BINDING);
  gl_.BindBuffer(GL_PIXEL_PACK_BUFFER, 0);
  gl_.BindBuffer(GL_PIXEL_UNPACK_BUFFER, 0);
  gl_.GetIntegerv(GL_VIEWPORT, viewport_.data());
  // A core context tells one mode for both faces.
  polygon_mode_ = {GL_FILL, GL_FILL};
  gl_.GetIntegerv(GL_POLYGON_MODE, polygon_mode_.data());
  gl_.PolygonMode(GL_FRONT_AND_BACK, GL_FILL);
  gl_.GetBooleanv(GL_COLOR_WRITEMASK, color_mask_.data());
  gl_.ColorMask(GL_TRUE, GL_TRUE, GL_TRUE, GL_TRUE);
  gl_.GetBooleanv(GL_DEPTH_WRITEMASK, &depth_mask_);
  gl_.DepthMask(GL_FALSE);
}

StateGuard::~StateGuard() {
  gl_.DepthMask(depth_mask_);
  gl_.ColorMask(color_mask_[0], color_mask_[1], color_mask_[2], color_mask_[3]);
  if (gl_.compatibility) {
    gl_.PolygonMode(GL_FRONT, static_cast<GLenum>(polygon_mode_[0]));
    gl_.PolygonMode(GL_BACK, static_cast<GLenum>(polygon_mode_[1]));
  } else {
    gl_.PolygonMode(GL_FRONT_AND_BACK, static_cast<GLenum>(polygon_mode_[0]));
  }
  gl_.Viewport(viewport_[0], viewport_[1], viewport_[2], viewport_[3]);
  gl_.BindBuffer(GL_PIXEL_UNPACK_BUFFER, static_cast<GLuint>(unpack_buffer_));
  gl_.BindBuffer(GL_PIXEL_PACK_BUFFER, static_cast<GLuint>(pack_buffer_));
  if (gl_.BindVertexArray != nullptr) gl_.BindVertexArray(static_cast<GLuint>(vertex_array_));
  gl_.BindBuffer(GL_ARRAY_BUFFER, static_cast<GLuint>(array_buffer_));
  gl_.UseProgram(static_cast<GLuint>(program_));
  for (int i = 0; i < kUnits; i++) {
    const Unit& unit = units_[static_cast<size_t>(i)];
    gl_.ActiveTexture(GL_TEXTURE0 + static_cast<GLenum>(i));
    gl_.BindTexture(GL_TEXTURE_2D, static_cast<GLuint>(unit.texture));
    if (gl_.BindSampler != nullptr) gl_.BindSampler(static_cast<GLuint>(i), static_cast<GLuint>(unit.sampler));
  }
  gl_.ActiveTexture(static_cast<GLenum>(active_));

  gl_.BindFramebuffer(GL_DRAW_FRAMEBUFFER, static_cast<GLuint>(framebuffer_.draw));
  size_t used = framebuffer_.draw_buffers.size();
  while (used > 1 && framebuffer_.draw_buffers[used - 1] == GL_NONE) used--;
  // GL_BACK, GL_FRONT_AND_BACK and the like are for glDrawBuffer only.
  if (framebuffer_.draw == 0 && used == 1)
    gl_.DrawBuffer(framebuffer_.draw_buffers[0]);
  else if (used > 0)
    gl_.DrawBuffers(static_cast<GLsizei>(used), framebuffer_.draw_buffers.data());
  gl_.BindFramebuffer(GL_READ_FRAMEBUFFER, static_cast<GLuint>(framebuffer_.read));
  gl_.ReadBuffer(static_cast<GLenum>(framebuffer_.read_buffer));

  for (const auto& [name, on] : enabled_)
    if (on) gl_.Enable(name);
  for (const Number& saved : pixel_store_) gl_.PixelStorei(saved.name, saved.value);
}

FramebufferGuard::FramebufferGuard(const GlApi& gl, int framebuffer) : gl_(gl) {
  gl_.GetIntegerv(GL_DRAW_FRAMEBUFFER_BINDING, &draw_);
  gl_.GetIntegerv(GL_READ_FRAMEBUFFER_BINDING, &read_);
  gl_.BindFramebuffer(GL_FRAMEBUFFER, static_cast<GLuint>(framebuffer));
}

FramebufferGuard::~FramebufferGuard() {
  gl_.BindFramebuffer(GL_DRAW_FRAMEBUFFER, static_cast<GLuint>(draw_));
  gl_.BindFramebuffer(GL_READ_FRAMEBUFFER, static_cast<GLuint>(read_));
}

}  // namespace mirage_hook
