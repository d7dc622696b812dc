// SPDX-License-Identifier: Apache-2.0
#include "limen/compose/rotate.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "limen/compose/orient.h"
#include "tests/compose/printers.h"
#include "tests/compose/targets.h"
#include "tests/pictures.h"
#include "tests/reference/rotate.h"

namespace limen {
namespace {

using test::same_pixels;

constexpr auto kMax = std::numeric_limits<std::int32_t>::max();

Size rotated_to(Size size, double degrees) {
  const auto result = rotated_size(size, degrees);
  EXPECT_TRUE(result.has_value());
  return result.has_value() ? *result : Size{};
}

TEST(RotatedSize, HoldsThePicture) {
  for (const double degrees : {0.0, 360.0, -360.0, 720.0, 180.0, -180.0, 1e9 * 360}) {
    EXPECT_EQ(rotated_to({30, 20}, degrees), (Size{30, 20})) << degrees;
  }
  for (const double degrees : {90.0, -90.0, 270.0, 450.0}) {
    EXPECT_EQ(rotated_to({30, 20}, degrees), (Size{20, 30})) << degrees;
  }
  EXPECT_EQ(rotated_to({100, 100}, 45), (Size{142, 142}));  // 141.42
  EXPECT_EQ(rotated_to({200, 0x100}, 30), (Size{302, 322}));
  EXPECT_EQ(rotated_to({30, 20}, 90 + 1e-9), (Size{20, 30}));  // nothing that could be seen
  EXPECT_EQ(rotated_to({1, 1}, 1), (Size{2, 2}));
  EXPECT_EQ(rotated_to({kMax, kMax}, 0), (Size{kMax, kMax}));
}

TEST(RotatedSize, RefusesWhatMakesNoSense) {
  for (const double degrees : {std::nan(""), HUGE_VAL, -HUGE_VAL}) {
    const auto result = rotated_size({3, 3}, degrees);
    ASSERT_FALSE(result.has_value());
    EXPECT_EQ(result.error().code, ErrorCode::invalid_argument);
    EXPECT_NE(result.error().message.find("angle"), std::string::npos);
  }
  EXPECT_FALSE(rotated_size({kMax, kMax}, 45).has_value());
  EXPECT_FALSE(rotated_size({0, 3}, 45).has_value());
}

TEST(Rotate, QuarterTurnsAreExactAndCounterClockwise) {
  const Image source = test::noise({13, 7}, rgb8, 2);
  const struct {
    double degrees;
    Orientation orientation;
  } turns[] = {{0, Orientation::top_left},       {90, Orientation::left_bottom},
               {180, Orientation::bottom_right}, {270, Orientation::right_top},
               {-90, Orientation::right_top},    {450, Orientation::left_bottom}};
  for (const auto& turn : turns) {
    const auto rotated = rotate(source.view(), turn.degrees, {1, 2, 3, 0});
    const auto expected = orient(source.view(), turn.orientation);
    ASSERT_TRUE(rotated.has_value() && expected.has_value());
    EXPECT_TRUE(same_pixels(rotated->view(), expected->view())) << turn.degrees;
  }
  // The right end comes to the top.
  const auto up = rotate(source.view(), 90, {});
  ASSERT_TRUE(up.has_value());
  EXPECT_EQ(up->view().row_as<std::uint8_t>(0)[0], source.view().row_as<std::uint8_t>(0)[12 * 3]);
}

TEST(Rotate, IsCatmullRomOnTheBackground) {
  const Color backgrounds[] = {
      {255, 255, 255, 255}, {200, 30, 90, 255}, {0, 0, 0, 0}, {10, 250, 90, 128}};
  for (const SampleType sample : {SampleType::u8, SampleType::u16}) {
    const double most = sample == SampleType::u8 ? 255 : 65535;
    for (const Layout layout : {Layout::gray, Layout::gray_alpha, Layout::rgb, Layout::rgba}) {
      const Image source = test::scene({41, 27}, {sample, layout}, 3);
      for (const Color background : backgrounds) {
        for (const double degrees : {12.0, 45.0, 100.5, -7.25, 200.0, 359.0}) {
          const auto result = rotate(source.view(), degrees, background);
          ASSERT_TRUE(result.has_value());
          ASSERT_EQ(result->size(), rotated_to(source.size(), degrees));
          EXPECT_EQ(result->format().has_alpha(), has_alpha(layout) || background.alpha < 255);
          const reference::Pixel around{background.red / 255., background.green / 255.,
                                        background.blue / 255., background.alpha / 255.};
          double worst = 0;
          for (std::int32_t y = 0; y < result->size().height; ++y) {
            for (std::int32_t x = 0; x < result->size().width; ++x) {
              const auto expected =
                  reference::rotated(source.view(), result->size(), degrees, around, x, y);
              const auto got = reference::read_pixel(result->view(), x, y);
              const auto differ = [&](double a, double b) {
                worst = std::max(worst, std::abs(a - b) * expected.alpha * most);
              };
              differ(got.red, expected.red);
              differ(got.green, expected.green);
              differ(got.blue, expected.blue);
              worst = std::max(worst, std::abs(got.alpha - expected.alpha) * most);
            }
          }
          // Positions are rounded to 1/1024 of a pixel; the picture's steepest slope is 1/4.
          EXPECT_LE(worst, 0.51 + most / 1024 / 4)
              << "layout " << static_cast<int>(layout) << " by " << degrees;
        }
      }
    }
  }
}

TEST(Rotate, AUniformPictureOnItsOwnColourStaysUniform) {
  const Image source =
      test::make_picture({30, 20}, rgb8, [](auto, auto, int c) { return (50 + 60 * c) / 255.; });
  const auto result = rotate(source.view(), 33, {50, 110, 170});
  ASSERT_TRUE(result.has_value());
  for (std::int32_t y = 0; y < result->size().height; ++y) {
    const auto* row = result->view().row_as<std::uint8_t>(y);
    for (std::int32_t x = 0; x < result->size().width; ++x) {
      ASSERT_EQ(row[3 * x], 50);
      ASSERT_EQ(row[3 * x + 1], 110);
      ASSERT_EQ(row[3 * x + 2], 170);
    }
  }
}

TEST(Rotate, TheColourOfTransparentPixelsDoesNotBleed) {
  const Image source = test::make_picture({40, 40}, rgba8, [](std::int32_t x, auto, int c) {
    const bool seen = x < 20;
    return c == 0 ? seen : c == 1 ? !seen : c == 3 ? seen : 0;
  });
  const auto result = rotate(source.view(), 20, {0, 0, 0, 0});
  ASSERT_TRUE(result.has_value());
  for (std::int32_t y = 0; y < result->size().height; ++y) {
    const auto* pixel = result->view().row_as<std::uint8_t>(y);
    for (std::int32_t x = 0; x < result->size().width; ++x, pixel += 4) {
      ASSERT_EQ(pixel[1], 0) << x << "," << y;
      ASSERT_TRUE(pixel[3] == 0 || pixel[0] >= 254) << x << "," << y;
    }
  }
}

TEST(Rotate, SmallSidesAndHugeCanvases) {
  for (const Size size : {Size{1, 1}, Size{1, 50}, Size{50, 1}, Size{2, 2}}) {
    const auto result = rotate(test::noise(size, rgba16).view(), 30, {1, 2, 3, 4});
    ASSERT_TRUE(result.has_value());
    EXPECT_EQ(result->size(), rotated_to(size, 30));
  }
  // A thin line turns into a large square, which the limit sees first.
  Workspace workspace(1'000'000);
  const Image line = test::noise({4000, 1}, gray8);
  EXPECT_EQ(rotate(line.view(), 45, {}, {.workspace = &workspace}).error().limit,
            Limit::working_memory);
}

TEST(Rotate, RefusesAndStops) {
  const Image source = test::noise({20, 20}, rgb8);
  EXPECT_EQ(rotate(source.view(), std::nan(""), {}).error().code, ErrorCode::invalid_argument);
  EXPECT_EQ(rotate({}, 12, {}).error().code, ErrorCode::invalid_argument);
  EXPECT_EQ(rotate(test::noise({4, 4}, cmyk8).view(), 12, {}).error().code,
            ErrorCode::invalid_argument);
  EXPECT_TRUE(rotate(test::noise({4, 4}, cmyk8).view(), 90, {}).has_value());
  CancelToken token;
  token.cancel();
  EXPECT_EQ(rotate(source.view(), 12, {}, {.cancel = &token}).error().code, ErrorCode::cancelled);
}

}  // namespace
}  // namespace limen
