// A world with an interface over it, drawn off-screen in one of the ways in which games draw: what the hook's tests
// load the hook into.
//
//   hook_scene MODE FRAMES FOLDER [PAUSE_MS]     a pause after each frame. MODE: fixed (fixed functions), held
//   (likewise,
//                                     with a weapon in front of the world), immediate (likewise, the box that moves
//                                     vertex by vertex, as a stretched shape), core (uniforms), buffer (a uniform
//                                     buffer), offscreen (core, the world in a framebuffer object that is then copied
//                                     to the screen)
//
// FOLDER gets NNN.rgba (640 x 360, row 0 at the bottom) of each frame as it is shown, views.txt with the true camera of
// each, and poses.txt with the true pose of the box that moves. It fails (status 1) where the OpenGL state after the
// first draw of the interface is not what it was before, or where OpenGL reports an error.
#define GL_GLEXT_PROTOTYPES
#define EGL_EGLEXT_PROTOTYPES
#include <EGL/egl.h>
#include <EGL/eglext.h>
#include <GL/gl.h>
#include <GL/glext.h>
#include <unistd.h>

#include <array>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

namespace {

constexpr int kWidth = 640, kHeight = 360;
constexpr float kNear = 0.1f, kFar = 100.f, kFocal = 1.3f;
using Columns = std::array<float, 16>;

[[noreturn]] void fail(const char* what) {
  std::fprintf(stderr, "hook_scene: %s\n", what);
  std::exit(1);
}

Columns product(const Columns& a, const Columns& b) {
  Columns out{};
  for (int c = 0; c < 4; c++)
    for (int r = 0; r < 4; r++)
      for (int k = 0; k < 4; k++) out[4 * c + r] += a[4 * k + r] * b[4 * c + k];
  return out;
}

Columns lens() {
  Columns m{};
  m[0] = kFocal * kHeight / kWidth;
  m[5] = kFocal;
  m[10] = -(kFar + kNear) / (kFar - kNear);
  m[11] = -1;
  m[14] = -2 * kFar * kNear / (kFar - kNear);
  return m;
}

Columns view(int frame) {
  const float yaw = 0.5f * std::sin(0.03f * frame), x = 0.05f * frame, z = 0.1f * std::sin(0.1f * frame);
  const float c = std::cos(yaw), s = std::sin(yaw);
  return {c, 0, s, 0, 0, 1, 0, 0, -s, 0, c, 0, -x, -1.6f, z - 6, 1};
}

constexpr Columns kFlat = {2.f / kWidth, 0, 0, 0, 0, 2.f / kHeight, 0, 0, 0, 0, -1, 0, -1, -1, 0, 1};

struct Vertex {
  float position[3], color[4];
};

/** A checkered ground and boxes on it. */
std::vector<Vertex> world() {
  std::vector<Vertex> out;
  const auto quad = [&](std::array<float, 3> a, std::array<float, 3> u, std::array<float, 3> v, float r, float g,
                        float b) {
    const float corners[6][2] = {{0, 0}, {1, 0}, {1, 1}, {0, 0}, {1, 1}, {0, 1}};
    for (const auto& [s, t] : corners)
      out.push_back(
          {{a[0] + s * u[0] + t * v[0], a[1] + s * u[1] + t * v[1], a[2] + s * u[2] + t * v[2]}, {r, g, b, 1}});
  };
  for (int x = -20; x < 20; x++)
    for (int z = -20; z < 5; z++) {
      const float shade = (x + z) % 2 != 0 ? 0.35f : 0.6f;
      quad({1.f * x, 0, 1.f * z}, {1, 0, 0}, {0, 0, 1}, shade, shade * 0.9f, 0.3f);
    }
  for (int i = 0; i < 14; i++) {
    const float x = -14 + 2.2f * i, z = -9.f + 3 * (i % 3), h = 1 + 0.4f * (i % 4);
    for (int step = 0; step < 4; step++) {
      const float y = h * step / 4, tone = step % 2 != 0 ? 0.8f : 0.3f;
      quad({x, y, z}, {1, 0, 0}, {0, h / 4, 0}, tone, 0.2f, 0.1f * (i % 7));
      quad({x, y, z}, {0, 0, -1}, {0, h / 4, 0}, 0.2f, tone, 0.1f * (i % 5));
      quad({x + 1, y, z}, {0, 0, -1}, {0, h / 4, 0}, 0.1f, 0.3f, tone);
    }
  }
  return out;
}

/** A striped box, which moves over the ground in front of the camera. */
std::vector<Vertex> moving_box() {
  std::vector<Vertex> out;
  for (int axis = 0; axis < 3; axis++)
    for (int side = -1; side <= 1; side += 2)
      for (int stripe = 0; stripe < 6; stripe++) {
        const float from = stripe / 6.f - 0.5f, tone = stripe % 2 != 0 ? 0.9f : 0.15f;
        const float corners[6][2] = {{from, -0.5f}, {from + 1 / 6.f, -0.5f}, {from + 1 / 6.f, 0.5f},
                                     {from, -0.5f}, {from + 1 / 6.f, 0.5f},  {from, 0.5f}};
        for (const auto& corner : corners) {
          Vertex vertex{{}, {tone, 0.3f * axis, 0.5f + 0.3f * side, 1}};
          vertex.position[axis] = 0.5f * side;
          vertex.position[(axis + 1) % 3] = corner[0];
          vertex.position[(axis + 2) % 3] = corner[1];
          out.push_back(vertex);
        }
      }
  return out;
}

/** world_from_box: it circles and turns. */
Columns moving_pose(int frame) {
  const float turn = 0.15f * frame, c = std::cos(turn), s = std::sin(turn);
  return {c, 0, -s, 0, 0, 1, 0, 0, s, 0, c, 0, 0.05f * frame + 1.2f * std::sin(0.2f * frame), 1.2f, 1.5f, 1};
}

/** A weapon: it goes along with the camera. */
Columns held_pose() { return {0.2f, 0, 0, 0, 0, 0.2f, 0, 0, 0, 0, 0.6f, 0, 0.4f, -0.3f, -1, 1}; }

std::vector<Vertex> interface() {
  std::vector<Vertex> out;
  for (int i = 0; i < 5; i++) {
    const float x = 20 + 120.f * i, tone = 0.2f * i;
    const float corners[6][2] = {{0, 0}, {60, 0}, {60, 24}, {0, 0}, {60, 24}, {0, 24}};
    for (const auto& corner : corners) out.push_back({{x + corner[0], 12 + corner[1], 0}, {1, tone, 1 - tone, 1}});
  }
  return out;
}

GLuint program(const char* head) {
  const char* vertex[] = {"#version 150\n", head,
                          "in vec3 position; in vec4 tint; out vec4 shade;\n"
                          "void main() { shade = tint; gl_Position = clip(vec4(position, 1.0)); }\n"};
  const char* fragment = "#version 150\nin vec4 shade; out vec4 color;\nvoid main() { color = shade; }\n";
  const GLuint result = glCreateProgram(), v = glCreateShader(GL_VERTEX_SHADER), f = glCreateShader(GL_FRAGMENT_SHADER);
  glShaderSource(v, 3, vertex, nullptr);
  glShaderSource(f, 1, &fragment, nullptr);
  for (GLuint shader : {v, f}) {
    GLint ok = 0;
    glCompileShader(shader);
    glGetShaderiv(shader, GL_COMPILE_STATUS, &ok);
    if (!ok) fail("a shader does not compile");
    glAttachShader(result, shader);
  }
  glBindAttribLocation(result, 0, "position");
  glBindAttribLocation(result, 1, "tint");
  glLinkProgram(result);
  return result;
}

/** All the state that a game could notice a change of. */
std::vector<GLint> state(bool fixed) {
  std::vector<GLint> out;
  for (GLenum name : {GL_CURRENT_PROGRAM,
                      GL_ACTIVE_TEXTURE,
                      GL_ARRAY_BUFFER_BINDING,
                      GL_PIXEL_PACK_BUFFER_BINDING,
                      GL_PIXEL_UNPACK_BUFFER_BINDING,
                      GL_DRAW_FRAMEBUFFER_BINDING,
                      GL_READ_FRAMEBUFFER_BINDING,
                      GL_READ_BUFFER,
                      GL_DRAW_BUFFER0,
                      GL_VERTEX_ARRAY_BINDING,
                      GL_DEPTH_WRITEMASK,
                      GL_DEPTH_FUNC,
                      GL_BLEND_SRC_RGB,
                      GL_BLEND_DST_RGB,
                      GL_BLEND_EQUATION_RGB,
                      GL_CULL_FACE_MODE,
                      GL_UNPACK_ALIGNMENT,
                      GL_UNPACK_ROW_LENGTH,
                      GL_UNPACK_SKIP_ROWS,
                      GL_UNPACK_SKIP_PIXELS,
                      GL_PACK_ALIGNMENT,
                      GL_PACK_ROW_LENGTH,
                      GL_STENCIL_FUNC,
                      GL_STENCIL_REF,
                      GL_LOGIC_OP_MODE}) {
    out.push_back(0);
    glGetIntegerv(name, &out.back());
  }
  for (GLenum name : {GL_VIEWPORT, GL_SCISSOR_BOX, GL_COLOR_WRITEMASK}) {
    GLint four[4] = {};
    glGetIntegerv(name, four);
    out.insert(out.end(), four, four + 4);
  }
  GLint mode[2] = {};
  glGetIntegerv(GL_POLYGON_MODE, mode);
  out.push_back(mode[0]);
  for (GLenum name : {GL_DEPTH_TEST, GL_BLEND, GL_CULL_FACE, GL_SCISSOR_TEST, GL_STENCIL_TEST, GL_DITHER,
                      GL_MULTISAMPLE, GL_POLYGON_OFFSET_FILL, GL_FRAMEBUFFER_SRGB, GL_COLOR_LOGIC_OP})
    out.push_back(glIsEnabled(name));
  if (fixed)
    for (GLenum name : {GL_ALPHA_TEST, GL_FOG, GL_LIGHTING, GL_TEXTURE_2D, GL_VERTEX_ARRAY})
      out.push_back(glIsEnabled(name));
  GLint active = 0;
  glGetIntegerv(GL_ACTIVE_TEXTURE, &active);
  for (GLenum unit = 0; unit < 4; unit++) {
    GLint texture = 0, sampler = 0;
    glActiveTexture(GL_TEXTURE0 + unit);
    glGetIntegerv(GL_TEXTURE_BINDING_2D, &texture);
    glGetIntegerv(GL_SAMPLER_BINDING, &sampler);
    out.push_back(texture);
    out.push_back(sampler);
  }
  glActiveTexture(static_cast<GLenum>(active));
  return out;
}

class Scene {
 public:
  explicit Scene(const std::string& mode)
      : fixed_(mode == "fixed" || mode == "held" || mode == "immediate"),
        buffer_(mode == "buffer"),
        offscreen_(mode == "offscreen"),
        held_(mode == "held"),
        immediate_(mode == "immediate") {
    if (!fixed_) {
      program_ = program(buffer_ ? "layout(std140) uniform Camera { mat4 projection; mat4 view; };\n"
                                   "vec4 clip(vec4 p) { return projection * view * p; }\n"
                                 : "uniform mat4 mvp;\nvec4 clip(vec4 p) { return mvp * p; }\n");
      glGenVertexArrays(3, arrays_);
      glGenBuffers(3, buffers_);
      glGenBuffers(1, &camera_);
      glBindBuffer(GL_UNIFORM_BUFFER, camera_);
      glBufferData(GL_UNIFORM_BUFFER, 256 + 2 * sizeof(Columns), nullptr, GL_DYNAMIC_DRAW);
      for (int i = 0; i < 3; i++) {
        const std::vector<Vertex>& mesh = vertices(i);
        glBindVertexArray(arrays_[i]);
        glBindBuffer(GL_ARRAY_BUFFER, buffers_[i]);
        glBufferData(GL_ARRAY_BUFFER, static_cast<GLsizeiptr>(mesh.size() * sizeof(Vertex)), mesh.data(),
                     GL_STATIC_DRAW);
        glVertexAttribPointer(0, 3, GL_FLOAT, GL_FALSE, sizeof(Vertex), nullptr);
        glVertexAttribPointer(1, 4, GL_FLOAT, GL_FALSE, sizeof(Vertex), reinterpret_cast<void*>(12));
        glEnableVertexAttribArray(0);
        glEnableVertexAttribArray(1);
      }
    }
    if (offscreen_) {
      glGenFramebuffers(1, &framebuffer_);
      glBindFramebuffer(GL_FRAMEBUFFER, framebuffer_);
      GLuint textures[2];
      glGenTextures(2, textures);
      glBindTexture(GL_TEXTURE_2D, textures[0]);
      glTexImage2D(GL_TEXTURE_2D, 0, GL_RGBA8, kWidth, kHeight, 0, GL_RGBA, GL_UNSIGNED_BYTE, nullptr);
      glBindTexture(GL_TEXTURE_2D, textures[1]);
      glTexImage2D(GL_TEXTURE_2D, 0, GL_DEPTH24_STENCIL8, kWidth, kHeight, 0, GL_DEPTH_STENCIL, GL_UNSIGNED_INT_24_8,
                   nullptr);
      glFramebufferTexture2D(GL_FRAMEBUFFER, GL_COLOR_ATTACHMENT0, GL_TEXTURE_2D, textures[0], 0);
      glFramebufferTexture2D(GL_FRAMEBUFFER, GL_DEPTH_STENCIL_ATTACHMENT, GL_TEXTURE_2D, textures[1], 0);
      glBindFramebuffer(GL_FRAMEBUFFER, 0);
    }
    glGenTextures(1, &texture_);
  }

