// SPDX-License-Identifier: Apache-2.0
#pragma once

// Where a recipe's windows lie, in whole pixels and in fractions, whichever way the picture is
// turned. No pixel is touched here.

#include "limen/compose/placement.h"
#include "limen/core/abi.h"
#include "limen/core/geometry.h"
#include "limen/core/limits.h"
#include "limen/core/result.h"
#include "limen/pipeline/recipe.h"

namespace limen::inline LIMEN_ABI {

/// The crop box as a window of the upright picture. Errors: invalid_argument where it sticks out.
Result<Rect> crop_window(const Recipe& normal, Size upright);

/// What becomes of a window of the upright picture.
struct Shaping {
  Orientation turn = Orientation::top_left;  ///< quarter turns and flips
  double rotate = 0;                         ///< any other angle, before `turn`
  Size turned;                               ///< the window once both are done
  Fitted fitted;                             ///< of `turned`
};

/// `normal` is a normal form. Errors: invalid_argument (a focus outside the source),
/// limit_exceeded.
Result<Shaping> shape(const Recipe& normal, Size upright, const Rect& window, const Limits& limits);

/// A window in fractions of a picture of `width` x `height`, once that picture has been turned.
RectF turned_window(const RectF& window, double width, double height, Orientation turn);

/// The turn that undoes `turn`.
constexpr Orientation inverse(Orientation turn) {
  if (turn == Orientation::right_top) return Orientation::left_bottom;
  if (turn == Orientation::left_bottom) return Orientation::right_top;
  return turn;
}

}  // namespace limen::inline LIMEN_ABI
