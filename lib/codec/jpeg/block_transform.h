// SPDX-License-Identifier: Apache-2.0
#pragma once

// The parts of a JPEG round trip that change pixels, without the entropy coding, which changes
// none: RGB to YCbCr, chroma reduced, forward DCT, quantisation and back, inverse DCT, chroma
// upsampled, YCbCr to RGB. Each gives the bytes that libjpeg-turbo's JDCT_ISLOW and fancy
// upsampling give. Rows of samples and of blocks are filled up to whole groups of blocks.

#include <array>
#include <cstddef>
#include <cstdint>

#include "lib/codec/jpeg/quant_table.h"
#include "limen/core/abi.h"

namespace limen::inline LIMEN_ABI {

/// Blocks side by side whose coefficients are stored together: coefficient k of block b at
/// [k * kBlockGroup + b], row-major k. A row of blocks is filled up to whole groups.
inline constexpr std::size_t kBlockGroup = 16;
inline constexpr std::size_t kGroupCoefficients = 64 * kBlockGroup;
inline constexpr std::size_t kGroupWidth = 8 * kBlockGroup;

/// Rows of blocks in an MCU at the most (T.81, B.2.2).
inline constexpr std::size_t kMostDown = 4;

constexpr std::size_t group_count(std::int32_t width) {
  return (static_cast<std::size_t>(width) + kGroupWidth - 1) / kGroupWidth;
}
/// Samples in a row that holds whole groups.
constexpr std::size_t padded_width(std::int32_t width) { return group_count(width) * kGroupWidth; }

/// A row of RGB to rows of full-range BT.601 (T.871), rounded as libjpeg does.
void split_row(const std::uint8_t* rgb, std::int32_t width, std::uint8_t* y, std::uint8_t* cb,
               std::uint8_t* cr);

/// Two rows of 2 * `count` samples to one of `count` means, halves rounded alternately down and
/// up.
void halve_rows(const std::uint8_t* upper, const std::uint8_t* lower, std::size_t count,
                std::uint8_t* out);

/// Eight rows of samples, `groups` groups wide, to DCT coefficients times 8, as libjpeg's forward
/// DCT leaves them.
void forward_dct(const std::array<const std::uint8_t*, 8>& rows, std::size_t groups,
                 std::int16_t* coefficients);

/// The samples that a decoder makes of such coefficients once quantised: eight rows that begin
/// `stride` apart, all groups in full.
void reconstruct(const std::int16_t* coefficients, const Quantizer& quantizer, std::size_t groups,
                 std::uint8_t* samples, std::size_t stride);

/// Which coefficients of the blocks of a group are asked for beside their levels.
enum class LevelBits : std::uint8_t {
  nonzero,    ///< at_least[0]
  two_bits,   ///< at_least[0] and [1]
  three_bits  ///< all
};

/// The quantised coefficients of a group of blocks.
struct LevelGroup {
  /// That of zigzag index k of block b at [k * kBlockGroup + b]. Nothing is at k = 64: room for
  /// who reads one too many.
  alignas(64) std::array<std::int16_t, std::size_t{65} * kBlockGroup> levels;
  /// Bit k, of each block: AC coefficients of at least magnitude 1, 2, 4. DC's bit is 0.
  std::array<std::array<std::uint64_t, kBlockGroup>, 3> at_least;
  std::int16_t largest = 0;  ///< magnitude of an AC coefficient
};

void quantize(const std::int16_t* coefficients, const Quantizer& quantizer, std::size_t groups,
              LevelBits bits, LevelGroup* levels);

/// forward_dct() and quantize() at once.
void quantized_dct(const std::array<const std::uint8_t*, 8>& rows, std::size_t groups,
                   const Quantizer& quantizer, LevelBits bits, LevelGroup* levels);

/// A row of chroma between two rows of a plane subsampled 2:1 both ways: `near` weighs three times
/// `far`. `width` is the luma row's; narrow rows repeat instead, as libjpeg does. `out` has room
/// for one column more.
void upsample_row(const std::uint8_t* near, const std::uint8_t* far, std::int32_t width,
                  std::uint8_t* out);

/// A row of chroma of a plane subsampled 2:1 along rows alone; `width` and `out` as above.
void widen_row(const std::uint8_t* in, std::int32_t width, std::uint8_t* out);

/// Full-range BT.601 to interleaved RGB.
void rgb_row(const std::uint8_t* y, const std::uint8_t* cb, const std::uint8_t* cr,
             std::int32_t width, std::uint8_t* out);

}  // namespace limen::inline LIMEN_ABI
