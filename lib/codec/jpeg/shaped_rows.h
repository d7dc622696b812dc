// SPDX-License-Identifier: Apache-2.0
#pragma once

// Rows of a picture whose levels are chosen: split and transformed in floating point, then
// quantised. Each result is the same on every instruction set: products and sums are rounded one
// by one, in one order. Rows are filled up to whole groups of blocks, as in block_transform.h.

#include <array>
#include <cstddef>
#include <cstdint>

#include "lib/codec/jpeg/block_transform.h"
#include "lib/codec/jpeg/quant_table.h"
#include "limen/core/abi.h"

namespace limen::inline LIMEN_ABI {

/// RGB to full-range BT.601 (T.871), each less what stands for 0: -128 to 127 all three. `count`
/// is a multiple of 16.
void split_floats(const std::uint8_t* rgb, std::size_t count, float* y, float* cb, float* cr);

/// Two rows of 2 * `count` samples to one of `count` means. `count` is a multiple of 16.
void halve_floats(const float* upper, const float* lower, std::size_t count, float* out);

/// Eight rows of samples to the coefficients of the orthonormal DCT: that of frequency k of block b
/// of a group at [k * kBlockGroup + b], row-major k.
void transform_floats(const std::array<const float*, 8>& rows, std::size_t groups, float* out);

/// A table made ready for coefficients in floating point.
struct FloatQuantizer {
  FloatQuantizer() = default;
  explicit FloatQuantizer(const QuantTable& table) {
    for (std::size_t k = 0; k < 64; ++k) {
      inverse[k] = 1 / static_cast<float>(table[k]);
      eight_steps[k] = static_cast<std::int16_t>(8 * table[k]);
    }
  }

  std::array<float, 64> inverse{};
  std::array<std::int16_t, 64> eight_steps{};  ///< what forward_dct() calls a level of 1
};

/// What is quantised: a row of blocks of one plane.
struct AimedRow {
  const float* coefficients = nullptr;
  const float* moves = nullptr;  ///< to be added, laid out likewise; null: none
  std::size_t blocks = 0;
};

/// Each to the nearest, but AC below `least` steps to zero. Levels are limited to +-1023. `out`: as
/// forward_dct() would leave coefficients that are whole numbers of steps.
void round_levels(const AimedRow& row, const FloatQuantizer& quantizer, float least,
                  std::int16_t* out);

/// What a level's code takes, in bits.
struct LevelCosts {
  /// By the bits of the magnitude and the zeros before it, of those 16s included, and the bits
  /// behind the code.
  std::array<std::array<float, 64>, 11> level{};
  float end = 0;  ///< of a block before its last coefficient
};

/// Per block those levels that are least by gain * ((x - level)^2 summed up) + bits, x in steps, of
/// the nearest to each x, the next towards zero, and zero where the nearest is 1 or 2. DC is the
/// nearest. `gains`: of each block.
void weigh_levels(const AimedRow& row, const FloatQuantizer& quantizer, const LevelCosts& costs,
                  const float* gains, std::int16_t* out);

/// The squared differences in steps of a row as it is, not moved, from what was chosen for it,
/// summed up for each block of its groups.
void sum_errors(const float* coefficients, const FloatQuantizer& quantizer,
                const std::int16_t* chosen, std::size_t groups, float* errors);

}  // namespace limen::inline LIMEN_ABI
