// SPDX-License-Identifier: Apache-2.0

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "limen/resample/resize-job.h"

namespace limen::test {
namespace {

using resample::Band;
using resample::Bands;
using resample::Cut;

resample::Axis axis_of(std::int32_t outputs, double step) {
  return resample::make_axis(static_cast<std::int32_t>(outputs * step), outputs, Filter::lanczos3);
}

TEST(Bands, AreEveryRowOnceFromTheTop) {
  for (const Cut cut : {Cut::strips, Cut::equal_parts}) {
    for (const std::int32_t height : {1, 31, 32, 33, 64, 300, 567, 960, 1440, 4999}) {
      for (const std::size_t threads : {1u, 2u, 3u, 9u, 64u}) {
        Bands bands(cut, axis_of(height, cut == Cut::strips ? 4 : 0.5), threads);
        std::int32_t end = 0;
        for (Band band; bands.take(band); end = band.end) {
          ASSERT_EQ(band.begin, end);
          ASSERT_GT(band.end, band.begin);
        }
        EXPECT_EQ(end, height);
      }
    }
  }
}

// When each takes its next band as soon as it is done with its last one.
TEST(Bands, GiveThreadsOfEqualSpeedEqualWork) {
  for (const Cut cut : {Cut::strips, Cut::equal_parts}) {
    for (const std::int32_t height : {300, 301, 567, 960, 1440, 4999}) {
      for (const std::size_t threads : {2u, 3u, 4u}) {
        Bands bands(cut, axis_of(height, cut == Cut::strips ? 4 : 0.5), threads);
        std::vector<std::int32_t> rows(threads);
        for (Band band; bands.take(band);) {
          *std::min_element(rows.begin(), rows.end()) += band.end - band.begin;
        }
        const auto [least, most] = std::minmax_element(rows.begin(), rows.end());
        EXPECT_LE(*most - *least, resample::kStripRows / 2) << height << " by " << threads;
      }
    }
  }
}

}  // namespace
}  // namespace limen::test
