// 4x4 matrices as this library uses them: row-major, column vectors (p' = M p), double precision.
#pragma once

#include <array>
#include <cstddef>

namespace mirage_hook {

struct Matrix {
  std::array<double, 16> at{1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1};

  double& operator()(int row, int column) { return at[static_cast<size_t>(4 * row + column)]; }
  double operator()(int row, int column) const { return at[static_cast<size_t>(4 * row + column)]; }
  bool operator==(const Matrix& other) const { return at == other.at; }
};

/** From OpenGL's column-major order. */
Matrix from_columns(const float* columns);
Matrix operator*(const Matrix& a, const Matrix& b);
Matrix transposed(const Matrix& m);
bool finite(const Matrix& m);
/** The inverse of a rotation with a uniform scale and a translation. */
Matrix inverse_of_similarity(const Matrix& m);
/** Whether the upper left 3x3 is a rotation (or a mirrored one) times one scale, and the last row 0 0 0 1. */
bool is_similarity(const Matrix& m);
/** The uniform scale of a similarity. */
double scale_of(const Matrix& m);
/** The side of the cube that has the volume which a unit cube is made to. */
double mean_scale_of(const Matrix& m);
/** The rotation part made orthonormal again (Gram-Schmidt, from the third row), without its scale; the translation is
 * divided by `scale`. */
Matrix rigid(const Matrix& m, double scale = 1);
/** The rotation nearest to the upper left 3x3 (mirrored where that is), with the translation: for a thing that moves
 * rigidly, however it was scaled or sheared before, all poses differ from its own by one and the same rotation. */
Matrix nearest_rigid(const Matrix& m);
/** Whether it moves points and can be undone: the last row is 0 0 0 1, the rest has an inverse. */
bool is_invertible_affine(const Matrix& m);
/** The angle of the rotation part, radians. */
double rotation_angle(const Matrix& m);

/** A perspective projection and what it is applied to. */
struct Transform {
  Matrix projection; /**< clip_from_eye; the eye looks along -z */
  Matrix model_view; /**< eye_from_object */
};

/** Whether clip w is the distance along one axis of the eye, as `glFrustum` makes it. Either handedness. */
bool is_perspective(const Matrix& projection);
/** Whether clip w is 1 for every point: what interfaces are drawn with. */
bool is_affine(const Matrix& clip_from_object);
/** The same picture with an eye that looks along -z, for projections whose eye looks along +z. */
Transform with_right_handed_eye(const Transform& transform);
/** Takes projection * model_view apart, where model_view is a similarity. Returns whether it is such a product. */
bool decompose(const Matrix& clip_from_object, Transform* out);

}  // namespace mirage_hook
