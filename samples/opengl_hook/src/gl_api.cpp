#include "gl_api.h"

#include <cstring>

#include "real.h"

namespace mirage_hook {
namespace {

template <typename Function>
void look_up(Function* out, const char* name) {
  *out = reinterpret_cast<Function>(real_function(name));
}

}  // namespace

const GlApi* load_gl(const char** why) {
  static GlApi api;
#define MIRAGE_LOOK_UP(name) look_up(&api.name, "gl" #name);
  MIRAGE_GL_REQUIRED(MIRAGE_LOOK_UP)
  MIRAGE_GL_OPTIONAL(MIRAGE_LOOK_UP)
#undef MIRAGE_LOOK_UP
#define MIRAGE_CHECK(name)                                                                \
  if (api.name == nullptr) {                                                              \
    *why = "this OpenGL has no gl" #name ": it is older than what the hook needs (3.0)."; \
    return nullptr;                                                                       \
  }
  MIRAGE_GL_REQUIRED(MIRAGE_CHECK)
#undef MIRAGE_CHECK
  const char* version = reinterpret_cast<const char*>(api.GetString(GL_VERSION));
  if (version == nullptr || std::strncmp(version, "OpenGL ES", 9) == 0) {
    *why = "this game draws with OpenGL ES, which the hook does not take: choose desktop OpenGL in its settings.";
    return nullptr;
  }
  api.version = 10 * (version[0] - '0') + (version[2] - '0');
  if (api.version < 30) {
    *why = "this game's OpenGL is older than 3.0: update the graphics driver.";
    return nullptr;
  }
  api.compatibility = true;
  if (api.version >= 32) {
    GLint profile = 0;
    api.GetIntegerv(GL_CONTEXT_PROFILE_MASK, &profile);
    api.compatibility = (profile & GL_CONTEXT_CORE_PROFILE_BIT) == 0;
  } else if (api.version == 31) {
    GLint count = 0;  // 3.1 has the fixed functions only as an extension
    api.GetIntegerv(GL_NUM_EXTENSIONS, &count);
    api.compatibility = false;
    for (GLint i = 0; i < count && api.GetStringi != nullptr; i++)
      if (std::strcmp(reinterpret_cast<const char*>(api.GetStringi(GL_EXTENSIONS, static_cast<GLuint>(i))),
                      "GL_ARB_compatibility") == 0)
        api.compatibility = true;
  }
  // A dispatcher has stubs for what the context lacks.
  if (api.version < 33) api.BindSampler = nullptr;
  if (api.version < 32) api.FenceSync = nullptr;
  if (api.version < 31) api.GetActiveUniformBlockiv = nullptr;
  if (api.version < 43) api.GetProgramInterfaceiv = nullptr;
  return &api;
}

}  // namespace mirage_hook
