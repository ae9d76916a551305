#include "latency.h"

#include <gtest/gtest.h>

#include "clock.h"

namespace lsd {
namespace {

TEST(LatencyWindow, IsZeroWhenEmpty) {
  const Percentiles percentiles = LatencyWindow().percentiles();
  EXPECT_EQ(percentiles.p50, 0);
  EXPECT_EQ(percentiles.max, 0);
}

TEST(LatencyWindow, TakesTheNearestRank) {
  LatencyWindow window;
  for (int i = 100; i >= 1; --i) window.add(static_cast<float>(i));
  const Percentiles percentiles = window.percentiles();
  EXPECT_EQ(percentiles.p50, 50);
  EXPECT_EQ(percentiles.p95, 95);
  EXPECT_EQ(percentiles.max, 100);
}

TEST(LatencyWindow, ForgetsTheOldest) {
  LatencyWindow window;
  window.add(1000);
  for (size_t i = 0; i < LatencyWindow::kCapacity; ++i) window.add(1);
  EXPECT_EQ(window.percentiles().max, 1);
  EXPECT_EQ(window.count(), LatencyWindow::kCapacity);
}

TEST(RateCounter, CountsTheLastTwoSeconds) {
  RateCounter rate;
  int64_t now = kNanosecondsPerSecond;
  for (int i = 0; i < 600; ++i) rate.add(now += kNanosecondsPerSecond / 100);
  EXPECT_NEAR(rate.per_second(now), 100, 1);
  EXPECT_EQ(rate.per_second(now + 3 * kNanosecondsPerSecond), 0);
}

TEST(RateCounter, IsNotFooledByItsStart) {
  RateCounter rate;
  int64_t now = 0;
  for (int i = 0; i < 50; ++i) rate.add(now += kNanosecondsPerSecond / 50);
  EXPECT_NEAR(rate.per_second(now), 50, 2);
}

}  // namespace
}  // namespace lsd
