// SPDX-License-Identifier: Apache-2.0
#pragma once

// Which way a candidate's pixels would have to go to be seen as more alike: the derivative of
// SSIMULACRA 2.1 by every sample.

#include <array>
#include <cstddef>
#include <memory>

#include "lib/quality/gradient_task.h"
#include "limen/core/abi.h"
#include "limen/core/execution.h"
#include "limen/core/image_view.h"
#include "limen/core/result.h"
#include "limen/core/workspace.h"
#include "limen/quality/score.h"

namespace limen::inline LIMEN_ABI {

/// Planes of floats of a picture's size, rows `stride` floats apart.
struct FloatPlanes {
  std::array<const float*, 3> planes{};
  std::size_t stride = 0;

  const float* row(std::size_t plane, std::int32_t y) const {
    return planes[plane] + static_cast<std::size_t>(y) * stride;
  }
};

/// Reverse-mode differentiation of the metric, for one original and many candidates, without
/// alpha. The same bits on every instruction set: arithmetic of floats in a fixed order, without
/// fused steps; its score is therefore not the metric's to the last digit (within 0.02).
/// Memory: about 65 bytes a pixel. Not thread-safe.
class ScoreGradient {
 public:
  struct Reading {
    Score score;
    double sum = 0;  ///< what the score is a falling function of: score_of_sum()
    /// d sum / d sample of Y, Cb, Cr (full range BT.601, samples of 0 to 255) at each pixel; of a
    /// gray picture the first alone. Valid until the next call.
    FloatPlanes by_sample;
  };

  /// `original`: gray8 or rgb8, at least 8 pixels a side; not kept. Errors: invalid_argument,
  /// limit_exceeded, cancelled, out_of_memory.
  static Result<ScoreGradient> prepare(const ConstImageView& original, const Execution& execution);

  /// A candidate of the original's size, gray8 or rgb8. Where a map has a kink the derivative is
  /// that of one of its sides; samples beyond 0 to 255, which a decoder cuts off, are not known of.
  Result<Reading> read(const ConstImageView& candidate, const Execution& execution);

  /// The score alone, at half of the time.
  Result<Score> score(const ConstImageView& candidate, const Execution& execution);

 private:
  Result<double> compare(const ConstImageView& candidate, const Execution& execution);

  Size size_;
  Buffer memory_;
  gradient::Task task_;
};

}  // namespace limen::inline LIMEN_ABI
