// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "lib/pipeline/canvas.h"
#include "lib/pipeline/marks.h"
#include "limen/core/abi.h"
#include "limen/core/execution.h"
#include "limen/core/geometry.h"
#include "limen/core/result.h"
#include "limen/pipeline/recipe.h"

namespace limen::inline LIMEN_ABI {

/// A mark of the size and in the samples that a canvas wants, and where it goes.
struct PlacedMark {
  Canvas picture;
  double opacity = 1;
  bool is_tiled = false;
  Point spacing;   ///< between tiles
  Point position;  ///< of one that is not tiled
};
Result<PlacedMark> place_mark(const Mark& mark, const ConstImageView& picture, Size canvas,
                              SampleType sample, const Execution& execution);

/// Lays it over `target`, the part of the canvas that begins at `origin`; of tiles the whole.
Result<void> lay_on(const ImageView& target, const PlacedMark& placed, Point origin,
                    const Execution& execution);

/// The steps at output size: sharpen, blur, adjust, padding, marks, corners, matte (where the
/// background is opaque, or the file `needs_matte` to hold the picture). `size` is the output's,
/// `position` where the resized picture stands on it.
Result<void> apply_looks(Canvas& canvas, const Recipe& normal, Size size, Point position,
                         bool needs_matte, Color matte, const MarkShelf& marks,
                         const Execution& execution);

/// What a recipe paints where there is no picture.
inline Color background_of(const Recipe& normal) {
  return normal.background.value_or(Color{255, 255, 255});
}

/// A gray canvas becomes RGB where `color` could not be painted on it otherwise.
Result<void> admit_color(Canvas& canvas, Color color, const Execution& execution);

}  // namespace limen::inline LIMEN_ABI
