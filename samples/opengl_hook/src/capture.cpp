#include "capture.h"

namespace mirage_hook {

Capture::Capture(const GlApi& gl, int pass_width, int pass_height, int width, int height)
    : gl_(gl),
      pass_width_(pass_width),
      pass_height_(pass_height),
      width_(width),
      height_(height),
      planes_(gl, width, height, true) {
  color_ = make_texture(gl_, GL_RGBA8, pass_width, pass_height, GL_RGBA, GL_UNSIGNED_BYTE);
  depth_ = make_texture(gl_, GL_DEPTH_COMPONENT24, pass_width, pass_height, GL_DEPTH_COMPONENT, GL_UNSIGNED_INT);
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
  const GLuint textures[] = {color_, depth_};
  gl_.DeleteTextures(2, textures);
  planes_.destroy();
}

void Capture::copy(int x, int y) {
  gl_.ActiveTexture(GL_TEXTURE0);
  for (GLuint texture : {depth_, color_}) {
    gl_.BindTexture(GL_TEXTURE_2D, texture);
    gl_.CopyTexSubImage2D(GL_TEXTURE_2D, 0, 0, 0, x, y, pass_width_, pass_height_);
  }
}

bool Capture::grab(const ViewDepth& depth, double gamma, GLuint slots, int64_t number) {
  release_mapped();
  Buffer& buffer = buffers_[next_];
  if (buffer.busy) return false;
  planes_.draw(textures(slots), depth, gamma);

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