  void draw(int frame) {
    glBindFramebuffer(GL_FRAMEBUFFER, framebuffer_);
    glViewport(0, 0, kWidth, kHeight);
    glDisable(GL_BLEND);
    glEnable(GL_DEPTH_TEST);
    glDepthMask(GL_TRUE);
    glClearColor(0.5f, 0.7f, 0.9f, 1);
    glClear(GL_COLOR_BUFFER_BIT | GL_DEPTH_BUFFER_BIT);
    mesh(kWorld, lens(), view(frame));
    mesh(kBox, lens(), product(view(frame), moving_pose(frame)));
    if (held_) {
      glDepthRange(0, 0.3);
      mesh(kBox, lens(), held_pose());
      glDepthRange(0, 1);
    }
    if (offscreen_) {
      glBindFramebuffer(GL_DRAW_FRAMEBUFFER, 0);
      glBlitFramebuffer(0, 0, kWidth, kHeight, 0, 0, kWidth, kHeight, GL_COLOR_BUFFER_BIT, GL_NEAREST);
      glBindFramebuffer(GL_FRAMEBUFFER, 0);
    }
    // Settings that would spoil a picture drawn with them, or that a careless guest would leave changed.
    glDisable(GL_DEPTH_TEST);
    glEnable(GL_BLEND);
    glBlendFunc(GL_SRC_ALPHA, GL_ONE_MINUS_SRC_ALPHA);
    glEnable(GL_SCISSOR_TEST);
    glScissor(0, 0, kWidth, 60);
    glColorMask(GL_TRUE, GL_TRUE, GL_TRUE, GL_FALSE);
    glPixelStorei(GL_UNPACK_ALIGNMENT, 8);
    glPixelStorei(GL_UNPACK_ROW_LENGTH, 33);
    glPixelStorei(GL_PACK_SKIP_ROWS, 3);
    glActiveTexture(GL_TEXTURE2);
    glBindTexture(GL_TEXTURE_2D, texture_);
    const std::vector<GLint> before = expected(kInterface);
    mesh(kInterface, kFlat, {1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1});
    if (state(fixed_) != before) fail("the state after the interface's first draw is not what it was");
    glBindTexture(GL_TEXTURE_2D, 0);
    glActiveTexture(GL_TEXTURE0);
    glPixelStorei(GL_UNPACK_ROW_LENGTH, 0);
    glPixelStorei(GL_PACK_SKIP_ROWS, 0);
    glDisable(GL_SCISSOR_TEST);
    glColorMask(GL_TRUE, GL_TRUE, GL_TRUE, GL_TRUE);
    if (glGetError() != GL_NO_ERROR) fail("OpenGL reports an error");
  }

