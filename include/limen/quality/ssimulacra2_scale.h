// SPDX-License-Identifier: Apache-2.0
#pragma once

// A picture's worth of work, as the entry point hands it to the kernels.

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "limen/core/abi.h"
#include "limen/core/cancel.h"
#include "limen/core/geometry.h"
#include "limen/quality/ssimulacra2_terms.h"

namespace limen::inline LIMEN_ABI {

namespace ssimulacra2_terms {

/// Floats of every row buffer before its first pixel, which stay zero, and behind its last.
inline constexpr std::size_t kRowMargin = 16;

/// Distance between row buffers for pictures of this width, in floats: whole vectors of any
/// instruction set, and room for the blur to look beyond, with whole vectors again.
constexpr std::size_t row_stride(std::int32_t width) {
  return (static_cast<std::size_t>(width) + 15) / 16 * 16 + 3 * kRowMargin;
}

/// Columns that are worked on before those to the right of them, so that what one step writes is
/// still in the first-level cache when the next one reads it.
inline constexpr std::size_t kTile = 256;

/// Encoded levels of 8 bits to linear light by one polynomial for each 16 levels, in powers of the
/// distance from their middle. To 2e-7 of the value.
struct LinearPieces {
  static constexpr std::size_t kPieces = 16;
  static constexpr std::size_t kCoefficients = 5;
  float coefficients[kCoefficients][kPieces];
  float first[16];  ///< the first piece's values: sRGB's curve has its bend there
};

/// Gives linear-light rows, 0 to 1.
class LinearRows {
 public:
  virtual ~LinearRows() = default;
  /// Writes columns `begin` to `end - 1` of row y: red, green and blue to rows[0..2] + begin. Where
  /// `end` is the picture's width, its last value is repeated once.
  virtual void read(std::int32_t y, std::size_t begin, std::size_t end,
                    float* const rows[3]) const = 0;
  /// Where a row is RGB of 8 bits, without any edge: its first sample. Null otherwise.
  virtual const std::uint8_t* rgb8_row(std::int32_t y) const = 0;
};

inline constexpr std::size_t kWindow = 2 * kTapRadius + 1;

/// Rows of the finest scale that are worked on before the coarser scales follow, which then find
/// theirs in the cache. Coarser scales have half of those before.
inline constexpr std::int32_t kBandRows = 64;
static_assert(kBandRows >> (kScales - 1) >= 2);

/// Rows of linear light of a scale that are kept at once.
constexpr std::int32_t linear_rows(int scale) { return scale == 0 ? 2 : kBandRows >> scale; }

/// Rows that some instruction sets work on at once.
inline constexpr std::size_t kMostRowsAtOnce = 4;

/// Rows of differences from the original that are kept: those that the blur of these rows reaches.
inline constexpr std::size_t kDifferenceRows = kWindow - 1 + kMostRowsAtOnce;

/// Rows of scratch memory that a scale needs at the most: linear light, zeros, three blurs of
/// each row that is worked on, and for each channel the differences and a sum for each term.
constexpr std::size_t scratch_rows(int scale) {
  std::size_t rows = 3 * static_cast<std::size_t>(linear_rows(scale)) + 1 + 3 * kMostRowsAtOnce;
  for (int c = 0; c < 3; ++c) {
    if (needs_channel(c, scale)) rows += kDifferenceRows + kTerms;
  }
  return rows;
}

/// Planes of the original, row_stride apart, starting at the first pixel; null where not needed.
struct OriginalPlanes {
  float* values = nullptr;           ///< XYB, rescaled
  std::uint32_t* details = nullptr;  ///< see PackDetails() in ssimulacra2_maps-inl.h
};

struct ScaleTask {
  Size size;
  OriginalPlanes original[3];  ///< filled by PrepareScales, read by CompareScales
  float* scratch = nullptr;    ///< scratch_rows(scale) * row_stride(width) floats
  /// Where CompareScales puts each kept term's sums over cells (fourth powers for the 4-norms), row
  /// by row of cells; null for the rest.
  float* cells[3][kTerms] = {};
};

struct PyramidTask {
  const LinearRows* source = nullptr;
  const LinearPieces* pieces = nullptr;
  int scale_count = 0;
  ScaleTask scales[kScales];
  std::size_t cells_across = 0;
  const CancelToken* cancel = nullptr;  ///< polled once a band; null: never
};

}  // namespace ssimulacra2_terms

}  // namespace limen::inline LIMEN_ABI
