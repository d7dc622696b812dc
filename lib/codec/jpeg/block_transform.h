// SPDX-License-Identifier: Apache-2.0
#pragma once

// The parts of a JPEG round trip that change pixels, without the entropy coding, which changes
// none: forward DCT, quantisation and back, inverse DCT, chroma upsampling, YCbCr to RGB. Each
// gives the bytes that libjpeg-turbo's JDCT_ISLOW and fancy upsampling give.

#include <cstddef>
#include <cstdint>

#include "lib/codec/jpeg/quant_table.h"
#include "limen/core/abi.h"
#include "limen/core/image_view.h"

namespace limen::inline LIMEN_ABI {

/// Blocks side by side whose coefficients are stored together: coefficient k of block b at
/// [k * kBlockGroup + b]. A row of blocks is filled up to whole groups.
inline constexpr std::size_t kBlockGroup = 16;
inline constexpr std::size_t kGroupCoefficients = 64 * kBlockGroup;

constexpr std::size_t group_count(std::int32_t width) {
  return (static_cast<std::size_t>(width) + 8 * kBlockGroup - 1) / (8 * kBlockGroup);
}

/// DCT coefficients of one plane times 8, as libjpeg's forward DCT leaves them. `plane` is gray8
/// and any size: its last column and row are repeated into the last blocks. `coefficients`: block
/// rows * group_count(width) * kGroupCoefficients.
void forward_dct(const ConstImageView& plane, std::int16_t* coefficients);

/// The plane that a decoder makes of those coefficients quantised by `table`.
void reconstruct(const std::int16_t* coefficients, const QuantTable& table, const ImageView& plane);

/// A row of chroma between two rows of a plane subsampled 2:1 both ways: `near` weighs three times
/// `far`. `width` is the luma row's; narrow rows repeat instead, as libjpeg does. `out` has room
/// for one column more.
void upsample_row(const std::uint8_t* near, const std::uint8_t* far, std::int32_t width,
                  std::uint8_t* out);

/// Full-range BT.601 to interleaved RGB.
void rgb_row(const std::uint8_t* y, const std::uint8_t* cb, const std::uint8_t* cr,
             std::int32_t width, std::uint8_t* out);

}  // namespace limen::inline LIMEN_ABI
