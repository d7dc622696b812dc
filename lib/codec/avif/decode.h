// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "limen/codec/decode.h"

namespace limen::inline LIMEN_ABI {

Result<ImageInfo> probe_avif(ByteView bytes, const Limits& limits);
Result<Decoded> decode_avif(ByteView bytes, const ImageInfo& info, const DecodeOptions& options,
                            const Execution& execution);
std::uint64_t predicted_avif_decode_bytes(const ImageInfo& info, const DecodeOptions& options);

}  // namespace limen::inline LIMEN_ABI
