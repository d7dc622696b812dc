// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "limen/codec/encode.h"

namespace limen::inline LIMEN_ABI {

/// Effort e is libavif's speed 10 - e: the default 4 is avifenc's default of 6, 9 is speed 1.
/// A workspace is charged with what libaom is expected to take: some 20 bytes a pixel, more for
/// 4:4:4, 10 bits and efforts from 6. One thread: libaom's output depends on it. u16 samples are
/// rounded to `bit_depth`, also with Lossless, which then keeps what was rounded.
Result<Bytes> encode_avif(const ConstImageView& image, const EncodeOptions& options,
                          const Execution& execution);

}  // namespace limen::inline LIMEN_ABI
