// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "limen/core/abi.h"
#include "limen/core/image_view.h"
#include "limen/core/result.h"

namespace limen::inline LIMEN_ABI {

/// The smallest window that holds every pixel differing from the border's colour, the top left
/// pixel's, by more than `tolerance` in some channel, in steps of 255 for u16 too. Where one of the
/// two is fully transparent only alpha is compared: its colour cannot be seen. The whole picture
/// where nothing differs. u8 and u16, any layout. Errors: invalid_argument (tolerance outside 0 to
/// 255, formats).
LIMEN_API Result<Rect> find_trim(const ConstImageView& picture, int tolerance);

}  // namespace limen::inline LIMEN_ABI
