// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "lib/codec/jpeg/session.h"
#include "limen/codec/decode.h"

namespace limen::inline LIMEN_ABI {

/// Working memory of decode_plain_pixels().
std::uint64_t plain_pixels_bytes(Size size);

/// The window's pixels by PlainScan, gray or RGB, chroma upsampled as libjpeg-turbo does. False
/// where the file is to be decoded by libjpeg: then `view` may hold anything. `jpeg`: its headers
/// are read and its scale is chosen, nothing more. Errors: cancelled.
Result<bool> decode_plain_pixels(const JpegDecompressor& jpeg, const ImageInfo& info,
                                 const Rect& window, const ImageView& view,
                                 const Execution& execution);

}  // namespace limen::inline LIMEN_ABI
