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
/// and the source has none; gray becomes RGB where the background is not gray. u8 and u16.
LIMEN_API Result<Image> extend(const ConstImageView& source, Size canvas, Point position,
                               Color background, const Execution& execution = {});

/// Alpha blended onto an opaque `matte`; the result has no alpha. Sources without alpha are copied.
/// Straight alpha; u8 and u16.
LIMEN_API Result<Image> flatten(const ConstImageView& source, Color matte,
                                const Execution& execution = {});

}  // namespace limen::inline LIMEN_ABI
