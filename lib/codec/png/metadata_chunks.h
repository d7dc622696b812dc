// SPDX-License-Identifier: Apache-2.0
#pragma once

// Metadata on its way into a PNG's chunks.

#include <vector>

#include "lib/codec/png/writer.h"
#include "limen/core/metadata.h"
#include "limen/core/result.h"

namespace limen::inline LIMEN_ABI::png {

/// iCCP, eXIf and iTXt chunks, in the order in which they stand in the file. Errors: unsupported
/// where a block is larger than a chunk, out_of_memory.
Result<std::vector<ExtraChunk>> metadata_chunks(const Metadata& metadata);

/// sRGB, with the perceptual intent.
ExtraChunk srgb_chunk();

}  // namespace limen::inline LIMEN_ABI::png
