// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "limen/core/abi.h"
#include "limen/core/execution.h"
#include "limen/core/image_view.h"
#include "limen/core/result.h"

namespace limen::inline LIMEN_ABI {

/// Gaussian blur in place, standard deviation `sigma` in pixels, 0.3 to 1000 (0 does nothing);
/// edges repeat. Straight alpha is multiplied in for the filter. u8 and u16. Errors:
/// invalid_argument, limit_exceeded, cancelled, out_of_memory.
LIMEN_API Result<void> blur(const ImageView& picture, double sigma,
                            const Execution& execution = {});

}  // namespace limen::inline LIMEN_ABI
