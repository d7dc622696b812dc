// SPDX-License-Identifier: Apache-2.0
#include "lib/resample/resize_vnni.h"

#include <hwy/targets.h>

#if HWY_TARGETS & HWY_AVX3
// Highway's AVX3, which may be on top of a lesser baseline, and VNNI in what is compiled after it.
#undef HWY_TARGET
#define HWY_TARGET HWY_AVX3
#include <hwy/highway.h>
#undef HWY_TARGET_STR
#define HWY_TARGET_STR HWY_TARGET_STR_AVX3 ",avx512vnni"
#define LIMEN_RESAMPLE_VNNI
#include "limen/resample/resize-along-inl.h"
#include "limen/resample/resize-bytes-inl.h"
#include "limen/resample/resize-down-inl.h"
#include "limen/resample/resize-lanes-inl.h"
#include "limen/resample/resize-light-inl.h"
#include "limen/resample/resize-pairs-inl.h"
#include "limen/resample/resize-pixels-inl.h"

namespace limen::inline LIMEN_ABI {

namespace resample {

const FixedKernels* vnni_kernels() {
  static const FixedKernels kernels = {
      .fixed_down_u8_mid = N_AVX3::fixed_down_u8_mid,
      .fixed_down_u8_u8 = N_AVX3::fixed_down_u8_u8,
      .fixed_down_light_mid =
          vbmi_down_light_mid() != nullptr ? vbmi_down_light_mid() : &N_AVX3::fixed_down_light_mid,
      .fixed_down_mid_mid = N_AVX3::fixed_down_mid_mid,
      .fixed_down_gray_alpha_mid = N_AVX3::fixed_down_gray_alpha_mid,
      .fixed_down_rgba_mid = N_AVX3::fixed_down_rgba_mid,
      .fixed_columns = N_AVX3::fixed_columns,
      .fixed_along_mid = N_AVX3::fixed_along_mid,
      .fixed_along_pairs = N_AVX3::fixed_along_pairs,
      .fixed_along_u8 = N_AVX3::fixed_along_u8,
      .fixed_along_light = N_AVX3::fixed_along_light,
      .fixed_along_straight = N_AVX3::fixed_along_straight,
      .fixed_lanes = N_AVX3::fixed_lanes,
      .fixed_bytes = vbmi_bytes() != nullptr ? vbmi_bytes() : &N_AVX3::fixed_bytes,
      .fixed_mids = N_AVX3::fixed_mids,
      .fixed_pairs_in_order = N_AVX3::fixed_pairs_in_order,
      .fixed_pairs_in_order_light = vbmi_pairs_in_order_light() != nullptr
                                        ? vbmi_pairs_in_order_light()
                                        : &N_AVX3::fixed_pairs_in_order_light,
      .fixed_pairs_in_order_gray_alpha = N_AVX3::fixed_pairs_in_order_gray_alpha,
      .fixed_pairs_in_order_rgba = N_AVX3::fixed_pairs_in_order_rgba,
      .fixed_pairs_mid = N_AVX3::fixed_pairs_mid,
      .fixed_pairs_u8 = N_AVX3::fixed_pairs_u8,
      .fixed_pairs_light = N_AVX3::fixed_pairs_light,
      .fixed_pairs_gray_alpha = N_AVX3::fixed_pairs_gray_alpha,
      .fixed_pairs_rgba = N_AVX3::fixed_pairs_rgba,
      .fixed_light = vbmi_light() != nullptr ? vbmi_light() : &N_AVX3::fixed_light,
      .fixed_widen = N_AVX3::fixed_widen,
      .fixed_premultiply = N_AVX3::fixed_premultiply,
      .fixed_unpremultiply = N_AVX3::fixed_unpremultiply};
  return __builtin_cpu_supports("avx512vnni") != 0 ? &kernels : nullptr;
}

}  // namespace resample

}  // namespace limen::inline LIMEN_ABI
#else
namespace limen::inline LIMEN_ABI {

namespace resample {

const FixedKernels* vnni_kernels() { return nullptr; }

}  // namespace resample

}  // namespace limen::inline LIMEN_ABI
#endif
