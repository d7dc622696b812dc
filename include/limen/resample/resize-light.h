// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bit>
#include <cstdint>

#include "limen/core/abi.h"

// sRGB's transfer function (IEC 61966-2-1) between bytes and mids of linear light, in 16-bit
// integers alone, so that vectors can compute it: a table of 256 bytes cannot be looked up by most
// of them, and one of 32,641 would not stay in the first cache.
//
// Decoding, the upper three bits of a byte choose a cubic in the rest (x of -1 to 1 over the
// segment). Encoding, the bits of a float choose a parabola: its exponent, which tells dark from
// bright, and the upper ones of its fraction. The coefficients were fitted to the least largest
// error and then searched for the best integers nearby; the tests hold them to what is promised
// here.

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

/// To a byte: parabolas over halves of octaves of light + kLightOffset, of which there are eight:
/// the darker four octaves first, then the halves of the brighter ones as far as their middle, then
/// the rest of them. 256ths of a level, rounding included: c0 + u (c1 - u c2), u of 0 to 1 over the
/// whole half of an octave.
struct LightParabolas {
  static constexpr int kHalves = 8;
  alignas(16) std::uint16_t c0[3 * kHalves];
  alignas(16) std::uint16_t c1[3 * kHalves];
  alignas(16) std::uint16_t c2[3 * kHalves];
};
/// Within .008 of a level of the exact value; .025 for light below 1024, of which a unit is .02 or
/// more.
inline constexpr LightParabolas kEncode = {
    {129,   1777,  3388,  5675,  7359,  9922,  11939, 15127, 17691, 21814, 25162, 30581,
     35002, 42180, 48051, 57597, 17735, 21828, 25215, 30604, 35068, 42209, 48138, 57636},
    {1653, 1725, 2737,  1876, 2937, 2208, 3601, 2792, 4679, 3654, 6128,  4817,
     8104, 6398, 10767, 8506, 4503, 3595, 5914, 4728, 7837, 6279, 10416, 8352},
    {0,    115, 457,  197, 378, 196, 418, 230, 610, 326, 771, 421,
     1003, 566, 1323, 735, 425, 263, 549, 332, 726, 440, 959, 579}};
/// What brings black to the beginning of the first octave, and white to the end of the eighth.
inline constexpr std::int32_t kLightOffset = 128;
inline constexpr int kLightOffsetBits = 7;

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

/// A float's exponent, and as much of its fraction as is wanted, where the first octave begins;
/// less 32768, so that what lies there may be narrowed with a sign.
constexpr std::int32_t first_octave(int bits) {
  return ((127 + kLightOffsetBits + bits) << 13) + 32768;
}

/// (Light + kLightOffset) * 2^bits as eight octaves of 13 bits each, clamped to them, less 32768.
constexpr std::int32_t octaves_of(std::int32_t light, int bits) {
  const auto float_bits = std::bit_cast<std::int32_t>(static_cast<float>(light));
  const std::int32_t octaves = (float_bits >> 10) - first_octave(bits);
  return octaves < -32768 ? -32768 : octaves > 32767 ? 32767 : octaves;
}

/// The byte of what octaves_of() gives.
constexpr std::uint8_t srgb_of_octaves(std::int32_t octaves) {
  const std::int32_t half = (octaves >> 12) & 7;
  const std::uint32_t u = (static_cast<std::uint32_t>(octaves) << 4) & 0xFFFF;
  const std::int32_t i = half + LightParabolas::kHalves * (octaves < 0 ? 0 : u < 0x8000 ? 1 : 2);
  const std::uint32_t slope = kEncode.c1[i] - (u * kEncode.c2[i] >> 16);
  return static_cast<std::uint8_t>((kEncode.c0[i] + (u * slope >> 16)) >> 8);
}

/// The inverse, rounded; light beyond black and white is clamped.
constexpr std::uint8_t srgb_of_light(std::int32_t light) {
  return srgb_of_octaves(octaves_of(light + kLightOffset, 0));
}

}  // namespace resample

}  // namespace limen::inline LIMEN_ABI
