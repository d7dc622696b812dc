// SPDX-License-Identifier: Apache-2.0

// Machines with SVE take NEON, RISC-V the plain code: rows are filled up for vectors of a known
// length.
#include <hwy/detect_targets.h>
#if !HWY_ARCH_X86
#undef HWY_DISABLED_TARGETS
#define HWY_DISABLED_TARGETS (HWY_SVE | HWY_SVE2 | HWY_SVE_256 | HWY_SVE2_128 | HWY_RVV)
#endif

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "lib/codec/webp/sharp_rows.cc"
#include <hwy/foreach_target.h>
// After foreach_target.h.
#include "lib/codec/webp/sharp_rows-inl.h"

#if HWY_ONCE
#include "lib/core/dispatch.h"

namespace limen::inline LIMEN_ABI::webp {

HWY_EXPORT(SplitSharpRow);
HWY_EXPORT(StartSharpPair);
HWY_EXPORT(RefineSharpPair);
HWY_EXPORT(StoreSharpPair);

void split_sharp_row(const std::uint8_t* pixels, std::size_t width, std::size_t channels,
                     bool is_lower, const SharpRows& rows) {
  LIMEN_KERNEL(SplitSharpRow)(pixels, width, channels, is_lower, rows);
}

void start_sharp_pair(const SharpRows& rows, const SharpPair& pair) {
  LIMEN_KERNEL(StartSharpPair)(rows, pair);
}

std::uint64_t refine_sharp_pair(const SharpRows& rows, const std::int16_t* above,
                                const std::int16_t* below, const SharpPair& pair) {
  return LIMEN_KERNEL(RefineSharpPair)(rows, above, below, pair);
}

void store_sharp_pair(const SharpRows& rows, const SharpPair& pair, const SharpSamples& out) {
  LIMEN_KERNEL(StoreSharpPair)(rows, pair, out);
}

}  // namespace limen::inline LIMEN_ABI::webp
#endif
