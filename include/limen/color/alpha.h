// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "limen/core/abi.h"

// Alpha multiplied into colour and divided out again, one sample at a time: what every faster path
// must equal. Integers are rounded to nearest; the exact quotient is never half way, since 255 and
// 65535 are odd, except when dividing by an even alpha, where halves go up.

namespace limen::inline LIMEN_ABI {

/// round(color * alpha / 255).
constexpr std::uint8_t premultiply(std::uint8_t color, std::uint8_t alpha) {
  // x / 255 = (x + x / 256) / 256 within what the added half absorbs (Blinn 1995, "Three wrongs
  // make a right"): exact for each of the 65536 products.
  const unsigned product = unsigned{color} * alpha + 128;
  return static_cast<std::uint8_t>((product + (product >> 8)) >> 8);
}

/// round(color * alpha / 65535).
constexpr std::uint16_t premultiply(std::uint16_t color, std::uint16_t alpha) {
  // 65535 * 65535 + 32767 still fits in 32 bits.
  return static_cast<std::uint16_t>((std::uint32_t{color} * alpha + 32767) / 65535);
}

constexpr float premultiply(float color, float alpha) { return color * alpha; }

/// round(color * 255 / alpha), at most 255; 0 where alpha is 0.
constexpr std::uint8_t unpremultiply(std::uint8_t color, std::uint8_t alpha) {
  if (alpha == 0) return 0;
  return static_cast<std::uint8_t>(std::min(255u, (unsigned{color} * 255 + alpha / 2u) / alpha));
}

/// round(color * 65535 / alpha), at most 65535; 0 where alpha is 0.
constexpr std::uint16_t unpremultiply(std::uint16_t color, std::uint16_t alpha) {
  if (alpha == 0) return 0;
  return static_cast<std::uint16_t>(
      std::min<std::uint32_t>(65535, (std::uint32_t{color} * 65535 + alpha / 2u) / alpha));
}

/// color / alpha, not clamped; 0 where alpha is 0 or below.
constexpr float unpremultiply(float color, float alpha) { return alpha > 0 ? color / alpha : 0; }

/// A row of `pixels` pixels of `channels` samples, the last of which is alpha. May be in place.
template <class Sample>
constexpr void premultiply_row(const Sample* straight, Sample* premultiplied, std::size_t pixels,
                               std::size_t channels) {
  for (std::size_t i = 0; i < pixels * channels; i += channels) {
    const Sample alpha = straight[i + channels - 1];
    for (std::size_t c = 0; c + 1 < channels; ++c) {
      premultiplied[i + c] = premultiply(straight[i + c], alpha);
    }
    premultiplied[i + channels - 1] = alpha;
  }
}

template <class Sample>
constexpr void unpremultiply_row(const Sample* premultiplied, Sample* straight, std::size_t pixels,
                                 std::size_t channels) {
  for (std::size_t i = 0; i < pixels * channels; i += channels) {
    const Sample alpha = premultiplied[i + channels - 1];
    for (std::size_t c = 0; c + 1 < channels; ++c) {
      straight[i + c] = unpremultiply(premultiplied[i + c], alpha);
    }
    straight[i + channels - 1] = alpha;
  }
}

}  // namespace limen::inline LIMEN_ABI
