// SPDX-License-Identifier: Apache-2.0
#include "lib/codec/jpeg/rewrite.h"

#include <limits>

#include "lib/codec/jpeg/strip.h"
#include "lib/codec/jpeg/turn.h"

namespace limen::inline LIMEN_ABI {

Result<Bytes> rewrite_jpeg(ByteView file, const ImageInfo& info, const RewriteOptions& options,
                           const Execution& execution) {
  JpegAppSegments apps = find_app_segments(file);
  const bool stays = options.orientation == Orientation::top_left;
  LIMEN_ASSIGN(Bytes stripped,
               with_metadata(file, info, apps, stays ? options.metadata : Metadata{},
                             options.limits.scans, execution));
  if (stays) return stripped;
  // What is turned is what a decoder makes the picture of, not what may stand behind that.
  LIMEN_ASSIGN(const MemoryReservation held_stripped,
               execution.workspace->reserve(stripped.capacity()));
  LIMEN_ASSIGN(const Bytes turned,
               turn_jpeg(stripped, options.orientation, options.limits.scans, execution));
  LIMEN_ASSIGN(const MemoryReservation held_turned,
               execution.workspace->reserve(turned.capacity()));
  if (swaps_sides(options.orientation)) swap_densities(apps);
  // The number of scans is this library's choice now: the limit is for the caller's file.
  return with_metadata(turned, info, apps, options.metadata,
                       std::numeric_limits<std::uint32_t>::max(), execution);
}

}  // namespace limen::inline LIMEN_ABI
