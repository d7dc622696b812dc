// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>

#include "limen/core/abi.h"
#include "limen/core/bytes.h"

namespace limen::inline LIMEN_ABI {

/// Coding-independent code points of ITU-T H.273, as AVIF's `nclx` and PNG's `cICP` carry them.
/// 2 is "unspecified" in each of the first three.
struct Cicp {
  std::uint16_t primaries = 2;
  std::uint16_t transfer = 2;
  std::uint16_t matrix = 2;
  bool full_range = true;

  friend bool operator==(const Cicp&, const Cicp&) = default;
};

namespace cicp {
inline constexpr std::uint16_t primaries_bt709 = 1;
inline constexpr std::uint16_t primaries_bt2020 = 9;
inline constexpr std::uint16_t primaries_display_p3 = 12;
inline constexpr std::uint16_t transfer_bt709 = 1;
inline constexpr std::uint16_t transfer_srgb = 13;
inline constexpr std::uint16_t transfer_pq = 16;
inline constexpr std::uint16_t transfer_hlg = 18;
}  // namespace cicp

/// CIE 1931 xy of the white point and the primaries (PNG's cHRM).
struct Chromaticities {
  double white_x = 0, white_y = 0;
  double red_x = 0, red_y = 0;
  double green_x = 0, green_y = 0;
  double blue_x = 0, blue_y = 0;

  friend bool operator==(const Chromaticities&, const Chromaticities&) = default;
};

/// Everything a file says about the meaning of its samples. Where several are given, PNG's order
/// holds (third edition, 4.3): cicp, then icc, then is_srgb, then gamma and chromaticities. Nothing
/// given means sRGB.
struct ColorDescription {
  std::optional<Cicp> cicp;
  Bytes icc;
  bool is_srgb = false;         ///< PNG's sRGB chunk, or EXIF ColorSpace 1
  std::optional<double> gamma;  ///< encoding exponent as in PNG's gAMA, e.g. 0.45455
  std::optional<Chromaticities> chromaticities;

  bool is_untagged() const { return !cicp && icc.empty() && !is_srgb && !gamma && !chromaticities; }
};

}  // namespace limen::inline LIMEN_ABI
