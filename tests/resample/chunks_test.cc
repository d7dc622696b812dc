// SPDX-License-Identifier: Apache-2.0

// resize() of four channels of u8, reduced a lot: pairs of rows that are filtered down some vectors
// at a time, as pairs of pixels, each instruction set in its own way.

#include <gtest/gtest.h>

#include <cstdint>

#include "limen/core/image.h"
#include "limen/resample/resize.h"
#include "tests/pictures.h"
#include "tests/reference/resize_reference.h"
#include "tests/resample/each_target.h"
#include "tests/resample/resized.h"

namespace limen {
namespace {

using test::with_each_target;

constexpr PixelFormat kPremultiplied8{SampleType::u8, Layout::rgba, AlphaMode::premultiplied};

void expect_exact(const Image& source, Size to, const ResizeOptions& options = {}) {
  const auto found = test::deviation(test::resized(source, to, options).const_view(),
                                     test::resize_reference(source.view(), to, options), 0.25);
  EXPECT_LE(found.largest, 0.6) << source.size().width << "x" << source.size().height << " to "
                                << to.width << "x" << to.height << " " << name(options.filter);
}

TEST(Chunks, AreAsExactInEachWidth) {
  // Less than a vector, some, and what is left over of each; filters with few and with many outputs
  // under way at a time.
  with_each_target([] {
    for (const PixelFormat format : {kPremultiplied8, cmyk8, rgba8}) {
      for (std::int32_t width = 2; width < 75; width += width < 40 ? 1 : 3) {
        const Image source = test::noise({width, 43}, format);
        expect_exact(source, {(width + 1) / 2, 9});
        expect_exact(source, {(width + 3) / 4, 7}, {.filter = Filter::box});
        expect_exact(source, {1, 17});
      }
    }
  });
}

TEST(Chunks, AreAsExactAtEachRatio) {
  const Size sizes[] = {{160, 75}, {100, 50}, {80, 30}, {53, 37}, {41, 25}, {29, 1}, {1, 40}};
  with_each_target([&] {
    for (const PixelFormat format : {kPremultiplied8, rgba8}) {
      for (const Image& source :
           {test::noise({320, 150}, format), test::hard_edges({320, 150}, format)}) {
        for (const Size to : sizes) {
          for (const Filter filter : {Filter::triangle, Filter::lanczos3}) {
            expect_exact(source, to, {.filter = filter});
          }
        }
      }
    }
  });
}

TEST(Chunks, AreOfEachColorWithEachAlpha) {
  const Image source = test::make_picture({1024, 1024}, rgba8, [](int x, int y, int c) {
    return (c == 3 ? y / 4 : c == 1 ? 255 - x / 4 : x / 4) / 255.0;
  });
  with_each_target([&] { expect_exact(source, {256, 256}, {.filter = Filter::box}); });
}

}  // namespace
}  // namespace limen
