// SPDX-License-Identifier: Apache-2.0
#pragma once

// The quantisation tables that libjpeg scales by its quality.

#include <array>
#include <cstdint>

#include "limen/core/abi.h"

namespace limen::inline LIMEN_ABI {

/// Steps by frequency, row-major.
using QuantTable = std::array<std::uint16_t, 64>;

/// ITU-T T.81, tables K.1 and K.2.
const QuantTable& luminance_table();
const QuantTable& chrominance_table();

/// The row-by-row place of each zigzag index: T.81, figure A.6, walked instead of written out.
constexpr QuantTable zigzag_places() {
  QuantTable places{};
  int row = 0;
  int column = 0;
  for (std::uint16_t& place : places) {
    place = static_cast<std::uint16_t>(8 * row + column);
    const bool is_rising = (row + column) % 2 == 0;
    int& forward = is_rising ? column : row;
    int& backward = is_rising ? row : column;
    if (forward == 7) {
      ++backward;
    } else {
      ++forward;
      if (backward > 0) --backward;
    }
  }
  return places;
}

/// One step of a table at a quality of 1 to 100, limited to `largest`: 255 for tables of bytes.
int scaled_step(int step, int quality, int largest);

/// A whole table so scaled, of bytes.
QuantTable scaled_table(const QuantTable& table, int quality);

/// A table made ready to divide by: round(v / step), halves away from zero, of a coefficient that
/// is stored 8 times too large is ((|v| + half) * reciprocal >> 16) >> shift with v's sign. Exact
/// for |v| below 2^15 - 1024, twice what the DCT of 8-bit samples reaches.
struct Quantizer {
  explicit Quantizer(const QuantTable& table);

  std::array<std::uint16_t, 64> step;  ///< the table, row-major
  std::array<std::uint16_t, 64> half;
  std::array<std::uint16_t, 64> reciprocal;
  std::array<std::uint8_t, 64> shift;
};

}  // namespace limen::inline LIMEN_ABI
