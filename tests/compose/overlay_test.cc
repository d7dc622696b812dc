// SPDX-License-Identifier: Apache-2.0
#include "limen/compose/overlay.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "tests/compose/printers.h"
#include "tests/compose/targets.h"
#include "tests/pictures.h"
#include "tests/reference/over.h"

namespace limen {
namespace {

constexpr auto kMax = std::numeric_limits<std::int32_t>::max();
constexpr auto kMin = std::numeric_limits<std::int32_t>::min();
constexpr Layout kLayouts[] = {Layout::gray, Layout::gray_alpha, Layout::rgb, Layout::rgba};

using test::copy_of;
using test::same_pixels;

// Noise in which fully transparent and fully opaque pixels are common.
Image marks(Size size, PixelFormat format, std::uint64_t seed) {
  test::Random random(seed);
  return test::make_picture(size, format, [&](auto, auto, int c) {
    const double value = random.unit();
    if (format.has_alpha() && c == format.channels() - 1) {
      return value < 0.2 ? 0.0 : value > 0.8 ? 1.0 : value;
    }
    return value;
  });
}

double largest(SampleType sample) { return sample == SampleType::u8 ? 255 : 65535; }

TEST(Overlay, IsOverToTheNearestSample) {
  for (const SampleType sample : {SampleType::u8, SampleType::u16}) {
    for (const Layout below : kLayouts) {
      for (const Layout above : kLayouts) {
        for (const double opacity : {1.0, 0.37, 1.0 / 65535, 0.0}) {
          const Size size{61, 17};
          const Image before = marks(size, {sample, below}, 1);
          const Image mark = marks(size, {sample, above}, 2);
          Image picture = copy_of(before.view());
          ASSERT_TRUE(overlay(picture.view(), mark.view(), {}, opacity).has_value());
          const double fixed = std::round(opacity * 65535) / 65535;
          double worst = 0;
          for (std::int32_t y = 0; y < size.height; ++y) {
            for (std::int32_t x = 0; x < size.width; ++x) {
              auto top = reference::read_pixel(mark.view(), x, y);
              const auto expected = reference::channels_of(
                  reference::over(top, fixed, reference::read_pixel(before.view(), x, y)), below);
              for (int c = 0; c < channel_count(below); ++c) {
                const double got = test::get_sample(picture.view(), x, y, c);
                worst = std::max(worst, std::abs(got - expected[c]) * largest(sample));
              }
            }
          }
          // A mark's luma is itself rounded first where the picture is gray.
          const bool rounds_luma = channel_count(below) <= 2 && channel_count(above) >= 3;
          EXPECT_LE(worst, rounds_luma ? 1.01 : 0.5 + 1e-6)
              << static_cast<int>(below) << " under " << static_cast<int>(above) << " at "
              << opacity;
        }
      }
    }
  }
}

// Every 8-bit triple against the definition in integers, written differently.
TEST(Overlay, EightBitsAreExactForEveryColourAndAlpha) {
  Image mark = test::make_picture({256, 256}, rgba8, [](auto, auto, auto) { return 0.0; });
  Image picture = test::make_picture({256, 256}, rgb8, [](auto, auto, auto) { return 0.0; });
  for (int alpha = 0; alpha < 256; alpha += 1) {
    for (int y = 0; y < 256; ++y) {
      for (int x = 0; x < 256; ++x) {
        auto* m = mark.view().row_as<std::uint8_t>(y) + 4 * x;
        auto* p = picture.view().row_as<std::uint8_t>(y) + 3 * x;
        m[0] = m[1] = m[2] = static_cast<std::uint8_t>(x);
        m[3] = static_cast<std::uint8_t>(alpha);
        p[0] = p[1] = p[2] = static_cast<std::uint8_t>(y);
      }
    }
    ASSERT_TRUE(overlay(picture.view(), mark.view(), {}).has_value());
    int wrong = 0;
    for (int y = 0; y < 256; ++y) {
      for (int x = 0; x < 256; ++x) {
        const int twice = 2 * (x * alpha + y * (255 - alpha));
        const int expected = (twice + 255) / 510;
        const auto* p = picture.view().row_as<std::uint8_t>(y) + 3 * x;
        wrong += p[0] != expected || p[1] != expected || p[2] != expected;
      }
    }
    ASSERT_EQ(wrong, 0) << "alpha " << alpha;
  }
}

// A row as wide as any vector and then some, opaque and not, against one pixel at a time.
TEST(Overlay, EqualOnEveryInstructionSetAndToSinglePixels) {
  for (const PixelFormat format : {rgb8, rgba8}) {
    for (const double opacity : {1.0, 0.999, 0.37, 1.0 / 65535}) {
      const Size size{331, 3};
      const Image mark = marks(size, rgba8, 11);
      Image before = marks(size, format, 12);
      if (format == rgba8) {
        // Opaque stretches of many lengths between others.
        for (int x = 0; x < 331; ++x) {
          if ((x * x / 50) % 7 != 0) before.view().row_as<std::uint8_t>(1)[4 * x + 3] = 255;
          before.view().row_as<std::uint8_t>(2)[4 * x + 3] = 255;
        }
      }
      Image single = copy_of(before.view());
      for (std::int32_t y = 0; y < size.height; ++y) {
        for (std::int32_t x = 0; x < size.width; ++x) {
          ASSERT_TRUE(overlay(subview(single.view(), {x, y, 1, 1}),
                              subview(mark.view(), {x, y, 1, 1}), {}, opacity)
                          .has_value());
        }
      }
      test::for_each_target([&](const std::string& target) {
        Image picture = copy_of(before.view());
        ASSERT_TRUE(overlay(picture.view(), mark.view(), {}, opacity).has_value());
        EXPECT_TRUE(same_pixels(picture.view(), single.view())) << target << " at " << opacity;
      });
    }
  }
}

TEST(Overlay, OpaqueReplacesAndTransparentLeavesThePixel) {
  const Image before = marks({9, 9}, rgba8, 3);
  Image picture = copy_of(before.view());
  const Image clear =
      test::make_picture({9, 9}, rgba8, [](auto, auto, int c) { return c == 3 ? 0.0 : 1.0; });
  ASSERT_TRUE(overlay(picture.view(), clear.view(), {}).has_value());
  EXPECT_TRUE(same_pixels(picture.view(), before.view()));
  const Image solid = test::make_picture(
      {9, 9}, rgba8, [](auto x, auto y, int c) { return c == 3 ? 1 : x * y / 64.; });
  ASSERT_TRUE(overlay(picture.view(), solid.view(), {}).has_value());
  EXPECT_TRUE(same_pixels(picture.view(), solid.view()));
}

// Wherever the mark lies, the pixels that it does not cover stay and the others are as if it had
// been cut by hand.
TEST(Overlay, ClipsAtAnyPosition) {
  const Size size{13, 11};
  const Image before = marks(size, rgb8, 4);
  const Image mark = marks({7, 5}, rgba8, 5);
  const std::int32_t offsets[] = {kMin, kMin + 1, -8, -7, -6, -1,       0,   3,
                                  8,    10,       12, 13, 14, kMax - 3, kMax};
  for (const std::int32_t x : offsets) {
    for (const std::int32_t y : offsets) {
      Image picture = copy_of(before.view());
      ASSERT_TRUE(overlay(picture.view(), mark.view(), {x, y}).has_value());
      Image expected = copy_of(before.view());
      for (std::int32_t row = 0; row < size.height; ++row) {
        for (std::int32_t column = 0; column < size.width; ++column) {
          const std::int64_t mark_x = std::int64_t{column} - x;
          const std::int64_t mark_y = std::int64_t{row} - y;
          if (mark_x < 0 || mark_y < 0 || mark_x >= 7 || mark_y >= 5) continue;
          const auto pixel = subview(mark.view(), {static_cast<std::int32_t>(mark_x),
                                                   static_cast<std::int32_t>(mark_y), 1, 1});
          ASSERT_TRUE(
              overlay(subview(expected.view(), {column, row, 1, 1}), pixel, {}).has_value());
        }
      }
      EXPECT_TRUE(same_pixels(picture.view(), expected.view())) << x << "," << y;
    }
  }
}

TEST(OverlayTiled, RepeatsFromTheCornerWithSpacing) {
  const Image before = marks({23, 19}, rgb8, 6);
  const Image mark = marks({4, 3}, rgba8, 7);
  for (const Point spacing : {Point{0, 0}, Point{3, 2}, Point{kMax, kMax}}) {
    Image tiled = copy_of(before.view());
    ASSERT_TRUE(overlay_tiled(tiled.view(), mark.view(), spacing, 0.6).has_value());
    Image expected = copy_of(before.view());
    for (std::int64_t y = 0; y < 19; y += std::int64_t{3} + spacing.y) {
      for (std::int64_t x = 0; x < 23; x += std::int64_t{4} + spacing.x) {
        const Point at{static_cast<std::int32_t>(x), static_cast<std::int32_t>(y)};
        ASSERT_TRUE(overlay(expected.view(), mark.view(), at, 0.6).has_value());
      }
    }
    EXPECT_TRUE(same_pixels(tiled.view(), expected.view())) << spacing.x;
  }
  Image picture = copy_of(before.view());
  EXPECT_EQ(overlay_tiled(picture.view(), mark.view(), {-1, 0}).error().code,
            ErrorCode::invalid_argument);
}

TEST(Overlay, RefusesAndStops) {
  Image picture = marks({40, 40}, rgb8, 8);
  const Image mark = marks({40, 40}, rgba8, 9);
  const auto message = [&](const ConstImageView& m, double opacity) {
    const auto result = overlay(picture.view(), m, {}, opacity);
    if (result.has_value()) return std::string("taken");
    EXPECT_EQ(result.error().code, ErrorCode::invalid_argument);
    return result.error().message;
  };
  for (const double opacity : {-0.1, 1.1, std::nan(""), HUGE_VAL}) {
    EXPECT_NE(message(mark.view(), opacity).find("opacity"), std::string::npos) << opacity;
  }
  EXPECT_NE(message(marks({2, 2}, rgba16, 1).view(), 1).find("16"), std::string::npos);
  EXPECT_NE(message(marks({2, 2}, cmyk8, 1).view(), 1).find("CMYK"), std::string::npos);
  EXPECT_NE(message(marks({2, 2}, rgba_f32, 1).view(), 1).find("f32"), std::string::npos);
  EXPECT_NE(message({}, 1).find("mark"), std::string::npos);
  Image premultiplied = marks({2, 2}, rgba8, 1);
  premultiplied.relabel({SampleType::u8, Layout::rgba, AlphaMode::premultiplied});
  EXPECT_NE(message(premultiplied.view(), 1).find("premultiplied"), std::string::npos);
  CancelToken token;
  token.cancel();
  EXPECT_EQ(overlay(picture.view(), mark.view(), {}, 1, {.cancel = &token}).error().code,
            ErrorCode::cancelled);
  EXPECT_EQ(overlay_tiled(picture.view(), mark.view(), {}, 1, {.cancel = &token}).error().code,
            ErrorCode::cancelled);
}

TEST(MarkSize, ScalesFollowsTheOutputAndIsReducedToTheRoom) {
  const auto size = [](Size mark, Size output, MarkSize wanted, Point padding = {}) {
    const auto result = mark_size(mark, output, wanted, padding);
    EXPECT_TRUE(result.has_value());
    return result.has_value() ? *result : Size{};
  };
  EXPECT_EQ(size({100, 50}, {800, 600}, {}), (Size{100, 50}));
  EXPECT_EQ(size({100, 50}, {800, 600}, {.scale = 0.5}), (Size{50, 25}));
  EXPECT_EQ(size({100, 51}, {800, 600}, {.scale = 0.5}), (Size{50, 26}));  // 25.5, half up
  EXPECT_EQ(size({100, 50}, {800, 600}, {.of_output = 0.25}), (Size{200, 100}));
  EXPECT_EQ(size({100, 50}, {800, 600}, {.scale = 9, .of_output = 0.25}), (Size{200, 100}));
  EXPECT_EQ(size({100, 50}, {60, 600}, {}), (Size{60, 30}));
  EXPECT_EQ(size({100, 50}, {60, 600}, {}, {10, 10}), (Size{40, 20}));
  EXPECT_EQ(size({100, 50}, {800, 20}, {}, {0, 5}), (Size{20, 10}));
  EXPECT_EQ(size({100, 50}, {800, 600}, {.of_output = 1.0}, {50, 0}), (Size{700, 350}));
  EXPECT_EQ(size({100, 50}, {10, 10}, {}, {20, 20}), (Size{1, 1}));
  EXPECT_EQ(size({1000, 1}, {10, 10}, {}), (Size{10, 1}));
  EXPECT_EQ(size({100, 50}, {800, 600}, {.scale = 1e-9}), (Size{1, 1}));
  EXPECT_EQ(size({100, 50}, {800, 600}, {.scale = 1e308}), (Size{800, 400}));
  EXPECT_EQ(size({kMax, kMax}, {kMax, kMax}, {}, {kMax, kMax}), (Size{1, 1}));
  for (const double bad : {0.0, -1.0, std::nan(""), HUGE_VAL}) {
    EXPECT_FALSE(mark_size({9, 9}, {9, 9}, {.scale = bad}, {}).has_value());
    EXPECT_FALSE(mark_size({9, 9}, {9, 9}, {.of_output = bad}, {}).has_value());
  }
  EXPECT_FALSE(mark_size({0, 9}, {9, 9}, {}, {}).has_value());
  EXPECT_FALSE(mark_size({9, 9}, {9, -9}, {}, {}).has_value());
  EXPECT_FALSE(mark_size({9, 9}, {9, 9}, {}, {-1, 0}).has_value());
}

TEST(MarkPosition, GravityInsideThePaddingMovedByTheOffset) {
  const Size mark{10, 6};
  const Size output{100, 50};
  EXPECT_EQ(mark_position(mark, output, Compass::southeast, {5, 3}, {}), (Point{85, 41}));
  EXPECT_EQ(mark_position(mark, output, Compass::northwest, {5, 3}, {}), (Point{5, 3}));
  EXPECT_EQ(mark_position(mark, output, Compass::center, {5, 3}, {-2, 4}), (Point{43, 26}));
  EXPECT_EQ(mark_position(mark, output, FocalPoint{1, 0}, {5, 3}, {}), (Point{85, 3}));
  for (const std::int32_t a : {kMin, 0, kMax}) {
    for (const std::int32_t b : {kMin, 0, kMax}) {
      mark_position({kMax, 1}, {1, kMax}, Compass::southeast, {a, b}, {b, a});
      mark_position({kMax, 1}, {1, kMax}, FocalPoint{0.2, 0.7}, {a, b}, {b, a});
    }
  }
  EXPECT_EQ(mark_position({1, 1}, {100, 100}, Compass::southeast, {0, 0}, {kMax, kMin}),
            (Point{kMax, kMin + 99}));
}

}  // namespace
}  // namespace limen
