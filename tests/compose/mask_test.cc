// SPDX-License-Identifier: Apache-2.0
#include "limen/compose/mask.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "tests/compose/printers.h"
#include "tests/compose/targets.h"
#include "tests/pictures.h"
#include "tests/reference/over.h"

namespace limen {
namespace {

using test::same_pixels;

// How much of pixel (x, y) lies inside, from a grid of points.
double coverage(Size size, double radius, std::int32_t x, std::int32_t y) {
  constexpr int kPoints = 64;
  radius = std::min(radius, std::min(size.width, size.height) / 2.0);
  int inside = 0;
  for (int j = 0; j < kPoints; ++j) {
    for (int i = 0; i < kPoints; ++i) {
      const double u = x + (i + 0.5) / kPoints;
      const double v = y + (j + 0.5) / kPoints;
      const double dx = std::max({radius - u, u - (size.width - radius), 0.0});
      const double dy = std::max({radius - v, v - (size.height - radius), 0.0});
      inside += dx * dx + dy * dy <= radius * radius;
    }
  }
  return inside / static_cast<double>(kPoints * kPoints);
}

TEST(RoundCorners, CoverageIsTheAreaInside) {
  for (const Size size :
       {Size{40, 30}, Size{31, 31}, Size{7, 7}, Size{8, 5}, Size{1, 1}, Size{1, 9}, Size{2, 2}}) {
    for (const double radius : {0.0, 0.3, 0.5, 1.0, 2.5, 7.25, 15.5, 1e9, HUGE_VAL}) {
      const Image source =
          test::make_picture(size, rgb16, [](auto, auto, int c) { return 0.25 + 0.25 * c; });
      const auto result = round_corners(source.view(), radius);
      ASSERT_TRUE(result.has_value());
      ASSERT_EQ(result->format(), rgba16);
      double worst = 0;
      for (std::int32_t y = 0; y < size.height; ++y) {
        for (std::int32_t x = 0; x < size.width; ++x) {
          const double alpha = test::get_sample(result->view(), x, y, 3);
          worst = std::max(worst, std::abs(alpha - coverage(size, radius, x, y)));
          EXPECT_TRUE(alpha == 0 || test::get_sample(result->view(), x, y, 1) ==
                                        test::get_sample(source.view(), x, y, 1));
        }
      }
      // 64 points a side know an edge to within half a point.
      EXPECT_LE(worst, 0.5 / 64) << size.width << "x" << size.height << " radius " << radius;
    }
  }
}

TEST(RoundCorners, IsSymmetricAndAddsUpToTheCirclesArea) {
  const std::int32_t side = 101;
  const Image source = test::make_picture({side, side}, gray16, [](auto, auto, auto) { return 1; });
  const auto result = round_corners(source.view(), 1000);
  ASSERT_TRUE(result.has_value());
  double sum = 0;
  for (std::int32_t y = 0; y < side; ++y) {
    for (std::int32_t x = 0; x < side; ++x) {
      const double alpha = test::get_sample(result->view(), x, y, 1);
      sum += alpha;
      EXPECT_EQ(alpha, test::get_sample(result->view(), side - 1 - x, y, 1));
      EXPECT_EQ(alpha, test::get_sample(result->view(), x, side - 1 - y, 1));
      EXPECT_NEAR(alpha, test::get_sample(result->view(), y, x, 1), 1.0 / 65535);
    }
  }
  EXPECT_NEAR(sum, std::acos(-1.0) * side * side / 4, 0.01);
}

TEST(RoundCorners, MultipliesTheAlphaThatThereIs) {
  for (const Layout layout : {Layout::gray, Layout::gray_alpha, Layout::rgb, Layout::rgba}) {
    const Image source = test::noise({20, 16}, {SampleType::u8, layout}, 4);
    const auto result = round_corners(source.view(), 6);
    ASSERT_TRUE(result.has_value());
    EXPECT_EQ(result->format().layout,
              channel_count(layout) >= 3 ? Layout::rgba : Layout::gray_alpha);
    for (std::int32_t y = 0; y < 16; ++y) {
      for (std::int32_t x = 0; x < 20; ++x) {
        const auto was = reference::read_pixel(source.view(), x, y);
        const auto is = reference::read_pixel(result->view(), x, y);
        EXPECT_NEAR(is.alpha, was.alpha * coverage({20, 16}, 6, x, y), 0.5 / 255 + 0.5 / 64);
        if (is.alpha > 0) {
          EXPECT_EQ(is.green, was.green);
        }
      }
    }
  }
}

TEST(RoundCorners, ScalesEverythingOfAPremultipliedPicture) {
  Image source = test::make_picture({9, 9}, rgba8, [](auto, auto, auto) { return 1.0; });
  source.relabel({SampleType::u8, Layout::rgba, AlphaMode::premultiplied});
  const auto result = round_corners(source.view(), 4.5);
  ASSERT_TRUE(result.has_value());
  EXPECT_EQ(result->format(), source.format());
  bool partial = false;
  for (std::int32_t x = 0; x < 9; ++x) {
    const auto* pixel = result->view().row_as<std::uint8_t>(1) + 4 * x;
    EXPECT_EQ(pixel[0], pixel[3]);
    partial |= pixel[3] > 0 && pixel[3] < 255;
  }
  EXPECT_TRUE(partial);
}

TEST(RoundCorners, RefusesAndStops) {
  const Image source = test::noise({20, 20}, rgb8);
  for (const double radius : {-0.1, std::nan(""), -HUGE_VAL}) {
    const auto result = round_corners(source.view(), radius);
    ASSERT_FALSE(result.has_value());
    EXPECT_EQ(result.error().code, ErrorCode::invalid_argument);
    EXPECT_NE(result.error().message.find("radius"), std::string::npos);
  }
  EXPECT_FALSE(round_corners(test::noise({4, 4}, cmyk8).view(), 1).has_value());
  CancelToken token;
  token.cancel();
  EXPECT_EQ(round_corners(source.view(), 3, {.cancel = &token}).error().code, ErrorCode::cancelled);
  Workspace small(100);
  EXPECT_EQ(round_corners(source.view(), 3, {.workspace = &small}).error().limit,
            Limit::working_memory);
}

}  // namespace
}  // namespace limen
