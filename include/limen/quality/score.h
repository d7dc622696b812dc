// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <compare>

#include "limen/core/abi.h"
#include "limen/core/geometry.h"

namespace limen::inline LIMEN_ABI {

/// What a metric says of a picture beside its original: on SSIMULACRA 2's scale 100 is identical,
/// 90 shows no difference when the two flicker, 85 none when they are swapped in place, 70 is good,
/// 30 poor; there is no lowest value. Not a Quality: that is a codec's knob.
struct Score {
  double value = 0;
  friend constexpr auto operator<=>(Score, Score) = default;
};

/// What a metric says of a candidate, as a whole and of its worst part: a mean hides damage in a
/// small part of a flat picture.
struct Comparison {
  Score score;
  /// The score that the picture would have were it all like its worst block of 64 by 64 pixels
  /// (blocks overlap by half; a smaller picture is one block).
  Score worst_block;
  Rect worst_block_at;  ///< in pixels of the picture
};

}  // namespace limen::inline LIMEN_ABI