  static std::vector<uint8_t> pixels() {
    std::vector<uint8_t> out(kWidth * kHeight * 4);
    glReadPixels(0, 0, kWidth, kHeight, GL_RGBA, GL_UNSIGNED_BYTE, out.data());
    return out;
  }

 private:
  /** The state, once what the mesh needs is bound. */
  std::vector<GLint> expected(int which) {
    if (!fixed_) {
      glUseProgram(program_);
      glBindVertexArray(arrays_[which]);
    }
    return state(fixed_);
  }

  void mesh(int which, const Columns& projection, const Columns& model_view) {
    const std::vector<Vertex>& drawn = vertices(which);
    if (fixed_) {
      glMatrixMode(GL_PROJECTION);
      glLoadMatrixf(projection.data());
      glMatrixMode(GL_MODELVIEW);
      glLoadMatrixf(model_view.data());
      if (which == kBox && immediate_) {
        constexpr float kStretch[] = {2, 0.5f, 0.8f};
        glScalef(kStretch[0], kStretch[1], kStretch[2]);
        glBegin(GL_TRIANGLES);
        for (const Vertex& vertex : drawn) {
          glColor4fv(vertex.color);
          glVertex3f(vertex.position[0] / kStretch[0], vertex.position[1] / kStretch[1],
                     vertex.position[2] / kStretch[2]);
        }
        glEnd();
        return;
      }
      if (which == kBox) {  // from the program's own memory, as old games do
        glEnableClientState(GL_VERTEX_ARRAY);
        glEnableClientState(GL_COLOR_ARRAY);
        glVertexPointer(3, GL_FLOAT, sizeof(Vertex), drawn[0].position);
        glColorPointer(4, GL_FLOAT, sizeof(Vertex), drawn[0].color);
        glDrawArrays(GL_TRIANGLES, 0, static_cast<GLsizei>(drawn.size()));
        glDisableClientState(GL_VERTEX_ARRAY);
        glDisableClientState(GL_COLOR_ARRAY);
        return;
      }
      for (size_t i = 0; i < drawn.size(); i++) {  // quad by quad
        if (i % 6 == 0) glBegin(GL_TRIANGLES);
        glColor4fv(drawn[i].color);
        glVertex3fv(drawn[i].position);
        if (i % 6 == 5) glEnd();
      }
      return;
    }
    glUseProgram(program_);
    glBindVertexArray(arrays_[which]);
    if (buffer_) {
      glBindBuffer(GL_UNIFORM_BUFFER, camera_);
      glBufferSubData(GL_UNIFORM_BUFFER, 256, sizeof(Columns), projection.data());
      glBufferSubData(GL_UNIFORM_BUFFER, 256 + sizeof(Columns), sizeof(Columns), model_view.data());
      glUniformBlockBinding(program_, 0, 3);
      glBindBufferRange(GL_UNIFORM_BUFFER, 3, camera_, 256, 2 * sizeof(Columns));
    } else {
      glUniformMatrix4fv(glGetUniformLocation(program_, "mvp"), 1, GL_FALSE, product(projection, model_view).data());
    }
    glDrawArrays(GL_TRIANGLES, 0, static_cast<GLsizei>(drawn.size()));
  }

