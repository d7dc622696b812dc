// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>

#include "limen/core/execution.h"
#include "limen/core/geometry.h"
#include "limen/core/result.h"

// The Gaussian that blur() and sharpen() share, on rows of float samples that they fill and take.

namespace limen::inline LIMEN_ABI {
namespace compose {

/// What is filtered. Rows are `size.width * channels` floats, pixels interleaved.
struct GaussianRows {
  Size size;
  int channels = 1;  ///< 1 to 4
  /// Fills row y. Called once for each row, in order, and never after `store` got that row, so a
  /// picture may be filtered in place.
  std::function<void(std::int32_t y, float* row)> load;
  /// Takes row y of the result. Called once for each row, in order.
  std::function<void(std::int32_t y, const float* row)> store;
};

/// Sampled Gaussian of standard deviation `sigma` (0.3 to 1000 pixels), cut at `reach` standard
/// deviations and made to sum to 1; outside the picture its edge pixels go on.
///
/// Below kDecimateFrom it is computed as it is written. Above, so that the cost per pixel stays the
/// same for any sigma, on a coarser grid: two narrow Gaussians lead to the grid and back, the third
/// works on it, and their variances add up to sigma's (the convolution of Gaussians is one). The
/// narrow ones are 0.8 grid steps wide; what the grid mirrors is below exp(-2 pi^2 0.8^2) = 3.3e-6
/// of the signal. Every sum has a fixed order: equal on every instruction set.
///
/// Memory, from `workspace`: 2 * reach * sigma + 1 rows of floats below kDecimateFrom, above it the
/// picture on the coarse grid and some rows. Errors: limit_exceeded and out_of_memory, both before
/// the first store; cancelled.
Result<void> gaussian(const GaussianRows& rows, double sigma, double reach, Workspace& workspace,
                      const Execution& execution);

inline constexpr double kDecimateFrom = 8.0;

}  // namespace compose
}  // namespace limen::inline LIMEN_ABI
