// SPDX-License-Identifier: Apache-2.0
#pragma once

// Samples from quantised coefficients, as libjpeg-turbo's JDCT_ISLOW makes them, for levels that
// sensible files have.

#include <array>
#include <cstddef>
#include <cstdint>

#include "lib/codec/jpeg/block_transform.h"
#include "lib/codec/jpeg/quant_table.h"
#include "limen/core/abi.h"

namespace limen::inline LIMEN_ABI {

/// What libjpeg-turbo's vectors, its plain code and limen's kernel agree on: beyond this magnitude
/// of a product, or of what the first pass leaves, sums of two may no longer fit 16 bits, and each
/// overflows in its own way.
inline constexpr std::int16_t kMostRestorable = (1 << 14) - 1;

/// A table made ready to multiply by. Steps are 1 to 32767.
struct Dequantizer {
  explicit Dequantizer(const QuantTable& table) {
    for (std::size_t k = 0; k < table.size(); ++k) {
      step[k] = static_cast<std::int16_t>(table[k]);
      most[k] = static_cast<std::int16_t>(kMostRestorable / step[k]);
    }
  }
  Dequantizer() = default;

  std::array<std::int16_t, 64> step{};  ///< row-major
  std::array<std::int16_t, 64> most{};  ///< magnitude of a level
};

/// A group's samples from its levels, row-major as kBlockGroup says; these are above -32768, and
/// the first one begins a cache line. Blocks become `block_size` rows, `stride` apart, of as many
/// samples each: 8, or 4, 2 or 1 for libjpeg's reduced ones. False where a value lies beyond
/// kMostRestorable: then the samples may be any.
bool restore_group(const std::int16_t* levels, const Dequantizer& dequantizer, int block_size,
                   std::uint8_t* samples, std::size_t stride);

}  // namespace limen::inline LIMEN_ABI
