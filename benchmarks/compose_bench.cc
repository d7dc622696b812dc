// SPDX-License-Identifier: Apache-2.0

// The operations of compose on a picture of two megapixels, as a variant of a photo is.

#include <benchmark/benchmark.h>

#include <cstdint>
#include <cstring>
#include <utility>

#include "limen/compose/adjust.h"
#include "limen/compose/blur.h"
#include "limen/compose/extend.h"
#include "limen/compose/mask.h"
#include "limen/compose/orient.h"
#include "limen/compose/overlay.h"
#include "limen/compose/rotate.h"
#include "limen/compose/sharpen.h"
#include "limen/compose/trim.h"
#include "limen/core/image.h"

namespace limen {
namespace {

constexpr Size kPicture{1600, 1200};
constexpr Size kMark{400, 300};

// Bytes of a fixed sequence (xorshift64*, Vigna 2016).
Image noise(Size size, PixelFormat format) {
  Image image = *Image::create(size, format);
  std::uint64_t state = 1;
  for (std::int32_t y = 0; y < size.height; ++y) {
    auto* row = image.view().row_as<std::uint8_t>(y);
    for (std::size_t i = 0; i < row_bytes(size, format); ++i) {
      state ^= state >> 12;
      state ^= state << 25;
      state ^= state >> 27;
      row[i] = static_cast<std::uint8_t>((state * 0x2545F4914F6CDD1Dull) >> 56);
    }
  }
  return image;
}

void count_pixels(benchmark::State& state, Size size) {
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations()) *
                          static_cast<std::int64_t>(area(size)));
}

// An operation that makes a new picture; memory is reused, as a service does.
template <class Operation>
void make(benchmark::State& state, PixelFormat format, Operation operation) {
  Workspace workspace;
  const Image source = noise(kPicture, format);
  for (auto _ : state) {
    auto result = operation(source.view(), Execution{.workspace = &workspace});
    if (!result.has_value()) return state.SkipWithError(result.error().message.c_str());
    benchmark::DoNotOptimize(result);
  }
  count_pixels(state, kPicture);
}

// An operation in place. What it does to noise again and again does not change its speed.
template <class Operation>
void change(benchmark::State& state, PixelFormat format, Operation operation) {
  Workspace workspace;
  Image picture = noise(kPicture, format);
  for (auto _ : state) {
    const auto result = operation(picture.view(), Execution{.workspace = &workspace});
    if (!result.has_value()) return state.SkipWithError(result.error().message.c_str());
    benchmark::ClobberMemory();
  }
  count_pixels(state, kPicture);
}

void orient_by(benchmark::State& state, PixelFormat format, Orientation orientation) {
  make(state, format, [&](const ConstImageView& source, const Execution& execution) {
    return orient(source, orientation, execution);
  });
}
BENCHMARK_CAPTURE(orient_by, rgb8_180, rgb8, Orientation::bottom_right);
BENCHMARK_CAPTURE(orient_by, rgb8_90, rgb8, Orientation::right_top);
BENCHMARK_CAPTURE(orient_by, rgba8_90, rgba8, Orientation::right_top);

void rotate_by(benchmark::State& state, PixelFormat format, double degrees) {
  make(state, format, [&](const ConstImageView& source, const Execution& execution) {
    return rotate(source, degrees, {255, 255, 255}, execution);
  });
}
BENCHMARK_CAPTURE(rotate_by, rgb8_7, rgb8, 7.0);
BENCHMARK_CAPTURE(rotate_by, rgba8_7, rgba8, 7.0);

void flatten_on_white(benchmark::State& state) {
  make(state, rgba8, [](const ConstImageView& source, const Execution& execution) {
    return flatten(source, {255, 255, 255}, execution);
  });
}
BENCHMARK(flatten_on_white);

void extend_by_a_tenth(benchmark::State& state) {
  make(state, rgb8, [](const ConstImageView& source, const Execution& execution) {
    return extend(source, {1760, 1320}, {80, 60}, {255, 255, 255}, execution);
  });
}
BENCHMARK(extend_by_a_tenth);

void round_by_40(benchmark::State& state) {
  make(state, rgb8, [](const ConstImageView& source, const Execution& execution) {
    return round_corners(source, 40, execution);
  });
}
BENCHMARK(round_by_40);

// Pixels counted are the mark's.
void overlay_mark(benchmark::State& state, PixelFormat format, double opacity) {
  Image picture = noise(kPicture, format);
  const Image mark = noise(kMark, rgba8);
  for (auto _ : state) {
    const auto result = overlay(picture.view(), mark.view(), {30, 40}, opacity);
    if (!result.has_value()) return state.SkipWithError(result.error().message.c_str());
    benchmark::ClobberMemory();
  }
  count_pixels(state, kMark);
}
BENCHMARK_CAPTURE(overlay_mark, rgb8, rgb8, 1.0);
BENCHMARK_CAPTURE(overlay_mark, rgb8_half, rgb8, 0.5);
BENCHMARK_CAPTURE(overlay_mark, rgba8, rgba8, 1.0);

void blur_by(benchmark::State& state, PixelFormat format, double sigma) {
  change(state, format, [&](const ImageView& picture, const Execution& execution) {
    return blur(picture, sigma, execution);
  });
}
BENCHMARK_CAPTURE(blur_by, rgb8_1, rgb8, 1.0);
BENCHMARK_CAPTURE(blur_by, rgb8_5, rgb8, 5.0);
BENCHMARK_CAPTURE(blur_by, rgb8_10, rgb8, 10.0);
BENCHMARK_CAPTURE(blur_by, rgb8_100, rgb8, 100.0);
BENCHMARK_CAPTURE(blur_by, rgba8_1, rgba8, 1.0);

void sharpen_by(benchmark::State& state, PixelFormat format) {
  change(state, format, [&](const ImageView& picture, const Execution& execution) {
    return sharpen(picture, {}, execution);
  });
}
BENCHMARK_CAPTURE(sharpen_by, rgb8, rgb8);
BENCHMARK_CAPTURE(sharpen_by, rgba8, rgba8);

void adjust_by(benchmark::State& state, const Adjustments& adjustments) {
  change(state, rgb8, [&](const ImageView& picture, const Execution& execution) {
    return adjust(picture, adjustments, execution);
  });
}
BENCHMARK_CAPTURE(adjust_by, tone, {.brightness = 0.01, .gamma = 1.01});
BENCHMARK_CAPTURE(adjust_by, saturation, {.saturation = 1.1});

void average(benchmark::State& state) {
  make(state, rgb8,
       [](const ConstImageView& source, const Execution&) { return average_color(source); });
}
BENCHMARK(average);

void trim_uniform(benchmark::State& state) {
  Image picture = noise(kPicture, rgb8);
  for (std::int32_t y = 0; y < kPicture.height; ++y) {
    std::memset(picture.view().row(y), 200, row_bytes(kPicture, rgb8));
  }
  for (auto _ : state) {
    auto result = find_trim(picture.view(), 10);
    benchmark::DoNotOptimize(result);
  }
  count_pixels(state, kPicture);
}
BENCHMARK(trim_uniform);

}  // namespace
}  // namespace limen
