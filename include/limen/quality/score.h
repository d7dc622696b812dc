// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <compare>

#include "limen/core/abi.h"

namespace limen::inline LIMEN_ABI {

/// What a metric says of a picture beside its original: on SSIMULACRA 2's scale 100 is identical,
/// 90 shows no difference when the two flicker, 85 none when they are swapped in place, 70 is good,
/// 30 poor; there is no lowest value. Not a Quality: that is a codec's knob.
struct Score {
  double value = 0;
  friend constexpr auto operator<=>(Score, Score) = default;
};

}  // namespace limen::inline LIMEN_ABI
