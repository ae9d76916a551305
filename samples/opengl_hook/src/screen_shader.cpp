#include "screen_shader.h"

#include <initializer_list>

#include "log.h"

namespace mirage_hook {
namespace {

constexpr char kOldVertex[] = "#version 120\nvoid main() { gl_Position = gl_Vertex; }\n";
constexpr char kFixedVertex[] = "#version 330 compatibility\nvoid main() { gl_Position = gl_Vertex; }\n";
constexpr char kNewVertex[] =
    "#version 150\n"
    "void main() { gl_Position = vec4(gl_VertexID == 1 ? 3.0 : -1.0, gl_VertexID == 2 ? 3.0 : -1.0, 0.0, 1.0); }\n";
constexpr char kOldHead[] = "#version 120\nvec4 look(sampler2D s, vec2 at) { return texture2D(s, at); }\n";
constexpr char kNewHead[] =
    "#version 150\nout vec4 color;\nvec4 look(sampler2D s, vec2 at) { return texture(s, at); }\n";
constexpr char kOldTail[] = "void main() { gl_FragColor = shade(gl_FragCoord.xy); }\n";
constexpr char kNewTail[] = "void main() { color = shade(gl_FragCoord.xy); }\n";

}  // namespace

ScreenShader::ScreenShader(const GlApi& gl, const char* body)
    : ScreenShader(gl, gl.compatibility ? kOldVertex : kNewVertex,
                   gl.compatibility ? std::string(kOldHead) + body + kOldTail : std::string(kNewHead) + body + kNewTail,
                   "the game runs unpainted") {}

ScreenShader ScreenShader::whole(const GlApi& gl, const std::string& fragment, const char* instead) {
  return {gl, gl.compatibility ? kFixedVertex : kNewVertex, fragment, instead};
}

GLuint ScreenShader::compile(GLenum kind, const std::string& text, const char* instead) const {
  const char* texts[] = {text.c_str()};
  const GLuint shader = gl_.CreateShader(kind);
  gl_.ShaderSource(shader, 1, texts, nullptr);
  gl_.CompileShader(shader);
  GLint compiled = 0;
  gl_.GetShaderiv(shader, GL_COMPILE_STATUS, &compiled);
  if (compiled) return shader;
  char why[256] = "";
  gl_.GetShaderInfoLog(shader, sizeof why, nullptr, why);
  log("the graphics driver refuses a shader (%s); %s.", why, instead);
  gl_.DeleteShader(shader);
  return 0;
}

ScreenShader::ScreenShader(const GlApi& gl, const std::string& vertex_text, const std::string& fragment_text,
                           const char* instead)
    : gl_(gl) {
  const GLuint vertex = compile(GL_VERTEX_SHADER, vertex_text, instead);
  const GLuint fragment = compile(GL_FRAGMENT_SHADER, fragment_text, instead);
  if (vertex != 0 && fragment != 0) {
    const GLuint program = gl_.CreateProgram();
    gl_.AttachShader(program, vertex);
    gl_.AttachShader(program, fragment);
    gl_.LinkProgram(program);
    GLint linked = 0;
    gl_.GetProgramiv(program, GL_LINK_STATUS, &linked);
    if (linked)
      program_ = program;
    else
      gl_.DeleteProgram(program);
  }
  if (vertex != 0) gl_.DeleteShader(vertex);
  if (fragment != 0) gl_.DeleteShader(fragment);
  if (!gl_.compatibility) gl_.GenVertexArrays(1, &vertex_array_);
}

void ScreenShader::destroy() {
  if (program_ != 0) gl_.DeleteProgram(program_);
  if (vertex_array_ != 0) gl_.DeleteVertexArrays(1, &vertex_array_);
  program_ = vertex_array_ = 0;
}

void ScreenShader::fill() const {
  if (!gl_.compatibility) {
    gl_.BindVertexArray(vertex_array_);
    gl_.DrawArrays(GL_TRIANGLES, 0, 3);
    return;
  }
  // No array of the game's is touched this way.
  gl_.Begin(GL_TRIANGLES);
  gl_.Vertex2f(-1, -1);
  gl_.Vertex2f(3, -1);
  gl_.Vertex2f(-1, 3);
  gl_.End();
}

GLuint make_texture(const GlApi& gl, GLint internal_format, int width, int height, GLenum format, GLenum type) {
  GLuint texture = 0;
  gl.GenTextures(1, &texture);
  gl.BindTexture(GL_TEXTURE_2D, texture);
  gl.TexImage2D(GL_TEXTURE_2D, 0, internal_format, width, height, 0, format, type, nullptr);
  for (GLenum filter : {GL_TEXTURE_MIN_FILTER, GL_TEXTURE_MAG_FILTER})
    gl.TexParameteri(GL_TEXTURE_2D, filter, GL_NEAREST);
  for (GLenum wrap : {GL_TEXTURE_WRAP_S, GL_TEXTURE_WRAP_T}) gl.TexParameteri(GL_TEXTURE_2D, wrap, GL_CLAMP_TO_EDGE);
  gl.TexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MAX_LEVEL, 0);
  return texture;
}

}  // namespace mirage_hook
