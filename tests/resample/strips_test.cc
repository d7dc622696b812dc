// SPDX-License-Identifier: Apache-2.0

// resize() of pictures of several strips of rows, which some instruction sets hand sums of outputs
// under way to each other, and others make each by itself.

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "limen/core/image.h"
#include "limen/resample/resize.h"
#include "tests/pictures.h"
#include "tests/reference/resize_reference.h"
#include "tests/resample/each_target.h"
#include "tests/resample/resized.h"

namespace limen {
namespace {

using test::with_each_target;

/// Results of the first instruction set, beside which those of the others are held.
class SameOnEachTarget {
 public:
  void begin_target() {
    is_first_ = results_.empty();
    next_ = 0;
  }
  void check(const Image& source, Size to, const ResizeOptions& options) {
    Image result = test::resized(source, to, options);
    if (is_first_) {
      results_.push_back(std::move(result));
      return;
    }
    EXPECT_TRUE(test::equal_pixels(result.const_view(), results_[next_++].const_view()))
        << source.size().width << "x" << source.size().height << " to " << to.width << "x"
        << to.height << ", " << source.format().channels() << " channels, " << name(options.filter)
        << (options.linear_light ? " in linear light" : "");
  }

 private:
  bool is_first_ = true;
  std::size_t next_ = 0;
  std::vector<Image> results_;
};

// Few and many outputs under way, that share a pair of rows or do not, two that end with the same
// one, none at all between strips, a last strip of one row.
constexpr std::int32_t kHeights[] = {250, 240, 200, 172, 97, 65, 64, 36, 33};
constexpr Filter kFilters[] = {Filter::box, Filter::triangle, Filter::mitchell, Filter::lanczos3};

TEST(Strips, AreTheSameOnEachInstructionSetAtEachRatio) {
  SameOnEachTarget results;
  with_each_target([&] {
    results.begin_target();
    for (const PixelFormat format : {gray8, rgb8, rgba8, cmyk8}) {
      const Image source = test::hard_edges({141, 430}, format);
      for (const std::int32_t height : kHeights) {
        for (const Filter filter : kFilters) {
          results.check(source, {141, height}, {.filter = filter});
          results.check(source, {47, height}, {.filter = filter});
        }
        results.check(source, {29, height}, {.linear_light = true});
      }
    }
  });
}

TEST(Strips, AreTheSameOnEachInstructionSetInEachWidth) {
  SameOnEachTarget results;
  with_each_target([&] {
    results.begin_target();
    for (const PixelFormat format : {gray8, gray_alpha8, rgb8, rgba8, cmyk8}) {
      for (std::int32_t width = 1; width < 140; width += width < 70 ? 1 : 7) {
        const Image source = test::noise({width, 300}, format);
        results.check(source, {(width + 3) / 4, 70}, {});
        results.check(source, {(width + 2) / 3, 52}, {.linear_light = true});
      }
    }
  });
}

// Where a strip's first outputs end with the pair that the strip before ended with, or begin with
// it.
TEST(Strips, AreTheSameOnEachInstructionSetInEachHeight) {
  SameOnEachTarget results;
  const Image sources[] = {test::noise({35, 430}, gray8), test::noise({35, 430}, rgba8)};
  with_each_target([&] {
    results.begin_target();
    for (const Image& source : sources) {
      for (std::int32_t height = 33; height < 260; ++height) {
        for (const Filter filter : {Filter::lanczos2, Filter::lanczos3}) {
          results.check(source, {35, height}, {.filter = filter});
        }
        results.check(source, {17, height}, {.linear_light = true});
      }
    }
  });
}

// More than a tile across.
TEST(Strips, AreTheSameOnEachInstructionSetTileByTile) {
  SameOnEachTarget results;
  with_each_target([&] {
    results.begin_target();
    for (const PixelFormat format : {gray8, rgb8, rgba8}) {
      const Image source = test::noise({1403, 280}, format);
      results.check(source, {351, 70}, {});
      results.check(source, {1403, 70}, {});
      results.check(source, {243, 49}, {.linear_light = true});
      results.check(source, {300, 66}, {.source = RectF{101.5, 3.25, 1200, 264}});
    }
  });
}

TEST(Strips, AreAsExactAsOne) {
  with_each_target([] {
    for (const PixelFormat format : {gray8, rgb8, rgba8}) {
      const Image source = test::hard_edges({90, 400}, format);
      for (const Size to : {Size{23, 100}, Size{90, 70}, Size{16, 69}, Size{31, 210}}) {
        const auto found = test::deviation(test::resized(source, to).const_view(),
                                           test::resize_reference(source.view(), to, {}), 0.25);
        EXPECT_LE(found.largest, 0.6) << to.width << "x" << to.height;
      }
    }
  });
}

// Each band begins anew, and its strips hand over their sums.
TEST(Strips, AreTheSameByAnyNumberOfThreads) {
  const Image source = test::noise({1024, 1030}, rgb8);
  const Size to{256, 257};
  const Image alone = test::resized(source, to);
  for (const unsigned threads : {2u, 3u, 5u}) {
    const Image together = test::resized(source, to, {}, {.threads = threads});
    EXPECT_TRUE(test::equal_pixels(together.const_view(), alone.const_view())) << threads;
  }
}

}  // namespace
}  // namespace limen
