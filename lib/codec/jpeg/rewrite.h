// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "limen/codec/decode.h"
#include "limen/codec/rewrite.h"

namespace limen::inline LIMEN_ABI {

/// See Codec::rewrite.
Result<Bytes> rewrite_jpeg(ByteView file, const ImageInfo& info, const RewriteOptions& options,
                           const Execution& execution);

}  // namespace limen::inline LIMEN_ABI
