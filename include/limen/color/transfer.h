// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>

#include "limen/core/abi.h"

// sRGB's transfer function (IEC 61966-2-1:1999, 5.2) as formulas and as tables, for work in linear
// light. "sRGB" is the encoded sample, "linear" is proportional to light; both are 0 to 1 where
// they are floating point. All of it is immutable and thread-safe.
//
// The tables are rounded from std::pow in double. No entry lies so near to a tie that another
// correct libm would round it elsewhere (a test holds that), so they are the same on every machine.

namespace limen::inline LIMEN_ABI {

/// Encoded to linear. Continued below 0 as an odd function and above 1 by the formula, as
/// IEC 61966-2-2 (scRGB) does.
inline double linear_from_srgb(double srgb) {
  const double magnitude = std::fabs(srgb);
  const double linear =
      magnitude <= 0.04045 ? magnitude / 12.92 : std::pow((magnitude + 0.055) / 1.055, 2.4);
  return std::copysign(linear, srgb);
}

/// Linear to encoded, the inverse of linear_from_srgb() within a few ulp of double; at the joint,
/// to which the standard gives five digits, within 1e-7.
inline double srgb_from_linear(double linear) {
  const double magnitude = std::fabs(linear);
  const double srgb =
      magnitude <= 0.0031308 ? magnitude * 12.92 : 1.055 * std::pow(magnitude, 1.0 / 2.4) - 0.055;
  return std::copysign(srgb, linear);
}

/// The same for f32 samples, rounded once from double.
inline float linear_from_srgb(float srgb) {
  return static_cast<float>(linear_from_srgb(static_cast<double>(srgb)));
}
inline float srgb_from_linear(float linear) {
  return static_cast<float>(srgb_from_linear(static_cast<double>(linear)));
}

/// For 8-bit pictures: linear light in 16 bits, 65535 is white. Every one of the 256 values comes
/// back from srgb[linear[v]] as it was: neighbours lie at least 19 steps apart.
struct SrgbTables8 {
  std::array<std::uint16_t, 256> linear;  ///< encoded u8 to linear u16, nearest
  std::array<std::uint8_t, 65536> srgb;   ///< linear u16 to encoded u8, nearest
};

inline const SrgbTables8& srgb_tables_8() {
  static const SrgbTables8 tables = [] {
    SrgbTables8 made;
    for (std::size_t i = 0; i < made.linear.size(); ++i) {
      made.linear[i] =
          static_cast<std::uint16_t>(linear_from_srgb(static_cast<double>(i) / 255) * 65535 + 0.5);
    }
    for (std::size_t i = 0; i < made.srgb.size(); ++i) {
      made.srgb[i] =
          static_cast<std::uint8_t>(srgb_from_linear(static_cast<double>(i) / 65535) * 255 + 0.5);
    }
    return made;
  }();
  return tables;
}

/// For 16-bit pictures: linear light in f32, because 16 bits of it would merge some 13 dark values
/// into one. Every one of the 65536 values comes back from encode(linear[v]) as it was.
struct SrgbTables16 {
  /// Octaves of linear light above 2^-9, below which the function is its own straight line
  /// (0.0031308 lies in the lowest octave), each in 2^8 segments of equal length.
  static constexpr int kOctaves = 9;
  static constexpr int kSegmentBits = 8;
  static constexpr std::size_t kSegments = std::size_t{kOctaves} << kSegmentBits;
  static constexpr int kShift = 23 - kSegmentBits;
  static constexpr std::uint32_t kFirst = static_cast<std::uint32_t>(127 - kOctaves)
                                          << kSegmentBits;

  std::array<float, 65536> linear;  ///< encoded u16 to linear, 0 to 1
  /// encoded u16, plus one half for rounding, = base + slope * linear within a segment. The segment
  /// of a value in [2^-9, 1) is (bits of the float >> kShift) - kFirst.
  std::array<float, kSegments> base;
  std::array<float, kSegments> slope;

  /// Linear to encoded, within 0.54 of the exact value (0.5 is rounding). Below 0 and NaN give 0,
  /// above 1 gives 65535. The products are exact in double, so a compiler that fuses them into the
  /// addition (header-only use has its own flags) changes nothing.
  std::uint16_t encode(float value) const {
    // Written so that a NaN takes the first return.
    if (!(value > 0.0f)) return 0;
    if (value >= 1.0f) return 65535;
    if (value <= 0.0031308f) {
      return static_cast<std::uint16_t>(static_cast<double>(value) * (12.92f * 65535.0f) + 0.5);
    }
    const std::size_t segment = (std::bit_cast<std::uint32_t>(value) >> kShift) - kFirst;
    const double rise = static_cast<double>(slope[segment]) * value;
    return static_cast<std::uint16_t>(base[segment] + rise);
  }
};

inline const SrgbTables16& srgb_tables_16() {
  static const SrgbTables16 tables = [] {
    SrgbTables16 made;
    for (std::size_t i = 0; i < made.linear.size(); ++i) {
      made.linear[i] = static_cast<float>(linear_from_srgb(static_cast<double>(i) / 65535));
    }
    for (std::size_t i = 0; i < SrgbTables16::kSegments; ++i) {
      const auto start_of = [](std::size_t segment) {
        const double octave = std::ldexp(
            1.0, static_cast<int>(segment >> SrgbTables16::kSegmentBits) - SrgbTables16::kOctaves);
        const double within = static_cast<double>(segment % (1u << SrgbTables16::kSegmentBits)) /
                              (1u << SrgbTables16::kSegmentBits);
        return octave * (1 + within);
      };
      // A chord of the power function, which bends down, so its error is one-sided: half of the
      // sagitta is added to spread it to both sides.
      const auto power = [](double x) { return (1.055 * std::pow(x, 1 / 2.4) - 0.055) * 65535; };
      const double x0 = start_of(i);
      const double x1 = start_of(i + 1);
      // 16 bits, so that the last bits of pow() do not show, and slope * x0 is exact.
      int exponent = 0;
      const double mantissa = std::frexp((power(x1) - power(x0)) / (x1 - x0), &exponent);
      const double slope = std::ldexp(std::floor(mantissa * 65536 + 0.5), exponent - 16);
      const double middle = (x0 + x1) / 2;
      const double sagitta = power(middle) - (power(x0) + power(x1)) / 2;
      made.slope[i] = static_cast<float>(slope);
      made.base[i] = static_cast<float>(power(x0) - slope * x0 + sagitta / 2 + 0.5);
    }
    return made;
  }();
  return tables;
}

}  // namespace limen::inline LIMEN_ABI
