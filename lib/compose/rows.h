// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

#include "limen/core/abi.h"

// The row kernels of this layer that are worth an instruction set of their own: one dispatch file
// for all, because each costs as long to compile as it takes to read it.

namespace limen::inline LIMEN_ABI {
namespace compose {

/// Floats that weighted_sum() may read behind each row and write behind `out`.
inline constexpr std::size_t kRowSlack = 16;

/// out[i] = rows[0][i] * weights[0] + rows[1][i] * weights[1] + …, added in this order, each
/// product and sum rounded: equal on every instruction set. `taps` is at least 1; `out` may be one
/// of the rows. Rows need no alignment.
void weighted_sum(const float* const* rows, const float* weights, std::size_t taps,
                  std::size_t count, float* out);

/// Porter and Duff's "over" of 8-bit RGBA pixels on opaque ones, 3 or 4 channels, in place: as
/// over_row() of over.h, to the sample. Stops at the first block that it cannot do as a whole, at
/// the end or where a picture's pixel is not opaque, and returns how many pixels it has done.
std::size_t over_opaque(std::uint8_t* picture, int picture_channels, const std::uint8_t* mark,
                        std::size_t count, std::uint32_t opacity);

}  // namespace compose
}  // namespace limen::inline LIMEN_ABI
