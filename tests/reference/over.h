// SPDX-License-Identifier: Apache-2.0
#pragma once

// Porter and Duff's "over" and its kin pixel by pixel in double, as their definitions read.

#include <algorithm>
#include <array>
#include <cmath>

#include "limen/core/image.h"
#include "tests/pictures.h"

namespace limen::reference {

/// Straight alpha, each channel 0 to 1.
struct Pixel {
  double red = 0;
  double green = 0;
  double blue = 0;
  double alpha = 1;
};

inline Pixel read_pixel(const ConstImageView& view, std::int32_t x, std::int32_t y) {
  const auto at = [&](int channel) { return test::get_sample(view, x, y, channel); };
  switch (view.format.layout) {
    case Layout::gray:
      return {at(0), at(0), at(0), 1};
    case Layout::gray_alpha:
      return {at(0), at(0), at(0), at(1)};
    case Layout::rgba:
      return {at(0), at(1), at(2), at(3)};
    default:
      return {at(0), at(1), at(2), 1};
  }
}

inline double luma(const Pixel& pixel) {
  return 0.2126 * pixel.red + 0.7152 * pixel.green + 0.0722 * pixel.blue;
}

/// One pixel in the channels of `layout`.
inline std::array<double, 4> channels_of(const Pixel& pixel, Layout layout) {
  if (channel_count(layout) <= 2) return {luma(pixel), pixel.alpha, 0, 0};
  return {pixel.red, pixel.green, pixel.blue, pixel.alpha};
}

inline Pixel over(const Pixel& top, double opacity, const Pixel& below) {
  const double weight = top.alpha * opacity;
  const double rest = below.alpha * (1 - weight);
  const double alpha = weight + rest;
  if (alpha == 0) return below;
  const auto mix = [&](double a, double b) { return (a * weight + b * rest) / alpha; };
  return {mix(top.red, below.red), mix(top.green, below.green), mix(top.blue, below.blue), alpha};
}

}  // namespace limen::reference
