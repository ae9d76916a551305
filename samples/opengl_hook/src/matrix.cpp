#include "matrix.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace mirage_hook {
namespace {

using Vector = std::array<double, 3>;

Vector row(const Matrix& m, int r) { return {m(r, 0), m(r, 1), m(r, 2)}; }
double dot(const Vector& a, const Vector& b) { return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]; }
double norm(const Vector& a) { return std::sqrt(dot(a, a)); }
Vector minus(const Vector& a, const Vector& b, double times) {
  return {a[0] - times * b[0], a[1] - times * b[1], a[2] - times * b[2]};
}
Vector cross(const Vector& a, const Vector& b) {
  return {a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]};
}
void set_row(Matrix* m, int r, const Vector& v, double scale) {
  for (int c = 0; c < 3; c++) (*m)(r, c) = v[static_cast<size_t>(c)] * scale;
}

}  // namespace

Matrix from_columns(const float* columns) {
  Matrix m;
  for (int r = 0; r < 4; r++)
    for (int c = 0; c < 4; c++) m(r, c) = columns[4 * c + r];
  return m;
}

Matrix operator*(const Matrix& a, const Matrix& b) {
  Matrix out;
  for (int r = 0; r < 4; r++)
    for (int c = 0; c < 4; c++)
      out(r, c) = a(r, 0) * b(0, c) + a(r, 1) * b(1, c) + a(r, 2) * b(2, c) + a(r, 3) * b(3, c);
  return out;
}

Matrix transposed(const Matrix& m) {
  Matrix out;
  for (int r = 0; r < 4; r++)
    for (int c = 0; c < 4; c++) out(r, c) = m(c, r);
  return out;
}

bool finite(const Matrix& m) {
  return std::all_of(m.at.begin(), m.at.end(), [](double v) { return std::isfinite(v) && std::abs(v) < 1e9; });
}

double scale_of(const Matrix& m) { return norm(row(m, 2)); }

bool is_similarity(const Matrix& m) {
  if (!finite(m) || m(3, 0) != 0 || m(3, 1) != 0 || m(3, 2) != 0 || std::abs(m(3, 3) - 1) > 1e-6) return false;
  const Vector x = row(m, 0), y = row(m, 1), z = row(m, 2);
  const double s = dot(z, z), close = 4e-3 * s;
  return s > 1e-12 && std::abs(dot(x, x) - s) < close && std::abs(dot(y, y) - s) < close &&
         std::abs(dot(x, y)) < close && std::abs(dot(x, z)) < close && std::abs(dot(y, z)) < close;
}

Matrix inverse_of_similarity(const Matrix& m) {
  const double s = scale_of(m), f = 1 / (s * s);
  Matrix out;
  for (int r = 0; r < 3; r++)
    for (int c = 0; c < 3; c++) out(r, c) = m(c, r) * f;
  for (int r = 0; r < 3; r++) out(r, 3) = -(out(r, 0) * m(0, 3) + out(r, 1) * m(1, 3) + out(r, 2) * m(2, 3));
  return out;
}

Matrix rigid(const Matrix& m, double scale) {
  Vector z = row(m, 2), y = row(m, 1);
  const double length = norm(z);
  for (double& v : z) v /= length;
  y = minus(y, z, dot(y, z));
  const double height = norm(y);
  for (double& v : y) v /= height;
  Vector x = cross(y, z);
  if (dot(x, row(m, 0)) < 0)  // a mirrored one stays mirrored
    for (double& v : x) v = -v;
  Matrix out;
  set_row(&out, 0, x, 1);
  set_row(&out, 1, y, 1);
  set_row(&out, 2, z, 1);
  for (int r = 0; r < 3; r++) out(r, 3) = m(r, 3) / scale;
  return out;
}

double mean_scale_of(const Matrix& m) { return std::cbrt(std::abs(dot(row(m, 0), cross(row(m, 1), row(m, 2))))); }

bool is_invertible_affine(const Matrix& m) {
  if (!finite(m) || m(3, 0) != 0 || m(3, 1) != 0 || m(3, 2) != 0 || std::abs(m(3, 3) - 1) > 1e-6) return false;
  const double volume = std::abs(dot(row(m, 0), cross(row(m, 1), row(m, 2))));
  const double edges = norm(row(m, 0)) * norm(row(m, 1)) * norm(row(m, 2));
  return edges > 1e-18 && volume > 1e-4 * edges;
}

