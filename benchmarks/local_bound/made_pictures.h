// SPDX-License-Identifier: Apache-2.0
#pragma once

// Pictures that are flat but for a small part: where a mean score hides damage.

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <numbers>
#include <string>
#include <vector>

#include "limen/core/image.h"
#include "tests/pictures.h"

namespace limen::bench {

/// What the small part shows.
enum class Detail { text, color_text, thin_lines, color_stripes, grain, faces };
inline constexpr std::array<Detail, 6> kDetails = {Detail::text,       Detail::color_text,
                                                   Detail::thin_lines, Detail::color_stripes,
                                                   Detail::grain,      Detail::faces};

/// What is around it.
enum class Ground { white, color, dark };
inline constexpr std::array<Ground, 3> kGrounds = {Ground::white, Ground::color, Ground::dark};

inline std::string name_of(Detail detail) {
  constexpr std::array<const char*, 6> kNames = {"text",          "color_text", "thin_lines",
                                                 "color_stripes", "grain",      "faces"};
  return kNames[static_cast<std::size_t>(detail)];
}
inline std::string name_of(Ground ground) {
  constexpr std::array<const char*, 3> kNames = {"white", "color", "dark"};
  return kNames[static_cast<std::size_t>(ground)];
}

using Rgb = std::array<double, 3>;

/// Is this pixel ink in rows of letters of 5 by 7 dots?
inline bool is_ink(int x, int y) {
  // L I M E N, a row a byte, the left dot the highest of five bits.
  constexpr std::array<std::array<std::uint8_t, 7>, 5> kLetters = {{
      {16, 16, 16, 16, 16, 16, 31},
      {14, 4, 4, 4, 4, 4, 14},
      {17, 27, 21, 21, 17, 17, 17},
      {31, 16, 16, 30, 16, 16, 31},
      {17, 25, 21, 19, 17, 17, 17},
  }};
  const int column = x % 6, row = y % 10;
  if (column >= 5 || row >= 7) return false;
  const auto letter = static_cast<std::size_t>((x / 6 + 2 * (y / 10)) % 6);
  return letter < kLetters.size() &&
         (kLetters[letter][static_cast<std::size_t>(row)] >> (4 - column) & 1) != 0;
}

/// The detail's colour at a pixel of it, x and y counted from its corner, on `around`.
inline Rgb detail_color(Detail detail, int x, int y, int side, const Rgb& around,
                        test::Random& random) {
  const Rgb ink = around[1] > 0.5 ? Rgb{0.1, 0.1, 0.12} : Rgb{0.9, 0.9, 0.88};
  switch (detail) {
    case Detail::text:
      return is_ink(x, y) ? ink : around;
    case Detail::color_text:
      return is_ink(x, y) ? Rgb{0.85, 0.1, 0.1} : Rgb{0.1, 0.2, 0.5};
    case Detail::thin_lines: {
      // Lines of a pixel, two directions, smoothed.
      const auto line = [](double at) { return std::max(0.0, 1 - std::abs(at)); };
      const double a = line(std::fmod(0.9 * x + 0.44 * y, 9.0) - 4);
      const double b = line(std::fmod(1000 + 0.3 * x - 0.95 * y, 13.0) - 6);
      const double share = 0.7 * std::max(a, b);
      Rgb mixed;
      for (std::size_t c = 0; c < 3; ++c) mixed[c] = around[c] + share * (ink[c] - around[c]);
      return mixed;
    }
    case Detail::color_stripes:
      return (x / 3) % 2 == 0 ? Rgb{0.8, 0.15, 0.2} : Rgb{0.2, 0.45, 0.75};
    case Detail::grain: {
      const double v = 0.2 * (random.unit() + random.unit() - 1);
      return {0.5 + v, 0.48 + v, 0.42 + v};
    }
    case Detail::faces: {
      // Soft round shapes with fine modelling, as of a small figure.
      const double u = 2.0 * x / side - 1, v = 2.0 * y / side - 1;
      const double round = std::exp(-3 * (u * u + v * v));
      const double hair = 0.12 * std::sin(0.9 * x + 5 * v * v) * std::sin(0.35 * y + 3 * u);
      const double tone = 0.25 + 0.5 * round + hair + 0.03 * (random.unit() - 0.5);
      return {tone + 0.08, tone * 0.85, tone * 0.7};
    }
  }
  return around;
}

/// A picture whose middle right holds a square of `share` of its area.
inline Image made_picture(Detail detail, Ground ground, double share, Size size = {1024, 768}) {
  test::Random random(17);
  const int side =
      static_cast<int>(std::lround(std::sqrt(share * static_cast<double>(area(size)))));
  // Not on the grid of a codec's blocks.
  const int left = size.width * 5 / 8 - side / 2 + 3, top = size.height / 2 - side / 2 + 5;
  std::vector<Rgb> colors(area(size));
  for (int y = 0; y < size.height; ++y) {
    for (int x = 0; x < size.width; ++x) {
      const Rgb around = ground == Ground::white   ? Rgb{1, 1, 1}
                         : ground == Ground::color ? Rgb{0.93, 0.86, 0.74}
                                                   : Rgb{0.13, 0.15, 0.2};
      const bool is_inside = x >= left && x < left + side && y >= top && y < top + side;
      colors[static_cast<std::size_t>(y) * static_cast<std::size_t>(size.width) +
             static_cast<std::size_t>(x)] =
          is_inside ? detail_color(detail, x - left, y - top, side, around, random) : around;
    }
  }
  return test::make_picture(size, rgb8, [&](int x, int y, int c) {
    const double v = colors[static_cast<std::size_t>(y) * static_cast<std::size_t>(size.width) +
                            static_cast<std::size_t>(x)][static_cast<std::size_t>(c)];
    return std::min(1.0, std::max(0.0, v));
  });
}

}  // namespace limen::bench
