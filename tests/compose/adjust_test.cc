// SPDX-License-Identifier: Apache-2.0
#include "limen/compose/adjust.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "tests/compose/printers.h"
#include "tests/compose/targets.h"
#include "tests/pictures.h"
#include "tests/reference/over.h"

namespace limen {
namespace {

using test::copy_of;
using test::same_pixels;

double tone(double value, const Adjustments& a) {
  value = (value + a.brightness - 0.5) * a.contrast + 0.5;
  return std::pow(std::clamp(value, 0.0, 1.0), 1 / a.gamma);
}

reference::Pixel adjusted(reference::Pixel pixel, const Adjustments& a) {
  pixel.red = tone(pixel.red, a);
  pixel.green = tone(pixel.green, a);
  pixel.blue = tone(pixel.blue, a);
  const double gray = reference::luma(pixel);
  const double saturation = a.greyscale ? 0 : a.saturation;
  const auto mix = [&](double value) {
    return std::clamp(gray + (value - gray) * saturation, 0.0, 1.0);
  };
  return {mix(pixel.red), mix(pixel.green), mix(pixel.blue), pixel.alpha};
}

TEST(Adjust, EachAdjustmentAndAllTogether) {
  const Adjustments cases[] = {
      {.brightness = 0.2},
      {.brightness = -1},
      {.contrast = 1.7},
      {.contrast = 0},
      {.gamma = 2.2},
      {.gamma = 0.1},
      {.saturation = 0},
      {.saturation = 1.6},
      {.saturation = 10},
      {.greyscale = true},
      {.contrast = 10},
      {.brightness = -0.1, .contrast = 1.3, .gamma = 1.4, .saturation = 0.6, .greyscale = false},
      {.brightness = 0.1, .contrast = 0.7, .gamma = 0.8, .saturation = 5, .greyscale = true},
  };
  for (const SampleType sample : {SampleType::u8, SampleType::u16}) {
    const double most = sample == SampleType::u8 ? 255 : 65535;
    for (const Layout layout : {Layout::gray, Layout::gray_alpha, Layout::rgb, Layout::rgba}) {
      for (const Adjustments& adjustments : cases) {
        const Image before = test::noise({64, 33}, {sample, layout}, 6);
        Image after = copy_of(before.view());
        ASSERT_TRUE(adjust(after.view(), adjustments).has_value());
        double worst = 0;
        for (std::int32_t y = 0; y < 33; ++y) {
          for (std::int32_t x = 0; x < 64; ++x) {
            const auto expected = adjusted(reference::read_pixel(before.view(), x, y), adjustments);
            const auto got = reference::read_pixel(after.view(), x, y);
            EXPECT_EQ(got.alpha, expected.alpha);
            worst = std::max({worst, std::abs(got.red - expected.red),
                              std::abs(got.green - expected.green),
                              std::abs(got.blue - expected.blue)});
          }
        }
        // Rounding, a tone's fraction of 8 bits and the luma weights', tenfold where saturation is.
        EXPECT_LE(worst * most, 0.5 + 0.02 + most * 2e-5 * (1 + adjustments.saturation))
            << static_cast<int>(layout) << " case " << (&adjustments - cases);
      }
    }
  }
}

TEST(Adjust, GrayPixelsStayGrayWhateverTheSaturation) {
  Image picture = test::make_picture({256, 1}, rgb8, [](auto x, auto, auto) { return x / 255.; });
  const Image before = copy_of(picture.view());
  ASSERT_TRUE(adjust(picture.view(), {.saturation = 7.3}).has_value());
  EXPECT_TRUE(same_pixels(picture.view(), before.view()));
  ASSERT_TRUE(adjust(picture.view(), {.greyscale = true}).has_value());
  EXPECT_TRUE(same_pixels(picture.view(), before.view()));
}

TEST(Adjust, RefusesAndStops) {
  Image picture = test::noise({32, 32}, rgb8);
  const Image before = copy_of(picture.view());
  const auto message = [&](const Adjustments& adjustments) {
    const auto result = adjust(picture.view(), adjustments);
    if (result.has_value()) return std::string("taken");
    EXPECT_EQ(result.error().code, ErrorCode::invalid_argument);
    return result.error().message;
  };
  for (const double bad : {-1.5, 11.0, std::nan(""), HUGE_VAL}) {
    EXPECT_NE(message({.brightness = bad}).find("brightness"), std::string::npos) << bad;
    EXPECT_NE(message({.contrast = bad}).find("contrast"), std::string::npos) << bad;
    EXPECT_NE(message({.gamma = bad}).find("gamma"), std::string::npos) << bad;
    EXPECT_NE(message({.saturation = bad}).find("saturation"), std::string::npos) << bad;
  }
  EXPECT_NE(message({.gamma = 0}).find("gamma"), std::string::npos);
  CancelToken token;
  token.cancel();
  EXPECT_EQ(adjust(picture.view(), {.gamma = 2}, {.cancel = &token}).error().code,
            ErrorCode::cancelled);
  Workspace small(100);
  EXPECT_EQ(adjust(picture.view(), {.gamma = 2}, {.workspace = &small}).error().limit,
            Limit::working_memory);
  EXPECT_TRUE(same_pixels(picture.view(), before.view()));
}

Color average_of(const Image& picture) {
  const auto color = average_color(picture.view());
  EXPECT_TRUE(color.has_value());
  return color.has_value() ? *color : Color{};
}

TEST(AverageColor, IsTheMeanInLinearLight) {
  // Half black and half white is 188, not 128: half the light.
  const auto board = [](auto x, auto y, auto) { return (x + y) % 2; };
  EXPECT_EQ(average_of(test::make_picture({8, 8}, gray8, board)), (Color{188, 188, 188, 255}));
  EXPECT_EQ(average_of(test::make_picture({8, 8}, rgb16, board)), (Color{188, 188, 188, 255}));
  const auto plain = [](auto, auto, int c) { return (40 + 70 * c) / 255.; };
  EXPECT_EQ(average_of(test::make_picture({5, 3}, rgb8, plain)), (Color{40, 110, 180, 255}));
  EXPECT_EQ(average_of(test::make_picture({5, 3}, rgb16, plain)), (Color{40, 110, 180, 255}));
}

TEST(AverageColor, WeighsByAlpha) {
  // A quarter opaque red, a quarter half-transparent green, the rest transparent white.
  const auto value = [](std::int32_t x, auto, int c) {
    if (x == 0) return c == 0 || c == 3 ? 1.0 : 0.0;
    if (x == 1) return c == 1 ? 1.0 : c == 3 ? 0.5 : 0.0;
    return c == 3 ? 0.0 : 1.0;
  };
  const Color mean = average_of(test::make_picture({4, 2}, rgba16, value));
  // 2/3 and 1/3 of the light, as sRGB.
  EXPECT_EQ(mean, (Color{213, 156, 0, 96}));
  const auto nothing = [](auto, auto, int c) { return c == 3 ? 0.0 : 1.0; };
  EXPECT_EQ(average_of(test::make_picture({4, 2}, rgba8, nothing)), (Color{0, 0, 0, 0}));
  EXPECT_EQ(average_color({}).error().code, ErrorCode::invalid_argument);
  EXPECT_EQ(average_color(test::noise({2, 2}, cmyk8).view()).error().code,
            ErrorCode::invalid_argument);
}

}  // namespace
}  // namespace limen
