// The OpenGL functions that this library calls itself, past its own interposers.
#pragma once

#define GL_GLEXT_PROTOTYPES  // for their types; nothing is linked
#include <GL/gl.h>
#include <GL/glext.h>

namespace mirage_hook {

// clang-format off
// Names without `gl`. The first list must be there (OpenGL 3.0).
#define MIRAGE_GL_REQUIRED(X)                                                                                       \
  X(ActiveTexture)                                                                                                  \
  X(AttachShader)                                                                                                   \
  X(BindBuffer)                                                                                                     \
  X(BindFramebuffer) X(BindTexture) X(Clear) X(ClearStencil) X(BufferData) X(CheckFramebufferStatus) X(ColorMask) X(CompileShader)           \
      X(CopyTexSubImage2D) X(CreateProgram) X(CreateShader) X(DeleteBuffers) X(DeleteFramebuffers) X(DeleteProgram) \
          X(DeleteShader) X(DeleteTextures) X(DepthMask) X(Disable) X(DrawArrays) X(DrawBuffer) X(DrawBuffers)      \
              X(Enable) X(FramebufferTexture2D) X(GenBuffers) X(GenFramebuffers) X(GenTextures) X(GetActiveUniform) \
                  X(GetBooleanv) X(GetFloatv) X(GetFramebufferAttachmentParameteriv) X(GetIntegerv) X(GetProgramiv) \
                      X(GetShaderInfoLog) X(GetShaderiv) X(GetString) X(GetUniformLocation) X(GetUniformfv)         \
                          X(IsEnabled) X(LinkProgram) X(MapBuffer) X(PixelStorei) X(PolygonMode) X(ReadBuffer)      \
                              X(ReadPixels) X(ShaderSource) X(TexImage2D) X(TexParameteri) X(TexSubImage2D)         \
                                  X(Uniform1f) X(Uniform1i) X(Uniform2f) X(Uniform4f) X(Uniform4fv) X(UniformMatrix4fv)           \
                                      X(UnmapBuffer) X(UseProgram) X(Viewport) X(StencilFuncSeparate) X(StencilMaskSeparate) X(StencilOpSeparate) X(GetQueryiv)

// Null where the context is too old for them, or too new (Begin to Vertex2f).
#define MIRAGE_GL_OPTIONAL(X)                                                                                          \
  X(Begin)                                                                                                             \
  X(BindSampler)                                                                                                       \
  X(BindVertexArray)                                                                                                   \
  X(BlitFramebuffer) X(CallList) X(ClientWaitSync) X(DeleteSync) X(DeleteVertexArrays) X(End) X(EndList) X(FenceSync) X(GenLists) X(GenVertexArrays) X(NewList)      \
      X(GetActiveUniformBlockiv) X(GetActiveUniformsiv) X(GetBufferParameteriv) X(GetBufferSubData) X(GetInteger64i_v) \
          X(GetIntegeri_v) X(GetProgramInterfaceiv) X(GetStringi) X(Vertex2f)

// clang-format on

struct GlApi {
#define MIRAGE_FIELD(name) decltype(&::gl##name) name = nullptr;
  MIRAGE_GL_REQUIRED(MIRAGE_FIELD)
  MIRAGE_GL_OPTIONAL(MIRAGE_FIELD)
#undef MIRAGE_FIELD

  int version = 0;            /**< of the context: 10 * major + minor */
  bool compatibility = false; /**< it has the fixed functions */
};

/** Looks everything up for the context that is current. Null if the context is no desktop OpenGL of version 3.0 or
 * later;
 * `*why` then is a sentence. The pointer stays valid.
 */
const GlApi* load_gl(const char** why);

}  // namespace mirage_hook
