// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "limen/codec/encode.h"

namespace limen::inline LIMEN_ABI {

Result<Bytes> encode_jpeg(const ConstImageView& image, const EncodeOptions& options,
                          const Execution& execution);

Result<Bytes> encode_jpeg_planar(const PlanarImage& image, const EncodeOptions& options,
                                 const Execution& execution);

}  // namespace limen::inline LIMEN_ABI
