// SPDX-License-Identifier: Apache-2.0
#pragma once

// The planar path: a source's planes resampled one by one.

#include "lib/pipeline/source.h"
#include "limen/core/abi.h"
#include "limen/core/execution.h"
#include "limen/core/image.h"
#include "limen/core/planar.h"
#include "limen/core/result.h"
#include "limen/pipeline/transform.h"

namespace limen::inline LIMEN_ABI {

/// The source's planes cropped, resampled to Plan::fitted's size and turned, chroma subsampled as
/// Plan::planes says and centered. Adds to `times`.
Result<PlanarImage> reduced_planes(const Source& source, const Task& task, StageTimes& times,
                                   const Execution& execution);

/// RGB of 4:4:4 planes in full-range BT.601, as libjpeg makes it.
Result<Image> rgb_of_planes(const PlanarImage& planes, const Execution& execution);

}  // namespace limen::inline LIMEN_ABI
