// SPDX-License-Identifier: Apache-2.0
#include "limen/compose/placement.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "tests/compose/printers.h"
#include "tests/pictures.h"

namespace limen {
namespace {

constexpr auto kMax = std::numeric_limits<std::int32_t>::max();
constexpr auto kMin = std::numeric_limits<std::int32_t>::min();
constexpr Compass kCompasses[] = {
    Compass::center, Compass::north,     Compass::northeast, Compass::east,      Compass::southeast,
    Compass::south,  Compass::southwest, Compass::west,      Compass::northwest,
};

TEST(Place, CompassPutsThingsAtSidesAndFloorsTheMiddle) {
  const Point expected[] = {{3, 1}, {3, 0}, {7, 0}, {7, 1}, {7, 3}, {3, 3}, {0, 3}, {0, 1}, {0, 0}};
  for (std::size_t i = 0; i < std::size(kCompasses); ++i) {
    EXPECT_EQ(place({3, 4}, {10, 7}, kCompasses[i]), expected[i]) << i;
  }
}

TEST(Place, AnInnerLargerThanTheOuterStartsBeforeIt) {
  EXPECT_EQ(place({10, 7}, {3, 4}, Compass::center), (Point{-4, -2}));  // floor(-3.5), floor(-1.5)
  EXPECT_EQ(place({10, 7}, {3, 4}, Compass::southeast), (Point{-7, -3}));
  EXPECT_EQ(place({10, 7}, {3, 4}, Compass::northwest), (Point{0, 0}));
}

TEST(Place, FocalPointStaysInTheMiddleAsFarAsEdgesAllow) {
  EXPECT_EQ(place({20, 20}, {100, 100}, FocalPoint{0.5, 0.3}), (Point{40, 20}));
  EXPECT_EQ(place({20, 20}, {100, 100}, FocalPoint{0.0, 1.0}), (Point{0, 80}));
  EXPECT_EQ(place({20, 20}, {100, 100}, FocalPoint{0.11, 0.95}), (Point{1, 80}));
  // An inner that is larger keeps covering the outer.
  EXPECT_EQ(place({100, 100}, {20, 20}, FocalPoint{0.3, 0.0}), (Point{-20, 0}));
  EXPECT_EQ(place({100, 100}, {20, 20}, FocalPoint{1.0, 0.5}), (Point{-80, -40}));
  // In the middle it is the compass' centre, also rounded alike.
  for (std::int32_t inner = 1; inner < 12; ++inner) {
    EXPECT_EQ(place({inner, 12 - inner}, {7, 4}, FocalPoint{}),
              place({inner, 12 - inner}, {7, 4}, Compass::center));
  }
}

TEST(Place, IsSafeForAnyValues) {
  for (const std::int32_t inner : {kMin, -1, 0, 1, kMax}) {
    for (const std::int32_t outer : {kMin, -1, 0, 1, kMax}) {
      for (const Compass compass : kCompasses) {
        place({inner, outer}, {outer, inner}, compass);
      }
      for (const double at : {0.0, 1.0, -5.0, 1e300, std::nan("")}) {
        place({inner, outer}, {outer, inner}, FocalPoint{at, at});
      }
    }
  }
  EXPECT_EQ(place({kMin, 0}, {kMax, 0}, Compass::east).x, kMax);
  EXPECT_EQ(place({3, 3}, {10, 10}, FocalPoint{std::nan(""), 0.5}), (Point{3, 3}));
}

struct FitCase {
  Size source;
  Size box;
  Fit fit;
  bool enlarge;
  Gravity gravity;
  Rect crop;
  Size resized;
  Size canvas;
  Point position;
};

class FitTable : public testing::TestWithParam<FitCase> {};

TEST_P(FitTable, Is) {
  const FitCase& c = GetParam();
  const auto fitted = fit(c.source, c.box, c.fit, c.gravity, c.enlarge);
  ASSERT_TRUE(fitted.has_value()) << fitted.error().message;
  EXPECT_EQ(fitted->crop, c.crop);
  EXPECT_EQ(fitted->resized, c.resized);
  EXPECT_EQ(fitted->canvas, c.canvas);
  EXPECT_EQ(fitted->position, c.position);
}

constexpr Rect kAll{0, 0, 400, 300};
constexpr auto kCenter = Compass::center;

// One case a line: source, box, fit, enlarge, gravity; crop, resized, canvas, position.
// clang-format off
INSTANTIATE_TEST_SUITE_P(
    Cover, FitTable,
    testing::Values(
        // Every gravity, cropped at the sides.
        FitCase{{400, 300}, {100, 100}, Fit::cover, false, Compass::center, {50, 0, 300, 300}, {100, 100}, {100, 100}, {}},
        FitCase{{400, 300}, {100, 100}, Fit::cover, false, Compass::north, {50, 0, 300, 300}, {100, 100}, {100, 100}, {}},
        FitCase{{400, 300}, {100, 100}, Fit::cover, false, Compass::northeast, {100, 0, 300, 300}, {100, 100}, {100, 100}, {}},
        FitCase{{400, 300}, {100, 100}, Fit::cover, false, Compass::east, {100, 0, 300, 300}, {100, 100}, {100, 100}, {}},
        FitCase{{400, 300}, {100, 100}, Fit::cover, false, Compass::southeast, {100, 0, 300, 300}, {100, 100}, {100, 100}, {}},
        FitCase{{400, 300}, {100, 100}, Fit::cover, false, Compass::south, {50, 0, 300, 300}, {100, 100}, {100, 100}, {}},
        FitCase{{400, 300}, {100, 100}, Fit::cover, false, Compass::southwest, {0, 0, 300, 300}, {100, 100}, {100, 100}, {}},
        FitCase{{400, 300}, {100, 100}, Fit::cover, false, Compass::west, {0, 0, 300, 300}, {100, 100}, {100, 100}, {}},
        FitCase{{400, 300}, {100, 100}, Fit::cover, false, Compass::northwest, {0, 0, 300, 300}, {100, 100}, {100, 100}, {}},
        // Cropped above and below.
        FitCase{{400, 300}, {200, 100}, Fit::cover, false, Compass::center, {0, 50, 400, 200}, {200, 100}, {200, 100}, {}},
        FitCase{{400, 300}, {200, 100}, Fit::cover, false, Compass::north, {0, 0, 400, 200}, {200, 100}, {200, 100}, {}},
        FitCase{{400, 300}, {200, 100}, Fit::cover, false, Compass::southwest, {0, 100, 400, 200}, {200, 100}, {200, 100}, {}},
        FitCase{{400, 300}, {200, 100}, Fit::cover, false, FocalPoint{0.9, 0.4}, {0, 20, 400, 200}, {200, 100}, {200, 100}, {}},
        FitCase{{400, 300}, {100, 100}, Fit::cover, false, FocalPoint{0.5, 0.4}, {50, 0, 300, 300}, {100, 100}, {100, 100}, {}},
        FitCase{{400, 300}, {100, 100}, Fit::cover, false, FocalPoint{0.4, 0.4}, {10, 0, 300, 300}, {100, 100}, {100, 100}, {}},
        // A centred crop floors; a fractional side rounds half up.
        FitCase{{401, 300}, {100, 100}, Fit::cover, false, kCenter, {50, 0, 300, 300}, {100, 100}, {100, 100}, {}},
        FitCase{{400, 300}, {96, 100}, Fit::cover, false, kCenter, {56, 0, 288, 300}, {96, 100}, {96, 100}, {}},
        FitCase{{100, 5}, {1, 2}, Fit::cover, false, kCenter, {48, 0, 3, 5}, {1, 2}, {1, 2}, {}},
        // Smaller than the box: the largest crop of its proportions, or enlarged.
        FitCase{{400, 300}, {1000, 500}, Fit::cover, false, kCenter, {0, 50, 400, 200}, {400, 200}, {400, 200}, {}},
        FitCase{{400, 300}, {350, 350}, Fit::cover, false, kCenter, {50, 0, 300, 300}, {300, 300}, {300, 300}, {}},
        FitCase{{400, 300}, {1000, 500}, Fit::cover, true, kCenter, {0, 50, 400, 200}, {1000, 500}, {1000, 500}, {}},
        FitCase{
            {400, 300}, {400, 300}, Fit::cover, false, kCenter, kAll, {400, 300}, {400, 300}, {}},
        // One side follows.
        FitCase{{400, 300}, {100, 0}, Fit::cover, false, kCenter, kAll, {100, 75}, {100, 75}, {}},
        FitCase{{400, 300}, {0, 100}, Fit::cover, false, kCenter, kAll, {133, 100}, {133, 100}, {}},
        FitCase{{1000, 333}, {100, 0}, Fit::cover, false, kCenter, {0, 0, 1000, 333}, {100, 33}, {100, 33}, {}},
        FitCase{{400, 300}, {800, 0}, Fit::cover, false, kCenter, kAll, {400, 300}, {400, 300}, {}},
        FitCase{{400, 300}, {800, 0}, Fit::cover, true, kCenter, kAll, {800, 600}, {800, 600}, {}},
        FitCase{{4, 2}, {1, 0}, Fit::cover, false, kCenter, {0, 0, 4, 2}, {1, 1}, {1, 1}, {}},
        FitCase{{1000000, 1}, {10, 0}, Fit::cover, false, kCenter, {0, 0, 1000000, 1}, {10, 1}, {10, 1}, {}},
        FitCase{{400, 300}, {0, 0}, Fit::cover, true, kCenter, kAll, {400, 300}, {400, 300}, {}},
        // Extremes of proportion.
        FitCase{{1000000, 1}, {100, 100}, Fit::cover, true, kCenter, {499999, 0, 1, 1}, {100, 100}, {100, 100}, {}},
        FitCase{{1000000, 1}, {100, 100}, Fit::cover, false, Compass::east, {999999, 0, 1, 1}, {1, 1}, {1, 1}, {}},
        FitCase{{1000000, 1}, {1, 1000}, Fit::cover, true, kCenter, {499999, 0, 1, 1}, {1, 1000}, {1, 1000}, {}},
        FitCase{{kMax, kMax}, {kMax, kMax}, Fit::cover, false, kCenter, {0, 0, kMax, kMax}, {kMax, kMax}, {kMax, kMax}, {}},
        FitCase{{kMax, 1}, {1, kMax}, Fit::cover, true, kCenter, {kMax / 2, 0, 1, 1}, {1, kMax}, {1, kMax}, {}}));

INSTANTIATE_TEST_SUITE_P(
    Contain, FitTable,
    testing::Values(
        FitCase{{400, 300}, {100, 100}, Fit::contain, false, Compass::center, kAll, {100, 75}, {100, 100}, {0, 12}},
        FitCase{{400, 300}, {100, 100}, Fit::contain, false, Compass::north, kAll, {100, 75}, {100, 100}, {0, 0}},
        FitCase{{400, 300}, {100, 100}, Fit::contain, false, Compass::southeast, kAll, {100, 75}, {100, 100}, {0, 25}},
        FitCase{{400, 300}, {200, 75}, Fit::contain, false, Compass::center, kAll, {100, 75}, {200, 75}, {50, 0}},
        FitCase{{400, 300}, {200, 75}, Fit::contain, false, Compass::west, kAll, {100, 75}, {200, 75}, {0, 0}},
        FitCase{{400, 300}, {200, 75}, Fit::contain, false, Compass::east, kAll, {100, 75}, {200, 75}, {100, 0}},
        FitCase{{400, 300}, {200, 75}, Fit::contain, false, FocalPoint{0.25, 0.5}, kAll, {100, 75}, {200, 75}, {0, 0}},
        FitCase{{400, 300}, {200, 75}, Fit::contain, false, FocalPoint{0.6, 0.5}, kAll, {100, 75}, {200, 75}, {70, 0}},
        FitCase{{400, 300}, {600, 600}, Fit::contain, false, kCenter, kAll, {400, 300}, {600, 600}, {100, 150}},
        FitCase{{400, 300}, {600, 600}, Fit::contain, true, kCenter, kAll, {600, 450}, {600, 600}, {0, 75}},
        FitCase{{400, 300}, {600, 100}, Fit::contain, false, kCenter, kAll, {133, 100}, {600, 100}, {233, 0}},
        FitCase{{400, 300}, {100, 0}, Fit::contain, false, kCenter, kAll, {100, 75}, {100, 75}, {}},
        FitCase{{400, 300}, {800, 0}, Fit::contain, false, kCenter, kAll, {400, 300}, {800, 600}, {200, 150}},
        FitCase{
            {400, 300}, {0, 600}, Fit::contain, true, kCenter, kAll, {800, 600}, {800, 600}, {}},
        FitCase{{1000000, 1}, {100, 100}, Fit::contain, false, kCenter, {0, 0, 1000000, 1}, {100, 1}, {100, 100}, {0, 49}},
        FitCase{{1, kMax}, {kMax, kMax}, Fit::contain, true, kCenter, {0, 0, 1, kMax}, {1, kMax}, {kMax, kMax}, {kMax / 2, 0}}));

INSTANTIATE_TEST_SUITE_P(
    FillInsideOutside, FitTable,
    testing::Values(
        FitCase{
            {400, 300}, {100, 100}, Fit::fill, false, kCenter, kAll, {100, 100}, {100, 100}, {}},
        FitCase{
            {400, 300}, {500, 100}, Fit::fill, false, kCenter, kAll, {400, 100}, {400, 100}, {}},
        FitCase{
            {400, 300}, {500, 600}, Fit::fill, false, kCenter, kAll, {400, 300}, {400, 300}, {}},
        FitCase{{400, 300}, {500, 100}, Fit::fill, true, kCenter, kAll, {500, 100}, {500, 100}, {}},
        FitCase{{400, 300}, {0, 150}, Fit::fill, false, kCenter, kAll, {200, 150}, {200, 150}, {}},
        FitCase{
            {400, 300}, {100, 100}, Fit::inside, false, kCenter, kAll, {100, 75}, {100, 75}, {}},
        FitCase{{300, 400}, {100, 100}, Fit::inside, false, kCenter, {0, 0, 300, 400}, {75, 100}, {75, 100}, {}},
        FitCase{
            {400, 300}, {600, 600}, Fit::inside, false, kCenter, kAll, {400, 300}, {400, 300}, {}},
        FitCase{
            {400, 300}, {600, 600}, Fit::inside, true, kCenter, kAll, {600, 450}, {600, 450}, {}},
        FitCase{
            {400, 3}, {10, 10}, Fit::inside, false, kCenter, {0, 0, 400, 3}, {10, 1}, {10, 1}, {}},
        FitCase{
            {400, 300}, {100, 100}, Fit::outside, false, kCenter, kAll, {133, 100}, {133, 100}, {}},
        FitCase{
            {400, 300}, {350, 10}, Fit::outside, false, kCenter, kAll, {350, 263}, {350, 263}, {}},
        FitCase{
            {400, 300}, {350, 350}, Fit::outside, false, kCenter, kAll, {400, 300}, {400, 300}, {}},
        FitCase{
            {400, 300}, {350, 350}, Fit::outside, true, kCenter, kAll, {467, 350}, {467, 350}, {}},
        FitCase{{1000000, 1}, {100, 100}, Fit::outside, false, kCenter, {0, 0, 1000000, 1}, {1000000, 1}, {1000000, 1}, {}},
        FitCase{{1000000, 1}, {100, 100}, Fit::outside, true, kCenter, {0, 0, 1000000, 1}, {100000000, 100}, {100000000, 100}, {}}));

// clang-format on

TEST(Fit, TheWindowBeforeRoundingIsExact) {
  const auto fitted = fit({1000, 333}, {300, 200}, Fit::cover, Compass::center, false);
  ASSERT_TRUE(fitted.has_value());
  EXPECT_DOUBLE_EQ(fitted->source.width, 499.5);
  EXPECT_DOUBLE_EQ(fitted->source.x, 250.25);
  EXPECT_EQ(fitted->crop, (Rect{250, 0, 500, 333}));
  // Not enlarged: the whole pixels themselves, so that nothing is resampled.
  const auto copied = fit({1000, 333}, {600, 400}, Fit::cover, Compass::center, false);
  ASSERT_TRUE(copied.has_value());
  EXPECT_EQ(copied->source, to_rect_f(copied->crop));
  EXPECT_EQ(copied->resized, size_of(copied->crop));
}

TEST(Fit, RefusesWhatMakesNoSense) {
  const auto code = [](Size source, Size box, Gravity gravity) {
    const auto fitted = fit(source, box, Fit::cover, gravity, true);
    return fitted.has_value() ? "taken" : fitted.error().message;
  };
  EXPECT_NE(code({0, 5}, {1, 1}, kCenter).find("source of 0x5"), std::string::npos);
  EXPECT_NE(code({5, kMin}, {1, 1}, kCenter).find("source"), std::string::npos);
  EXPECT_NE(code({5, 5}, {-1, 1}, kCenter).find("box of -1x1"), std::string::npos);
  EXPECT_NE(code({5, 5}, {1, kMin}, kCenter).find("negative"), std::string::npos);
  EXPECT_NE(code({5, 5}, {1, 1}, FocalPoint{std::nan(""), 0}).find("focal"), std::string::npos);
  EXPECT_NE(code({5, 5}, {1, 1}, FocalPoint{0, 1.5}).find("focal"), std::string::npos);
  EXPECT_NE(code({1, kMax}, {kMax, 0}, kCenter).find("follows"), std::string::npos);
  EXPECT_EQ(fit({1, kMax}, {kMax, 1}, Fit::outside, kCenter, true).error().code,
            ErrorCode::invalid_argument);
}

// What each fit promises, on sizes of every magnitude.
TEST(Fit, PropertiesHoldForAnySizes) {
  test::Random random(7);
  const auto side = [&] {
    return static_cast<std::int32_t>(1 + random.below(1u << (random.below(31))));
  };
  for (int i = 0; i < 20000; ++i) {
    const Size source{side(), side()};
    const Size box{side(), side()};
    const bool enlarge = random.below(2) == 0;
    const Gravity gravity = random.below(2) == 0
                                ? Gravity(kCompasses[random.below(9)])
                                : Gravity(FocalPoint{random.unit(), random.unit()});
    for (const Fit how : {Fit::cover, Fit::contain, Fit::fill, Fit::inside, Fit::outside}) {
      const auto result = fit(source, box, how, gravity, enlarge);
      SCOPED_TRACE(testing::Message()
                   << "source " << source.width << "x" << source.height << " box " << box.width
                   << "x" << box.height << " fit " << static_cast<int>(how) << " " << enlarge);
      if (!result.has_value()) {
        // Only a size beyond 31 bits can be in the way.
        EXPECT_TRUE(how == Fit::outside && enlarge);
        continue;
      }
      const Fitted& f = *result;
      ASSERT_TRUE(lies_inside(f.crop, source));
      ASSERT_TRUE(f.source.x >= 0 && f.source.y >= 0 && f.source.width > 0 && f.source.height > 0 &&
                  f.source.x + f.source.width <= source.width &&
                  f.source.y + f.source.height <= source.height);
      ASSERT_FALSE(is_empty(f.resized));
      ASSERT_TRUE(
          lies_inside({f.position.x, f.position.y, f.resized.width, f.resized.height}, f.canvas));
      // Half a pixel of size and one of flooring at the most.
      EXPECT_LE(std::abs(f.crop.x - f.source.x), 1.5);
      EXPECT_LE(std::abs(f.crop.y - f.source.y), 1.5);
      if (f.source.width >= 1) {
        EXPECT_LE(std::abs(f.crop.width - f.source.width), 0.5);
      }
      if (f.source.height >= 1) {
        EXPECT_LE(std::abs(f.crop.height - f.source.height), 0.5);
      }
      if (!enlarge) {
        EXPECT_LE(f.resized.width, source.width);
        EXPECT_LE(f.resized.height, source.height);
      }
      const bool grown = f.resized.width > source.width || f.resized.height > source.height;
      switch (how) {
        case Fit::cover:
          if (enlarge) {
            EXPECT_EQ(f.canvas, box);
          }
          EXPECT_LE(f.canvas.width, box.width);
          EXPECT_LE(f.canvas.height, box.height);
          EXPECT_TRUE(f.source.width == source.width || f.source.height == source.height ||
                      f.crop.width == source.width || f.crop.height == source.height);
          break;
        case Fit::contain:
          EXPECT_EQ(f.canvas, box);
          break;
        case Fit::fill:
          if (enlarge) {
            EXPECT_EQ(f.canvas, box);
          }
          break;
        case Fit::inside:
          EXPECT_LE(f.canvas.width, box.width);
          EXPECT_LE(f.canvas.height, box.height);
          break;
        case Fit::outside:
          if (f.canvas != source || grown) {
            EXPECT_GE(f.canvas.width, box.width);
            EXPECT_GE(f.canvas.height, box.height);
          }
          break;
      }
      if (how != Fit::cover && how != Fit::fill) {
        // Proportions within half a pixel of the side that followed, or one pixel at the least.
        const double by_width = static_cast<double>(f.resized.width) * source.height / source.width;
        const double by_height =
            static_cast<double>(f.resized.height) * source.width / source.height;
        EXPECT_TRUE(std::abs(by_width - f.resized.height) <= 0.5 + 1e-6 ||
                    std::abs(by_height - f.resized.width) <= 0.5 + 1e-6 || f.resized.width == 1 ||
                    f.resized.height == 1);
      }
    }
  }
}

}  // namespace
}  // namespace limen
