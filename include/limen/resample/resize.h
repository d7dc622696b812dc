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
  /// The window may reach out of the source as long as the centre of each output sample lies inside
  /// it (to a millionth of a sample). A plane of subsampled chroma needs that where a side of luma
  /// is odd: its last sample stands for a column or row more than there is.
  bool may_overhang = false;
};

/// Resamples `source` to `target`'s size. Both have the same pixel format, any of u8, u16 or f32
/// with 1 to 4 channels; the views must not overlap. A target of the source's size (and no window)
/// is a copy, and an axis whose size stays is passed through, whatever the filter.
///
/// Straight alpha is multiplied in before filtering and divided out after, so that the colour of
/// transparent pixels does not bleed; where alpha comes out 0, so do the colours. Premultiplied
/// stays premultiplied. cmyk is four plain channels.
///
/// Integer samples are clamped at the end only, and rounded: u8 and u16 are within 0.6 of the exact
/// value (0.5 is rounding; the colour of straight alpha within 1 down to alpha 16 of 255, and in
/// linear light down to 64), and equal on every instruction set and for any number of threads. f32
/// keeps values outside 0 to 1 and is within 2 ulp of the range.
///
/// Memory: weights (some 16 bytes a source and target column and row; with AVX-512 up to 200 more a
/// target column of sizes not far apart) and strips of rows, from `execution.workspace`. Threads
/// take bands of the output, no more of them than have some 25 us of work each. Thread-safe.
/// Errors: invalid_argument (formats differ, window outside, NaN), limit_exceeded (working_memory),
/// cancelled (polled every few rows), out_of_memory.
LIMEN_API Result<void> resize(const ConstImageView& source, const ImageView& target,
                              const ResizeOptions& options = {}, const Execution& execution = {});

}  // namespace limen::inline LIMEN_ABI

#if defined(LIMEN_HEADER_ONLY)
#include "limen/resample/resize-inl.h"
// After the kernels.
#include "limen/resample/resize-entry.h"
#endif
