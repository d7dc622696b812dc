// SPDX-License-Identifier: Apache-2.0
#include "limen/compose/sharpen.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <optional>

#include "tests/compose/printers.h"
#include "tests/compose/targets.h"
#include "tests/pictures.h"
#include "tests/reference/gaussian.h"
#include "tests/reference/over.h"

namespace limen {
namespace {

using test::copy_of;
using test::same_pixels;

// What each sample becomes before it is rounded, 0 to 1, in memory order.
std::vector<double> sharpened(const ConstImageView& view, const SharpenOptions& options) {
  reference::Plane luma;
  reference::Plane alpha;
  for (std::int32_t y = 0; y < view.size.height; ++y) {
    for (std::int32_t x = 0; x < view.size.width; ++x) {
      const auto pixel = reference::read_pixel(view, x, y);
      luma.push_back(reference::luma(pixel) * pixel.alpha);
      alpha.push_back(pixel.alpha);
    }
  }
  const auto blurred = reference::gaussian(luma, view.size, options.sigma);
  const auto weight = reference::gaussian(alpha, view.size, options.sigma);
  std::vector<double> result;
  std::size_t i = 0;
  for (std::int32_t y = 0; y < view.size.height; ++y) {
    for (std::int32_t x = 0; x < view.size.width; ++x, ++i) {
      double change = 0;
      if (alpha[i] > 0) {
        const double difference = luma[i] / alpha[i] - blurred[i] / weight[i];
        if (std::abs(difference) >= options.threshold) change = options.amount * difference;
      }
      for (int c = 0; c < view.format.channels(); ++c) {
        const bool is_alpha = view.format.has_alpha() && c == view.format.channels() - 1;
        result.push_back(
            std::clamp(test::get_sample(view, x, y, c) + (is_alpha ? 0 : change), 0.0, 1.0));
      }
    }
  }
  return result;
}

TEST(Sharpen, IsUnsharpMaskingOfLuma) {
  for (const SampleType sample : {SampleType::u8, SampleType::u16}) {
    const double most = sample == SampleType::u8 ? 255 : 65535;
    for (const Layout layout : {Layout::gray, Layout::gray_alpha, Layout::rgb, Layout::rgba}) {
      for (const SharpenOptions& options :
           {SharpenOptions{}, SharpenOptions{0.5, 2.5, 0}, SharpenOptions{12, 0.7, 0}}) {
        const Image before = test::scene({61, 47}, {sample, layout}, 8);
        Image after = copy_of(before.view());
        ASSERT_TRUE(sharpen(after.view(), options).has_value());
        const auto expected = sharpened(before.view(), options);
        double worst = 0;
        std::size_t i = 0;
        for (std::int32_t y = 0; y < 47; ++y) {
          for (std::int32_t x = 0; x < 61; ++x) {
            for (int c = 0; c < before.format().channels(); ++c, ++i) {
              worst = std::max(
                  worst, std::abs(test::get_sample(after.view(), x, y, c) - expected[i]) * most);
            }
          }
        }
        EXPECT_LE(worst, sample == SampleType::u8 ? 0.55 : 5.0)
            << static_cast<int>(layout) << " sigma " << options.sigma;
      }
    }
  }
}

TEST(Sharpen, AThresholdLeavesSmallDifferencesAlone) {
  // A faint edge on the left, a strong one on the right.
  const Image before = test::make_picture({60, 10}, rgb8, [](std::int32_t x, auto, auto) {
    return x < 15 ? 0.40 : x < 40 ? 0.43 : 0.9;
  });
  Image after = copy_of(before.view());
  ASSERT_TRUE(sharpen(after.view(), {.sigma = 1, .amount = 2, .threshold = 0.05}).has_value());
  EXPECT_TRUE(same_pixels(subview(after.const_view(), {0, 0, 36, 10}),
                          subview(before.view(), {0, 0, 36, 10})));
  EXPECT_GT(after.view().row_as<std::uint8_t>(5)[40 * 3],
            before.view().row_as<std::uint8_t>(5)[40 * 3]);
  EXPECT_LT(after.view().row_as<std::uint8_t>(5)[39 * 3],
            before.view().row_as<std::uint8_t>(5)[39 * 3]);
}

TEST(Sharpen, ColoursDoNotShift) {
  // The same amount is added to each channel, where none is cut off.
  const Image before =
      test::make_picture({40, 40}, rgb16, [](std::int32_t x, std::int32_t y, int c) {
        return 0.35 + 0.1 * c + 0.1 * ((x / 5 + y / 7) % 2);
      });
  Image after = copy_of(before.view());
  ASSERT_TRUE(sharpen(after.view(), {.sigma = 2, .amount = 0.8}).has_value());
  bool changed = false;
  for (std::int32_t y = 0; y < 40; ++y) {
    const auto* was = before.view().row_as<std::uint16_t>(y);
    const auto* is = after.view().row_as<std::uint16_t>(y);
    for (int x = 0; x < 40; ++x, was += 3, is += 3) {
      EXPECT_NEAR(is[1] - was[1], is[0] - was[0], 1);
      EXPECT_NEAR(is[2] - was[2], is[0] - was[0], 1);
      changed |= is[0] != was[0];
    }
  }
  EXPECT_TRUE(changed);
}

TEST(Sharpen, TransparentPixelsNeitherChangeNorShine) {
  // Gray that is seen beside white and black that are not: there is nothing to sharpen.
  const Image before =
      test::make_picture({30, 9}, rgba8, [](std::int32_t x, std::int32_t y, int c) {
        const bool seen = x < 15;
        return c == 3 ? seen : seen ? 0.5 : (x + y) % 2;
      });
  Image after = copy_of(before.view());
  ASSERT_TRUE(sharpen(after.view(), {.sigma = 3, .amount = 5}).has_value());
  EXPECT_TRUE(same_pixels(before.view(), after.view()));
}

TEST(Sharpen, EqualOnEveryInstructionSet) {
  for (const PixelFormat format : {gray8, rgb8, rgba8, rgb16, rgba16}) {
    for (const double sigma : {1.0, 15.0}) {
      const Image before = test::noise({77, 39}, format, 9);
      std::optional<Image> first;
      test::for_each_target([&](const std::string& target) {
        Image after = copy_of(before.view());
        ASSERT_TRUE(sharpen(after.view(), {.sigma = sigma}).has_value());
        if (!first) first = copy_of(after.view());
        EXPECT_TRUE(same_pixels(first->view(), after.view())) << target;
      });
    }
  }
}

TEST(Sharpen, RefusesAndStops) {
  Image picture = test::noise({64, 64}, rgb8);
  const auto message = [&](SharpenOptions options) {
    const auto result = sharpen(picture.view(), options);
    if (result.has_value()) return std::string("taken");
    EXPECT_EQ(result.error().code, ErrorCode::invalid_argument);
    return result.error().message;
  };
  for (const double bad : {-1.0, 101.0, std::nan(""), HUGE_VAL}) {
    EXPECT_NE(message({.sigma = bad}).find("sigma"), std::string::npos) << bad;
    EXPECT_NE(message({.amount = bad}).find("amount"), std::string::npos) << bad;
    EXPECT_NE(message({.threshold = bad}).find("threshold"), std::string::npos) << bad;
  }
  EXPECT_NE(message({.sigma = 0}).find("sigma"), std::string::npos);
  CancelToken token;
  token.cancel();
  EXPECT_EQ(sharpen(picture.view(), {}, {.cancel = &token}).error().code, ErrorCode::cancelled);
  Workspace small(1000);
  EXPECT_EQ(sharpen(picture.view(), {}, {.workspace = &small}).error().limit,
            Limit::working_memory);
}

}  // namespace
}  // namespace limen
