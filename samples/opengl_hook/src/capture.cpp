#include "capture.h"

#include <string>

#include "log.h"

namespace mirage_hook {
namespace {

constexpr char kColor[] = R"(
uniform sampler2D picture;
uniform vec2 size;
uniform vec2 tap;  // half the distance of the samples, in texture coordinates; 0: one sample
uniform float gamma;
vec4 shade(vec2 pixel) {
  vec2 at = vec2(pixel.x, size.y - pixel.y) / size;
  vec3 sum = look(picture, at).rgb;
  if (tap.x > 0.0)
    sum = 0.25 * (look(picture, at + tap).rgb + look(picture, at - tap).rgb + look(picture, at + vec2(tap.x, -tap.y)).rgb +
                  look(picture, at + vec2(-tap.x, tap.y)).rgb);
  return vec4(gamma == 1.0 ? sum : pow(sum, vec3(gamma)), 1.0);
}
)";

const std::string kDepth = std::string(kDistanceGlsl) + R"(
uniform sampler2D depth;
uniform vec2 size;
uniform vec4 meaning;  // metres per unit, held below, sky beyond (metres; 0: none)
vec4 shade(vec2 pixel) {
  float d = look(depth, vec2(pixel.x, size.y - pixel.y) / size).r;
  if (d < meaning.y) return vec4(-1.0);
  float metres = distance_at(d) * meaning.x;
  bool sky = is_empty(d) || metres <= 0.0 || (meaning.z > 0.0 && metres > meaning.z);
  return vec4(sky ? 0.0 : metres);
}
)";

constexpr char kIds[] = R"(
uniform sampler2D slots;
uniform vec2 size;
vec4 shade(vec2 pixel) { return vec4(look(slots, vec2(pixel.x, size.y - pixel.y) / size).r); }
)";

}  // namespace

Capture::Capture(const GlApi& gl, int pass_width, int pass_height, int width, int height)
    : gl_(gl),
      pass_width_(pass_width),
      pass_height_(pass_height),
      width_(width),
      height_(height),
      color_shader_(gl, kColor),
      depth_shader_(gl, kDepth.c_str()),
      ids_shader_(gl, kIds) {
  color_ = make_texture(gl_, GL_RGBA8, pass_width, pass_height, GL_RGBA, GL_UNSIGNED_BYTE);
  if (pass_width != width || pass_height != height)
    for (GLenum filter : {GL_TEXTURE_MIN_FILTER, GL_TEXTURE_MAG_FILTER})
      gl_.TexParameteri(GL_TEXTURE_2D, filter, GL_LINEAR);
  depth_ = make_texture(gl_, GL_DEPTH_COMPONENT24, pass_width, pass_height, GL_DEPTH_COMPONENT, GL_UNSIGNED_INT);
  packed_color_ = make_texture(gl_, GL_RGBA8, width, height, GL_RGBA, GL_UNSIGNED_BYTE);
  packed_depth_ = make_texture(gl_, GL_R32F, width, height, GL_RED, GL_FLOAT);
  packed_ids_ = make_texture(gl_, GL_R8, width, height, GL_RED, GL_UNSIGNED_BYTE);
  gl_.GenFramebuffers(1, &framebuffer_);
  gl_.BindFramebuffer(GL_FRAMEBUFFER, framebuffer_);
  gl_.FramebufferTexture2D(GL_FRAMEBUFFER, GL_COLOR_ATTACHMENT0, GL_TEXTURE_2D, packed_color_, 0);
  gl_.FramebufferTexture2D(GL_FRAMEBUFFER, GL_COLOR_ATTACHMENT1, GL_TEXTURE_2D, packed_depth_, 0);
  gl_.FramebufferTexture2D(GL_FRAMEBUFFER, GL_COLOR_ATTACHMENT2, GL_TEXTURE_2D, packed_ids_, 0);
  ok_ = color_shader_.ok() && depth_shader_.ok() && ids_shader_.ok() &&
        gl_.CheckFramebufferStatus(GL_FRAMEBUFFER) == GL_FRAMEBUFFER_COMPLETE;
  for (Buffer& buffer : buffers_) {
    gl_.GenBuffers(1, &buffer.name);
    gl_.BindBuffer(GL_PIXEL_PACK_BUFFER, buffer.name);
    gl_.BufferData(GL_PIXEL_PACK_BUFFER, 9L * width * height, nullptr, GL_STREAM_READ);
  }
  gl_.BindBuffer(GL_PIXEL_PACK_BUFFER, 0);
}

void Capture::destroy() {
  release_mapped();
  for (Buffer& buffer : buffers_) {
    if (buffer.fence != nullptr) gl_.DeleteSync(buffer.fence);
    gl_.DeleteBuffers(1, &buffer.name);
  }
  gl_.DeleteFramebuffers(1, &framebuffer_);
  const GLuint textures[] = {color_, depth_, packed_color_, packed_depth_, packed_ids_};
  gl_.DeleteTextures(5, textures);
  color_shader_.destroy();
  depth_shader_.destroy();
  ids_shader_.destroy();
}

void Capture::copy_depth(int x, int y) {
  gl_.ActiveTexture(GL_TEXTURE0);
  gl_.BindTexture(GL_TEXTURE_2D, depth_);
  gl_.CopyTexSubImage2D(GL_TEXTURE_2D, 0, 0, 0, x, y, pass_width_, pass_height_);
}

