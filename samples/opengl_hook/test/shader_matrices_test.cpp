#include "shader_matrices.h"

#include <gtest/gtest.h>

#include "scenes.h"

namespace mirage_hook {
namespace {

const Matrix kLens = perspective(1.2, 1.7, 0.5, 300);
const Matrix kView = pose(0.4, 0.1, 3, -1, -8);

TEST(ShaderMatrices, AProductIsTakenApartEitherWayRound) {
  for (bool turned : {false, true}) {
    const Matrix product = turned ? transposed(kLens * kView) : kLens * kView;
    Transform found;
    ASSERT_EQ(transform_of({{"u_whatever", product}}, &found), TransformKind::kPerspective);
    EXPECT_LT(difference(found.model_view, kView), 1e-6);
  }
}

TEST(ShaderMatrices, AProjectionGoesWithTheViewNotWithTheModelsOwnMatrix) {
  Transform found;
  const Matrix model = pose(2, 0, 9, 9, 9);
  ASSERT_EQ(transform_of({{"model", model}, {"projection", kLens}, {"view", kView}}, &found),
            TransformKind::kPerspective);
  EXPECT_LT(difference(found.model_view, kView), 1e-12);
  ASSERT_EQ(transform_of({{"projection", kLens}, {"view", kView}, {"modelView", kView * model}}, &found),
            TransformKind::kPerspective);
  EXPECT_LT(difference(found.model_view, kView * model), 1e-12);
}

TEST(ShaderMatrices, LightsAndInversesAreNoCameras) {
  Transform found;
  EXPECT_EQ(transform_of({{"shadowMatrix", kLens * kView}, {"invProj", kLens}}, &found), TransformKind::kUnknown);
}

TEST(ShaderMatrices, AnInterfacesMatrixIsAffine) {
  Matrix flat;
  flat.at = {2.0 / 640, 0, 0, -1, 0, -2.0 / 360, 0, 1, 0, 0, -1, 0, 0, 0, 0, 1};
  Transform found;
  EXPECT_EQ(transform_of({{"u_ModelViewProjectionMatrix", flat}}, &found), TransformKind::kAffine);
  EXPECT_EQ(transform_of({{"u_ModelViewProjectionMatrix", Matrix()}}, &found), TransformKind::kAffine);
  EXPECT_EQ(transform_of({}, &found), TransformKind::kUnknown);
}

}  // namespace
}  // namespace mirage_hook
