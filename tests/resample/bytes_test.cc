// SPDX-License-Identifier: Apache-2.0

// resize() of u8 to nearly the same size, and to larger ones: kernels that look bytes up in the
// source's rows themselves, or in what alpha or light has made of them, each instruction set in its
// own way.

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

#include "limen/core/image.h"
#include "limen/resample/resize.h"
#include "tests/pictures.h"
#include "tests/reference/resize_reference.h"
#include "tests/resample/each_target.h"
#include "tests/resample/resized.h"

namespace limen {
namespace {

using test::with_each_target;

constexpr PixelFormat kPremultiplied8{SampleType::u8, Layout::rgba, AlphaMode::premultiplied};
/// What goes that way.
struct Kind {
  PixelFormat format;
  bool linear_light = false;
  double largest_error = 0.6;
};
// In linear light a unit is a tenth of the darkest levels.
constexpr Kind kKinds[] = {{gray8},
                           {rgb8},
                           {cmyk8},
                           {kPremultiplied8},
                           {gray_alpha8},
                           {rgba8},
                           {gray8, true, 0.75},
                           {rgb8, true, 0.75},
                           {kPremultiplied8, true, 0.75}};

/// A picture of which no byte may be read before or behind any of its rows: each row ends, or else
/// begins, where memory does that cannot be read.
class LonelyRows {
 public:
  LonelyRows(const Image& image, bool at_end, bool bottom_up) {
    const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
    const ConstImageView from = image.const_view();
    const std::size_t bytes = row_bytes(from.size, from.format);
    const std::size_t readable = (bytes + page - 1) / page * page;
    const std::size_t step = readable + page;
    const auto rows = static_cast<std::size_t>(from.size.height);
    size_ = page + rows * step;
    memory_ = mmap(nullptr, size_, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory_ == MAP_FAILED) return;
    auto* first = static_cast<std::byte*>(memory_) + page;
    const std::size_t offset = at_end ? readable - bytes : 0;
    for (std::size_t y = 0; y < rows; ++y) {
      std::byte* row = first + y * step;
      if (mprotect(row, readable, PROT_READ | PROT_WRITE) != 0) return;
      const std::size_t source = bottom_up ? rows - 1 - y : y;
      std::memcpy(row + offset, from.row(static_cast<std::int32_t>(source)), bytes);
    }
    const auto stride = static_cast<std::ptrdiff_t>(step);
    view_ = {first + offset + (bottom_up ? (rows - 1) * step : 0), from.size,
             bottom_up ? -stride : stride, from.format};
  }
  LonelyRows(const LonelyRows&) = delete;
  LonelyRows& operator=(const LonelyRows&) = delete;
  ~LonelyRows() {
    if (memory_ != MAP_FAILED) munmap(memory_, size_);
  }
  const ConstImageView& view() const { return view_; }

