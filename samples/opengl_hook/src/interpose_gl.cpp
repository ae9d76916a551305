// OpenGL's functions as the game finds them: each tells the hook, then does what it is named after.
#include "hook.h"
#include "interposed.h"

using mirage_hook::hook;
using mirage_hook::on_render_thread;

#define MIRAGE_REAL(name) \
  static const auto real = reinterpret_cast<decltype(&::name)>(mirage_hook::real_function(#name))

namespace {

// A primitive that is drawn vertex by vertex: how many there are is not known when it begins, and not needed exactly.
constexpr int64_t kVerticesOfAPrimitive = 4;

thread_local int64_t immediate_vertices = 0;  // since the last glBegin
thread_local int depth = 0;  // within a call of ours, into a driver that may call its own exported functions

class Entry {
 public:
  Entry() : outermost_(depth++ == 0 && on_render_thread()) {}
  ~Entry() { depth--; }
  bool counts() const { return outermost_; }

 private:
  bool outermost_;
};

template <typename Count>
int64_t sum(const Count* counts, GLsizei number) {
  int64_t total = 0;
  for (GLsizei i = 0; i < number; i++) total += counts[i];
  return total;
}

}  // namespace

#define MIRAGE_DRAW(name, vertices, parameters, arguments) \
  MIRAGE_INTERPOSE void name parameters {                  \
    MIRAGE_REAL(name);                                     \
    const Entry entry;                                     \
    if (entry.counts() && hook().draw(vertices, true)) {   \
      real arguments;                                      \
      hook().drawn_twice();                                \
    }                                                      \
    real arguments;                                        \
  }
// A part of a drawing, or more than one.
#define MIRAGE_DRAW_ONCE(name, vertices, parameters, arguments) \
  MIRAGE_INTERPOSE void name parameters {                       \
    MIRAGE_REAL(name);                                          \
    const Entry entry;                                          \
    if (entry.counts()) hook().draw(vertices, false);           \
    real arguments;                                             \
  }

MIRAGE_INTERPOSE void glBegin(GLenum mode) {
  MIRAGE_REAL(glBegin);
  const Entry entry;
  immediate_vertices = 0;
  if (entry.counts()) hook().immediate_begins(kVerticesOfAPrimitive);
  real(mode);
}

MIRAGE_INTERPOSE void glEnd() {
  MIRAGE_REAL(glEnd);
  const Entry entry;
  real();
  if (entry.counts()) hook().immediate_ends(immediate_vertices);
}

#define MIRAGE_VERTEX(name, parameters, arguments) \
  MIRAGE_INTERPOSE void name parameters {          \
    MIRAGE_REAL(name);                             \
    immediate_vertices++;                          \
    real arguments;                                \
  }
MIRAGE_VERTEX(glVertex2d, (GLdouble x, GLdouble y), (x, y))
MIRAGE_VERTEX(glVertex2f, (GLfloat x, GLfloat y), (x, y))
MIRAGE_VERTEX(glVertex2i, (GLint x, GLint y), (x, y))
MIRAGE_VERTEX(glVertex2fv, (const GLfloat* v), (v))
MIRAGE_VERTEX(glVertex3d, (GLdouble x, GLdouble y, GLdouble z), (x, y, z))
MIRAGE_VERTEX(glVertex3f, (GLfloat x, GLfloat y, GLfloat z), (x, y, z))
MIRAGE_VERTEX(glVertex3dv, (const GLdouble* v), (v))
MIRAGE_VERTEX(glVertex3fv, (const GLfloat* v), (v))
MIRAGE_VERTEX(glVertex4f, (GLfloat x, GLfloat y, GLfloat z, GLfloat w), (x, y, z, w))
MIRAGE_VERTEX(glVertex4fv, (const GLfloat* v), (v))
MIRAGE_DRAW(glDrawArrays, count, (GLenum mode, GLint first, GLsizei count), (mode, first, count))
MIRAGE_DRAW(glDrawArraysEXT, count, (GLenum mode, GLint first, GLsizei count), (mode, first, count))
MIRAGE_DRAW(glDrawElements, count, (GLenum mode, GLsizei count, GLenum type, const void* indices),
            (mode, count, type, indices))
MIRAGE_DRAW(glDrawRangeElements, count,
            (GLenum mode, GLuint start, GLuint end, GLsizei count, GLenum type, const void* indices),
            (mode, start, end, count, type, indices))
MIRAGE_DRAW(glDrawRangeElementsEXT, count,
            (GLenum mode, GLuint start, GLuint end, GLsizei count, GLenum type, const void* indices),
            (mode, start, end, count, type, indices))
MIRAGE_DRAW(glDrawElementsBaseVertex, count, (GLenum mode, GLsizei count, GLenum type, const void* indices, GLint base),
            (mode, count, type, indices, base))
MIRAGE_DRAW(glDrawRangeElementsBaseVertex, count,
            (GLenum mode, GLuint start, GLuint end, GLsizei count, GLenum type, const void* indices, GLint base),
            (mode, start, end, count, type, indices, base))
MIRAGE_DRAW(glDrawArraysInstanced, int64_t{count} * instances,
            (GLenum mode, GLint first, GLsizei count, GLsizei instances), (mode, first, count, instances))
MIRAGE_DRAW(glDrawArraysInstancedARB, int64_t{count} * instances,
            (GLenum mode, GLint first, GLsizei count, GLsizei instances), (mode, first, count, instances))
MIRAGE_DRAW(glDrawElementsInstanced, int64_t{count} * instances,
            (GLenum mode, GLsizei count, GLenum type, const void* indices, GLsizei instances),
            (mode, count, type, indices, instances))
MIRAGE_DRAW(glDrawElementsInstancedARB, int64_t{count} * instances,
            (GLenum mode, GLsizei count, GLenum type, const void* indices, GLsizei instances),
            (mode, count, type, indices, instances))
MIRAGE_DRAW(glDrawElementsInstancedBaseVertex, int64_t{count} * instances,
            (GLenum mode, GLsizei count, GLenum type, const void* indices, GLsizei instances, GLint base),
            (mode, count, type, indices, instances, base))
MIRAGE_DRAW(glDrawElementsInstancedBaseVertexBaseInstance, int64_t{count} * instances,
            (GLenum mode, GLsizei count, GLenum type, const void* indices, GLsizei instances, GLint base, GLuint first),
            (mode, count, type, indices, instances, base, first))
MIRAGE_DRAW(glMultiDrawArrays, sum(counts, number),
            (GLenum mode, const GLint* first, const GLsizei* counts, GLsizei number), (mode, first, counts, number))
MIRAGE_DRAW(glMultiDrawArraysEXT, sum(counts, number),
            (GLenum mode, const GLint* first, const GLsizei* counts, GLsizei number), (mode, first, counts, number))
MIRAGE_DRAW(glMultiDrawElements, sum(counts, number),
            (GLenum mode, const GLsizei* counts, GLenum type, const void* const* indices, GLsizei number),
            (mode, counts, type, indices, number))
MIRAGE_DRAW(glMultiDrawElementsEXT, sum(counts, number),
            (GLenum mode, const GLsizei* counts, GLenum type, const void* const* indices, GLsizei number),
            (mode, counts, type, indices, number))
MIRAGE_DRAW(glMultiDrawElementsBaseVertex, sum(counts, number),
            (GLenum mode, const GLsizei* counts, GLenum type, const void* const* indices, GLsizei number,
             const GLint* base),
            (mode, counts, type, indices, number, base))
// How much these draw is known to the graphics card only.
MIRAGE_DRAW(glDrawArraysIndirect, kVerticesOfAPrimitive, (GLenum mode, const void* indirect), (mode, indirect))
MIRAGE_DRAW(glDrawElementsIndirect, kVerticesOfAPrimitive, (GLenum mode, GLenum type, const void* indirect),
            (mode, type, indirect))
MIRAGE_DRAW(glMultiDrawElementsIndirect, kVerticesOfAPrimitive* number,
            (GLenum mode, GLenum type, const void* indirect, GLsizei number, GLsizei stride),
            (mode, type, indirect, number, stride))
MIRAGE_DRAW_ONCE(glCallList, hook().list_vertices(list), (GLuint list), (list))

MIRAGE_INTERPOSE void glCallLists(GLsizei number, GLenum type, const void* lists) {
  MIRAGE_REAL(glCallLists);
  const Entry entry;
  if (entry.counts()) hook().draw(kVerticesOfAPrimitive * number, false);
  real(number, type, lists);
}

MIRAGE_INTERPOSE void glNewList(GLuint list, GLenum mode) {
  MIRAGE_REAL(glNewList);
  if (on_render_thread()) hook().list_begins(list);
  real(list, mode);
}

MIRAGE_INTERPOSE void glEndList() {
  MIRAGE_REAL(glEndList);
  real();
  if (on_render_thread()) hook().list_ends();
}

MIRAGE_INTERPOSE void glClear(GLbitfield mask) {
  MIRAGE_REAL(glClear);
  const Entry entry;
  if (entry.counts()) hook().clear(mask);
  real(mask);
}

MIRAGE_INTERPOSE void glClearBufferfv(GLenum buffer, GLint which, const GLfloat* value) {
  MIRAGE_REAL(glClearBufferfv);
  const Entry entry;
  if (entry.counts() && buffer == GL_DEPTH) hook().clear(GL_DEPTH_BUFFER_BIT);
  real(buffer, which, value);
}

MIRAGE_INTERPOSE void glClearBufferfi(GLenum buffer, GLint which, GLfloat depth_value, GLint stencil) {
  MIRAGE_REAL(glClearBufferfi);
  const Entry entry;
  if (entry.counts()) hook().clear(GL_DEPTH_BUFFER_BIT);
  real(buffer, which, depth_value, stencil);
}

#define MIRAGE_BLIT(name)                                                                                   \
  MIRAGE_INTERPOSE void name(GLint x0, GLint y0, GLint x1, GLint y1, GLint to_x0, GLint to_y0, GLint to_x1, \
                             GLint to_y1, GLbitfield mask, GLenum filter) {                                 \
    MIRAGE_REAL(name);                                                                                      \
    const Entry entry;                                                                                      \
    if (entry.counts() && (mask & GL_COLOR_BUFFER_BIT) != 0) hook().copy_from_framebuffer();                \
    real(x0, y0, x1, y1, to_x0, to_y0, to_x1, to_y1, mask, filter);                                         \
  }

MIRAGE_BLIT(glBlitFramebuffer)
MIRAGE_BLIT(glBlitFramebufferEXT)

MIRAGE_INTERPOSE void glLinkProgram(GLuint program) {
  MIRAGE_REAL(glLinkProgram);
  real(program);
  if (on_render_thread()) hook().program_changes(program);
}

MIRAGE_INTERPOSE void glDeleteProgram(GLuint program) {
  MIRAGE_REAL(glDeleteProgram);
  real(program);
  if (on_render_thread()) hook().program_changes(program);
}

namespace mirage_hook {

void* interposed_gl(const std::string_view name) {
#define MIRAGE_ENTRY(function) \
  if (name == #function) return reinterpret_cast<void*>(&::function);
  MIRAGE_ENTRY(glBegin)
  MIRAGE_ENTRY(glEnd)
  MIRAGE_ENTRY(glVertex2d)
  MIRAGE_ENTRY(glVertex2f)
  MIRAGE_ENTRY(glVertex2i)
  MIRAGE_ENTRY(glVertex2fv)
  MIRAGE_ENTRY(glVertex3d)
  MIRAGE_ENTRY(glVertex3f)
  MIRAGE_ENTRY(glVertex3dv)
  MIRAGE_ENTRY(glVertex3fv)
  MIRAGE_ENTRY(glVertex4f)
  MIRAGE_ENTRY(glVertex4fv)
  MIRAGE_ENTRY(glDrawArrays)
  MIRAGE_ENTRY(glDrawArraysEXT)
  MIRAGE_ENTRY(glDrawElements)
  MIRAGE_ENTRY(glDrawRangeElements)
  MIRAGE_ENTRY(glDrawRangeElementsEXT)
  MIRAGE_ENTRY(glDrawElementsBaseVertex)
  MIRAGE_ENTRY(glDrawRangeElementsBaseVertex)
  MIRAGE_ENTRY(glDrawArraysInstanced)
  MIRAGE_ENTRY(glDrawArraysInstancedARB)
  MIRAGE_ENTRY(glDrawElementsInstanced)
  MIRAGE_ENTRY(glDrawElementsInstancedARB)
  MIRAGE_ENTRY(glDrawElementsInstancedBaseVertex)
  MIRAGE_ENTRY(glDrawElementsInstancedBaseVertexBaseInstance)
  MIRAGE_ENTRY(glMultiDrawArrays)
  MIRAGE_ENTRY(glMultiDrawArraysEXT)
  MIRAGE_ENTRY(glMultiDrawElements)
  MIRAGE_ENTRY(glMultiDrawElementsEXT)
  MIRAGE_ENTRY(glMultiDrawElementsBaseVertex)
  MIRAGE_ENTRY(glDrawArraysIndirect)
  MIRAGE_ENTRY(glDrawElementsIndirect)
  MIRAGE_ENTRY(glMultiDrawElementsIndirect)
  MIRAGE_ENTRY(glCallList)
  MIRAGE_ENTRY(glCallLists)
  MIRAGE_ENTRY(glNewList)
  MIRAGE_ENTRY(glEndList)
  MIRAGE_ENTRY(glClear)
  MIRAGE_ENTRY(glClearBufferfv)
  MIRAGE_ENTRY(glClearBufferfi)
  MIRAGE_ENTRY(glBlitFramebuffer)
  MIRAGE_ENTRY(glBlitFramebufferEXT)
  MIRAGE_ENTRY(glLinkProgram)
  MIRAGE_ENTRY(glDeleteProgram)
#undef MIRAGE_ENTRY
  return nullptr;
}

}  // namespace mirage_hook
