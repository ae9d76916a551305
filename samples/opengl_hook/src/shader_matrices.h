// Finds projection and model-view among a program's matrix uniforms, by their values.
#pragma once

#include <string>
#include <unordered_map>
#include <vector>

#include "gl_api.h"
#include "matrix.h"

namespace mirage_hook {

enum class TransformKind { kPerspective, kAffine, kUnknown };

/** A matrix that a program uses, with its name. */
struct NamedMatrix {
  std::string name;
  Matrix value;
};

/** The transform that a set of uniforms amounts to: a product of projection and model-view if there is one, else a
 * projection beside a model-view. Matrices may be stored either way round.
 */
TransformKind transform_of(const std::vector<NamedMatrix>& matrices, Transform* out);

class ShaderMatrices {
 public:
  explicit ShaderMatrices(const GlApi& gl) : gl_(gl) {}

  /** Of the program in use (not 0). kUnknown where it has no matrix that tells. */
  TransformKind read(GLuint program, Transform* out);
  /** Whether the program writes elsewhere than to its framebuffer: what it draws must not be drawn twice. */
  bool writes_memory(GLuint program);
  /** The program was linked again, or is gone. */
  void forget(GLuint program) {
    programs_.erase(program);
    writers_.erase(program);
  }

 private:
  struct Uniform {
    std::string name;
    GLint location;
    GLint block;  /**< index of its uniform block, -1: none */
    GLint offset; /**< bytes, in its block */
    GLint stride; /**< bytes from column to column (or row to row) in its block */
  };
  const std::vector<Uniform>& uniforms(GLuint program);
  bool value(GLuint program, const Uniform& uniform, Matrix* out) const;

  const GlApi& gl_;
  std::unordered_map<GLuint, std::vector<Uniform>> programs_;
  std::unordered_map<GLuint, bool> writers_;
};

}  // namespace mirage_hook
