// SPDX-License-Identifier: Apache-2.0
#pragma once

// Where in a picture a candidate's loss comes from, and what that tells an encoder: which blocks
// are worth their bits.

#include <span>
#include <vector>

#include "limen/core/abi.h"
#include "limen/core/execution.h"
#include "limen/core/geometry.h"
#include "limen/core/image_view.h"
#include "limen/core/result.h"

namespace limen::inline LIMEN_ABI {

/// How much each block of 8 by 8 pixels adds to the loss of `candidate` beside `original` (both
/// gray8 or rgb8, at least 8 pixels a side), row by row: the sum over its samples of their error
/// times the score's derivative by them, which is where the loss as a whole comes from, since maps
/// grow by powers of the error. At least 0. The same on every machine. Large pictures are judged in
/// strips, each as a picture of its own. Errors: those of ScoreGradient.
Result<std::vector<float>> share_loss(const ConstImageView& original,
                                      const ConstImageView& candidate, const Execution& execution);

/// How much the squared error of each block matters, as ShapedTrials::weigh() takes it. `shares`:
/// share_loss() of a candidate; `errors`: what ShapedTrials::read_errors() gives for it. The
/// geometric mean is about 1, and none is more than sixteen times from it. The same on every
/// machine.
std::vector<float> block_weights(std::span<const float> shares, std::span<const float> errors);

}  // namespace limen::inline LIMEN_ABI