 private:
  void* memory_ = MAP_FAILED;
  std::size_t size_ = 0;
  ConstImageView view_;
};

TEST(Bytes, NothingBesideARowIsRead) {
  with_each_target([] {
    for (const auto& [format, linear_light, _] : kKinds) {
      const ResizeOptions options{.linear_light = linear_light};
      for (const std::int32_t width : {2, 5, 15, 16, 17, 21, 32, 41, 64, 99, 130, 257}) {
        for (const double ratio : {0.4, 0.625, 0.8, 0.98, 1.7}) {
          const Size from{width, 9};
          const Size to{std::max(1, static_cast<std::int32_t>(width * ratio)),
                        std::max(1, static_cast<std::int32_t>(9 * ratio))};
          const Image source = test::noise(from, format);
          const Image expected = test::resized(source, to, options);
          for (const bool at_end : {false, true}) {
            const LonelyRows lonely(source, at_end, width % 2 == 1);
            ASSERT_NE(lonely.view().data, nullptr);
            auto target = Image::create(to, format);
            ASSERT_TRUE(target.has_value());
            ASSERT_TRUE(resize(lonely.view(), target->view(), options).has_value());
            EXPECT_TRUE(test::equal_pixels(target->const_view(), expected.const_view()))
                << width << " to " << to.width << " channels " << format.channels();
          }
        }
      }
    }
  });
}

struct Case {
  Size from, to;
};

TEST(Bytes, AreAsExactAsCanBeOnEachInstructionSet) {
  // Of short and of long periods and none, of tiles that are not whole, of few pixels.
  const Case cases[] = {{{160, 45}, {128, 36}}, {{160, 40}, {100, 25}}, {{163, 41}, {130, 33}},
                        {{400, 21}, {375, 20}}, {{101, 30}, {100, 29}}, {{640, 9}, {601, 8}},
                        {{23, 19}, {20, 17}},   {{5, 7}, {4, 6}},       {{90, 40}, {90, 31}},
                        {{90, 40}, {71, 40}},   {{60, 40}, {40, 30}},   {{30, 20}, {90, 60}},
                        {{33, 20}, {50, 70}},   {{2, 40}, {3, 30}},     {{700, 30}, {560, 24}}};
  with_each_target([&] {
    for (const auto& [from, to] : cases) {
      for (const auto& [format, linear_light, largest_error] : kKinds) {
        for (const Filter filter : {Filter::box, Filter::mitchell, Filter::lanczos3}) {
          const ResizeOptions options{.filter = filter, .linear_light = linear_light};
          for (const Image& source : {test::noise(from, format), test::hard_edges(from, format)}) {
            // Straight colours count where they can be seen.
            const auto found =
                test::deviation(test::resized(source, to, options).const_view(),
                                test::resize_reference(source.view(), to, options), 64.0 / 255);
            EXPECT_LE(found.largest, largest_error)
                << from.width << "x" << from.height << " to " << to.width << "x" << to.height
                << " channels " << format.channels() << " " << name(filter)
                << (linear_light ? " in linear light" : "");
          }
        }
      }
    }
  });
}

TEST(Bytes, AreAsExactInWindows) {
  const RectF windows[] = {{0.5, 0.25, 190.25, 80}, {10.3, 20.7, 100.3, 52.1}, {1, 2, 160, 64},
                           {37, 3, 160, 80},        {150, 40, 47, 43},         {0, 0, 128, 64}};
  with_each_target([&] {
    for (const Kind& kind : {Kind{rgb8}, Kind{rgba8}, Kind{rgb8, true, 0.75}}) {
      const Image source = test::noise({197, 83}, kind.format);
      for (const RectF& window : windows) {
        for (const Size size : {Size{128, 51}, Size{100, 40}, Size{64, 64}, Size{200, 150}}) {
          const ResizeOptions options{.source = window, .linear_light = kind.linear_light};
          const auto found =
              test::deviation(test::resized(source, size, options).const_view(),
                              test::resize_reference(source.view(), size, options), 64.0 / 255);
          EXPECT_LE(found.largest, kind.largest_error)
              << window.x << "," << window.y << " to " << size.width << " channels "
              << kind.format.channels();
        }
      }
    }
  });
}

TEST(Bytes, AreTheSameByAnyNumberOfThreads) {
  for (const Kind& kind : {Kind{rgb8}, Kind{rgba8}, Kind{rgb8, true}}) {
    const Image source = test::noise({700, 500}, kind.format);
    const ResizeOptions options{.linear_light = kind.linear_light};
    for (const Size size : {Size{560, 400}, Size{601, 333}, Size{900, 640}}) {
      const Image one = test::resized(source, size, options);
      for (const unsigned threads : {2u, 3u, 7u}) {
        Workspace workspace;
        const Image many =
            test::resized(source, size, options, {.workspace = &workspace, .threads = threads});
        EXPECT_TRUE(test::equal_pixels(one.const_view(), many.const_view())) << threads;
      }
    }
  }
}

}  // namespace
}  // namespace limen