  enum { kWorld, kInterface, kBox };
  const std::vector<Vertex>& vertices(int which) const {
    return which == kWorld ? world_ : which == kInterface ? interface_ : box_;
  }

  bool fixed_, buffer_, offscreen_, held_, immediate_;
  std::vector<Vertex> world_ = world(), interface_ = interface(), box_ = moving_box();
  GLuint program_ = 0, arrays_[3] = {}, buffers_[3] = {}, camera_ = 0, framebuffer_ = 0, texture_ = 0;
};

EGLSurface make_current(EGLDisplay display, bool fixed) {
  const EGLint wanted[] = {EGL_SURFACE_TYPE,
                           EGL_PBUFFER_BIT,
                           EGL_RENDERABLE_TYPE,
                           EGL_OPENGL_BIT,
                           EGL_RED_SIZE,
                           8,
                           EGL_GREEN_SIZE,
                           8,
                           EGL_BLUE_SIZE,
                           8,
                           EGL_ALPHA_SIZE,
                           8,
                           EGL_DEPTH_SIZE,
                           24,
                           EGL_NONE};
  const EGLint size[] = {EGL_WIDTH, kWidth, EGL_HEIGHT, kHeight, EGL_NONE};
  const EGLint core[] = {
      EGL_CONTEXT_MAJOR_VERSION,           3,       EGL_CONTEXT_MINOR_VERSION, 3, EGL_CONTEXT_OPENGL_PROFILE_MASK,
      EGL_CONTEXT_OPENGL_CORE_PROFILE_BIT, EGL_NONE};
  const EGLint old[] = {EGL_CONTEXT_MAJOR_VERSION, 3, EGL_CONTEXT_MINOR_VERSION, 0, EGL_NONE};
  EGLConfig config{};
  EGLint count = 0;
  if (!eglInitialize(display, nullptr, nullptr) || !eglBindAPI(EGL_OPENGL_API) ||
      !eglChooseConfig(display, wanted, &config, 1, &count) || count < 1)
    fail("there is no off-screen OpenGL here");
  const EGLSurface surface = eglCreatePbufferSurface(display, config, size);
  const EGLContext context = eglCreateContext(display, config, EGL_NO_CONTEXT, fixed ? old : core);
  if (!eglMakeCurrent(display, surface, surface, context)) fail("there is no such OpenGL context here");
  return surface;
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 4 && count != 5) fail("hook_scene MODE FRAMES FOLDER [PAUSE_MS]");
  const std::string mode = arguments[1], folder = arguments[3];
  const EGLDisplay display = eglGetPlatformDisplay(EGL_PLATFORM_SURFACELESS_MESA, EGL_DEFAULT_DISPLAY, nullptr);
  const EGLSurface surface = make_current(display, mode == "fixed" || mode == "held" || mode == "immediate");
  Scene scene(mode);
  std::FILE* views = std::fopen((folder + "/views.txt").c_str(), "w");
  std::FILE* poses = std::fopen((folder + "/poses.txt").c_str(), "w");
  for (int frame = 0; frame < std::atoi(arguments[2]); frame++) {
    scene.draw(frame);
    char name[32];
    std::snprintf(name, sizeof name, "/%03d.rgba", frame);
    const std::vector<uint8_t> pixels = Scene::pixels();
    std::FILE* file = std::fopen((folder + name).c_str(), "wb");
    std::fwrite(pixels.data(), 1, pixels.size(), file);
    std::fclose(file);
    for (float v : view(frame)) std::fprintf(views, "%.9g ", static_cast<double>(v));
    std::fprintf(views, "\n");
    for (float v : moving_pose(frame)) std::fprintf(poses, "%.9g ", static_cast<double>(v));
    std::fprintf(poses, "\n");
    eglSwapBuffers(display, surface);
    if (count == 5) usleep(1000 * static_cast<unsigned>(std::atoi(arguments[4])));
  }
  std::fclose(views);
  std::fclose(poses);
  return 0;
}
