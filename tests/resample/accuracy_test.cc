// SPDX-License-Identifier: Apache-2.0

// resize() against the oracle.

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <iostream>
#include <string>
#include <vector>

#include "limen/core/image.h"
#include "limen/resample/resize.h"
#include "tests/pictures.h"
#include "tests/reference/resize_reference.h"
#include "tests/resample/resized.h"

namespace limen {
namespace {

using test::resized;

constexpr Filter kFilters[] = {Filter::box,      Filter::triangle,    Filter::hermite,
                               Filter::mitchell, Filter::catmull_rom, Filter::lanczos2,
                               Filter::lanczos3};
constexpr PixelFormat kPremultiplied8{SampleType::u8, Layout::rgba, AlphaMode::premultiplied};

std::string describe(Size from, Size to, Filter filter) {
  return std::to_string(from.width) + "x" + std::to_string(from.height) + " -> " +
         std::to_string(to.width) + "x" + std::to_string(to.height) + " " +
         std::string(name(filter));
}

// No sample off by more than 1 of 255, and on the average hardly more than what rounding costs,
// which is 0.25 unless a picture has few different values.
void expect_exact8(const Image& source, Size size, const ResizeOptions& options = {},
                   double opaque_enough = 16.0 / 255) {
  const Image result = resized(source, size, options);
  const auto found = test::deviation(
      result.const_view(), test::resize_reference(source.view(), size, options), opaque_enough);
  EXPECT_TRUE(found.largest <= 1.0 && found.mean < found.rounding + 0.01)
      << describe(source.size(), size, options.filter) << " channels " << source.format().channels()
      << ": largest " << found.largest << " mean " << found.mean << " rounding " << found.rounding;
}

// Black and white only, as hard as test::hard_edges, but no two crossings alike.
Image slanted_edges(Size size, PixelFormat format) {
  return test::make_picture(size, format, [](int x, int y, int c) {
    const double across = 0.0371 * x + 0.0817 * y + c;
    const double along = 0.0613 * x - 0.0253 * y;
    return (static_cast<int>(std::floor(across)) + static_cast<int>(std::floor(along))) % 2 == 0
               ? 1.0
               : 0.0;
  });
}

struct Case {
  Size from, to;
};

class Lanczos3 : public testing::TestWithParam<Case> {};

TEST_P(Lanczos3, IsExactOnNoiseZonePlateAndHardEdges) {
  const auto [from, to] = GetParam();
  for (const PixelFormat format : {rgb8, rgba8}) {
    // The oracle takes seconds on the largest.
    const bool large = area(from) > 4'000'000;
    if (large && format == rgba8) continue;
    for (const Image& source :
         {test::noise(from, format), test::zone_plate(from, format), slanted_edges(from, format)}) {
      const auto found = test::deviation(resized(source, to).const_view(),
                                         test::resize_reference(source.view(), to));
      EXPECT_LE(found.largest, 1.0);
      // Where a zone plate is reduced to an even gray, all samples are rounded alike.
      EXPECT_LT(found.mean, std::max(0.27, found.rounding + 0.01));
      EXPECT_GT(found.equal, 0.98);
      std::cout << describe(from, to, Filter::lanczos3) << " x" << format.channels() << ": largest "
                << found.largest << ", mean " << found.mean << ", equal " << found.equal << "\n";
    }
    expect_exact8(test::hard_edges(from, format), to);
  }
}

INSTANTIATE_TEST_SUITE_P(Sizes, Lanczos3,
                         testing::Values(Case{{4928, 3279}, {852, 567}},
                                         Case{{1600, 1200}, {400, 300}},
                                         Case{{1600, 1200}, {1280, 960}},
                                         Case{{640, 480}, {1920, 1440}}));

TEST(Accuracy, HoldsForOddSizesEachFilterAndLayout) {
  const Case cases[] = {
      {{1, 1}, {1, 1}},        {{1, 1}, {7, 5}},      {{1, 9}, {1, 4}},     {{1, 9}, {3, 20}},
      {{13, 1}, {5, 1}},       {{13, 1}, {40, 3}},    {{37, 41}, {1, 1}},   {{37, 41}, {1, 60}},
      {{37, 41}, {60, 1}},     {{37, 41}, {17, 19}},  {{37, 41}, {36, 42}}, {{37, 41}, {111, 7}},
      {{37, 41}, {38, 41}},    {{37, 41}, {37, 20}},  {{37, 41}, {37, 90}}, {{2, 3}, {50, 50}},
      {{900, 700}, {9, 7}},    {{333, 251}, {67, 3}}, {{33, 20}, {64, 64}}, {{301, 7}, {3, 70}},
      {{1111, 13}, {10, 130}}, {{70, 331}, {31, 57}}};
  const PixelFormat formats[] = {gray8, gray_alpha8, rgb8, rgba8, cmyk8, kPremultiplied8};
  for (const Case& one : cases) {
    for (const Filter filter : kFilters) {
      for (const PixelFormat format : formats) {
        expect_exact8(test::noise(one.from, format), one.to, {.filter = filter});
      }
      expect_exact8(test::hard_edges(one.from, rgb8), one.to, {.filter = filter});
    }
  }
}

TEST(Accuracy, HoldsForReductionsBeyondSixteenBitWeights) {
  expect_exact8(test::noise({60000, 3}, gray8), {20, 3});
  expect_exact8(test::noise({3, 60000}, rgb8), {3, 11});
  expect_exact8(test::hard_edges({20000, 2}, rgb8), {1, 1});
  expect_exact8(test::noise({2, 20000}, rgba8), {2, 9});
}

TEST(Accuracy, HoldsInWindowsThatOverhang) {
  const Image source = test::noise({97, 83}, gray8);
  // An output sample's half beyond an edge, as in a chroma plane of an odd side.
  for (const RectF& window :
       {RectF{0, 0, 97 * 24.0 / 23.5, 83}, RectF{0, 3, 97, 80 * 16.0 / 15.5},
        RectF{97 - 97 * 24.0 / 23.5, 0, 97 * 24.0 / 23.5, 83}, RectF{60.3, -1.5, 20, 60}}) {
    for (const Filter filter : kFilters) {
      expect_exact8(source, {24, 16}, {.filter = filter, .source = window, .may_overhang = true});
    }
  }
}

TEST(Accuracy, HoldsInFractionalWindows) {
  const Image source = test::noise({97, 83}, rgb8);
  const RectF windows[] = {{0.5, 0.25, 90.25, 80}, {10.3, 20.7, 3.3, 2.1},
                           {96.9, 82.9, 0.1, 0.1}, {40.3, 40.7, 1e-9, 1e-300},
                           {0, 0, 97, 41.5},       {1, 2, 64, 64},
                           {33.3, 0, 0.7, 83},     {0.001, 0.001, 96.9, 82}};
  for (const RectF& window : windows) {
    for (const Size size : {Size{31, 29}, Size{64, 64}, Size{200, 150}, Size{1, 1}}) {
      for (const Filter filter : kFilters) {
        expect_exact8(source, size, {.filter = filter, .source = window});
      }
    }
  }
}

// Whose weights repeat, but near the source's edges.
TEST(Accuracy, HoldsInWholeWindowsOfWholeRatios) {
  const Image source = test::noise({97, 83}, rgb8);
  for (const RectF& window :
       {RectF{17, 9, 64, 48}, RectF{1, 0, 64, 80}, RectF{33, 35, 64, 48}, RectF{0, 3, 96, 80}}) {
    for (const Size size : {Size{20, 15}, Size{32, 16}, Size{48, 20}, Size{96, 120}}) {
      for (const Filter filter : kFilters) {
        expect_exact8(source, size, {.filter = filter, .source = window});
      }
    }
  }
  expect_exact8(source, {32, 24}, {.source = RectF{-1, 3, 64, 48}, .may_overhang = true});
  expect_exact8(source, {32, 24}, {.source = RectF{34, 36, 64, 48}, .may_overhang = true});
}

TEST(Accuracy, HoldsInLinearLight) {
  for (const auto& [from, to] : {Case{{160, 120}, {40, 30}}, Case{{100, 90}, {130, 200}},
                                 Case{{160, 120}, {53, 200}}, Case{{99, 77}, {1, 1}}}) {
    for (const PixelFormat format : {gray8, rgb8, rgba8, cmyk8}) {
      // A step of light is several of dark codes, the more so divided by alpha.
      expect_exact8(test::noise(from, format), to, {.linear_light = true}, 0.25);
      expect_exact8(test::zone_plate(from, format), to, {.linear_light = true}, 0.25);
    }
  }
}

TEST(Accuracy, HoldsWherePixelsAreOpaqueOrTransparent) {
  // Wide enough for whole vectors of either, and for some of both.
  for (const PixelFormat format : {gray_alpha8, rgba8}) {
    const Image noise = test::noise({400, 40}, format);
    const Image source = test::make_picture({400, 40}, format, [&](int x, int y, int c) {
      const bool is_alpha = c == format.channels() - 1;
      const double own =
          static_cast<double>(noise.view().row_as<std::uint8_t>(y)[x * format.channels() + c]) /
          255;
      return !is_alpha || (x > 150 && x < 200) ? own : x < 175 ? 1.0 : 0.0;
    });
    for (const Size size : {Size{200, 20}, Size{320, 33}, Size{900, 100}, Size{400, 31}}) {
      expect_exact8(source, size);
      expect_exact8(source, size, {.linear_light = true}, 0.25);
    }
  }
}

TEST(Accuracy, SixteenBitIsRoundedOnly) {
  for (const auto& [from, to] :
       {Case{{160, 120}, {40, 30}}, Case{{100, 90}, {130, 200}}, Case{{160, 120}, {53, 200}},
        Case{{99, 77}, {1, 1}}, Case{{1, 5}, {9, 5}}}) {
    for (const Filter filter : kFilters) {
      for (const PixelFormat format : {gray16, gray_alpha16, rgb16, rgba16}) {
        for (const Image& source : {test::noise(from, format), test::hard_edges(from, format)}) {
          const ResizeOptions options{.filter = filter};
          const auto found = test::deviation(resized(source, to, options).const_view(),
                                             test::resize_reference(source.view(), to, options));
          SCOPED_TRACE(describe(from, to, filter));
          EXPECT_LE(found.largest, 0.75);
          EXPECT_LT(found.mean, found.rounding + 0.01);
        }
      }
    }
  }
}

TEST(Accuracy, SixteenBitLinearLightIsWithinOne) {
  for (const PixelFormat format : {rgb16, rgba16}) {
    const Image source = test::noise({160, 120}, format);
    const ResizeOptions options{.linear_light = true};
    const auto found = test::deviation(resized(source, {53, 200}, options).const_view(),
                                       test::resize_reference(source.view(), {53, 200}, options));
    EXPECT_LE(found.largest, 1.0);
    EXPECT_LT(found.mean, 0.27);
  }
}

TEST(Accuracy, FloatsKeepTheirPrecision) {
  for (const auto& [from, to] : {Case{{160, 120}, {40, 30}}, Case{{100, 90}, {130, 200}},
                                 Case{{160, 120}, {53, 200}}, Case{{99, 77}, {1, 1}}}) {
    for (const Filter filter : kFilters) {
      for (const PixelFormat format : {gray_f32, rgb_f32, rgba_f32}) {
        const Image source = test::noise(from, format);
        const ResizeOptions options{.filter = filter};
        const auto found = test::deviation(resized(source, to, options).const_view(),
                                           test::resize_reference(source.view(), to, options));
        SCOPED_TRACE(describe(from, to, filter));
        EXPECT_LE(found.largest * 0x1p-23, 2e-6);
      }
    }
  }
}

TEST(Accuracy, FloatsMayExceedTheRange) {
  const Image source =
      test::make_picture({40, 30}, rgb_f32, [](int x, int, int) { return x < 20 ? -3.0 : 100.0; });
  const auto found = test::deviation(resized(source, {17, 50}).const_view(),
                                     test::resize_reference(source.view(), {17, 50}));
  EXPECT_LE(found.largest * 0x1p-23, 1e-4);
}

}  // namespace
}  // namespace limen
