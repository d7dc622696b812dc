// SPDX-License-Identifier: Apache-2.0
#pragma once

// Changes of form between steps: depth of samples, gray to RGB. Plain loops over few pixels: they
// run at output size, and only where sources, marks and outputs differ in form.

#include "limen/core/abi.h"
#include "limen/core/execution.h"
#include "limen/core/image.h"
#include "limen/core/result.h"

namespace limen::inline LIMEN_ABI {

/// The same picture with u8 or u16 samples: v * 257 one way, the nearest the other.
Result<Image> with_sample_type(const ConstImageView& source, SampleType type,
                               const Execution& execution);

/// Gray as RGB, gray_alpha as RGBA; u8 and u16.
Result<Image> gray_to_rgb(const ConstImageView& source, const Execution& execution);

/// True where there is alpha and it hides nothing anywhere; u8 and u16.
bool is_opaque(const ConstImageView& picture);

constexpr bool is_gray(Layout layout) {
  return layout == Layout::gray || layout == Layout::gray_alpha;
}

}  // namespace limen::inline LIMEN_ABI
