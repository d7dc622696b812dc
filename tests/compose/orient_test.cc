// SPDX-License-Identifier: Apache-2.0
#include "limen/compose/orient.h"

#include <gtest/gtest.h>

#include <cstring>
#include <string>

#include "tests/compose/printers.h"
#include "tests/pictures.h"

namespace limen {
namespace {

constexpr Orientation kAll[] = {
    Orientation::top_left,     Orientation::top_right,   Orientation::bottom_right,
    Orientation::bottom_left,  Orientation::left_top,    Orientation::right_top,
    Orientation::right_bottom, Orientation::left_bottom,
};

// EXIF's own words for where the stored row 0 and column 0 are seen, as a picture of 3x2:
//   A B C
//   D E F
// stored so that it shows upright. Each row of text is a stored row.
struct Stored {
  Orientation orientation;
  Size size;
  const char* samples;
};
constexpr Stored kStored[] = {
    {Orientation::top_left, {3, 2}, "ABCDEF"},     {Orientation::top_right, {3, 2}, "CBAFED"},
    {Orientation::bottom_right, {3, 2}, "FEDCBA"}, {Orientation::bottom_left, {3, 2}, "DEFABC"},
    {Orientation::left_top, {2, 3}, "ADBECF"},     {Orientation::right_top, {2, 3}, "CFBEAD"},
    {Orientation::right_bottom, {2, 3}, "FCEBDA"}, {Orientation::left_bottom, {2, 3}, "DAEBFC"},
};

std::string samples_of(const ConstImageView& view) {
  std::string text;
  for (std::int32_t y = 0; y < view.size.height; ++y) {
    text.append(reinterpret_cast<const char*>(view.row(y)), row_bytes(view.size, view.format));
  }
  return text;
}

TEST(Orient, AllEightComeOutUprightAndEqual) {
  for (const Stored& stored : kStored) {
    const ConstImageView view(reinterpret_cast<const std::byte*>(stored.samples), stored.size,
                              stored.size.width, gray8);
    const auto upright = orient(view, stored.orientation);
    ASSERT_TRUE(upright.has_value());
    EXPECT_EQ(upright->size(), (Size{3, 2}));
    EXPECT_EQ(samples_of(upright->view()), "ABCDEF") << static_cast<int>(stored.orientation);
  }
}

// Every format and sizes around the block, pixel by pixel by the same rule as the windows.
TEST(Orient, EveryPixelOfEveryFormatLandsWhereItsWindowDoes) {
  for (const SampleType sample : {SampleType::u8, SampleType::u16, SampleType::f32}) {
    for (const Layout layout :
         {Layout::gray, Layout::gray_alpha, Layout::rgb, Layout::rgba, Layout::cmyk}) {
      for (const Size size : {Size{1, 1}, Size{1, 70}, Size{67, 1}, Size{33, 65}}) {
        const PixelFormat format{sample, layout};
        const Image source = test::noise(size, format);
        for (const Orientation orientation : kAll) {
          const auto upright = orient(source.view(), orientation);
          ASSERT_TRUE(upright.has_value());
          ASSERT_EQ(upright->size(), upright_size(size, orientation));
          ASSERT_EQ(upright->format(), format);
          bool equal = true;
          for (std::int32_t y = 0; y < size.height; ++y) {
            for (std::int32_t x = 0; x < size.width; ++x) {
              const Rect at = orient_rect({x, y, 1, 1}, size, orientation);
              ASSERT_TRUE(lies_inside(at, upright->size()));
              const auto bytes = format.bytes_per_pixel();
              equal &=
                  std::memcmp(source.view().row(y) + static_cast<std::size_t>(x) * bytes,
                              upright->view().row(at.y) + static_cast<std::size_t>(at.x) * bytes,
                              bytes) == 0;
            }
          }
          EXPECT_TRUE(equal) << static_cast<int>(orientation) << " of " << size.width << "x"
                             << size.height;
        }
      }
    }
  }
}

TEST(Orient, WindowsGoThereAndBack) {
  const Size size{13, 7};
  for (const Orientation orientation : kAll) {
    EXPECT_EQ(orient_rect(whole(size), size, orientation), whole(upright_size(size, orientation)));
    for (const Rect& rect : {Rect{0, 0, 1, 1}, Rect{2, 3, 5, 4}, Rect{12, 6, 1, 1}}) {
      const Rect there = orient_rect(rect, size, orientation);
      EXPECT_TRUE(lies_inside(there, upright_size(size, orientation)));
      EXPECT_EQ(unorient_rect(there, size, orientation), rect);
    }
  }
  // 90 degrees clockwise: the stored left edge becomes the top.
  EXPECT_EQ(orient_rect({0, 2, 1, 3}, {10, 8}, Orientation::right_top), (Rect{3, 0, 3, 1}));
}

TEST(Orient, CombineIsOneAfterTheOther) {
  const Image source = test::noise({5, 3}, rgb8);
  for (const Orientation first : kAll) {
    for (const Orientation second : kAll) {
      const auto once = orient(source.view(), first);
      ASSERT_TRUE(once.has_value());
      const auto twice = orient(once->view(), second);
      const auto both = orient(source.view(), combine(first, second));
      ASSERT_TRUE(twice.has_value() && both.has_value());
      ASSERT_EQ(twice->size(), both->size());
      EXPECT_EQ(samples_of(twice->view()), samples_of(both->view()))
          << static_cast<int>(first) << " then " << static_cast<int>(second);
    }
  }
  EXPECT_EQ(combine(Orientation::right_top, Orientation::left_bottom), Orientation::top_left);
}

TEST(Orient, ReadsSubviewsWithTheirStride) {
  const Image source = test::noise({20, 20}, rgba8);
  const ConstImageView window = subview(source.const_view(), {3, 4, 5, 6});
  const auto turned = orient(window, Orientation::bottom_right);
  ASSERT_TRUE(turned.has_value());
  EXPECT_EQ(std::memcmp(turned->view().row(0), source.view().row(9) + 7 * 4, 4), 0);
}

TEST(Orient, RefusesAndStops) {
  const Image source = test::noise({64, 64}, rgb8);
  EXPECT_EQ(orient({}, Orientation::top_left).error().code, ErrorCode::invalid_argument);
  EXPECT_NE(orient(source.view(), static_cast<Orientation>(9)).error().message.find("9"),
            std::string::npos);
  EXPECT_EQ(orient(source.view(), static_cast<Orientation>(0)).error().code,
            ErrorCode::invalid_argument);
  CancelToken token;
  token.cancel();
  EXPECT_EQ(orient(source.view(), Orientation::left_top, {.cancel = &token}).error().code,
            ErrorCode::cancelled);
  Workspace small(1000);
  EXPECT_EQ(orient(source.view(), Orientation::left_top, {.workspace = &small}).error().limit,
            Limit::working_memory);
  EXPECT_EQ(small.bytes_in_use(), 0u);
}

}  // namespace
}  // namespace limen
