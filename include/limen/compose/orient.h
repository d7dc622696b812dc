// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "limen/core/abi.h"
#include "limen/core/execution.h"
#include "limen/core/image.h"
#include "limen/core/result.h"

namespace limen::inline LIMEN_ABI {

/// The stored picture stood upright: any pixel format, exact. `top_left` copies. Memory: the
/// result. Quarter turns by a user are orientations too: 90 degrees clockwise is `right_top`, 180
/// `bottom_right`, 270 clockwise `left_bottom`; a mirror left to right is `top_right`, top to
/// bottom `bottom_left`.
/// Errors: invalid_argument (an orientation outside 1 to 8), limit_exceeded, cancelled,
/// out_of_memory.
LIMEN_API Result<Image> orient(const ConstImageView& source, Orientation orientation,
                               const Execution& execution = {});

/// Where a window of the stored picture lies once upright, and back. An orientation outside 1 to 8
/// counts as upright here and in combine().
LIMEN_API Rect orient_rect(const Rect& stored, Size stored_size, Orientation orientation);
LIMEN_API Rect unorient_rect(const Rect& upright, Size stored_size, Orientation orientation);

/// First `first`, then `second`, as one.
LIMEN_API Orientation combine(Orientation first, Orientation second);

}  // namespace limen::inline LIMEN_ABI
