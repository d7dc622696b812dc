// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "limen/codec/encode.h"
#include "limen/codec/trial.h"

namespace limen::inline LIMEN_ABI {

/// Effort e is libavif's speed 10 - e: the default 4 is avifenc's default of 6, 9 is speed 1.
/// A workspace is charged with what libaom is expected to take: some 20 bytes a pixel, more for
/// 4:4:4, 10 bits and efforts from 6. One thread: libaom's output depends on it. u16 samples are
/// rounded to `bit_depth`, also with Lossless, which then keeps what was rounded.
Result<Bytes> encode_avif(const ConstImageView& image, const EncodeOptions& options,
                          const Execution& execution);

/// The quantizer that a quality of 0 to 100 stands for, 0 (finest) to kCoarsestAvifQuantizer:
/// several qualities share one.
inline constexpr int kCoarsestAvifQuantizer = 63;
int avif_quantizer(int quality);

/// unsupported for a side that AVIF cannot hold.
Result<void> check_avif_side(Size size);

/// Settings are the quantizers, from the coarsest on; each one's Quality is the lowest that has it.
Result<std::unique_ptr<Trials>> start_avif_trials(const ConstImageView& image,
                                                  const EncodeOptions& options,
                                                  const Execution& execution);

}  // namespace limen::inline LIMEN_ABI
