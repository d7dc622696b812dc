// SPDX-License-Identifier: Apache-2.0

#include "limen/resample/weights.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numbers>
#include <vector>

#include <gtest/gtest.h>

#include "limen/core/workspace.h"
#include "limen/resample/fixed-axis.h"

namespace limen::test {
namespace {

double sinc(double x) {
  const double turn = std::numbers::pi * x;
  return std::fabs(x) < 1e-8 ? 1 : std::sin(turn) / turn;
}

TEST(LanczosWeights, AreTheWindowedSinc) {
  constexpr std::int32_t kCount = 2001;
  for (const int lobes : {2, 3}) {
    std::vector<double> weights(kCount);
    const double stride = 2.0 * lobes / (kCount - 1);
    resample::lanczos_weights(-lobes, stride, lobes, kCount, weights.data());
    for (std::int32_t k = 0; k < kCount; ++k) {
      const double x = -lobes + k * stride;
      EXPECT_NEAR(weights[k], sinc(x) * sinc(x / lobes), 1e-14) << lobes << " lobes at " << x;
    }
  }
}

/// Every output by itself, without a look at its neighbours.
resample::FixedAxis each_computed(const resample::Axis& axis, Workspace& workspace) {
  auto fixed = resample::make_fixed_axis(axis, 255, workspace);
  if (!fixed.has_value()) return {};
  fixed->gain = 1;
  std::fill_n(fixed->weights.data(),
              static_cast<std::int64_t>(axis.outputs) * fixed->pair_stride * 2, std::int16_t{0});
  std::vector<double> exact(static_cast<std::size_t>(resample::longest_reach(axis)));
  for (std::int32_t i = 0; i < axis.outputs; ++i) {
    resample::compute_output(axis, 255, i, exact.data(), *fixed);
  }
  return *std::move(fixed);
}

void expect_as_computed(const resample::Axis& axis) {
  SCOPED_TRACE(testing::Message() << axis.source << " to " << axis.outputs << " by "
                                  << name(axis.filter) << ", from " << axis.begin << " by "
                                  << axis.step);
  Workspace workspace;
  const auto fixed = resample::make_fixed_axis(axis, 255, workspace);
  ASSERT_TRUE(fixed.has_value());
  const auto wanted = each_computed(axis, workspace);
  ASSERT_EQ(wanted.outputs, axis.outputs);
  EXPECT_NEAR(fixed->gain, wanted.gain, 1e-9);
  for (std::int32_t i = 0; i < axis.outputs; ++i) {
    ASSERT_EQ(fixed->first[i], wanted.first[i]) << "output " << i;
    ASSERT_EQ(fixed->pairs[i], wanted.pairs[i]) << "output " << i;
    ASSERT_EQ(fixed->bits[i], wanted.bits[i]) << "output " << i;
    ASSERT_TRUE(std::equal(fixed->weights_of(i), fixed->weights_of(i) + 2 * fixed->pair_stride,
                           wanted.weights_of(i)))
        << "output " << i;
  }
}

// Whole ratios, odd and even periods, none at all, longer and shorter than the axis.
TEST(FixedAxis, RepeatsAndMirrorsWhatItWouldCompute) {
  constexpr std::int32_t kSides[][2] = {{4928, 852},  {3279, 567}, {1600, 400}, {1200, 300},
                                        {1600, 1280}, {640, 1920}, {1633, 397}, {397, 1633},
                                        {300, 100},   {100, 300},  {64, 63},    {63, 64},
                                        {7, 100},     {100, 7},    {12, 8},     {5, 5}};
  for (const auto& [source, outputs] : kSides) {
    for (int filter = 1; filter <= static_cast<int>(Filter::lanczos3); ++filter) {
      expect_as_computed(resample::make_axis(source, outputs, static_cast<Filter>(filter)));
    }
  }
}

TEST(FixedAxis, RepeatsAndMirrorsWithinAWindow) {
  for (const double begin : {0.0, 3.0, 40.0, 2.5, -1.0}) {
    for (const double length : {60.0, 63.0, 48.5}) {
      for (const std::int32_t outputs : {9, 20, 21, 45, 90}) {
        expect_as_computed({.begin = begin,
                            .step = length / outputs,
                            .source = 120,
                            .outputs = outputs,
                            .filter = Filter::lanczos3});
      }
    }
  }
}

}  // namespace
}  // namespace limen::test
