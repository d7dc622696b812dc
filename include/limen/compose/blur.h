// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "limen/core/abi.h"
#include "limen/core/execution.h"
#include "limen/core/image_view.h"
#include "limen/core/result.h"

namespace limen::inline LIMEN_ABI {

/// Gaussian blur in place, standard deviation `sigma` in pixels, 0.3 to 1000 (0 does nothing);
/// edges repeat. Straight alpha is multiplied in for the filter; where it becomes 0, so does
/// colour. u8 and u16. Samples are within 0.03 (u8) and 1 (u16) of the exact value before they are
/// rounded, and equal on every instruction set; the time per pixel does not grow with sigma
/// above 8. Memory: up to 8 sigma + 1 rows of floats (u16: 10 sigma + 1) below a sigma of 8; above,
/// at most the picture in bytes for u8, half of it for u16. After `cancelled` a part of the rows is
/// blurred. Errors: invalid_argument (formats, sigma), limit_exceeded and out_of_memory (nothing is
/// changed then), cancelled.
LIMEN_API Result<void> blur(const ImageView& picture, double sigma,
                            const Execution& execution = {});

}  // namespace limen::inline LIMEN_ABI
