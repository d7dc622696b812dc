// SPDX-License-Identifier: Apache-2.0
#pragma once

// A turn by any angle in double, pixel by pixel.

#include <algorithm>
#include <cmath>
#include <numbers>

#include "tests/reference/over.h"

namespace limen::reference {

/// Catmull and Rom's spline as a filter (Keys 1981, a = -1/2).
inline double catmull_rom(double x) {
  x = std::abs(x);
  if (x < 1) return 1.5 * x * x * x - 2.5 * x * x + 1;
  if (x < 2) return -0.5 * x * x * x + 2.5 * x * x - 4 * x + 2;
  return 0;
}

/// Premultiplied colour and alpha at a place of the picture, x and y in pixels from its corner.
inline Pixel interpolate(const ConstImageView& view, double x, double y) {
  Pixel sum{0, 0, 0, 0};
  const int left = static_cast<int>(std::floor(x - 0.5));
  const int top = static_cast<int>(std::floor(y - 0.5));
  for (int j = top - 1; j <= top + 2; ++j) {
    for (int i = left - 1; i <= left + 2; ++i) {
      const double weight = catmull_rom(x - 0.5 - i) * catmull_rom(y - 0.5 - j);
      const Pixel pixel = read_pixel(view, std::clamp(i, 0, view.size.width - 1),
                                     std::clamp(j, 0, view.size.height - 1));
      sum.red += weight * pixel.red * pixel.alpha;
      sum.green += weight * pixel.green * pixel.alpha;
      sum.blue += weight * pixel.blue * pixel.alpha;
      sum.alpha += weight * pixel.alpha;
    }
  }
  sum.alpha = std::clamp(sum.alpha, 0.0, 1.0);
  sum.red = std::clamp(sum.red, 0.0, sum.alpha);
  sum.green = std::clamp(sum.green, 0.0, sum.alpha);
  sum.blue = std::clamp(sum.blue, 0.0, sum.alpha);
  return sum;
}

/// Straight pixel (x, y) of a canvas on which `view` stands, turned counter-clockwise.
inline Pixel rotated(const ConstImageView& view, Size canvas, double degrees,
                     const Pixel& background, int x, int y) {
  const double angle = degrees * std::numbers::pi / 180;
  const double right = x + 0.5 - canvas.width / 2.0;
  const double up = canvas.height / 2.0 - (y + 0.5);
  // Turned back, clockwise.
  const double from_right = right * std::cos(angle) + up * std::sin(angle);
  const double from_up = up * std::cos(angle) - right * std::sin(angle);
  const double from_x = view.size.width / 2.0 + from_right;
  const double from_y = view.size.height / 2.0 - from_up;
  const auto covered = [](double at, double length) {
    return std::clamp(std::min(at + 0.5, length) - std::max(at - 0.5, 0.0), 0.0, 1.0);
  };
  const double share = covered(from_x, view.size.width) * covered(from_y, view.size.height);
  const Pixel inside = interpolate(view, from_x, from_y);
  const auto mix = [&](double a, double b) { return a * share + b * (1 - share); };
  const double alpha = mix(inside.alpha, background.alpha);
  if (alpha == 0) return {0, 0, 0, 0};
  return {mix(inside.red, background.red * background.alpha) / alpha,
          mix(inside.green, background.green * background.alpha) / alpha,
          mix(inside.blue, background.blue * background.alpha) / alpha, alpha};
}

}  // namespace limen::reference
