// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "limen/core/abi.h"
#include "limen/core/color.h"
#include "limen/core/execution.h"
#include "limen/core/image.h"
#include "limen/core/result.h"

namespace limen::inline LIMEN_ABI {

/// The canvas that holds a picture of `size` turned by `degrees`, and the exact one for multiples
/// of
/// 90. Errors: invalid_argument for NaN and infinities.
LIMEN_API Result<Size> rotated_size(Size size, double degrees);

/// Turned counter-clockwise by any angle about its centre, on a canvas that holds all of it,
/// corners in `background` (which adds alpha where it is not opaque). Multiples of 90 are exact
/// copies. Otherwise bicubic (Catmull-Rom) with premultiplied alpha. u8 and u16.
LIMEN_API Result<Image> rotate(const ConstImageView& source, double degrees, Color background,
                               const Execution& execution = {});

}  // namespace limen::inline LIMEN_ABI
