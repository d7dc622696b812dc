// SPDX-License-Identifier: Apache-2.0
#include "limen/compose/blur.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <optional>

#include "tests/compose/printers.h"
#include "tests/compose/targets.h"
#include "tests/pictures.h"
#include "tests/reference/gaussian.h"

namespace limen {
namespace {

using test::copy_of;
using test::same_pixels;

constexpr Layout kLayouts[] = {Layout::gray, Layout::gray_alpha, Layout::rgb, Layout::rgba};

// The filtered planes of a picture, colour multiplied by alpha, 0 to 1.
std::vector<reference::Plane> filtered_planes(const ConstImageView& view, double sigma) {
  std::vector<reference::Plane> planes;
  const int channels = view.format.channels();
  for (int c = 0; c < channels; ++c) {
    reference::Plane plane;
    for (std::int32_t y = 0; y < view.size.height; ++y) {
      for (std::int32_t x = 0; x < view.size.width; ++x) {
        double value = test::get_sample(view, x, y, c);
        if (view.format.has_alpha() && c != channels - 1) {
          value *= test::get_sample(view, x, y, channels - 1);
        }
        plane.push_back(value);
      }
    }
    planes.push_back(reference::gaussian(plane, view.size, sigma));
  }
  return planes;
}

// The largest difference from the definition, in steps of 8 or 16 bits. Colour counts by its alpha,
// because that is what is seen of it and what can be known of it.
double worst_error(const ConstImageView& before, const ConstImageView& after, double sigma) {
  const auto planes = filtered_planes(before, sigma);
  const int channels = before.format.channels();
  const double most = before.format.sample == SampleType::u8 ? 255 : 65535;
  double worst = 0;
  for (std::int32_t y = 0; y < before.size.height; ++y) {
    for (std::int32_t x = 0; x < before.size.width; ++x) {
      const auto at = static_cast<std::size_t>(y) * static_cast<std::size_t>(before.size.width) +
                      static_cast<std::size_t>(x);
      for (int c = 0; c < channels; ++c) {
        double got = test::get_sample(after, x, y, c);
        if (before.format.has_alpha() && c != channels - 1) {
          got *= planes[static_cast<std::size_t>(channels - 1)][at];
        }
        worst = std::max(worst, std::abs(got - planes[static_cast<std::size_t>(c)][at]) * most);
      }
    }
  }
  return worst;
}

TEST(Blur, IsTheGaussianToTheNearestSample) {
  for (const double sigma : {0.3, 0.5, 1.0, 2.7, 7.9, 8.0, 11.0, 21.5, 90.0}) {
    for (const Layout layout : kLayouts) {
      const Image before = test::noise({71, 53}, {SampleType::u8, layout}, 3);
      Image after = copy_of(before.view());
      ASSERT_TRUE(blur(after.view(), sigma).has_value());
      EXPECT_LE(worst_error(before.view(), after.view(), sigma), 0.52)
          << "sigma " << sigma << " layout " << static_cast<int>(layout);
    }
    const Image edges = test::hard_edges({71, 53}, rgb8);
    Image after = copy_of(edges.view());
    ASSERT_TRUE(blur(after.view(), sigma).has_value());
    EXPECT_LE(worst_error(edges.view(), after.view(), sigma), 0.53) << "sigma " << sigma;
  }
}

TEST(Blur, SixteenBitsStayWithinTwoSteps) {
  for (const double sigma : {0.3, 1.0, 2.7, 7.9, 8.0, 11.0, 21.5, 90.0}) {
    for (const Layout layout : {Layout::gray, Layout::rgba}) {
      const Image before = test::noise({71, 53}, {SampleType::u16, layout}, 4);
      Image after = copy_of(before.view());
      ASSERT_TRUE(blur(after.view(), sigma).has_value());
      EXPECT_LE(worst_error(before.view(), after.view(), sigma), 1.5)
          << "sigma " << sigma << " layout " << static_cast<int>(layout);
    }
  }
}

// Sides of one pixel, sides that no filter fits in, and pictures much larger than the filter.
TEST(Blur, AnySizeAndSigma) {
  for (const Size size : {Size{1, 1}, Size{1, 40}, Size{40, 1}, Size{2, 3}, Size{300, 5}}) {
    for (const double sigma : {0.3, 3.0, 9.0, 60.0, 1000.0}) {
      const Image before = test::noise(size, rgba8, 5);
      Image after = copy_of(before.view());
      ASSERT_TRUE(blur(after.view(), sigma).has_value());
      EXPECT_LE(worst_error(before.view(), after.view(), sigma), 0.53)
          << size.width << "x" << size.height << " sigma " << sigma;
    }
  }
}

TEST(Blur, UniformPicturesStay) {
  for (const double value : {0.0, 1.0, 0.2, 128 / 255.}) {
    for (const double sigma : {1.0, 20.0, 1000.0}) {
      for (const SampleType sample : {SampleType::u8, SampleType::u16}) {
        const Image before = test::make_picture({50, 40}, {sample, Layout::rgb},
                                                [&](auto, auto, auto) { return value; });
        Image after = copy_of(before.view());
        ASSERT_TRUE(blur(after.view(), sigma).has_value());
        EXPECT_TRUE(same_pixels(before.view(), after.view())) << value << " sigma " << sigma;
      }
    }
  }
}

TEST(Blur, TheColourOfTransparentPixelsDoesNotBleed) {
  // Red that is seen beside green that is not.
  const Image before = test::make_picture({40, 8}, rgba8, [](std::int32_t x, auto, int c) {
    const bool seen = x < 20;
    return c == 0 ? seen : c == 1 ? !seen : c == 3 ? seen : 0;
  });
  for (const double sigma : {2.0, 10.0}) {
    Image after = copy_of(before.view());
    ASSERT_TRUE(blur(after.view(), sigma).has_value());
    for (std::int32_t x = 0; x < 40; ++x) {
      const auto* pixel = after.view().row_as<std::uint8_t>(4) + 4 * x;
      EXPECT_EQ(pixel[1], 0) << x;
      EXPECT_TRUE(pixel[3] == 0 || pixel[0] >= 254) << x;
    }
  }
}

TEST(Blur, WorksInsideALargerPicture) {
  const Image whole_picture = test::noise({60, 50}, rgb8, 6);
  Image after = copy_of(whole_picture.view());
  const Rect window{7, 9, 31, 22};
  ASSERT_TRUE(blur(subview(after.view(), window), 2).has_value());
  Image cut = copy_of(subview(whole_picture.view(), window));
  ASSERT_TRUE(blur(cut.view(), 2).has_value());
  EXPECT_TRUE(same_pixels(subview(after.const_view(), window), cut.view()));
  EXPECT_TRUE(same_pixels(subview(after.const_view(), {0, 0, 60, 9}),
                          subview(whole_picture.view(), {0, 0, 60, 9})));
  EXPECT_TRUE(same_pixels(subview(after.const_view(), {38, 0, 22, 50}),
                          subview(whole_picture.view(), {38, 0, 22, 50})));
}

TEST(Blur, EqualOnEveryInstructionSet) {
  for (const SampleType sample : {SampleType::u8, SampleType::u16}) {
    for (const Layout layout : kLayouts) {
      for (const double sigma : {0.7, 3.3, 9.1}) {
        const Image before = test::noise({83, 41}, {sample, layout}, 7);
        std::optional<Image> first;
        test::for_each_target([&](const std::string& target) {
          Image after = copy_of(before.view());
          ASSERT_TRUE(blur(after.view(), sigma).has_value());
          if (!first) first = copy_of(after.view());
          EXPECT_TRUE(same_pixels(first->view(), after.view())) << target;
        });
      }
    }
  }
}

TEST(Blur, RefusesAndStops) {
  Image picture = test::noise({64, 64}, rgb8);
  const Image before = copy_of(picture.view());
  for (const double sigma : {-1.0, 0.1, 1001.0, std::nan(""), HUGE_VAL}) {
    const auto result = blur(picture.view(), sigma);
    ASSERT_FALSE(result.has_value());
    EXPECT_EQ(result.error().code, ErrorCode::invalid_argument);
    EXPECT_NE(result.error().message.find("sigma"), std::string::npos);
  }
  EXPECT_TRUE(blur(picture.view(), 0).has_value());
  EXPECT_EQ(blur(test::noise({4, 4}, cmyk8).view(), 1).error().code, ErrorCode::invalid_argument);
  for (const double sigma : {2.0, 20.0}) {
    Workspace small(10'000);
    EXPECT_EQ(blur(picture.view(), sigma, {.workspace = &small}).error().limit,
              Limit::working_memory);
    EXPECT_EQ(small.bytes_in_use(), 0u);
    CancelToken token;
    token.cancel();
    EXPECT_EQ(blur(picture.view(), sigma, {.cancel = &token}).error().code, ErrorCode::cancelled);
  }
  EXPECT_TRUE(same_pixels(picture.view(), before.view()));
}

}  // namespace
}  // namespace limen