Matrix nearest_rigid(const Matrix& m) {
  // Newton's iteration for the polar decomposition: the mean of the matrix and its inverse's transpose.
  constexpr int kMostSteps = 30;
  Matrix out = m;
  for (int step = 0; step < kMostSteps; step++) {
    const Vector x = row(out, 0), y = row(out, 1), z = row(out, 2);
    const Vector yz = cross(y, z), zx = cross(z, x), xy = cross(x, y);
    const double volume = dot(x, yz);
    double change = 0;
    const std::pair<Vector, Vector> rows[] = {{x, yz}, {y, zx}, {z, xy}};
    for (int r = 0; r < 3; r++)
      for (size_t c = 0; c < 3; c++) {
        const double next = 0.5 * (rows[r].first[c] + rows[r].second[c] / volume);
        change = std::max(change, std::abs(next - rows[r].first[c]));
        out(r, static_cast<int>(c)) = next;
      }
    if (change < 1e-12) break;
  }
  return out;
}

double rotation_angle(const Matrix& m) {
  return std::acos(std::clamp((m(0, 0) + m(1, 1) + m(2, 2) - 1) / 2, -1.0, 1.0));
}

bool is_perspective(const Matrix& p) {
  return finite(p) && std::abs(p(3, 0)) < 1e-6 && std::abs(p(3, 1)) < 1e-6 && std::abs(std::abs(p(3, 2)) - 1) < 1e-3 &&
         std::abs(p(3, 3)) < 1e-6 && p(0, 0) != 0 && p(1, 1) != 0 && std::abs(p(2, 0)) < 1e-6 &&
         std::abs(p(2, 1)) < 1e-6 && std::abs(p(2, 3)) > 1e-9 && std::abs(p(0, 1)) < 1e-6 && std::abs(p(1, 0)) < 1e-6;
}

bool is_affine(const Matrix& m) {
  return finite(m) && std::abs(m(3, 0)) < 1e-9 && std::abs(m(3, 1)) < 1e-9 && std::abs(m(3, 2)) < 1e-9 && m(3, 3) != 0;
}

Transform with_right_handed_eye(const Transform& t) {
  if (t.projection(3, 2) < 0) return t;
  Transform out = t;
  for (int r = 0; r < 4; r++) out.projection(r, 2) = -out.projection(r, 2);
  for (int c = 0; c < 4; c++) out.model_view(2, c) = -out.model_view(2, c);
  return out;
}

bool decompose(const Matrix& m, Transform* out) {
  // w = -(third row of model_view); z = a * (third row) + (0, 0, 0, b); x = fx * (first row) + cx * (third row).
  if (!finite(m)) return false;
  const Vector w = row(m, 3);
  const double s = norm(w);
  if (s < 1e-6) return false;
  Vector z = w;
  for (double& v : z) v = -v / s;
  const double a = dot(row(m, 2), z) / s, cx = dot(row(m, 0), z) / s, cy = dot(row(m, 1), z) / s;
  if (norm(minus(row(m, 2), z, a * s)) > 1e-3 * std::max(1.0, std::abs(a)) * s) return false;
  const Vector x = minus(row(m, 0), z, cx * s), y = minus(row(m, 1), z, cy * s);
  const double fx = norm(x) / s, fy = norm(y) / s;
  if (fx < 1e-3 || fy < 1e-3 || std::abs(dot(x, y)) > 4e-3 * norm(x) * norm(y)) return false;
  const double tz = -m(3, 3), b = m(2, 3) - a * tz;
  if (std::abs(b) < 1e-9) return false;
  Matrix view;
  set_row(&view, 0, x, 1 / fx);
  set_row(&view, 1, y, 1 / fy);
  set_row(&view, 2, z, s);
  view(0, 3) = (m(0, 3) - cx * tz) / fx;
  view(1, 3) = (m(1, 3) - cy * tz) / fy;
  view(2, 3) = tz;
  Matrix projection;
  projection.at = {fx, 0, cx, 0, 0, fy, cy, 0, 0, 0, a, b, 0, 0, -1, 0};
  *out = {projection, view};
  return true;
}

}  // namespace mirage_hook
