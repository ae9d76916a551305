#include "marks.h"

#include <algorithm>

namespace mirage_hook {
namespace {

// A depth of 24 bits, and one more for what drivers round otherwise from one picture to another.
constexpr float kSameDepth = 2.5e-7f;

constexpr char kNumbers[] = R"(
uniform sampler2D own;
uniform sampler2D scene;
uniform vec2 size;
uniform vec2 place;
uniform vec2 number_and_tolerance;
vec4 shade(vec2 pixel) {
  float d = look(scene, (pixel - place) / size).r;
  if (abs(look(own, pixel / (size + place)).r - d) > number_and_tolerance.y) discard;
  return vec4(number_and_tolerance.x);
}
)";

}  // namespace

Marks::Marks(const GlApi& gl, const Target& target) : gl_(gl), target_(target), numbers_(gl, kNumbers) {
  // The game's viewport holds for the second drawing too: what lies left of it and below is left empty.
  const int width = target.viewport[0] + target.viewport[2], height = target.viewport[1] + target.viewport[3];
  buffer_ = make_texture(gl_, GL_DEPTH24_STENCIL8, width, height, GL_DEPTH_STENCIL, GL_UNSIGNED_INT_24_8);
  depth_ = make_texture(gl_, GL_DEPTH_COMPONENT24, width, height, GL_DEPTH_COMPONENT, GL_UNSIGNED_INT);
  drawn_ = make_texture(gl_, GL_R8, width, height, GL_RED, GL_UNSIGNED_BYTE);
  slots_ = make_texture(gl_, GL_R8, target.viewport[2], target.viewport[3], GL_RED, GL_UNSIGNED_BYTE);
  gl_.GenFramebuffers(1, &marked_);
  gl_.BindFramebuffer(GL_FRAMEBUFFER, marked_);
  gl_.FramebufferTexture2D(GL_FRAMEBUFFER, GL_DEPTH_STENCIL_ATTACHMENT, GL_TEXTURE_2D, buffer_, 0);
  gl_.DrawBuffer(GL_NONE);
  gl_.ReadBuffer(GL_NONE);
  ok_ = gl_.CheckFramebufferStatus(GL_FRAMEBUFFER) == GL_FRAMEBUFFER_COMPLETE;
  gl_.GenFramebuffers(1, &numbered_);
  gl_.BindFramebuffer(GL_FRAMEBUFFER, numbered_);
  gl_.FramebufferTexture2D(GL_FRAMEBUFFER, GL_COLOR_ATTACHMENT0, GL_TEXTURE_2D, drawn_, 0);
  gl_.FramebufferTexture2D(GL_FRAMEBUFFER, GL_DEPTH_STENCIL_ATTACHMENT, GL_TEXTURE_2D, buffer_, 0);
  gl_.DrawBuffer(GL_COLOR_ATTACHMENT0);
  ok_ = ok_ && numbers_.ok() && gl_.CheckFramebufferStatus(GL_FRAMEBUFFER) == GL_FRAMEBUFFER_COMPLETE;
  gl_.ReadBuffer(GL_COLOR_ATTACHMENT0);
  if (ok_) forget();
}

void Marks::destroy() {
  const GLuint framebuffers[] = {marked_, numbered_}, textures[] = {buffer_, depth_, drawn_, slots_};
  gl_.DeleteFramebuffers(2, framebuffers);
  gl_.DeleteTextures(4, textures);
  numbers_.destroy();
}

bool Marks::fit(const Target& target) const {
  return std::equal(target.viewport, target.viewport + 4, target_.viewport);
}

Marks::Stencil Marks::stencil() const {
  Stencil out;
  const auto read = [&](GLenum name, GLint* value) { gl_.GetIntegerv(name, value); };
  read(GL_STENCIL_FUNC, &out.front.function);
  read(GL_STENCIL_REF, &out.front.reference);
  read(GL_STENCIL_VALUE_MASK, &out.front.value_mask);
  read(GL_STENCIL_WRITEMASK, &out.front.write_mask);
  read(GL_STENCIL_FAIL, &out.front.fail);
  read(GL_STENCIL_PASS_DEPTH_FAIL, &out.front.depth_fail);
  read(GL_STENCIL_PASS_DEPTH_PASS, &out.front.pass);
  read(GL_STENCIL_BACK_FUNC, &out.back.function);
  read(GL_STENCIL_BACK_REF, &out.back.reference);
  read(GL_STENCIL_BACK_VALUE_MASK, &out.back.value_mask);
  read(GL_STENCIL_BACK_WRITEMASK, &out.back.write_mask);
  read(GL_STENCIL_BACK_FAIL, &out.back.fail);
  read(GL_STENCIL_BACK_PASS_DEPTH_FAIL, &out.back.depth_fail);
  read(GL_STENCIL_BACK_PASS_DEPTH_PASS, &out.back.pass);
  out.on = gl_.IsEnabled(GL_STENCIL_TEST);
  return out;
}

void Marks::restore(const Stencil& saved) const {
  const auto face = [&](GLenum which, const Face& f) {
    gl_.StencilFuncSeparate(which, static_cast<GLenum>(f.function), f.reference, static_cast<GLuint>(f.value_mask));
    gl_.StencilMaskSeparate(which, static_cast<GLuint>(f.write_mask));
    gl_.StencilOpSeparate(which, static_cast<GLenum>(f.fail), static_cast<GLenum>(f.depth_fail),
                          static_cast<GLenum>(f.pass));
  };
  face(GL_FRONT, saved.front);
  face(GL_BACK, saved.back);
  if (saved.on == GL_FALSE) gl_.Disable(GL_STENCIL_TEST);
}

