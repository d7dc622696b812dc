// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "limen/core/abi.h"
#include "limen/core/image_view.h"
#include "limen/core/result.h"

namespace limen::inline LIMEN_ABI {

/// The smallest window that holds every pixel differing from the border's colour (the top left
/// pixel's; fully transparent pixels are all alike) by more than `tolerance` in some channel, of
/// 255. The whole picture where nothing differs. Errors: invalid_argument (tolerance outside
/// 0..255).
LIMEN_API Result<Rect> find_trim(const ConstImageView& picture, int tolerance);

}  // namespace limen::inline LIMEN_ABI
