#include "matrix.h"

#include <gtest/gtest.h>

#include "scenes.h"

namespace mirage_hook {
namespace {

TEST(Matrix, DecomposesAProduct) {
  Matrix lens = perspective(1.4, 16.0 / 9, 0.3, 500);
  lens(0, 2) = 0.1;  // off the middle
  for (double scale : {1.0, 0.05, 7.0}) {
    Matrix view = pose(0.7, -0.3, 4, -2, -30);
    for (int r = 0; r < 3; r++)
      for (int c = 0; c < 3; c++) view(r, c) *= scale;
    Transform found;
    ASSERT_TRUE(decompose(lens * view, &found));
    EXPECT_LT(difference(found.projection, lens), 1e-6);
    EXPECT_LT(difference(found.model_view, view), 1e-6);
  }
}

TEST(Matrix, RefusesWhatIsNoPerspectiveOfASimilarity) {
  Transform found;
  EXPECT_FALSE(decompose(pose(0.3, 0.1, 1, 2, 3), &found));
  Matrix sheared = pose(0.3, 0.1, 1, 2, 3);
  sheared(0, 1) += 0.5;
  EXPECT_FALSE(decompose(perspective(1, 1, 0.1, 10) * sheared, &found));
  Matrix broken = perspective(1, 1, 0.1, 10);
  broken(2, 2) = NAN;
  EXPECT_FALSE(decompose(broken, &found));
  EXPECT_FALSE(is_perspective(broken));
}

TEST(Matrix, InverseOfASimilarity) {
  Matrix m = pose(1.1, 0.4, 3, 4, 5);
  for (int r = 0; r < 3; r++)
    for (int c = 0; c < 3; c++) m(r, c) *= 2.5;
  EXPECT_LT(difference(m * inverse_of_similarity(m), Matrix()), 1e-12);
  EXPECT_NEAR(scale_of(rigid(m)), 1, 1e-12);
}

TEST(Matrix, LeftHandedEyesBecomeRightHanded) {
  Transform left;
  left.projection.at = {1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1.002, -0.2002, 0, 0, 1, 0};
  left.model_view = pose(0.2, 0, 1, 2, 30);
  const Transform right = with_right_handed_eye(left);
  EXPECT_LT(right.projection(3, 2), 0);
  EXPECT_LT(difference(left.projection * left.model_view, right.projection * right.model_view), 1e-12);
}

TEST(Matrix, AStretchedThingThatMovesRigidlyHasAPoseThatDoes) {
  Matrix stretch;
  stretch.at = {2, 0.3, 0, 0, 0, 0.5, 0.1, 0, 0, 0, 0.8, 0, 0, 0, 0, 1};  // and sheared
  const Matrix before = pose(0.7, -0.3, 4, -2, -30), after = pose(-0.4, 0.2, 5, -2, -28);
  ASSERT_FALSE(is_similarity(before * stretch));
  ASSERT_TRUE(is_invertible_affine(before * stretch));
  const Matrix moved = nearest_rigid(after * stretch) * inverse_of_similarity(nearest_rigid(before * stretch));
  EXPECT_LT(difference(moved, after * inverse_of_similarity(before)), 1e-9);
  Matrix flat;
  flat(1, 1) = 0;
  EXPECT_FALSE(is_invertible_affine(flat));
}

}  // namespace
}  // namespace mirage_hook
