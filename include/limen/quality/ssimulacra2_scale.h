// SPDX-License-Identifier: Apache-2.0
#pragma once

// One scale's worth of work, as the entry point hands it to the kernels.

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

/// Gives linear-light rows, 0 to 1.
class LinearRows {
 public:
  virtual ~LinearRows() = default;
  /// Sets rows[0..2] to red, green and blue of row y: `scratch` filled, or memory of its own.
  /// Readable up to the next multiple of 16 and beyond by one; an odd width's last value is
  /// repeated once.
  virtual void row(std::int32_t y, float* const scratch[3], const float* rows[3]) const = 0;
};

inline constexpr std::size_t kWindow = 2 * kTapRadius + 1;

/// Rows of scratch memory that a scale needs at the most: linear light twice, zeros, three blurs,
/// and for each channel the differences and a sum for each term.
inline constexpr std::size_t kScratchRows = 2 * 3 + 1 + 2 * 3 + 3 * (kWindow + 1 + kTerms);

/// Planes of the original, row_stride apart, starting at the first pixel; null where not needed.
struct OriginalPlanes {
  float* values = nullptr;
  float* deviations = nullptr;
  float* spreads = nullptr;
};

struct ScaleTask {
  Size size;
  int scale = 0;
  const LinearRows* source = nullptr;
  OriginalPlanes original[3];                    ///< filled by PrepareScale, read by CompareScale
  float* next[3] = {nullptr, nullptr, nullptr};  ///< the halved picture's planes, or null
  std::size_t next_stride = 0;
  float* scratch = nullptr;  ///< kScratchRows * row_stride(width) floats
  /// Where CompareScale puts each kept term's sums over cells (fourth powers for the 4-norms), row
  /// by row of cells; null for the rest.
  float* cells[3][kTerms] = {};
  std::size_t cells_across = 0;
  const CancelToken* cancel = nullptr;  ///< polled each 16 rows; null: never
};

}  // namespace ssimulacra2_terms

}  // namespace limen::inline LIMEN_ABI
