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

HWY_EXPORT(weighted_sum);

void weighted_sum(const float* const* rows, const float* weights, std::size_t taps,
                  std::size_t count, float* out) {
  LIMEN_KERNEL(weighted_sum)(rows, weights, taps, count, out);
}

}  // namespace compose
}  // namespace limen::inline LIMEN_ABI
#endif  // HWY_ONCE
