// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "limen/core/abi.h"
#include "limen/core/color.h"
#include "limen/core/execution.h"
#include "limen/core/image.h"
#include "limen/core/result.h"

namespace limen::inline LIMEN_ABI {

/// The canvas that holds a picture of `size` turned by `degrees`: exact for multiples of 90, else
/// rounded up. Errors: invalid_argument (NaN, infinities, a size without pixels or a result with a
/// side above 2^31 - 1).
LIMEN_API Result<Size> rotated_size(Size size, double degrees);

/// Turned counter-clockwise by any angle about its centre, on a canvas of rotated_size(), corners
/// in `background`. Multiples of 90 degrees are exact copies, in the source's format whatever it
/// is. Otherwise bicubic (Catmull-Rom), alpha multiplied in, the picture's edges antialiased;
/// positions are rounded to 1/1024 pixel and all sums exact, so results are equal on every machine.
/// The result then gains alpha where the background is not opaque, and gray becomes RGB where it is
/// not gray. u8 and u16, straight alpha. Memory: the result. Errors: invalid_argument (angle,
/// formats), limit_exceeded, cancelled, out_of_memory.
LIMEN_API Result<Image> rotate(const ConstImageView& source, double degrees, Color background,
                               const Execution& execution = {});

}  // namespace limen::inline LIMEN_ABI
