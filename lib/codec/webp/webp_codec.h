// SPDX-License-Identifier: Apache-2.0
#pragma once

// The functions behind webp_codec.

#include <string_view>

#include "lib/codec/codec.h"

namespace limen::inline LIMEN_ABI::webp {

class LossyPicture;

/// VP8 and VP8L hold 14 bits of a side.
inline constexpr std::int32_t kMaxSide = 16383;

Result<ImageInfo> probe(ByteView bytes, const Limits& limits);

/// The first frame of an animation comes on its canvas, transparent around.
Result<Decoded> decode(ByteView bytes, const ImageInfo& info, const DecodeOptions& options,
                       const Execution& execution);

/// Chroma is centered both ways: libwebp's upsampler weighs 9:3:3:1 and its encoder averages 2x2.
Result<DecodedPlanar> decode_planar(ByteView bytes, const ImageInfo& info,
                                    const DecodeOptions& options, const Execution& execution);

/// What libwebp takes for prefix codes beyond a fixed allowance cannot be told from the headers.
std::uint64_t predicted_decode_bytes(const ImageInfo& info, const DecodeOptions& options);

/// Effort 0 … 9 is libwebp's method 0 1 2 3 4 4 5 6 6 6, and for the lossless modes its own levels
/// 0 … 9. Metadata: ICC, EXIF and XMP; the format has no place for the rest.
Result<Bytes> encode(const ConstImageView& image, const EncodeOptions& options,
                     const Execution& execution);
/// What encode() makes of the image whose planes these are. The mode is a Quality.
Result<Bytes> encode(const LossyPicture& picture, const EncodeOptions& options,
                     const Execution& execution);
Result<Bytes> encode_planar(const PlanarImage& image, const EncodeOptions& options,
                            const Execution& execution);

/// ALPH, VP8 and VP8L chunks byte for byte; VP8X only where something needs it. An animation is
/// unsupported, even of one frame.
Result<Bytes> rewrite(ByteView file, const ImageInfo& info, const RewriteOptions& options,
                      const Execution& execution);

/// unsupported for a side that WebP cannot hold.
Result<void> check_side(Size size);

/// Settings are libwebp's whole qualities, 0 to 100, from effort 7 on its halves. The image becomes
/// planes at the first of them.
Result<std::unique_ptr<Trials>> start_trials(const ConstImageView& image,
                                             const EncodeOptions& options,
                                             const Execution& execution);

}  // namespace limen::inline LIMEN_ABI::webp
