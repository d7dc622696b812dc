// SPDX-License-Identifier: Apache-2.0
#include "lib/codec/jpeg/quant_table.h"

#include <algorithm>

namespace limen::inline LIMEN_ABI {

namespace {

// ITU-T T.81, tables K.1 (luminance) and K.2 (chrominance), row by row. libjpeg scales these.
constexpr QuantTable kLuminance = {
    16, 11, 10, 16, 24,  40,  51,  61,  12, 12, 14, 19, 26,  58,  60,  55,  //
    14, 13, 16, 24, 40,  57,  69,  56,  14, 17, 22, 29, 51,  87,  80,  62,  //
    18, 22, 37, 56, 68,  109, 103, 77,  24, 35, 55, 64, 81,  104, 113, 92,  //
    49, 64, 78, 87, 103, 121, 120, 101, 72, 92, 95, 98, 112, 100, 103, 99};
constexpr QuantTable kChrominance = {
    17, 18, 24, 47, 99, 99, 99, 99, 18, 21, 26, 66, 99, 99, 99, 99,  //
    24, 26, 56, 99, 99, 99, 99, 99, 47, 66, 99, 99, 99, 99, 99, 99,  //
    99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99,  //
    99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99};

}  // namespace

const QuantTable& luminance_table() { return kLuminance; }
const QuantTable& chrominance_table() { return kChrominance; }

// jpeg_set_quality() of libjpeg: the scale is 5000 / quality per cent below 50, else 200 - 2
// quality.
int scaled_step(int step, int quality, int largest) {
  const int scale = quality < 50 ? 5000 / quality : 200 - 2 * quality;
  return std::clamp((step * scale + 50) / 100, 1, largest);
}

QuantTable scaled_table(const QuantTable& table, int quality) {
  QuantTable scaled{};
  for (std::size_t i = 0; i < table.size(); ++i) {
    scaled[i] = static_cast<std::uint16_t>(scaled_step(table[i], quality, 255));
  }
  return scaled;
}

Quantizer::Quantizer(const QuantTable& table) {
  for (std::size_t k = 0; k < 64; ++k) {
    const std::uint32_t divisor = 8u * table[k];
    int bits = 0;  // 2^bits < divisor <= 2^(bits + 1), so that the reciprocal has 16 bits
    while ((2u << bits) < divisor) ++bits;
    step[k] = table[k];
    half[k] = static_cast<std::uint16_t>(divisor / 2);
    shift[k] = static_cast<std::uint8_t>(bits);
    reciprocal[k] = static_cast<std::uint16_t>(((1u << (16 + bits)) + divisor - 1) / divisor);
  }
}

}  // namespace limen::inline LIMEN_ABI
