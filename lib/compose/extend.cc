// SPDX-License-Identifier: Apache-2.0
#include "limen/compose/extend.h"

#include <algorithm>
#include <cstring>

#include "lib/compose/arguments.h"
#include "lib/compose/samples.h"

namespace limen::inline LIMEN_ABI {

namespace {

using compose::kMost;

template <class Sample>
void fill(Sample* row, std::int32_t first, std::int32_t past, int channels,
          const std::array<Sample, 4>& pixel) {
  for (std::int32_t x = first; x < past; ++x) {
    std::memcpy(row + static_cast<std::ptrdiff_t>(x) * channels, pixel.data(),
                static_cast<std::size_t>(channels) * sizeof(Sample));
  }
}

// Pixels of one row that are seen on the canvas, widened to its layout.
template <class Sample, int From, int To>
void convert_row(const Sample* from, Sample* to, std::int32_t count) {
  if constexpr (From == To) {
    std::memcpy(to, from, static_cast<std::size_t>(count) * To * sizeof(Sample));
  } else {
    for (std::int32_t x = 0; x < count; ++x) {
      compose::convert_pixel<Sample, From, To>(from + static_cast<std::ptrdiff_t>(x) * From,
                                               to + static_cast<std::ptrdiff_t>(x) * To);
    }
  }
}

template <class Sample>
void convert_any(const Sample* from, int from_channels, Sample* to, int to_channels,
                 std::int32_t count) {
  compose::with_channels(from_channels, [&](auto from_constant) {
    compose::with_channels(to_channels, [&](auto to_constant) {
      constexpr int kFrom = decltype(from_constant)::value;
      constexpr int kTo = decltype(to_constant)::value;
      // Only what layout_with_background() can ask for: nothing is taken away.
      constexpr bool kColorKept = kFrom < 3 || kTo >= 3;
      constexpr bool kAlphaKept = kFrom % 2 == 1 || kTo % 2 == 0;
      if constexpr (kColorKept && kAlphaKept) convert_row<Sample, kFrom, kTo>(from, to, count);
    });
  });
}

// A range of the canvas's columns or rows that the source covers; empty where it covers none.
struct Covered {
  std::int32_t first = 0;
  std::int32_t past = 0;
};

Covered covered(std::int32_t position, std::int32_t length, std::int32_t canvas) {
  const std::int64_t first = std::clamp<std::int64_t>(position, 0, canvas);
  const std::int64_t past =
      std::clamp<std::int64_t>(std::int64_t{position} + length, first, canvas);
  return {static_cast<std::int32_t>(first), static_cast<std::int32_t>(past)};
}

template <class Sample>
Result<void> draw(const ConstImageView& source, const ImageView& canvas, Point position,
                  Color background, const Execution& execution) {
  const int channels = canvas.format.channels();
  const int source_channels = source.format.channels();
  const auto pixel = compose::pixel_of<Sample>(background, canvas.format);
  const Covered x = covered(position.x, source.size.width, canvas.size.width);
  const Covered y = covered(position.y, source.size.height, canvas.size.height);
  for (std::int32_t row = 0; row < canvas.size.height; ++row) {
    if (compose::should_stop(execution, row)) return cancelled();
    Sample* to = canvas.row_as<Sample>(row);
    if (row < y.first || row >= y.past || x.first == x.past) {
      fill(to, 0, canvas.size.width, channels, pixel);
      continue;
    }
    fill(to, 0, x.first, channels, pixel);
    const auto skipped = static_cast<std::ptrdiff_t>(std::int64_t{x.first} - position.x);
    const auto source_row = static_cast<std::int32_t>(std::int64_t{row} - position.y);
    convert_any(source.row_as<Sample>(source_row) + skipped * source_channels, source_channels,
                to + static_cast<std::ptrdiff_t>(x.first) * channels, channels, x.past - x.first);
    fill(to, x.past, canvas.size.width, channels, pixel);
  }
  return {};
}

// Source over an opaque colour: (c * a + m * (M - a)) / M, rounded half up. M is odd: no ties.
template <class Sample, int From>
void flatten_row(const Sample* from, Sample* to, int to_channels, std::int32_t width,
                 const std::array<Sample, 4>& matte) {
  constexpr std::uint32_t kFull = kMost<Sample>;
  for (std::int32_t x = 0; x < width; ++x, from += From, to += to_channels) {
    const std::uint64_t alpha = from[From - 1];
    for (int c = 0; c < to_channels; ++c) {
      const std::uint64_t color = from[From == 4 ? c : 0];
      to[c] = static_cast<Sample>((color * alpha + matte[c] * (kFull - alpha) + kFull / 2) / kFull);
    }
  }
}

}  // namespace

Result<Image> extend(const ConstImageView& source, Size canvas, Point position, Color background,
                     const Execution& execution) {
  return contain_exceptions([&]() -> Result<Image> {
    LIMEN_TRY(compose::check_view(source, "extend", "the picture", {.premultiplied = true}));
    PixelFormat format = source.format;
    format.layout = compose::layout_with_background(format.layout, background);
    const compose::AnyWorkspace workspace(execution);
    LIMEN_ASSIGN(Image result, Image::create(canvas, format, workspace.get()));
    LIMEN_TRY(compose::with_sample(format.sample, [&](auto sample) {
      return draw<decltype(sample)>(source, result.view(), position, background, execution);
    }));
    return result;
  });
}

Result<Image> flatten(const ConstImageView& source, Color matte, const Execution& execution) {
  return contain_exceptions([&]() -> Result<Image> {
    LIMEN_TRY(compose::check_view(source, "flatten", "the picture", {.cmyk = true}));
    matte.alpha = 255;
    PixelFormat format = source.format;
    if (format.has_alpha())
      format.layout = compose::layout_with_background(
          format.layout == Layout::rgba ? Layout::rgb : Layout::gray, matte);
    const compose::AnyWorkspace workspace(execution);
    LIMEN_ASSIGN(Image result, Image::create(source.size, format, workspace.get()));
    const auto body = [&](auto sample) -> Result<void> {
      using Sample = decltype(sample);
      const auto pixel = compose::pixel_of<Sample>(matte, format);
      for (std::int32_t y = 0; y < source.size.height; ++y) {
        if (compose::should_stop(execution, y)) return cancelled();
        const auto* from = source.row_as<Sample>(y);
        auto* to = result.view().row_as<Sample>(y);
        if (source.format.layout == Layout::rgba) {
          flatten_row<Sample, 4>(from, to, format.channels(), source.size.width, pixel);
        } else if (source.format.layout == Layout::gray_alpha) {
          flatten_row<Sample, 2>(from, to, format.channels(), source.size.width, pixel);
        } else {
          std::memcpy(to, from, row_bytes(source.size, source.format));
        }
      }
      return {};
    };
    LIMEN_TRY(compose::with_sample(format.sample, body));
    return result;
  });
}

}  // namespace limen::inline LIMEN_ABI
