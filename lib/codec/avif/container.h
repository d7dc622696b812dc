// SPDX-License-Identifier: Apache-2.0
#pragma once

// What limen looks up itself in an AVIF file before libavif parses it: whether it is one, how much
// work and memory its tables would cost, and two faults of real files that libavif will not bear.

#include <cstdint>
#include <optional>

#include "limen/core/abi.h"
#include "limen/core/bytes.h"
#include "limen/core/result.h"

namespace limen::inline LIMEN_ABI {

/// True if the file type box names AVIF, and no HEIC as its first brand. `bytes` may be the
/// beginning of a file.
bool has_avif_brand(ByteView bytes);

struct AvifContainer {
  std::uint32_t coded_items = 0;          ///< AV1 pictures: tiles, alpha, thumbnails, gain maps
  std::uint64_t coded_pixels = 0;         ///< of all of them together, as their properties say
  std::uint64_t largest_item_pixels = 0;  ///< of any item, derived ones included
  bool has_grid = false;
  bool has_gain_map = false;
  bool is_cut = false;         ///< a box or an item reaches beyond the end of the file
  bool needs_mending = false;  ///< mend_container() has something to do
};

/// Errors: unsupported, where the tables would cost libavif memory or time out of all proportion.
/// What is merely wrong is left for libavif to judge.
Result<AvifContainer> scan_container(ByteView bytes);

/// A copy in which a `meta` box of open end has its size, and `ipma` boxes that should have been
/// one are one. Every other byte stays where it is. ISO/IEC 23008-12, 9.3.1 allows one `ipma` a
/// version and flags; early encoders wrote one an item, and browsers show such files.
Bytes mend_container(ByteView bytes);

}  // namespace limen::inline LIMEN_ABI
