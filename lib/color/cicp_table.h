// SPDX-License-Identifier: Apache-2.0
#pragma once

// What the numbers of ITU-T H.273 (07/2024), tables 2 and 3, stand for.

#include <cstdint>
#include <optional>
#include <string_view>

#include "limen/color/color_space.h"

namespace limen::inline LIMEN_ABI {

/// Chromaticities of a ColourPrimaries number; "unspecified" is BT.709's. None for numbers that
/// name no RGB primaries.
constexpr std::optional<Chromaticities> primaries_of(std::uint16_t number) {
  // White points: D65, illuminant C, E and DCI's.
  switch (number) {
    case 1:
    case 2:
      return Chromaticities{0.3127, 0.3290, 0.640, 0.330, 0.300, 0.600, 0.150, 0.060};
    case 4:  // BT.470 System M
      return Chromaticities{0.310, 0.316, 0.67, 0.33, 0.21, 0.71, 0.14, 0.08};
    case 5:  // BT.470 System B, G; BT.601 625
      return Chromaticities{0.3127, 0.3290, 0.64, 0.33, 0.29, 0.60, 0.15, 0.06};
    case 6:  // BT.601 525
    case 7:  // SMPTE ST 240
      return Chromaticities{0.3127, 0.3290, 0.630, 0.340, 0.310, 0.595, 0.155, 0.070};
    case 8:  // generic film
      return Chromaticities{0.310, 0.316, 0.681, 0.319, 0.243, 0.692, 0.145, 0.049};
    case 9:  // BT.2020, BT.2100
      return Chromaticities{0.3127, 0.3290, 0.708, 0.292, 0.170, 0.797, 0.131, 0.046};
    case 11:  // SMPTE RP 431-2, DCI P3
      return Chromaticities{0.314, 0.351, 0.680, 0.320, 0.265, 0.690, 0.150, 0.060};
    case 12:  // SMPTE EG 432-1, Display P3
      return Chromaticities{0.3127, 0.3290, 0.680, 0.320, 0.265, 0.690, 0.150, 0.060};
    case 22:  // EBU Tech 3213-E
      return Chromaticities{0.3127, 0.3290, 0.630, 0.340, 0.295, 0.605, 0.155, 0.077};
    default:
      return std::nullopt;
  }
}

constexpr std::string_view primaries_name(std::uint16_t number) {
  switch (number) {
    case 1:
    case 2:
      return "BT.709";
    case 4:
      return "BT.470 M";
    case 5:
      return "BT.601 625";
    case 6:
      return "BT.601 525";
    case 7:
      return "SMPTE 240";
    case 8:
      return "generic film";
    case 9:
      return "BT.2020";
    case 11:
      return "DCI P3";
    case 12:
      return "Display P3";
    case 22:
      return "EBU 3213";
    default:
      return "unknown";
  }
}

/// How a TransferCharacteristics number is decoded.
enum class TransferKind : std::uint8_t { srgb, gamma, linear, smpte240, pq, hlg, unknown };

struct Transfer {
  TransferKind kind = TransferKind::srgb;
  double gamma = 1;  ///< with TransferKind::gamma
};

/// BT.709 and its kin (BT.601, BT.2020, xvYCC, BT.1361) are decoded as sRGB: their number in a
/// still picture says "ordinary display-referred video", whose display curve is near sRGB's;
/// browsers treat it so too. The camera curve of the standard would darken nothing but the numbers.
constexpr Transfer transfer_of(std::uint16_t number) {
  switch (number) {
    case 1:
    case 2:
    case 6:
    case 11:
    case 12:
    case 13:
    case 14:
    case 15:
      return {TransferKind::srgb, 1};
    case 4:
      return {TransferKind::gamma, 2.2};
    case 5:
      return {TransferKind::gamma, 2.8};
    case 7:
      return {TransferKind::smpte240, 1};
    case 8:
      return {TransferKind::linear, 1};
    case 16:
      return {TransferKind::pq, 1};
    case 17:  // SMPTE ST 428-1; its scale of 48 to 52.37 cd/m2 is left to the white of the picture
      return {TransferKind::gamma, 2.6};
    case 18:
      return {TransferKind::hlg, 1};
    default:
      return {TransferKind::unknown, 1};
  }
}

constexpr std::string_view transfer_name(std::uint16_t number) {
  switch (number) {
    case 4:
      return "gamma 2.2";
    case 5:
      return "gamma 2.8";
    case 7:
      return "SMPTE 240";
    case 8:
      return "linear";
    case 16:
      return "PQ";
    case 17:
      return "gamma 2.6";
    case 18:
      return "HLG";
    default:
      return "sRGB";
  }
}

/// Whether a colour picture of these primaries needs no change to be BT.709.
constexpr bool are_bt709(std::uint16_t number) { return number == 1 || number == 2; }

}  // namespace limen::inline LIMEN_ABI
