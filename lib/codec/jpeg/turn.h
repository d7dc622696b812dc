// SPDX-License-Identifier: Apache-2.0
#pragma once

// Turns and mirrors a JPEG by its quantised coefficients. Mirroring negates those of odd
// frequencies in its direction, transposing exchanges the directions: of blocks, of coefficients in
// a block, of quantisation tables and of sampling factors.

#include <cstdint>

#include "limen/core/bytes.h"
#include "limen/core/execution.h"
#include "limen/core/geometry.h"
#include "limen/core/result.h"

namespace limen::inline LIMEN_ABI {

/// The picture stood upright (`orientation` is not top_left), coded anew as the file was
/// (progressive, arithmetic or Huffman with tables made for it), with no application segment and no
/// restarts. The file must be undamaged. Errors: unsupported where a mirrored side does not end
/// with a block of each component, malformed, truncated, limit_exceeded, cancelled, out_of_memory.
Result<Bytes> turn_jpeg(ByteView file, Orientation orientation, std::uint32_t max_scans,
                        const Execution& execution);

}  // namespace limen::inline LIMEN_ABI
