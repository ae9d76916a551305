// A program that fills a picture, in the shading language that the game's context has.
#pragma once

#include <string>

#include "gl_api.h"

namespace mirage_hook {

class ScreenShader {
 public:
  /** `body`: a fragment shader's declarations and `vec4 shade(vec2 pixel)`; `look(sampler, uv)` reads a texture. */
  ScreenShader(const GlApi& gl, const char* body);
  /** `fragment`: a whole fragment shader of OpenGL 3.3, whose first line names the profile of the context.
   * `instead`: what happens where the driver refuses it, for the log. */
  static ScreenShader whole(const GlApi& gl, const std::string& fragment, const char* instead);
  /** Deletes it in the context that is current. */
  void destroy();
  bool ok() const { return program_ != 0; }
  void use() const { gl_.UseProgram(program_); }
  GLint uniform(const char* name) const { return gl_.GetUniformLocation(program_, name); }
  /** Fills the viewport of the framebuffer that is bound. Needs the state of a StateGuard. */
  void fill() const;

 private:
  ScreenShader(const GlApi& gl, const std::string& vertex, const std::string& fragment, const char* instead);
  GLuint compile(GLenum kind, const std::string& text, const char* instead) const;

  const GlApi& gl_;
  GLuint program_ = 0, vertex_array_ = 0;
};

/** A 2D texture without filtering or mipmaps. */
GLuint make_texture(const GlApi& gl, GLint internal_format, int width, int height, GLenum format, GLenum type);

}  // namespace mirage_hook
