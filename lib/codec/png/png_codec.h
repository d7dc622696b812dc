// SPDX-License-Identifier: Apache-2.0
#pragma once

// The functions behind png_codec, one file each.

#include "lib/codec/codec.h"

namespace limen::inline LIMEN_ABI::png {

bool sniff(ByteView bytes);

/// An iCCP that is damaged leaves the picture untagged; one that inflates beyond the limit on
/// metadata is limit_exceeded. Texts are not inflated. `frames` is what an APNG announces.
Result<ImageInfo> probe(ByteView bytes, const Limits& limits);

/// An APNG gives its default image. A wrong checksum or a missing byte in the pixels is an error,
/// or with best_effort damage: a wrong checksum is passed over, rows that never came stay gray or
/// transparent. Chunks that do not carry pixels are ignored where they are damaged.
Result<Decoded> decode(ByteView bytes, const ImageInfo& info, const DecodeOptions& options,
                       const Execution& execution);

std::uint64_t predicted_decode_bytes(const ImageInfo& info, const DecodeOptions& options);

/// Layout and depth of what decode() gives.
PixelFormat decoded_format(const ImageInfo& info, const DecodeOptions& options);

/// Drops what carries nothing: alpha that is opaque everywhere, colour where all is gray, bits of
/// gray, and stores a palette where that is smaller. 16-bit samples stay 16-bit.
Result<Bytes> encode(const ConstImageView& image, const EncodeOptions& options,
                     const Execution& execution);

/// Pixels, palette and transparency chunk by chunk, their checksums compared; what says the meaning
/// of the samples stays, a profile as the caller gives it. An APNG is unsupported, even of one
/// frame.
Result<Bytes> rewrite(ByteView file, const ImageInfo& info, const RewriteOptions& options,
                      const Execution& execution);

}  // namespace limen::inline LIMEN_ABI::png
