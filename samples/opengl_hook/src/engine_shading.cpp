#include "engine_shading.h"

#include <algorithm>
#include <cctype>
#include <string>
#include <utility>

#include "shade_pass.h"
#include "shading_data.h"

namespace mirage_hook {
namespace {

constexpr int kLeastVersion = 33;
constexpr const char* kSoftware[] = {"llvmpipe", "softpipe", "swiftshader", "gdi generic", "swr"};

/** The pass in the profile of the game's context. */
std::string fragment_for(const GlApi& gl) {
  const std::string text = kShadePass;
  return (gl.compatibility ? "#version 330 compatibility" : "#version 330 core") + text.substr(text.find('\n'));
}

}  // namespace

const char* EngineShading::obstacle(const GlApi& gl) {
  return gl.version < kLeastVersion ? "this game's OpenGL is older than 3.3" : nullptr;
}

bool EngineShading::is_software(const GlApi& gl) {
  const auto* name = reinterpret_cast<const char*>(gl.GetString(GL_RENDERER));
  std::string lower = name != nullptr ? name : "";
  std::transform(lower.begin(), lower.end(), lower.begin(), [](unsigned char c) { return std::tolower(c); });
  return std::any_of(std::begin(kSoftware), std::end(kSoftware),
                     [&](const char* each) { return lower.find(each) != std::string::npos; });
}

EngineShading::EngineShading(const GlApi& gl, int width, int height)
    : gl_(gl),
      planes_(gl, width, height, false),
      shader_(ScreenShader::whole(gl, fragment_for(gl), "the daemon's pictures are shown")),
      weights_(make_texture(gl, GL_RGBA16F, kWeightColumns, kWeightRows, GL_RGBA, GL_HALF_FLOAT)),
      slots_(make_texture(gl, GL_RGBA8, kSlotNumbers, 1, GL_RGBA, GL_UNSIGNED_BYTE)),
      objects_(make_texture(gl, GL_RGBA32F, kSlotNumbers, 3, GL_RGBA, GL_FLOAT)),
      picture_(make_texture(gl, GL_RGBA8, width, height, GL_RGBA, GL_UNSIGNED_BYTE)) {
  gl_.GenFramebuffers(1, &framebuffer_);
  gl_.BindFramebuffer(GL_FRAMEBUFFER, framebuffer_);
  gl_.FramebufferTexture2D(GL_FRAMEBUFFER, GL_COLOR_ATTACHMENT0, GL_TEXTURE_2D, picture_, 0);
  complete_ = gl_.CheckFramebufferStatus(GL_FRAMEBUFFER) == GL_FRAMEBUFFER_COMPLETE;
}

void EngineShading::destroy() {
  const GLuint textures[] = {weights_, slots_, objects_, cells_, picture_};
  gl_.DeleteFramebuffers(1, &framebuffer_);
  gl_.DeleteTextures(static_cast<GLsizei>(std::size(textures)), textures);
  planes_.destroy();
  shader_.destroy();
}

bool EngineShading::take(const lsd_context& context) {
  if (!can_shade_with(context)) return false;
  gl_.ActiveTexture(GL_TEXTURE0);
  // Float16 as it came: a texture of that format holds the very numbers.
  if (!ready_ || context.weights_generation != context_.weights_generation) {
    std::vector<uint16_t> numbers(size_t{4} * kWeightColumns * kWeightRows);
    std::copy(context.weights, context.weights + context.weight_count, numbers.begin());
    gl_.BindTexture(GL_TEXTURE_2D, weights_);
    gl_.TexSubImage2D(GL_TEXTURE_2D, 0, 0, 0, kWeightColumns, kWeightRows, GL_RGBA, GL_HALF_FLOAT, numbers.data());
  }
  const int columns = context.width * kContextChannels / 4;
  if (cells_ == 0 || context.width != context_.width || context.height != context_.height) {
    gl_.DeleteTextures(1, &cells_);
    cells_ = make_texture(gl_, GL_RGBA16F, columns, context.height, GL_RGBA, GL_HALF_FLOAT);
  }
  gl_.BindTexture(GL_TEXTURE_2D, cells_);
  gl_.TexSubImage2D(GL_TEXTURE_2D, 0, 0, 0, columns, context.height, GL_RGBA, GL_HALF_FLOAT, context.values);
  context_ = context;
  context_.values = context_.weights = nullptr;
  context_.hold = nullptr;
  ready_ = true;
  return true;
}

void EngineShading::draw(const PassTextures& pass, const ViewDepth& depth, double gamma, const lsd_camera& camera,
                         const std::vector<lsd_slot>& slots) const {
  planes_.draw(pass, depth, gamma);
  const auto table = slot_table(slots);
  gl_.BindTexture(GL_TEXTURE_2D, slots_);
  gl_.TexSubImage2D(GL_TEXTURE_2D, 0, 0, 0, kSlotNumbers, 1, GL_RGBA, GL_UNSIGNED_BYTE, table.data());
  const bool moved = has_transforms(slots);
  if (moved) {
    const auto objects = object_table(slots);
    gl_.BindTexture(GL_TEXTURE_2D, objects_);
    gl_.TexSubImage2D(GL_TEXTURE_2D, 0, 0, 0, kSlotNumbers, 3, GL_RGBA, GL_FLOAT, objects.data());
  }

  shader_.use();
  const std::pair<const char*, GLuint> samplers[] = {{"lsd_weights", weights_},      {"lsd_color", planes_.color()},
                                                     {"lsd_depth", planes_.depth()}, {"lsd_ids", planes_.ids()},
                                                     {"lsd_slots", slots_},          {"lsd_context", cells_},
                                                     {"lsd_objects", objects_}};
  for (GLint unit = 0; unit < static_cast<GLint>(std::size(samplers)); unit++) {
    gl_.ActiveTexture(GL_TEXTURE0 + static_cast<GLenum>(unit));
    gl_.BindTexture(GL_TEXTURE_2D, samplers[unit].second);
    gl_.Uniform1i(shader_.uniform(samplers[unit].first), unit);
  }
  gl_.Uniform1i(shader_.uniform("lsd_normals"), 0);  // there are none
  gl_.Uniform4f(shader_.uniform("lsd_depth_decode"), 0, 0, 0, 1);
  const SlotUse use = pass.slots == 0 ? SlotUse::none : moved ? SlotUse::surfaces_and_transforms : SlotUse::surfaces;
  const auto constants = shade_constants(camera, width(), height(), use, context_);
  gl_.Uniform4fv(shader_.uniform("lsd_constants"), kShadeConstants, constants.data());
  gl_.BindFramebuffer(GL_FRAMEBUFFER, framebuffer_);
  gl_.DrawBuffer(GL_COLOR_ATTACHMENT0);
  gl_.Viewport(0, 0, width(), height());
  shader_.fill();
}

}  // namespace mirage_hook
