// SPDX-License-Identifier: Apache-2.0
#include "limen/resample/resize.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "lib/resample/resize.cc"
#include <hwy/foreach_target.h>
// After foreach_target.h, which includes this file once for each instruction set.
#include "limen/resample/resize-inl.h"

#if HWY_ONCE
#include "lib/core/dispatch.h"

namespace limen::inline LIMEN_ABI {
namespace resample {
HWY_EXPORT(fixed_down_u8_mid);
HWY_EXPORT(fixed_down_u8_u8);
HWY_EXPORT(fixed_down_light_mid);
HWY_EXPORT(fixed_down_mid_mid);
HWY_EXPORT(fixed_down_gray_alpha_mid);
HWY_EXPORT(fixed_down_rgba_mid);
HWY_EXPORT(fixed_columns);
HWY_EXPORT(fixed_along_mid);
HWY_EXPORT(fixed_along_pairs);
HWY_EXPORT(fixed_along_u8);
HWY_EXPORT(fixed_along_light);
HWY_EXPORT(fixed_pairs_mid);
HWY_EXPORT(fixed_pairs_u8);
HWY_EXPORT(fixed_pairs_light);
HWY_EXPORT(fixed_light);
HWY_EXPORT(fixed_widen);
HWY_EXPORT(fixed_premultiply);
HWY_EXPORT(fixed_unpremultiply);
HWY_EXPORT(wide_horizontal);
HWY_EXPORT(wide_accumulate);
}  // namespace resample
}  // namespace limen::inline LIMEN_ABI

#include "limen/resample/resize-entry.h"
#endif  // HWY_ONCE
