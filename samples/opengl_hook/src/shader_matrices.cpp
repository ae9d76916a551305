#include "shader_matrices.h"

#include <algorithm>
#include <cctype>

namespace mirage_hook {
namespace {

constexpr GLint kMostMatrices = 16;

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return std::tolower(c); });
  return text;
}

bool contains(const std::string& text, const char* part) { return text.find(part) != std::string::npos; }

/** Matrices of lights, textures and bones, inverses, and those of the frame before, look like a camera's too. */
bool misleading(const std::string& name) {
  for (const char* word : {"inv", "prev", "last", "shadow", "light", "tex", "bone", "joint", "normal", "old"})
    if (contains(name, word)) return true;
  return false;
}

}  // namespace

TransformKind transform_of(const std::vector<NamedMatrix>& matrices, Transform* out) {
  const Matrix* projection = nullptr;
  const Matrix* view = nullptr;
  bool projection_transposed = false, affine = false;
  std::vector<NamedMatrix> views;
  for (const NamedMatrix& candidate : matrices) {
    const std::string name = lower(candidate.name);
    if (misleading(name)) continue;
    const Matrix turned = transposed(candidate.value);
    if (is_perspective(candidate.value) || is_perspective(turned)) {
      projection = &candidate.value;
      projection_transposed = !is_perspective(candidate.value);
    } else if (is_similarity(candidate.value)) {
      views.push_back({name, candidate.value});
    } else if (is_similarity(turned)) {
      views.push_back({name, turned});
    } else if (decompose(candidate.value, out) || decompose(turned, out)) {
      return TransformKind::kPerspective;
    }
    affine = affine || ((contains(name, "proj") || contains(name, "mvp")) && is_affine(candidate.value));
  }
  if (projection == nullptr) {
    // An interface's product of matrices is affine; if it happens to scale evenly it was taken for a view above.
    affine = affine || std::any_of(views.begin(), views.end(), [](const NamedMatrix& v) {
               return contains(v.name, "proj") || contains(v.name, "mvp");
             });
    return affine ? TransformKind::kAffine : TransformKind::kUnknown;
  }
  // model-view before view: the view alone is what every object has in common; a model's own matrix says nothing of the
  // camera.
  for (const char* word : {"modelview", "model_view", "worldview", "mv", "view", "camera"}) {
    for (const NamedMatrix& candidate : views)
      if (view == nullptr && contains(candidate.name, word)) view = &candidate.value;
    if (view != nullptr) break;
  }
  if (view == nullptr && views.size() == 1) view = &views[0].value;
  if (view == nullptr) return TransformKind::kUnknown;
  *out = {projection_transposed ? transposed(*projection) : *projection, *view};
  return TransformKind::kPerspective;
}

const std::vector<ShaderMatrices::Uniform>& ShaderMatrices::uniforms(GLuint program) {
  const auto known = programs_.find(program);
  if (known != programs_.end()) return known->second;
  std::vector<Uniform> found;
  GLint count = 0;
  gl_.GetProgramiv(program, GL_ACTIVE_UNIFORMS, &count);
  for (GLint i = 0; i < count && found.size() < static_cast<size_t>(kMostMatrices); i++) {
    char name[128] = {};
    GLint size = 0;
    GLenum type = 0;
    gl_.GetActiveUniform(program, static_cast<GLuint>(i), sizeof name, nullptr, &size, &type, name);
    if (type != GL_FLOAT_MAT4 || size != 1) continue;  // an array of them is bones or cascades
    Uniform uniform{name, gl_.GetUniformLocation(program, name), -1, 0, 16};
    if (uniform.location < 0 && gl_.GetActiveUniformBlockiv != nullptr) {
      const GLuint index = static_cast<GLuint>(i);
      gl_.GetActiveUniformsiv(program, 1, &index, GL_UNIFORM_BLOCK_INDEX, &uniform.block);
      gl_.GetActiveUniformsiv(program, 1, &index, GL_UNIFORM_OFFSET, &uniform.offset);
      gl_.GetActiveUniformsiv(program, 1, &index, GL_UNIFORM_MATRIX_STRIDE, &uniform.stride);
    }
    if (uniform.location >= 0 || uniform.block >= 0) found.push_back(uniform);
  }
  return programs_[program] = std::move(found);
}

bool ShaderMatrices::writes_memory(GLuint program) {
  const auto known = writers_.find(program);
  if (known != writers_.end()) return known->second;
  bool writes = false;
  GLint count = 0;
  for (GLenum kind : {GL_SHADER_STORAGE_BLOCK, GL_ATOMIC_COUNTER_BUFFER}) {
    count = 0;
    if (gl_.GetProgramInterfaceiv != nullptr) gl_.GetProgramInterfaceiv(program, kind, GL_ACTIVE_RESOURCES, &count);
    writes = writes || count > 0;
  }
  gl_.GetProgramiv(program, GL_ACTIVE_UNIFORMS, &count);
  for (GLint i = 0; i < count && !writes; i++) {
    char name[4] = {};
    GLint size = 0;
    GLenum type = 0;
    gl_.GetActiveUniform(program, static_cast<GLuint>(i), sizeof name, nullptr, &size, &type, name);
    writes = type >= GL_IMAGE_1D && type <= GL_UNSIGNED_INT_IMAGE_2D_MULTISAMPLE_ARRAY;
  }
  return writers_[program] = writes;
}

bool ShaderMatrices::value(GLuint program, const Uniform& uniform, Matrix* out) const {
  float columns[16] = {};
  if (uniform.location >= 0) {
    gl_.GetUniformfv(program, uniform.location, columns);
  } else {
    GLint binding = 0, buffer = 0, before = 0, size = 0;
    GLint64 start = 0;
    gl_.GetActiveUniformBlockiv(program, static_cast<GLuint>(uniform.block), GL_UNIFORM_BLOCK_BINDING, &binding);
    gl_.GetIntegeri_v(GL_UNIFORM_BUFFER_BINDING, static_cast<GLuint>(binding), &buffer);
    if (buffer == 0 || uniform.stride < 16) return false;
    gl_.GetInteger64i_v(GL_UNIFORM_BUFFER_START, static_cast<GLuint>(binding), &start);
    // Any target will do; this one is no part of a vertex array.
    gl_.GetIntegerv(GL_COPY_READ_BUFFER, &before);
    gl_.BindBuffer(GL_COPY_READ_BUFFER, static_cast<GLuint>(buffer));
    gl_.GetBufferParameteriv(GL_COPY_READ_BUFFER, GL_BUFFER_SIZE, &size);
    GLint mapped = GL_TRUE;
    gl_.GetBufferParameteriv(GL_COPY_READ_BUFFER, GL_BUFFER_MAPPED, &mapped);
    const GLint64 first = start + uniform.offset;
    const bool readable = mapped == GL_FALSE && first + 3 * uniform.stride + 16 <= size;
    for (int column = 0; readable && column < 4; column++)
      gl_.GetBufferSubData(GL_COPY_READ_BUFFER, first + column * uniform.stride, 16, columns + 4 * column);
    gl_.BindBuffer(GL_COPY_READ_BUFFER, static_cast<GLuint>(before));
    if (!readable) return false;
  }
  *out = from_columns(columns);
  return true;
}

TransformKind ShaderMatrices::read(GLuint program, Transform* out) {
  std::vector<NamedMatrix> matrices;
  for (const Uniform& uniform : uniforms(program)) {
    Matrix matrix;
    if (value(program, uniform, &matrix)) matrices.push_back({uniform.name, matrix});
  }
  return transform_of(matrices, out);
}

}  // namespace mirage_hook
