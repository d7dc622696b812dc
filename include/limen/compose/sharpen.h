// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "limen/core/abi.h"
#include "limen/core/execution.h"
#include "limen/core/image_view.h"
#include "limen/core/result.h"

namespace limen::inline LIMEN_ABI {

struct SharpenOptions {
  double sigma = 1.0;   ///< of the Gaussian that the picture is compared with, pixels, 0.3 to 100
  double amount = 1.0;  ///< how much of the difference is added, 0 to 10
  double threshold = 0.0;  ///< differences below this fraction of the range are left alone, 0 to 1
};

/// Unsharp mask in place: each pixel's BT.709 luma is compared with its Gaussian surroundings, seen
/// by their alpha, and `amount` times the difference is added to all of its colour channels, so
/// that colours do not shift; alpha is untouched. u8 and u16, straight alpha. Equal on every
/// instruction set. Memory and errors as blur().
LIMEN_API Result<void> sharpen(const ImageView& picture, const SharpenOptions& options = {},
                               const Execution& execution = {});

}  // namespace limen::inline LIMEN_ABI
