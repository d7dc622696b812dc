// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

#include "limen/core/abi.h"

namespace limen::inline LIMEN_ABI {

/// One sample's type. Integers use their whole range; f32 is nominally 0 to 1 and may exceed it.
enum class SampleType : std::uint8_t { u8, u16, f32 };

/// Interleaved channels in memory order. CMYK: 0 is no ink, the largest value full ink.
enum class Layout : std::uint8_t { gray, gray_alpha, rgb, rgba, cmyk };

/// Whether colour is already multiplied by alpha. Without meaning where the layout has no alpha.
enum class AlphaMode : std::uint8_t { straight, premultiplied };

constexpr std::size_t bytes_per_sample(SampleType type) {
  return type == SampleType::u8 ? 1 : type == SampleType::u16 ? 2 : 4;
}

constexpr int channel_count(Layout layout) {
  switch (layout) {
    case Layout::gray:
      return 1;
    case Layout::gray_alpha:
      return 2;
    case Layout::rgb:
      return 3;
    case Layout::rgba:
    case Layout::cmyk:
      return 4;
  }
  return 0;
}

constexpr bool has_alpha(Layout layout) {
  return layout == Layout::gray_alpha || layout == Layout::rgba;
}

/// How a pixel lies in memory. Samples are in the machine's byte order.
struct PixelFormat {
  SampleType sample = SampleType::u8;
  Layout layout = Layout::rgb;
  AlphaMode alpha = AlphaMode::straight;

  constexpr int channels() const { return channel_count(layout); }
  constexpr bool has_alpha() const { return limen::has_alpha(layout); }
  constexpr std::size_t bytes_per_pixel() const {
    return bytes_per_sample(sample) * static_cast<std::size_t>(channels());
  }
  /// Alpha that a resampler or a blend must multiply in first.
  constexpr bool has_straight_alpha() const { return has_alpha() && alpha == AlphaMode::straight; }

  friend constexpr bool operator==(PixelFormat, PixelFormat) = default;
};

inline constexpr PixelFormat gray8{SampleType::u8, Layout::gray};
inline constexpr PixelFormat gray_alpha8{SampleType::u8, Layout::gray_alpha};
inline constexpr PixelFormat rgb8{SampleType::u8, Layout::rgb};
inline constexpr PixelFormat rgba8{SampleType::u8, Layout::rgba};
inline constexpr PixelFormat cmyk8{SampleType::u8, Layout::cmyk};
inline constexpr PixelFormat gray16{SampleType::u16, Layout::gray};
inline constexpr PixelFormat gray_alpha16{SampleType::u16, Layout::gray_alpha};
inline constexpr PixelFormat rgb16{SampleType::u16, Layout::rgb};
inline constexpr PixelFormat rgba16{SampleType::u16, Layout::rgba};
inline constexpr PixelFormat gray_f32{SampleType::f32, Layout::gray};
inline constexpr PixelFormat rgb_f32{SampleType::f32, Layout::rgb};
inline constexpr PixelFormat rgba_f32{SampleType::f32, Layout::rgba};

}  // namespace limen::inline LIMEN_ABI
