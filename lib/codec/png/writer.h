// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "lib/codec/png/reduce.h"
#include "limen/codec/encode.h"

namespace limen::inline LIMEN_ABI::png {

/// zlib's level and strategy, and whether rows are filtered.
struct Packing {
  int level = 6;
  int strategy = 0;
  bool is_filtered = true;
};

/// A chunk that is not made of pixels, with its payload as it is to be stored.
struct ExtraChunk {
  char type[5] = {};
  Bytes data;
  bool before_palette = true;
};

/// Writes one file by libpng. Errors: cancelled, limit_exceeded, out_of_memory, unsupported.
Result<Bytes> write_file(const ConstImageView& image, RowFormat format, const Palette* palette,
                         Packing packing, const std::vector<ExtraChunk>& extra,
                         const Execution& execution);

}  // namespace limen::inline LIMEN_ABI::png
