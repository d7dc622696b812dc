// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <limits>

#include "limen/color/alpha.h"
#include "limen/core/color.h"
#include "limen/core/pixel_format.h"

// Arithmetic on encoded integer samples that several operations share.

namespace limen::inline LIMEN_ABI {
namespace compose {

template <class Sample>
inline constexpr std::uint32_t kMost = std::numeric_limits<Sample>::max();

/// An 8-bit value in a sample's range, exactly: 255 becomes the largest value.
template <class Sample>
constexpr Sample widen(std::uint8_t value) {
  return static_cast<Sample>(value * (kMost<Sample> / 255));
}

/// BT.709 luma weights (ITU-R BT.709-6, item 3.2) in 16-bit fixed point; they add up to 65536.
inline constexpr std::uint32_t kLumaRed = 13933;
inline constexpr std::uint32_t kLumaGreen = 46871;
inline constexpr std::uint32_t kLumaBlue = 4732;
static_assert(kLumaRed + kLumaGreen + kLumaBlue == 65536);

/// Rounded half up; 65535 * 65536 + 32768 still fits in 32 bits.
constexpr std::uint32_t luma(std::uint32_t red, std::uint32_t green, std::uint32_t blue) {
  return (kLumaRed * red + kLumaGreen * green + kLumaBlue * blue + 32768) >> 16;
}

constexpr bool is_gray(Color color) {
  return color.red == color.green && color.green == color.blue;
}

/// The layout that can hold both a picture of `source` and `background` beside it.
constexpr Layout layout_with_background(Layout source, Color background) {
  const bool color = channel_count(source) >= 3 || !is_gray(background);
  const bool alpha = has_alpha(source) || background.alpha != 255;
  if (color) return alpha ? Layout::rgba : Layout::rgb;
  return alpha ? Layout::gray_alpha : Layout::gray;
}

/// `color` as one pixel of `format`, multiplied by its alpha where the format wants that. A gray
/// format takes the luma. Channels that the layout lacks are left out.
template <class Sample>
constexpr std::array<Sample, 4> pixel_of(Color color, PixelFormat format) {
  std::array<Sample, 4> value{widen<Sample>(color.red), widen<Sample>(color.green),
                              widen<Sample>(color.blue), widen<Sample>(color.alpha)};
  if (format.has_alpha() && format.alpha == AlphaMode::premultiplied) {
    for (std::size_t c = 0; c < 3; ++c) value[c] = premultiply(value[c], value[3]);
  }
  if (format.channels() <= 2) {
    return {static_cast<Sample>(luma(value[0], value[1], value[2])), value[3], 0, 0};
  }
  return value;
}

/// Widens one pixel from `From` channels to `To`: gray to RGB, and opaque alpha where there was
/// none.
template <class Sample, int From, int To>
inline void convert_pixel(const Sample* from, Sample* to) {
  constexpr int kColorFrom = From >= 3 ? 3 : 1;
  constexpr int kColorTo = To >= 3 ? 3 : 1;
  static_assert(kColorTo >= kColorFrom);
  for (int c = 0; c < kColorTo; ++c) to[c] = from[kColorFrom == 3 ? c : 0];
  if constexpr (To == 2 || To == 4) {
    to[kColorTo] = From == 2 || From == 4 ? from[From - 1] : static_cast<Sample>(kMost<Sample>);
  }
}

}  // namespace compose
}  // namespace limen::inline LIMEN_ABI
