// SPDX-License-Identifier: Apache-2.0
#pragma once

// A JPEG by its segments: what decoding needs of it, and the same under other metadata. No entropy
// coding is undone.

#include "limen/codec/decode.h"
#include "limen/core/bytes.h"
#include "limen/core/execution.h"
#include "limen/core/limits.h"
#include "limen/core/metadata.h"
#include "limen/core/result.h"

namespace limen::inline LIMEN_ABI {

/// The two application segments that decoders need, as payloads. They are small and copied.
struct JpegAppSegments {
  Bytes jfif;   ///< 14 bytes, no thumbnail; empty where there is none
  Bytes adobe;  ///< 12 bytes, likewise
};

/// What stands before the first scan. `bytes` have been read by read_jpeg_header().
JpegAppSegments find_app_segments(ByteView bytes);

/// For a picture whose sides are swapped: so are the densities.
void swap_densities(JpegAppSegments& segments);

/// SOI, `apps`, `metadata` as encode() writes it, and of `bytes`, which describe() gave `info` for,
/// tables, frame and scans byte for byte. What the end lacks is not made up: a file that is cut
/// short stays so. Of a sequential file whose first scan has all components, that scan is the
/// picture, and nothing behind it is kept. Errors: malformed, limit_exceeded (scans,
/// working_memory), unsupported (metadata too large), cancelled.
Result<Bytes> with_metadata(ByteView bytes, const ImageInfo& info, const JpegAppSegments& apps,
                            const Metadata& metadata, std::uint32_t max_scans,
                            const Execution& execution);

}  // namespace limen::inline LIMEN_ABI
