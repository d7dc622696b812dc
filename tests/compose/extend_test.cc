// SPDX-License-Identifier: Apache-2.0
#include "limen/compose/extend.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "tests/compose/printers.h"
#include "tests/pictures.h"
#include "tests/reference/over.h"

namespace limen {
namespace {

constexpr auto kMax = std::numeric_limits<std::int32_t>::max();
constexpr auto kMin = std::numeric_limits<std::int32_t>::min();
constexpr Layout kLayouts[] = {Layout::gray, Layout::gray_alpha, Layout::rgb, Layout::rgba};

reference::Pixel pixel_of(Color color) {
  return {color.red / 255., color.green / 255., color.blue / 255., color.alpha / 255.};
}

void expect_pixel(const ConstImageView& view, std::int32_t x, std::int32_t y,
                  const reference::Pixel& pixel, double tolerance = 1e-9) {
  const auto expected = reference::channels_of(pixel, view.format.layout);
  for (int c = 0; c < view.format.channels(); ++c) {
    ASSERT_NEAR(test::get_sample(view, x, y, c), expected[c], tolerance) << x << "," << y;
  }
}

TEST(Extend, PutsThePictureOnTheColour) {
  const Color backgrounds[] = {{9, 9, 9, 255}, {200, 30, 90, 255}, {9, 9, 9, 0}, {1, 2, 3, 77}};
  const Point positions[] = {{0, 0},  {3, 2}, {-3, -2},     {5, -1},      {11, 0},
                             {-7, 0}, {0, 9}, {kMin, kMin}, {kMax, kMax}, {kMin, 1}};
  for (const SampleType sample : {SampleType::u8, SampleType::u16}) {
    for (const Layout layout : kLayouts) {
      const Image source = test::noise({7, 5}, {sample, layout});
      for (const Color background : backgrounds) {
        for (const Point position : positions) {
          const auto result = extend(source.view(), {11, 9}, position, background);
          ASSERT_TRUE(result.has_value());
          EXPECT_EQ(result->size(), (Size{11, 9}));
          const bool gray = channel_count(layout) <= 2 && background.red == background.blue;
          EXPECT_EQ(result->format().channels() >= 3, !gray);
          EXPECT_EQ(result->format().has_alpha(), has_alpha(layout) || background.alpha < 255);
          for (std::int32_t y = 0; y < 9; ++y) {
            for (std::int32_t x = 0; x < 11; ++x) {
              const std::int64_t sx = std::int64_t{x} - position.x;
              const std::int64_t sy = std::int64_t{y} - position.y;
              const bool covered = sx >= 0 && sy >= 0 && sx < 7 && sy < 5;
              expect_pixel(result->view(), x, y,
                           covered
                               ? reference::read_pixel(source.view(), static_cast<std::int32_t>(sx),
                                                       static_cast<std::int32_t>(sy))
                               : pixel_of(background));
            }
          }
        }
      }
    }
  }
}

TEST(Extend, MultipliesTheColourForAPremultipliedPicture) {
  Image source = test::noise({2, 2}, rgba8);
  const PixelFormat format{SampleType::u8, Layout::rgba, AlphaMode::premultiplied};
  source.relabel(format);
  const auto result = extend(source.view(), {4, 4}, {}, {255, 100, 0, 51});
  ASSERT_TRUE(result.has_value());
  EXPECT_EQ(result->format(), format);
  const auto* pixel = result->view().row_as<std::uint8_t>(3);
  EXPECT_EQ(pixel[0], 51);
  EXPECT_EQ(pixel[1], 20);
  EXPECT_EQ(pixel[2], 0);
  EXPECT_EQ(pixel[3], 51);
}

TEST(Extend, RefusesAndStops) {
  const Image source = test::noise({4, 4}, rgb8);
  EXPECT_EQ(extend(source.view(), {0, 4}, {}, {}).error().code, ErrorCode::invalid_argument);
  EXPECT_EQ(extend(source.view(), {4, -4}, {}, {}).error().code, ErrorCode::invalid_argument);
  EXPECT_EQ(extend({}, {4, 4}, {}, {}).error().code, ErrorCode::invalid_argument);
  EXPECT_EQ(extend(test::noise({4, 4}, cmyk8).view(), {4, 4}, {}, {}).error().code,
            ErrorCode::invalid_argument);
  // Without a Workspace the default limits hold.
  EXPECT_EQ(extend(source.view(), {kMax, kMax}, {}, {}).error().limit, Limit::working_memory);
  Workspace small(4096);
  const auto refused = extend(source.view(), {100, 100}, {}, {}, {.workspace = &small});
  EXPECT_EQ(refused.error().code, ErrorCode::limit_exceeded);
  CancelToken token;
  token.cancel();
  EXPECT_EQ(extend(source.view(), {4, 4}, {}, {}, {.cancel = &token}).error().code,
            ErrorCode::cancelled);
  EXPECT_EQ(flatten(source.view(), {}, {.cancel = &token}).error().code, ErrorCode::cancelled);
}

TEST(Flatten, BlendsToTheNearestSample) {
  for (const SampleType sample : {SampleType::u8, SampleType::u16}) {
    const double most = sample == SampleType::u8 ? 255 : 65535;
    for (const Layout layout : kLayouts) {
      for (const Color matte : {Color{255, 255, 255}, Color{10, 200, 30}}) {
        const Image source = test::noise({37, 9}, {sample, layout});
        const auto result = flatten(source.view(), matte);
        ASSERT_TRUE(result.has_value());
        EXPECT_FALSE(result->format().has_alpha());
        EXPECT_EQ(
            result->format().channels(),
            layout == Layout::gray || (layout == Layout::gray_alpha && matte.red == matte.blue)
                ? 1
                : 3);
        for (std::int32_t y = 0; y < 9; ++y) {
          for (std::int32_t x = 0; x < 37; ++x) {
            expect_pixel(
                result->view(), x, y,
                reference::over(reference::read_pixel(source.view(), x, y), 1, pixel_of(matte)),
                0.5 / most + 1e-9);
          }
        }
      }
    }
  }
}

TEST(Flatten, CopiesCmykAndRefusesPremultiplied) {
  const Image cmyk = test::noise({3, 3}, cmyk8);
  const auto copy = flatten(cmyk.view(), {1, 2, 3});
  ASSERT_TRUE(copy.has_value());
  EXPECT_EQ(copy->format(), cmyk8);
  EXPECT_EQ(copy->view().row_as<std::uint8_t>(2)[11], cmyk.view().row_as<std::uint8_t>(2)[11]);
  Image premultiplied = test::noise({2, 2}, rgba8);
  premultiplied.relabel({SampleType::u8, Layout::rgba, AlphaMode::premultiplied});
  EXPECT_EQ(flatten(premultiplied.view(), {}).error().code, ErrorCode::invalid_argument);
}

}  // namespace
}  // namespace limen