bool Capture::grab(int x, int y, const ViewDepth& depth, double gamma, GLuint slots, int64_t number) {
  release_mapped();
  Buffer& buffer = buffers_[next_];
  if (buffer.busy) return false;
  gl_.ActiveTexture(GL_TEXTURE0);
  gl_.BindTexture(GL_TEXTURE_2D, color_);
  gl_.CopyTexSubImage2D(GL_TEXTURE_2D, 0, 0, 0, x, y, pass_width_, pass_height_);

  gl_.BindFramebuffer(GL_FRAMEBUFFER, framebuffer_);
  gl_.Viewport(0, 0, width_, height_);
  gl_.DrawBuffer(GL_COLOR_ATTACHMENT0);
  color_shader_.use();
  gl_.Uniform1i(color_shader_.uniform("picture"), 0);
  gl_.Uniform2f(color_shader_.uniform("size"), static_cast<float>(width_), static_cast<float>(height_));
  const bool smaller = pass_width_ > width_ || pass_height_ > height_;
  gl_.Uniform2f(color_shader_.uniform("tap"), smaller ? 0.25f / static_cast<float>(width_) : 0,
                smaller ? 0.25f / static_cast<float>(height_) : 0);
  gl_.Uniform1f(color_shader_.uniform("gamma"), static_cast<float>(gamma));
  color_shader_.fill();

  gl_.DrawBuffer(GL_COLOR_ATTACHMENT1);
  gl_.BindTexture(GL_TEXTURE_2D, depth_);
  depth_shader_.use();
  gl_.Uniform1i(depth_shader_.uniform("depth"), 0);
  gl_.Uniform2f(depth_shader_.uniform("size"), static_cast<float>(width_), static_cast<float>(height_));
  gl_.Uniform4f(depth_shader_.uniform("meaning"), static_cast<float>(depth.metres), static_cast<float>(depth.held),
                static_cast<float>(depth.sky_beyond), 0);
  set_distance_uniforms(gl_, depth_shader_, depth);
  depth_shader_.fill();

  if (slots != 0) {
    gl_.DrawBuffer(GL_COLOR_ATTACHMENT2);
    gl_.BindTexture(GL_TEXTURE_2D, slots);
    ids_shader_.use();
    gl_.Uniform1i(ids_shader_.uniform("slots"), 0);
    gl_.Uniform2f(ids_shader_.uniform("size"), static_cast<float>(width_), static_cast<float>(height_));
    ids_shader_.fill();
  }

  gl_.BindBuffer(GL_PIXEL_PACK_BUFFER, buffer.name);
  gl_.ReadBuffer(GL_COLOR_ATTACHMENT0);
  gl_.ReadPixels(0, 0, width_, height_, GL_RGBA, GL_UNSIGNED_BYTE, nullptr);
  gl_.ReadBuffer(GL_COLOR_ATTACHMENT1);
  gl_.ReadPixels(0, 0, width_, height_, GL_RED, GL_FLOAT, reinterpret_cast<void*>(4L * width_ * height_));
  if (slots != 0) {
    gl_.ReadBuffer(GL_COLOR_ATTACHMENT2);
    gl_.ReadPixels(0, 0, width_, height_, GL_RED, GL_UNSIGNED_BYTE, reinterpret_cast<void*>(8L * width_ * height_));
  }
  gl_.BindBuffer(GL_PIXEL_PACK_BUFFER, 0);
  if (gl_.FenceSync != nullptr) buffer.fence = gl_.FenceSync(GL_SYNC_GPU_COMMANDS_COMPLETE, 0);
  buffer.busy = true;
  buffer.age = 0;
  buffer.number = number;
  next_ = (next_ + 1) % buffers_.size();
  return true;
}

bool Capture::finished(Buffer* buffer, bool wait) const {
  if (buffer->fence == nullptr) return wait || ++buffer->age >= 2;  // two frames later it has most likely arrived
  const GLenum state = gl_.ClientWaitSync(buffer->fence, GL_SYNC_FLUSH_COMMANDS_BIT, wait ? 1000000000 : 0);
  return state == GL_ALREADY_SIGNALED || state == GL_CONDITION_SATISFIED;
}

void Capture::release_mapped() {
  if (mapped_ == nullptr) return;
  gl_.BindBuffer(GL_PIXEL_PACK_BUFFER, mapped_->name);
  gl_.UnmapBuffer(GL_PIXEL_PACK_BUFFER);
  gl_.BindBuffer(GL_PIXEL_PACK_BUFFER, 0);
  mapped_->busy = false;
  mapped_ = nullptr;
}

bool Capture::arrived(bool wait, CapturedFrame* out) {
  release_mapped();
  Buffer& buffer = buffers_[oldest_];
  if (!buffer.busy || !finished(&buffer, wait)) return false;
  if (buffer.fence != nullptr) gl_.DeleteSync(buffer.fence);
  buffer.fence = nullptr;
  oldest_ = (oldest_ + 1) % buffers_.size();
  gl_.BindBuffer(GL_PIXEL_PACK_BUFFER, buffer.name);
  const auto* bytes = static_cast<const uint8_t*>(gl_.MapBuffer(GL_PIXEL_PACK_BUFFER, GL_READ_ONLY));
  gl_.BindBuffer(GL_PIXEL_PACK_BUFFER, 0);
  if (bytes == nullptr) {
    buffer.busy = false;
    return false;
  }
  mapped_ = &buffer;
  const int64_t pixels = int64_t{width_} * height_;
  *out = {bytes, reinterpret_cast<const float*>(bytes + 4 * pixels), bytes + 8 * pixels, buffer.number};
  return true;
}

}  // namespace mirage_hook
