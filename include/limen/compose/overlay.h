// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "limen/compose/placement.h"
#include "limen/core/abi.h"
#include "limen/core/execution.h"
#include "limen/core/image_view.h"
#include "limen/core/result.h"

namespace limen::inline LIMEN_ABI {

/// Blends `mark` over `picture` in place, source over, in encoded values. Both u8 or both u16;
/// gray, gray_alpha, rgb or rgba each, straight alpha. A gray picture takes the mark's luma. Parts
/// outside the picture are clipped, any int32 position is safe. `opacity` 0 to 1, in steps of
/// 1/65535, multiplies the mark's alpha. Each sample is the exact quotient of Porter and Duff's
/// "over" (Compositing Digital Images, 1984) rounded once, half up: equal on every instruction set.
/// Where the result is fully transparent the picture's colour stays. The views must not overlap.
/// Errors: invalid_argument (formats, opacity outside 0..1 or NaN), cancelled.
LIMEN_API Result<void> overlay(const ImageView& picture, const ConstImageView& mark, Point position,
                               double opacity = 1.0, const Execution& execution = {});

/// The mark again and again over the whole picture, the first in the top left corner, `spacing`
/// pixels of picture between one and the next (x: columns, y: rows). Otherwise as overlay().
/// Errors: as overlay(), and invalid_argument for a negative spacing.
LIMEN_API Result<void> overlay_tiled(const ImageView& picture, const ConstImageView& mark,
                                     Point spacing, double opacity = 1.0,
                                     const Execution& execution = {});

/// How large a mark should be, before it is placed.
struct MarkSize {
  /// Of the mark's own size (1 = as it is). Used where `of_output` is absent.
  double scale = 1.0;
  /// The mark's width as a fraction of the output's width, its height following; both stay inside.
  std::optional<double> of_output = std::nullopt;
};

/// The size a mark of `mark` is to be resized to on an output of `output` with `padding` pixels
/// kept free at each side (x: left and right, y: top and bottom). One that is larger than the room
/// left is reduced to fit it, proportions kept, half rounded up. At least 1x1, also where the
/// padding leaves no room. Errors: invalid_argument (a size without pixels, a scale or fraction
/// that is not above 0 and finite, negative padding).
LIMEN_API Result<Size> mark_size(Size mark, Size output, const MarkSize& wanted, Point padding);

/// Where it goes: gravity inside the output reduced by `padding`, moved by `offset`. Any values are
/// safe; positions that do not fit in 32 bits become the nearest that does.
LIMEN_API Point mark_position(Size mark, Size output, const Gravity& gravity, Point padding,
                              Point offset);

}  // namespace limen::inline LIMEN_ABI
