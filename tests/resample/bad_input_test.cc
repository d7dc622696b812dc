// SPDX-License-Identifier: Apache-2.0

// What resize() refuses, and the extremes that it must survive.

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <vector>

#include "tests/pictures.h"
#include "tests/resample/resized.h"

namespace limen {
namespace {

Result<void> attempt(const Image& source, Image& target, const ResizeOptions& options = {},
                     const Execution& execution = {}) {
  return resize(source.const_view(), target.view(), options, execution);
}

TEST(BadInput, WindowsOutsideTheSourceAreRefused) {
  constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  const RectF windows[] = {
      {-0.001, 0, 5, 5},    {0, -1, 5, 5},        {0, 0, 10.001, 5},
      {0, 0, 5, 10.5},      {5, 5, 5.5, 5},       {0, 0, 0, 5},
      {0, 0, 5, 0},         {0, 0, -1, 5},        {kNan, 0, 5, 5},
      {0, kNan, 5, 5},      {0, 0, kNan, 5},      {0, 0, 5, kNan},
      {kInfinity, 0, 5, 5}, {0, 0, kInfinity, 5}, {-kInfinity, 0, kInfinity, 5},
      {10, 0, 1e-300, 5},   {0, 10, 5, 1e-300},   {1e300, 0, 1, 1},
      {0, 0, 1e300, 5}};
  const Image source = test::noise({10, 10}, rgb8);
  Image target = test::noise({4, 4}, rgb8);
  for (const RectF& window : windows) {
    for (const Filter filter : {Filter::nearest, Filter::lanczos3}) {
      const auto done = attempt(source, target, {.filter = filter, .source = window});
      ASSERT_FALSE(done.has_value()) << window.x << " " << window.width;
      EXPECT_EQ(done.error().code, ErrorCode::invalid_argument);
      EXPECT_NE(done.error().message.find("window"), std::string::npos);
    }
  }
}

TEST(BadInput, AWindowMayOverhangByHalfAnOutputSampleWhereThatIsAskedFor) {
  const Image source = test::noise({10, 10}, rgb8);
  Image target = test::noise({4, 4}, rgb8);
  const auto attempt_window = [&](const RectF& window) {
    return attempt(source, target, {.source = window, .may_overhang = true}).has_value();
  };
  EXPECT_TRUE(attempt_window({0, -1, 11, 12.5}));
  EXPECT_TRUE(attempt_window({-10.0 / 7, 0, 80.0 / 7, 5}));  // the first centre on the edge
  constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  for (const RectF& window :
       {RectF{-1.5, 0, 11, 5}, RectF{0, 0, 5, 11.5}, RectF{3, 0, 8.1, 5}, RectF{0, 0, kNan, 5},
        RectF{kNan, 0, 5, 5}, RectF{0, 0, kInfinity, 5}, RectF{0, -kInfinity, 5, kInfinity},
        RectF{0, 0, 0, 5}, RectF{1e300, 0, 5, 5}, RectF{5, 5, -2, 5}}) {
    EXPECT_FALSE(attempt_window(window)) << window.x << " " << window.width;
  }
}

TEST(BadInput, TheThinnestWindowsWork) {
  const Image source = test::noise({10, 10}, rgb8);
  Image target = test::noise({40, 30}, rgb8);
  for (const Filter filter : {Filter::nearest, Filter::box, Filter::triangle, Filter::lanczos3}) {
    for (const double thin : {1e-300, std::numeric_limits<double>::denorm_min(), 1e-9}) {
      for (const double at : {0.0, 3.0, 3.5, 9.999999}) {
        EXPECT_TRUE(attempt(source, target, {.filter = filter, .source = RectF{at, at, thin, thin}})
                        .has_value());
      }
    }
  }
}

TEST(BadInput, FormatsMustBeTheSame) {
  const Image source = test::noise({10, 10}, rgb8);
  for (const PixelFormat format : {rgba8, gray8, rgb16, rgb_f32}) {
    Image target = test::noise({4, 4}, format);
    const auto done = attempt(source, target);
    ASSERT_FALSE(done.has_value());
    EXPECT_EQ(done.error().code, ErrorCode::invalid_argument);
  }
}

TEST(BadInput, EmptyViewsAndUnknownFiltersAreRefused) {
  const Image source = test::noise({10, 10}, rgb8);
  Image target = test::noise({4, 4}, rgb8);
  for (const Size size : {Size{0, 4}, Size{4, 0}, Size{-1, 4}, Size{4, -2147483647 - 1}}) {
    ImageView view = target.view();
    view.size = size;
    EXPECT_FALSE(resize(source.const_view(), view).has_value());
    ConstImageView from = source.const_view();
    from.size = size;
    EXPECT_FALSE(resize(from, target.view()).has_value());
  }
  EXPECT_FALSE(resize({}, {}).has_value());
  ImageView nowhere = target.view();
  nowhere.data = nullptr;
  EXPECT_FALSE(resize(source.const_view(), nowhere).has_value());
  const auto done = attempt(source, target, {.filter = static_cast<Filter>(99)});
  ASSERT_FALSE(done.has_value());
  EXPECT_EQ(done.error().code, ErrorCode::invalid_argument);
}

TEST(BadInput, ExtremeProportionsWork) {
  const Size sizes[][2] = {{{1, 1}, {65535, 1}},    {{1, 1}, {1, 65535}},
                           {{65535, 1}, {1, 1}},    {{1, 65535}, {1, 1}},
                           {{65535, 1}, {1, 1000}}, {{1, 65535}, {1000, 1}},
                           {{65535, 2}, {2, 65535}}};
  for (const auto& size : sizes) {
    for (const PixelFormat format : {gray8, rgba8, gray16}) {
      for (const Filter filter : {Filter::nearest, Filter::box, Filter::lanczos3}) {
        const auto half = [](int, int, int) { return 0.4; };
        const Image source = test::make_picture(size[0], format, half);
        const Image result = test::resized(source, size[1], {.filter = filter});
        EXPECT_NEAR(test::get_sample(result.view(), 0, size[1].height - 1, 0), 0.4, 1e-9);
      }
    }
  }
}

TEST(BadInput, MemoryIsAskedForBeforeItIsTaken) {
  // Rows of 2^31 - 1 columns that are never read: the weights alone pass the limit.
  std::vector<std::byte> one_pixel(64);
  constexpr std::int32_t kHuge = std::numeric_limits<std::int32_t>::max();
  const ConstImageView wide{one_pixel.data(), {kHuge, 1}, kHuge, gray8};
  std::byte out[64] = {};
  Workspace workspace(1'000'000);
  for (const bool down : {false, true}) {
    const ConstImageView source =
        down ? ConstImageView{one_pixel.data(), {1, kHuge}, 1, gray8} : wide;
    const auto done =
        resize(source, ImageView{out, {2, 2}, 32, gray8}, {}, {.workspace = &workspace});
    ASSERT_FALSE(done.has_value());
    EXPECT_EQ(done.error().code, ErrorCode::limit_exceeded);
    EXPECT_EQ(done.error().limit, Limit::working_memory);
    EXPECT_EQ(done.error().allowed, 1'000'000u);
    EXPECT_GT(done.error().asked, 1'000'000u);
  }
  for (const Filter filter : {Filter::nearest, Filter::triangle, Filter::lanczos3}) {
    for (const PixelFormat format : {gray8, gray16}) {
      const std::ptrdiff_t stride = static_cast<std::ptrdiff_t>(kHuge) * 2;
      const ConstImageView source{one_pixel.data(), {2, 2}, 32, format};
      const ImageView target{out, {kHuge, kHuge}, stride, format};
      const auto done = resize(source, target, {.filter = filter}, {.workspace = &workspace});
      ASSERT_FALSE(done.has_value());
      EXPECT_EQ(done.error().code, ErrorCode::limit_exceeded);
    }
  }
  EXPECT_EQ(workspace.bytes_in_use(), 0u);
}

TEST(BadInput, ReducingTallPicturesTakesLittleMemory) {
  for (const PixelFormat format : {rgb8, rgba8, rgb16}) {
    const Image source = test::make_picture({512, 4000}, format, [](int, int, int) { return 1.0; });
    Workspace workspace(2'000'000);
    const Image result = test::resized(source, {512, 3}, {}, {.workspace = &workspace});
    EXPECT_EQ(test::get_sample(result.view(), 200, 1, 0), 1.0);
  }
}

// The rows that a view's padding holds belong to somebody else.
TEST(BadInput, NothingOutsideTheTargetIsWritten) {
  for (const PixelFormat format : {gray8, gray_alpha8, rgb8, rgba8, rgb16, rgb_f32}) {
    for (const Filter filter : {Filter::nearest, Filter::box, Filter::lanczos3}) {
      for (const Size size : {Size{1, 1}, Size{5, 4}, Size{31, 7}, Size{77, 50}}) {
        for (const Size from : {Size{3, 2}, Size{40, 33}, Size{40, 50}, Size{77, 20}}) {
          auto outer = Image::create({size.width + 2, size.height + 2}, format);
          ASSERT_TRUE(outer.has_value());
          const std::size_t bytes = row_bytes(outer->size(), format);
          for (std::int32_t y = 0; y < size.height + 2; ++y) {
            std::memset(outer->view().row(y), 0xA5, bytes);
          }
          const Image source = test::noise(from, format);
          // Exactly the source's bytes, so that a sanitizer sees a read beyond them.
          const std::size_t row = row_bytes(from, format);
          std::vector<std::byte> tight(row * static_cast<std::size_t>(from.height));
          for (std::int32_t y = 0; y < from.height; ++y) {
            std::memcpy(tight.data() + static_cast<std::size_t>(y) * row,
                        source.const_view().row(y), row);
          }
          const ConstImageView view{tight.data(), from, static_cast<std::ptrdiff_t>(row), format};
          const ImageView inner = subview(outer->view(), {1, 1, size.width, size.height});
          ASSERT_TRUE(resize(view, inner, {.filter = filter}).has_value());
          const std::size_t pixel = format.bytes_per_pixel();
          for (std::int32_t y = 0; y < size.height + 2; ++y) {
            const std::byte* line = outer->view().row(y);
            const bool border = y == 0 || y == size.height + 1;
            for (std::size_t i = 0; i < bytes; ++i) {
              if (border || i < pixel || i >= bytes - pixel) {
                ASSERT_EQ(line[i], std::byte{0xA5}) << "row " << y << " byte " << i;
              }
            }
          }
        }
      }
    }
  }
}

}  // namespace
}  // namespace limen
