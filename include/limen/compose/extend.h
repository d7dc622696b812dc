// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "limen/core/abi.h"
#include "limen/core/color.h"
#include "limen/core/execution.h"
#include "limen/core/image.h"
#include "limen/core/result.h"

namespace limen::inline LIMEN_ABI {

/// `source` on a canvas of `canvas`, its top left corner at `position` (parts outside are clipped),
/// the rest in `background`. The result gains an alpha channel where the background is not opaque
/// and the source has none; gray becomes RGB where the background is not gray. u8 and u16; straight
/// or premultiplied alpha, which the result keeps. Any int32 position is safe. Memory: the result.
/// Errors: invalid_argument (a canvas without pixels, formats), limit_exceeded, cancelled,
/// out_of_memory.
LIMEN_API Result<Image> extend(const ConstImageView& source, Size canvas, Point position,
                               Color background, const Execution& execution = {});

/// Alpha blended onto `matte`, taken as opaque whatever its alpha; the result has no alpha, each
/// sample rounded once. Gray becomes RGB where the matte is not gray. Sources without alpha are
/// copied, CMYK too. Straight alpha; u8 and u16.
/// Errors: invalid_argument (formats), limit_exceeded, cancelled, out_of_memory.
LIMEN_API Result<Image> flatten(const ConstImageView& source, Color matte,
                                const Execution& execution = {});

}  // namespace limen::inline LIMEN_ABI