bool Marks::begin(int mark) {
  GLboolean writes_depth = GL_FALSE;
  gl_.GetBooleanv(GL_DEPTH_WRITEMASK, &writes_depth);
  if (writes_depth == GL_FALSE || gl_.IsEnabled(GL_DEPTH_TEST) == GL_FALSE) return false;
  // Drawing twice must not count twice.
  GLint counting = 0;
  gl_.GetIntegerv(GL_TRANSFORM_FEEDBACK_BUFFER_BINDING, &counting);
  if (counting != 0) return false;
  const auto asked = [&](GLenum query) {
    counting = 0;
    gl_.GetQueryiv(query, GL_CURRENT_QUERY, &counting);
    return counting != 0;
  };
  if (asked(GL_SAMPLES_PASSED) || asked(GL_PRIMITIVES_GENERATED)) return false;
  if (gl_.version >= 33 && asked(GL_ANY_SAMPLES_PASSED)) return false;
  if (gl_.version >= 43 && asked(GL_ANY_SAMPLES_PASSED_CONSERVATIVE)) return false;

  gl_.GetIntegerv(GL_DRAW_FRAMEBUFFER_BINDING, &framebuffer_);
  game_ = stencil();
  gl_.BindFramebuffer(GL_DRAW_FRAMEBUFFER, marked_);
  gl_.StencilFuncSeparate(GL_FRONT_AND_BACK, GL_ALWAYS, mark, 0xff);
  gl_.StencilMaskSeparate(GL_FRONT_AND_BACK, 0xff);
  gl_.StencilOpSeparate(GL_FRONT_AND_BACK, GL_KEEP, GL_KEEP, GL_REPLACE);
  gl_.Enable(GL_STENCIL_TEST);
  highest_ = std::max(highest_, mark);
  return true;
}

void Marks::end() {
  restore(game_);
  gl_.BindFramebuffer(GL_DRAW_FRAMEBUFFER, static_cast<GLuint>(framebuffer_));
}

void Marks::forget() {
  GLint clear = 0;
  gl_.GetIntegerv(GL_STENCIL_CLEAR_VALUE, &clear);
  const Stencil saved = stencil();
  gl_.BindFramebuffer(GL_FRAMEBUFFER, marked_);
  gl_.DepthMask(GL_TRUE);
  gl_.StencilMaskSeparate(GL_FRONT_AND_BACK, 0xff);
  gl_.ClearStencil(0);
  gl_.Clear(GL_DEPTH_BUFFER_BIT | GL_STENCIL_BUFFER_BIT);  // depth: with the game's own value
  gl_.ClearStencil(clear);
  gl_.DepthMask(GL_FALSE);
  restore(saved);
  highest_ = 0;
}

void Marks::number(const std::vector<int>& slots, GLuint scene_depth) {
  if (blank_ && !any()) return;
  blank_ = !any();
  const Stencil saved = stencil();
  gl_.BindFramebuffer(GL_FRAMEBUFFER, marked_);
  gl_.ActiveTexture(GL_TEXTURE0);
  gl_.BindTexture(GL_TEXTURE_2D, depth_);
  const int width = target_.viewport[0] + target_.viewport[2], height = target_.viewport[1] + target_.viewport[3];
  if (any()) gl_.CopyTexSubImage2D(GL_TEXTURE_2D, 0, 0, 0, 0, 0, width, height);
  gl_.ActiveTexture(GL_TEXTURE1);
  gl_.BindTexture(GL_TEXTURE_2D, scene_depth);

  gl_.BindFramebuffer(GL_FRAMEBUFFER, numbered_);
  gl_.Viewport(target_.viewport[0], target_.viewport[1], target_.viewport[2], target_.viewport[3]);
  numbers_.use();
  gl_.Uniform1i(numbers_.uniform("own"), 0);
  gl_.Uniform1i(numbers_.uniform("scene"), 1);
  gl_.Uniform2f(numbers_.uniform("size"), static_cast<float>(target_.viewport[2]),
                static_cast<float>(target_.viewport[3]));
  gl_.Uniform2f(numbers_.uniform("place"), static_cast<float>(target_.viewport[0]),
                static_cast<float>(target_.viewport[1]));
  gl_.Uniform2f(numbers_.uniform("number_and_tolerance"), 0, 2);
  numbers_.fill();
  gl_.Enable(GL_STENCIL_TEST);
  gl_.StencilMaskSeparate(GL_FRONT_AND_BACK, 0);
  for (int mark = 1; mark <= highest_ && mark < static_cast<int>(slots.size()); mark++) {
    const int slot = slots[static_cast<size_t>(mark)];
    if (slot == 0) continue;
    gl_.StencilFuncSeparate(GL_FRONT_AND_BACK, GL_EQUAL, mark, 0xff);
    gl_.Uniform2f(numbers_.uniform("number_and_tolerance"), static_cast<float>(slot) / 255, kSameDepth);
    numbers_.fill();
  }
  gl_.Disable(GL_STENCIL_TEST);
  restore(saved);
  gl_.ActiveTexture(GL_TEXTURE0);
  gl_.BindTexture(GL_TEXTURE_2D, slots_);
  gl_.CopyTexSubImage2D(GL_TEXTURE_2D, 0, 0, 0, target_.viewport[0], target_.viewport[1], target_.viewport[2],
                        target_.viewport[3]);
  if (any()) forget();
}

}  // namespace mirage_hook
