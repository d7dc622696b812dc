// SPDX-License-Identifier: Apache-2.0
#pragma once

// Files for the pipeline's tests, and looks at what comes out.

#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "limen/limen.hpp"
#include "tests/pictures.h"

namespace limen::test {

/// A file of the picture; PNG and WebP lossless, so that its pixels are known.
inline Bytes file_of(const ConstImageView& picture, Format format, Metadata metadata = {}) {
  EncodeOptions options;
  options.format = format;
  options.effort = 1;
  if (format == Format::webp) options.mode = Lossless{};
  if (format == Format::jpeg || format == Format::avif) options.mode = Quality{92};
  options.metadata = std::move(metadata);
  auto bytes = encode(picture, options);
  EXPECT_TRUE(bytes.has_value()) << bytes.error().message;
  return bytes ? *std::move(bytes) : Bytes();
}

inline Image pixels_of(const Bytes& file) {
  DecodeOptions options;
  options.keep_16_bit = true;
  auto decoded = decode(file, options);
  EXPECT_TRUE(decoded.has_value()) << decoded.error().message;
  return decoded ? std::move(decoded->image) : Image();
}

/// The variant, or a test failure with the error.
inline Variant made(const Bytes& source, const Recipe& recipe, const TransformOptions& options = {},
                    const Execution& execution = {}) {
  auto variant = transform(source, recipe, options, execution);
  EXPECT_TRUE(variant.has_value()) << variant.error().message;
  return variant ? *std::move(variant) : Variant();
}

inline Recipe from_query(const std::string& query) {
  auto recipe = parse_cloudimage_query(query);
  EXPECT_TRUE(recipe.has_value()) << recipe.error().message;
  return recipe ? *std::move(recipe) : Recipe();
}

/// The query's variant as pixels, by way of PNG.
inline Image shown(const Bytes& source, const std::string& query,
                   const TransformOptions& options = {}) {
  Recipe recipe = from_query(query);
  recipe.format = Format::png;
  return pixels_of(made(source, recipe, options).bytes);
}

/// One pixel as 8-bit red, green, blue, alpha.
inline Color pixel(const ConstImageView& view, std::int32_t x, std::int32_t y) {
  const auto value = [&](int channel) {
    return static_cast<std::uint8_t>(std::lround(255 * get_sample(view, x, y, channel)));
  };
  const int channels = view.format.channels();
  const bool gray = channels < 3;
  return {value(0), value(gray ? 0 : 1), value(gray ? 0 : 2),
          view.format.has_alpha() ? value(channels - 1) : std::uint8_t{255}};
}

/// The largest difference of two pictures of the same size, in steps of 1/255; alpha counts too.
inline double largest_difference_of(const ConstImageView& a, const ConstImageView& b) {
  EXPECT_EQ(a.size, b.size);
  if (a.size != b.size) return 255;
  double largest = 0;
  const auto sample = [](const ConstImageView& view, std::int32_t x, std::int32_t y, int channel) {
    const int channels = view.format.channels();
    if (channel == 3) return view.format.has_alpha() ? get_sample(view, x, y, channels - 1) : 1.0;
    return get_sample(view, x, y, channels < 3 ? 0 : channel);
  };
  for (std::int32_t y = 0; y < a.size.height; ++y) {
    for (std::int32_t x = 0; x < a.size.width; ++x) {
      for (int c = 0; c < 4; ++c) {
        largest = std::max(largest, std::abs(sample(a, x, y, c) - sample(b, x, y, c)));
      }
    }
  }
  return 255 * largest;
}

/// Peak signal to noise over the colours, in dB; infinite where nothing differs.
inline double psnr(const ConstImageView& a, const ConstImageView& b) {
  EXPECT_EQ(a.size, b.size);
  double sum = 0;
  for (std::int32_t y = 0; y < a.size.height; ++y) {
    for (std::int32_t x = 0; x < a.size.width; ++x) {
      for (int c = 0; c < 3; ++c) {
        const double difference = get_sample(a, x, y, a.format.channels() < 3 ? 0 : c) -
                                  get_sample(b, x, y, b.format.channels() < 3 ? 0 : c);
        sum += difference * difference;
      }
    }
  }
  return 10 * std::log10(3 * static_cast<double>(area(a.size)) / sum);
}

inline Image solid(Size size, PixelFormat format, Color color) {
  return make_picture(size, format, [&](auto, auto, int c) {
    const std::uint8_t values[] = {color.red, color.green, color.blue, color.alpha};
    const int channels = format.channels();
    return values[format.has_alpha() && c == channels - 1 ? 3 : c] / 255.0;
  });
}

inline bool contains(const Bytes& bytes, std::string_view text) {
  const std::string_view all(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  return all.find(text) != std::string_view::npos;
}

}  // namespace limen::test
