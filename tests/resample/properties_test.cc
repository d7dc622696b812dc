// SPDX-License-Identifier: Apache-2.0

// What holds for any picture, without an oracle.

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "tests/pictures.h"
#include "tests/resample/resized.h"

namespace limen {
namespace {

using test::equal_pixels;
using test::resized;

constexpr Filter kFilters[] = {Filter::nearest,  Filter::box,      Filter::triangle,
                               Filter::hermite,  Filter::mitchell, Filter::catmull_rom,
                               Filter::lanczos2, Filter::lanczos3};
constexpr PixelFormat kFormats[] = {gray8,        gray_alpha8, rgb8,   rgba8,    cmyk8,   gray16,
                                    gray_alpha16, rgb16,       rgba16, gray_f32, rgb_f32, rgba_f32};
constexpr Size kTargets[] = {{1, 1}, {7, 5}, {31, 29}, {32, 12}, {33, 90}, {100, 10}, {250, 170}};

TEST(Properties, AConstantPictureStaysExactlyConstant) {
  for (const PixelFormat format : kFormats) {
    for (const double value : {0.0, 0.2, 0.5, 1.0}) {
      const auto color = [&](int, int, int c) {
        return format.has_alpha() && c == format.channels() - 1 ? 1.0 - value / 2 : value;
      };
      const Image source = test::make_picture({31, 29}, format, color);
      for (const Filter filter : kFilters) {
        for (const Size size : kTargets) {
          const Image expected = test::make_picture(size, format, color);
          const Image result = resized(source, size, {.filter = filter});
          if (format.sample == SampleType::f32 && format.has_alpha()) {
            // Multiplied by alpha and divided again, each rounded.
            EXPECT_NEAR(test::get_sample(result.view(), size.width / 2, size.height / 2, 0), value,
                        1e-7);
            continue;
          }
          EXPECT_TRUE(equal_pixels(result.const_view(), expected.const_view()))
              << name(filter) << " " << size.width << "x" << size.height << " " << value << " of "
              << static_cast<int>(format.layout) << static_cast<int>(format.sample);
        }
      }
    }
  }
}

TEST(Properties, AConstantPictureStaysConstantInLinearLight) {
  for (const PixelFormat format : {gray8, rgb8, gray16, rgb16}) {
    for (int code = 0; code < 256; code += 3) {
      const auto color = [&](int, int, int) { return code / 255.0; };
      const Image source = test::make_picture({31, 29}, format, color);
      for (const Size size : {Size{7, 5}, Size{60, 70}}) {
        EXPECT_TRUE(equal_pixels(resized(source, size, {.linear_light = true}).const_view(),
                                 test::make_picture(size, format, color).const_view()))
            << code;
      }
    }
  }
}

Image mirrored(const Image& source, bool across, bool down) {
  return test::make_picture(source.size(), source.format(), [&](int x, int y, int c) {
    return test::get_sample(source.view(), across ? source.size().width - 1 - x : x,
                            down ? source.size().height - 1 - y : y, c);
  });
}

TEST(Properties, AMirroredPictureGivesTheMirroredResult) {
  for (const PixelFormat format : {gray8, rgb8, rgba8, rgb16, rgba16}) {
    const Image source = test::noise({31, 29}, format);
    for (const Filter filter : kFilters) {
      for (const Size size : kTargets) {
        // A sample exactly between two has no middle to choose.
        if (filter == Filter::nearest) continue;
        const ResizeOptions options{.filter = filter};
        const Image straight = resized(source, size, options);
        for (const auto& [across, down] :
             {std::pair{true, false}, std::pair{false, true}, std::pair{true, true}}) {
          EXPECT_TRUE(equal_pixels(
              mirrored(resized(mirrored(source, across, down), size, options), across, down)
                  .const_view(),
              straight.const_view()))
              << name(filter) << " " << size.width << "x" << size.height;
        }
      }
    }
  }
}

TEST(Properties, FiltersWithoutNegativeLobesStayWithinTheRange) {
  Image source = test::noise({31, 29}, gray8);
  for (std::int32_t y = 0; y < 29; ++y) {
    for (std::int32_t x = 0; x < 31; ++x) {
      auto& value = source.view().row_as<std::uint8_t>(y)[x];
      value = static_cast<std::uint8_t>(100 + value % 50);
    }
  }
  for (const Filter filter : {Filter::nearest, Filter::box, Filter::triangle, Filter::hermite}) {
    for (const Size size : kTargets) {
      const Image result = resized(source, size, {.filter = filter});
      for (std::int32_t y = 0; y < size.height; ++y) {
        const auto* row = result.const_view().row_as<std::uint8_t>(y);
        EXPECT_GE(*std::min_element(row, row + size.width), 100) << name(filter);
        EXPECT_LE(*std::max_element(row, row + size.width), 149) << name(filter);
      }
    }
  }
}

TEST(Properties, TheBoxKeepsARampMonotone) {
  const Image source =
      test::make_picture({200, 3}, gray8, [](int x, int, int) { return x / 199.0; });
  for (const std::int32_t width : {1, 2, 7, 64, 100, 133, 199, 201, 333, 1000}) {
    const Image result = resized(source, {width, 3}, {.filter = Filter::box});
    const auto* row = result.const_view().row_as<std::uint8_t>(1);
    EXPECT_TRUE(std::is_sorted(row, row + width)) << width;
  }
}

TEST(Properties, TheBoxIsTheMeanOfWholePixels) {
  const Image source = test::noise({24, 18}, rgb16);
  const Image result = resized(source, {8, 6}, {.filter = Filter::box});
  for (std::int32_t y = 0; y < 6; ++y) {
    for (std::int32_t x = 0; x < 8; ++x) {
      for (int c = 0; c < 3; ++c) {
        unsigned sum = 0;
        for (int k = 0; k < 9; ++k) {
          sum += source.const_view().row_as<std::uint16_t>(3 * y + k / 3)[(3 * x + k % 3) * 3 + c];
        }
        EXPECT_EQ(result.const_view().row_as<std::uint16_t>(y)[x * 3 + c], (sum + 4) / 9);
      }
    }
  }
}

TEST(Properties, NearestTakesTheSampleUnderTheCentre) {
  for (const PixelFormat format : kFormats) {
    const Image source = test::noise({31, 29}, format);
    for (const Size size : kTargets) {
      const Image result = resized(source, size, {.filter = Filter::nearest});
      for (std::int32_t y = 0; y < size.height; ++y) {
        for (std::int32_t x = 0; x < size.width; ++x) {
          const auto from_x = (2 * x + 1) * 31 / (2 * size.width);
          const auto from_y = (2 * y + 1) * 29 / (2 * size.height);
          for (int c = 0; c < format.channels(); ++c) {
            ASSERT_EQ(test::get_sample(result.view(), x, y, c),
                      test::get_sample(source.view(), from_x, from_y, c));
          }
        }
      }
    }
    const ResizeOptions window{.filter = Filter::nearest, .source = RectF{10, 5, 4, 4}};
    const Image enlarged = resized(source, {8, 4}, window);
    EXPECT_EQ(test::get_sample(enlarged.view(), 7, 3, 0),
              test::get_sample(source.view(), 13, 8, 0));
  }
}

TEST(Properties, TheSameSizeIsACopy) {
  for (const PixelFormat format : kFormats) {
    const Image source = test::noise({31, 29}, format);
    for (const Filter filter : kFilters) {
      EXPECT_TRUE(equal_pixels(
          resized(source, {31, 29}, {.filter = filter, .linear_light = true}).const_view(),
          source.const_view()));
      const RectF all{0, 0, 31, 29};
      EXPECT_TRUE(
          equal_pixels(resized(source, {31, 29}, {.filter = filter, .source = all}).const_view(),
                       source.const_view()));
    }
  }
}

TEST(Properties, AWholeWindowIsNoWindow) {
  const Image source = test::noise({31, 29}, rgb8);
  EXPECT_TRUE(equal_pixels(resized(source, {12, 40}, {.source = RectF{0, 0, 31, 29}}).const_view(),
                           resized(source, {12, 40}).const_view()));
}

// White, half of it transparent with black behind: nothing but white may come out, whatever alpha.
TEST(Properties, HalfTransparentEdgesHaveNoFringe) {
  for (const PixelFormat format : {rgba8, gray_alpha8, rgba16, rgba_f32}) {
    for (const double hidden : {0.0, 1.0}) {
      const double shown = 1 - hidden;
      const int alpha = format.channels() - 1;
      const Image source = test::make_picture({64, 48}, format, [&](int x, int y, int c) {
        const bool inside = (x - 30) * (x - 30) + (y - 20) * (y - 20) < 225;
        const bool edge = !inside && (x - 30) * (x - 30) + (y - 20) * (y - 20) < 300;
        if (c == alpha) return inside ? 1.0 : edge ? 0.5 : 0.0;
        return inside || edge ? shown : hidden;
      });
      for (const Filter filter : kFilters) {
        for (const bool linear : {false, true}) {
          for (const Size size : {Size{17, 13}, Size{50, 50}, Size{150, 111}}) {
            const Image result = resized(source, size, {.filter = filter, .linear_light = linear});
            bool partial = false;
            for (std::int32_t y = 0; y < size.height; ++y) {
              for (std::int32_t x = 0; x < size.width; ++x) {
                const double opacity = test::get_sample(result.view(), x, y, alpha);
                if (opacity < 4.0 / 255) continue;
                partial |= opacity < 0.9;
                ASSERT_NEAR(test::get_sample(result.view(), x, y, 0), shown, 1.0 / 255)
                    << name(filter) << " at " << x << "," << y << " alpha " << opacity;
              }
            }
            EXPECT_TRUE(partial);
          }
        }
      }
    }
  }
}

TEST(Properties, CmykIsFourPlainChannels) {
  const Image source = test::noise({31, 29}, cmyk8);
  Image premultiplied = test::noise({31, 29}, rgba8);
  premultiplied.relabel({SampleType::u8, Layout::rgba, AlphaMode::premultiplied});
  Image a = resized(source, {12, 40}, {.linear_light = true});
  Image b = resized(premultiplied, {12, 40});
  a.relabel(b.format());
  EXPECT_TRUE(equal_pixels(a.const_view(), b.const_view()));
}

TEST(Properties, LinearLightAveragesLight) {
  // Black and white in equal parts are half the light: sRGB 188, not 128.
  const Image source =
      test::make_picture({16, 16}, rgb8, [](int x, int y, int) { return (x + y) % 2; });
  const ResizeOptions box{.filter = Filter::box, .linear_light = true};
  EXPECT_EQ(resized(source, {4, 4}, box).const_view().row_as<std::uint8_t>(1)[4], 188);
  EXPECT_EQ(
      resized(source, {4, 4}, {.filter = Filter::box}).const_view().row_as<std::uint8_t>(1)[4],
      128);
}

}  // namespace
}  // namespace limen
