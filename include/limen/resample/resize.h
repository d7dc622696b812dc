// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "limen/core/abi.h"
#include "limen/core/execution.h"
#include "limen/core/geometry.h"
#include "limen/core/image_view.h"
#include "limen/core/result.h"
#include "limen/resample/filter.h"

namespace limen::inline LIMEN_ABI {

struct ResizeOptions {
  Filter filter = Filter::lanczos3;
  /// The window of the source that becomes the whole output, in fractions of a pixel; must lie
  /// inside the source. Taps outside the window but inside the source are used; outside the source
  /// the weights are renormalised. Absent: the whole source.
  std::optional<RectF> source = std::nullopt;
  /// Filter in linear light: samples are taken as sRGB-encoded, alpha and cmyk excepted.
  bool linear_light = false;
};

/// Resamples `source` to `target`'s size. Both have the same sample type and layout (u8, u16 or
/// f32; 1 to 4 channels). Straight alpha is multiplied in before filtering and divided out after,
/// so that the colour of transparent pixels does not bleed; premultiplied stays premultiplied. u8
/// and u16 results are equal on every instruction set; f32 within 2 ulp of the range. The views
/// must not overlap. Memory: weights and a ring of rows, from `execution.workspace`. Errors:
/// invalid_argument (formats differ, window outside, NaN), limit_exceeded, cancelled,
/// out_of_memory.
LIMEN_API Result<void> resize(const ConstImageView& source, const ImageView& target,
                              const ResizeOptions& options = {}, const Execution& execution = {});

}  // namespace limen::inline LIMEN_ABI

#if defined(LIMEN_HEADER_ONLY)
#include "limen/resample/resize-inl.h"
// After the kernels.
#include "limen/resample/resize-entry.h"
#endif
