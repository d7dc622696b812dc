// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "limen/core/abi.h"

// sRGB's transfer function (IEC 61966-2-1) between bytes and mids of linear light, in 16-bit
// integers alone, so that vectors can compute it: a table of 256 bytes cannot be looked up by most
// of them, and one of 32,641 would not stay in the first cache.
//
// Both ways the argument is brought to 15 bits, the upper three of which choose a cubic in the rest
// (x of -1 to 1 over the segment). The coefficients were fitted to the least largest error and then
// searched for the best integers nearby; the tests hold them to what is promised here.

namespace limen::inline LIMEN_ABI {

namespace resample {

/// Cubics of eight segments: coefficients of 1, x, x^2, x^3.
struct LightCubics {
  alignas(16) std::int16_t c0[8];
  alignas(16) std::int16_t c1[8];
  alignas(16) std::int16_t c2[8];
  alignas(16) std::int16_t c3[8];
};

/// From a byte: 32 codes a segment. c0 is light of 0 to 32640, the others are in quarters of it.
/// At most .9 of 32640 from the exact value (.05 of a level), and 229 of 256 are exact.
inline constexpr LightCubics kDecodeCubics = {{169, 965, 2619, 5289, 9103, 14171, 20588, 28442},
                                              {869, 2387, 4275, 6446, 8850, 11455, 14242, 17198},
                                              {322, 431, 507, 573, 630, 675, 721, 756},
                                              {20, 17, 16, 8, 7, 6, 8, 5}};
/// The first sixteen codes, where a line meets a power and a step of light is the tenth of a level.
inline constexpr int kDarkCodes = 16;
alignas(16) inline constexpr std::uint8_t kDarkLight[kDarkCodes] = {
    0, 10, 20, 30, 40, 50, 59, 69, 79, 89, 99, 109, 120, 131, 143, 156};

/// To a byte: light below kDimLight is multiplied by 8 first, below kDarkestLight by 32, since a
/// power of the product is a multiple of the power. c0 is unsigned: 65400 for white's
/// 1.055 * light^(1 / 2.4).
/// Within .011 of a level of the exact value, .025 below light of 128, where the line ends.
inline constexpr LightCubics kEncodeCubics = {
    {21116, static_cast<std::int16_t>(32612), static_cast<std::int16_t>(40346 - 65536),
     static_cast<std::int16_t>(46418 - 65536), static_cast<std::int16_t>(51542 - 65536),
     static_cast<std::int16_t>(56037 - 65536), static_cast<std::int16_t>(60076 - 65536),
     static_cast<std::int16_t>(63767 - 65536)},
    {6716, 4527, 3362, 2763, 2386, 2122, 1925, 1772},
    {-96, -456, -199, -116, -77, -56, -42, -33},
    {-166, 84, 21, 9, 5, 3, 2, 1}};
inline constexpr std::int16_t kDimLight = 4096;
inline constexpr std::int16_t kDarkestLight = 512;
/// The power in 128ths of a level, over c0's unit and 65536: for bright, dim and darkest light.
inline constexpr std::uint16_t kEncodeScale = 34507;
inline constexpr std::uint16_t kEncodeDimScale = 14508;
inline constexpr std::uint16_t kEncodeDarkestScale = 8143;
/// .055 * 255 in 128ths, less a half for rounding.
inline constexpr std::int16_t kEncodeOffset = 1731;
inline constexpr int kEncodeBits = 7;

inline constexpr std::int16_t kWhiteLight = 255 * 128;

/// a * b / 32768, rounded: what MulFixedPoint15 does.
constexpr std::int32_t multiply_q15(std::int32_t a, std::int32_t b) {
  return (a * b + (1 << 14)) >> 15;
}

/// c1 x + c2 x^2 + c3 x^3, where `fraction` is the argument's lower bits moved to the top of 16.
constexpr std::int32_t light_cubic(const LightCubics& cubics, int segment, std::int32_t fraction) {
  const std::int32_t x = fraction - 32768;
  const std::int32_t square = cubics.c2[segment] + multiply_q15(x, cubics.c3[segment]);
  return multiply_q15(x, cubics.c1[segment] + multiply_q15(x, square));
}

/// Linear light of an sRGB byte: 0 to kWhiteLight.
constexpr std::int16_t light_of(std::uint8_t code) {
  if (code < kDarkCodes) return kDarkLight[code];
  const int segment = code >> 5;
  return static_cast<std::int16_t>(kDecodeCubics.c0[segment] +
                                   (light_cubic(kDecodeCubics, segment, (code & 31) << 11) >> 2));
}

/// The inverse, rounded; light beyond black and white is clamped.
constexpr std::uint8_t srgb_of_light(std::int32_t light) {
  light = light < 0 ? 0 : light > kWhiteLight ? kWhiteLight : light;
  std::uint32_t scale = kEncodeScale;
  if (light < kDarkestLight) {
    light <<= 5;
    scale = kEncodeDarkestScale;
  } else if (light < kDimLight) {
    light <<= 3;
    scale = kEncodeDimScale;
  }
  const int segment = light >> 12;
  const auto power = static_cast<std::uint16_t>(
      kEncodeCubics.c0[segment] + light_cubic(kEncodeCubics, segment, (light & 4095) << 4));
  return static_cast<std::uint8_t>(
      (static_cast<std::int32_t>((power * scale) >> 16) - kEncodeOffset) >> kEncodeBits);
}

}  // namespace resample

}  // namespace limen::inline LIMEN_ABI
