// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstdlib>
#include <limits>
#include <optional>

#include "lib/codec/jpeg/header.h"

namespace limen::inline LIMEN_ABI {

namespace {

using Table = std::array<std::uint16_t, 64>;

// ITU-T T.81, tables K.1 (luminance) and K.2 (chrominance), row by row. libjpeg scales these.
constexpr Table kLuminance = {
    16, 11, 10, 16, 24,  40,  51,  61,  12, 12, 14, 19, 26,  58,  60,  55,  //
    14, 13, 16, 24, 40,  57,  69,  56,  14, 17, 22, 29, 51,  87,  80,  62,  //
    18, 22, 37, 56, 68,  109, 103, 77,  24, 35, 55, 64, 81,  104, 113, 92,  //
    49, 64, 78, 87, 103, 121, 120, 101, 72, 92, 95, 98, 112, 100, 103, 99};
constexpr Table kChrominance = {17, 18, 24, 47, 99, 99, 99, 99, 18, 21, 26, 66, 99, 99, 99, 99,  //
                                24, 26, 56, 99, 99, 99, 99, 99, 47, 66, 99, 99, 99, 99, 99, 99,  //
                                99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99,  //
                                99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99};

// T.81, figure A.6: the row-by-row place of each zigzag index, walked instead of written out.
Table zigzag_places() {
  Table places{};
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

// jpeg_set_quality() of libjpeg: the scale is 5000 / quality per cent below 50, else 200 - 2
// quality.
int scaled(int value, int quality, int largest) {
  const int scale = quality < 50 ? 5000 / quality : 200 - 2 * quality;
  return std::clamp((value * scale + 50) / 100, 1, largest);
}

// How far two tables are apart: relative, so that coarse high frequencies do not outweigh the rest.
double distance(const Table& zigzag, const Table& base, const Table& places, int quality,
                int largest) {
  double sum = 0;
  for (std::size_t i = 0; i < 64; ++i) {
    const int a = zigzag[i];
    const int b = scaled(base[places[i]], quality, largest);
    sum += static_cast<double>(std::abs(a - b)) / (a + b);
  }
  return sum;
}

}  // namespace

std::optional<int> estimate_quality(const JpegHeader& header) {
  const auto table_of = [&](std::size_t component) -> const JpegQuantTable* {
    const auto slot = static_cast<std::size_t>(header.components[component].table);
    if (slot >= header.quant_tables.size() || !header.quant_tables[slot].is_defined) return nullptr;
    return &header.quant_tables[slot];
  };
  const JpegQuantTable* luminance = table_of(0);
  if (luminance == nullptr) return std::nullopt;
  const JpegQuantTable* chrominance = nullptr;
  // RGB and CMYK use the luminance table throughout.
  const ColorModel model = color_model(header);
  if (model == ColorModel::ycbcr || model == ColorModel::ycck) {
    chrominance = table_of(1);
    if (chrominance == nullptr) return std::nullopt;
  }
  const Table places = zigzag_places();
  int best = 0;
  double least = std::numeric_limits<double>::infinity();
  for (int quality = 1; quality <= 100; ++quality) {
    // Tables of bytes hold 255 at the most; 16-bit ones libjpeg limits to 32767.
    for (const int largest : {255, 32767}) {
      double sum = distance(luminance->values, kLuminance, places, quality, largest);
      if (chrominance != nullptr) {
        sum += distance(chrominance->values, kChrominance, places, quality, largest);
      }
      if (sum < least) {
        least = sum;
        best = quality;
      }
    }
  }
  return best;
}

}  // namespace limen::inline LIMEN_ABI
