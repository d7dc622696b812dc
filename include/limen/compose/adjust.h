// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "limen/core/abi.h"
#include "limen/core/color.h"
#include "limen/core/execution.h"
#include "limen/core/image.h"
#include "limen/core/result.h"

namespace limen::inline LIMEN_ABI {

/// Tone and colour, in encoded values, in this order: brightness, contrast, gamma, saturation,
/// greyscale. The defaults change nothing.
struct Adjustments {
  double brightness = 0.0;  ///< added, as a fraction of the range, -1 to 1
  double contrast = 1.0;    ///< multiplied about the middle of the range, 0 to 10
  double gamma = 1.0;       ///< v -> v^(1/gamma): above 1 brightens the middle, 0.1 to 10
  double saturation = 1.0;  ///< 0 is gray, 1 as it is, up to 10; about BT.709 luma
  bool greyscale = false;   ///< BT.709 luma in every channel

  friend bool operator==(const Adjustments&, const Adjustments&) = default;
};

/// In place, rounded once at the end; alpha untouched. Gray pictures have no saturation. u8 and
/// u16, straight alpha. Errors: invalid_argument (out of range, NaN, formats), limit_exceeded and
/// out_of_memory (a table of up to 256 KB), cancelled.
LIMEN_API Result<void> adjust(const ImageView& picture, const Adjustments& adjustments,
                              const Execution& execution = {});

/// The mean colour, weighted by alpha, in linear light, as sRGB; alpha is the mean alpha. A picture
/// that is transparent everywhere gives transparent black. u8 and u16, straight alpha. Errors:
/// invalid_argument (formats), out_of_memory.
LIMEN_API Result<Color> average_color(const ConstImageView& picture);

}  // namespace limen::inline LIMEN_ABI
