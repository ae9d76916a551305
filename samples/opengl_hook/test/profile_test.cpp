#include "profile.h"

#include <gtest/gtest.h>

namespace mirage_hook {
namespace {

TEST(Profile, ReadsItsKeysAndPassesOverTheLaunchers) {
  std::vector<std::string> problems;
  const Profile profile = parse_profile(
      "# a game\nname = OpenArena\r\ncommand = openarena\nmetres_per_unit = 0.03\nup = z  # Quake\nheld_depth=0.3\n"
      "sky_beyond = 900\nexposure = 0\nsize = 320x200\nshading = engine\n",
      &problems);
  EXPECT_TRUE(problems.empty());
  EXPECT_EQ(profile.name, "OpenArena");
  EXPECT_DOUBLE_EQ(profile.metres_per_unit, 0.03);
  EXPECT_EQ(profile.up, 'z');
  EXPECT_DOUBLE_EQ(profile.held_depth, 0.3);
  EXPECT_DOUBLE_EQ(profile.sky_beyond, 900);
  EXPECT_DOUBLE_EQ(profile.exposure, 0);
  EXPECT_EQ(profile.shading, Shading::kEngine);
  EXPECT_EQ(profile.width, 320);
  EXPECT_EQ(profile.height, 200);
  EXPECT_TRUE(profile.guessed().empty());
}

TEST(Profile, WrongLinesAreLeftOutEachWithASentence) {
  std::vector<std::string> problems;
  const Profile profile = parse_profile(
      "up = sideways\nmetres_per_unit = nan\nheld_depth = 7\nsize = 4x4\nshading = gpu\nnonsense\n", &problems);
  ASSERT_EQ(problems.size(), 6u);
  EXPECT_EQ(problems[0], "line 1: up takes y or z");
  EXPECT_EQ(problems[4], "line 5: shading takes auto, daemon or engine");
  EXPECT_EQ(profile.guessed().size(), 3u);
  EXPECT_EQ(profile.width, 640);
}

}  // namespace
}  // namespace mirage_hook
