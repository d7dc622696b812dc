// SPDX-License-Identifier: Apache-2.0
#pragma once

// Metadata on its way into a JPEG's segments.

#include <cstdint>

#include "limen/core/bytes.h"
#include "limen/core/metadata.h"
#include "limen/core/result.h"

namespace limen::inline LIMEN_ABI {

/// A segment's payload in two parts, so that large blocks are not copied. Both are borrowed.
struct JpegSegment {
  int marker = 0;
  ByteView prefix;
  ByteView body;
};

/// The segments for `metadata`, in the order in which they stand in the file. They borrow from it
/// and from `prefixes`, which this fills. Errors: unsupported where a block is larger than its
/// segments can hold.
Result<std::vector<JpegSegment>> plan_segments(const Metadata& metadata,
                                               std::vector<Bytes>& prefixes);

}  // namespace limen::inline LIMEN_ABI
