// SPDX-License-Identifier: Apache-2.0
#include "lib/compose/rows.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "lib/compose/rows.cc"
#include <hwy/foreach_target.h>
// After foreach_target.
#include "lib/compose/rows-inl.h"

#if HWY_ONCE
#include "lib/core/dispatch.h"

namespace limen::inline LIMEN_ABI {
namespace compose {

HWY_EXPORT(over_opaque);
HWY_EXPORT(weighted_sum);

void weighted_sum(const float* const* rows, const float* weights, std::size_t taps,
                  std::size_t count, float* out) {
  LIMEN_KERNEL(weighted_sum)(rows, weights, taps, count, out);
}

std::size_t over_opaque(std::uint8_t* picture, int picture_channels, const std::uint8_t* mark,
                        std::size_t count, std::uint32_t opacity) {
  return LIMEN_KERNEL(over_opaque)(picture, picture_channels, mark, count, opacity);
}

}  // namespace compose
}  // namespace limen::inline LIMEN_ABI
#endif  // HWY_ONCE
