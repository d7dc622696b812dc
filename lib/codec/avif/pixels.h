// SPDX-License-Identifier: Apache-2.0
#pragma once

// Between AVIF's planes and limen's interleaved pixels.

#include <avif/avif.h>

#include "limen/core/execution.h"
#include "limen/core/image.h"

namespace limen::inline LIMEN_ABI {

/// The layout and sample type that a decoded picture comes out in.
PixelFormat pixel_format_of(const avifImage& image, bool keep_16_bit);

/// Converts a window of decoded planes, with the settings that libavif's own `avifdec` uses, so
/// that the pixels are the same: full-range RGB, chroma interpolated, alpha straight. The window's
/// pixels do not depend on the window. Errors: unsupported (a matrix that libavif cannot convert),
/// cancelled, limit_exceeded (working_memory), out_of_memory.
Result<Image> convert_to_pixels(const avifImage& image, const Rect& window, bool keep_16_bit,
                                const Execution& execution);

}  // namespace limen::inline LIMEN_ABI
