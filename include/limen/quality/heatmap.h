// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "limen/core/abi.h"
#include "limen/core/execution.h"
#include "limen/core/geometry.h"
#include "limen/core/image.h"
#include "limen/core/image_view.h"
#include "limen/core/result.h"
#include "limen/quality/ssimulacra2.h"

namespace limen::inline LIMEN_ABI {

/// Where a candidate differs from its original.
struct ErrorMap {
  /// Pixels a side of a cell; the last column and row of cells may be cut short.
  static constexpr std::int32_t kCell = 16;

  Comparison comparison;
  Size cells;  ///< how many, the picture's sides divided by kCell and rounded up
  /// Row by row: what the picture would score were it all like this cell.
  std::vector<Score> scores;
};

/// Errors: those of Ssimulacra2::compare().
LIMEN_API Result<ErrorMap> map_errors(const Ssimulacra2& original, const ConstImageView& candidate,
                                      const Execution& execution = {});

/// A picture of the map for people, rgb8, of the original's size: the original in pale gray,
/// covered the more by colour the lower a cell's score: none from 90 up, yellow at 70, red at 50,
/// and dark red at 30 and below. Where the worst block scores below 90, a blue frame is around it.
/// The original may have alpha, taken as straight; it is laid on white. Errors: invalid_argument
/// (the map is not of a picture of this size, format), limit_exceeded, cancelled, out_of_memory.
LIMEN_API Result<Image> heatmap(const ErrorMap& map, const ConstImageView& original,
                                const Execution& execution = {});

}  // namespace limen::inline LIMEN_ABI
