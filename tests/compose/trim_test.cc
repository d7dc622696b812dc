// SPDX-License-Identifier: Apache-2.0
#include "limen/compose/trim.h"

#include <gtest/gtest.h>

#include <limits>

#include "tests/compose/printers.h"
#include "tests/pictures.h"

namespace limen {
namespace {

// A border of 100 with a window in which value(x, y, c), of 255, is found.
template <class Value>
Image framed(Size size, PixelFormat format, Rect window, Value value) {
  return test::make_picture(size, format, [&](std::int32_t x, std::int32_t y, int c) {
    const bool inside = x >= window.x && x < window.x + window.width && y >= window.y &&
                        y < window.y + window.height;
    return (inside ? value(x, y, c) : 100) / 255.;
  });
}

Rect trimmed(const Image& picture, int tolerance) {
  const auto rect = find_trim(picture.view(), tolerance);
  EXPECT_TRUE(rect.has_value());
  return rect.has_value() ? *rect : Rect{};
}

TEST(Trim, FindsTheWindowInEveryFormat) {
  for (const SampleType sample : {SampleType::u8, SampleType::u16}) {
    for (const Layout layout :
         {Layout::gray, Layout::gray_alpha, Layout::rgb, Layout::rgba, Layout::cmyk}) {
      for (const Rect& window : {Rect{3, 2, 5, 4}, Rect{0, 0, 1, 1}, Rect{19, 14, 1, 1},
                                 Rect{0, 0, 20, 15}, Rect{4, 0, 1, 15}, Rect{0, 7, 20, 1}}) {
        // The border's colour is the corner's, so a window there makes everything else differ.
        const Image picture = framed({20, 15}, {sample, layout}, window,
                                     [](auto, auto, int c) { return c == 0 ? 111 : 100; });
        const bool holds_corner = window.x == 0 && window.y == 0;
        if (!holds_corner) {
          EXPECT_EQ(trimmed(picture, 10), window);
        }
        EXPECT_EQ(trimmed(picture, 11), whole({20, 15}));  // nothing differs by more
      }
    }
  }
}

TEST(Trim, SinglePixelsOnEachSideBoundIt) {
  const Image picture = test::make_picture({12, 10}, rgb8, [](auto x, auto y, int c) {
    const bool mark =
        (x == 2 && y == 5) || (x == 9 && y == 4) || (x == 5 && y == 1) || (x == 6 && y == 8);
    return mark && c == 2 ? 1.0 : 0.0;
  });
  EXPECT_EQ(trimmed(picture, 0), (Rect{2, 1, 8, 8}));
  EXPECT_EQ(trimmed(picture, 254), (Rect{2, 1, 8, 8}));
  EXPECT_EQ(trimmed(picture, 255), whole({12, 10}));
}

TEST(Trim, TransparentPixelsAreAllAlike) {
  test::Random random(5);
  const Image picture = test::make_picture({12, 10}, rgba8, [&](auto x, auto y, int c) {
    if (c == 3) return x >= 4 && x < 6 && y == 3 ? 0.5 : 0.0;
    return random.unit();
  });
  EXPECT_EQ(trimmed(picture, 0), (Rect{4, 3, 2, 1}));
}

TEST(Trim, RefusesWhatMakesNoSense) {
  const Image picture = test::noise({4, 4}, rgb8);
  for (const int tolerance : {-1, 256, std::numeric_limits<int>::min()}) {
    const auto result = find_trim(picture.view(), tolerance);
    ASSERT_FALSE(result.has_value());
    EXPECT_EQ(result.error().code, ErrorCode::invalid_argument);
    EXPECT_NE(result.error().message.find("tolerance"), std::string::npos);
  }
  EXPECT_FALSE(find_trim({}, 1).has_value());
  EXPECT_FALSE(find_trim(test::noise({4, 4}, rgb_f32).view(), 1).has_value());
  EXPECT_EQ(trimmed(test::noise({1, 1}, rgb8), 0), whole({1, 1}));
}

}  // namespace
}  // namespace limen
