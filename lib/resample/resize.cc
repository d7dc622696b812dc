// SPDX-License-Identifier: Apache-2.0
#include "limen/resample/resize.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "lib/resample/resize.cc"
#include <hwy/foreach_target.h>
// After foreach_target.h, which includes this file once for each instruction set.
#include "limen/resample/resize-inl.h"

HWY_BEFORE_NAMESPACE();
namespace limen::inline LIMEN_ABI {
namespace HWY_NAMESPACE {
namespace {

HWY_MAYBE_UNUSED bool is_avx512() { return HWY_ARCH_X86 && HWY_TARGET <= HWY_AVX3; }

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace limen::inline LIMEN_ABI
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
#include "lib/core/dispatch.h"
#include "lib/resample/resize_vnni.h"

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
HWY_EXPORT(fixed_along_straight);
HWY_EXPORT(fixed_lanes);
HWY_EXPORT(fixed_bytes);
HWY_EXPORT(fixed_mids);
HWY_EXPORT(fixed_pairs_in_order);
HWY_EXPORT(fixed_pairs_in_order_light);
HWY_EXPORT(fixed_pairs_in_order_gray_alpha);
HWY_EXPORT(fixed_pairs_in_order_rgba);
HWY_EXPORT(fixed_pairs_mid);
HWY_EXPORT(fixed_pairs_u8);
HWY_EXPORT(fixed_pairs_light);
HWY_EXPORT(fixed_pairs_gray_alpha);
HWY_EXPORT(fixed_pairs_rgba);
HWY_EXPORT(fixed_light);
HWY_EXPORT(fixed_widen);
HWY_EXPORT(fixed_premultiply);
HWY_EXPORT(fixed_unpremultiply);
HWY_EXPORT(wide_horizontal);
HWY_EXPORT(wide_accumulate);
HWY_EXPORT(is_avx512);

namespace {

/// The kernels to be called instead, or null.
const FixedKernels* better_kernels() {
  static const FixedKernels* const kernels = vnni_kernels();
  return kernels != nullptr && LIMEN_KERNEL(is_avx512)() ? kernels : nullptr;
}

}  // namespace

}  // namespace resample
}  // namespace limen::inline LIMEN_ABI

#define LIMEN_FIXED_KERNEL(kernel)                                                                \
  (*(::limen::resample::better_kernels() != nullptr ? ::limen::resample::better_kernels()->kernel \
                                                    : &LIMEN_KERNEL(kernel)))
#include "limen/resample/resize-entry.h"
#endif  // HWY_ONCE
