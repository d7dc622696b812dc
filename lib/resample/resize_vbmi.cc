// SPDX-License-Identifier: Apache-2.0
#include <hwy/targets.h>

#include "lib/resample/resize_vnni.h"

#if HWY_TARGETS & HWY_AVX3
// As in resize_vnni.cc, and VBMI.
#undef HWY_TARGET
#define HWY_TARGET HWY_AVX3
#include <hwy/highway.h>
#undef HWY_TARGET_STR
#define HWY_TARGET_STR HWY_TARGET_STR_AVX3 ",avx512vnni,avx512vbmi"
#define LIMEN_RESAMPLE_VNNI
#define LIMEN_RESAMPLE_VBMI
#include "limen/resample/resize-bytes-inl.h"
#include "limen/resample/resize-down-inl.h"
#include "limen/resample/resize-pairs-inl.h"

namespace limen::inline LIMEN_ABI {

namespace resample {

void (*vbmi_down_light_mid())(const FixedDown&) {
  return __builtin_cpu_supports("avx512vbmi") != 0 ? &N_AVX3::fixed_down_light_mid : nullptr;
}

void (*vbmi_light())(const std::uint8_t*, std::size_t, std::int16_t*, const std::uint8_t*) {
  return __builtin_cpu_supports("avx512vbmi") != 0 ? &N_AVX3::fixed_light : nullptr;
}

void (*vbmi_pairs_in_order_light())(const FixedPairs&) {
  return __builtin_cpu_supports("avx512vbmi") != 0 ? &N_AVX3::fixed_pairs_in_order_light : nullptr;
}

BytesKernel (*vbmi_bytes())(std::int32_t) {
  return __builtin_cpu_supports("avx512vbmi") != 0 ? &N_AVX3::fixed_bytes : nullptr;
}

}  // namespace resample

}  // namespace limen::inline LIMEN_ABI
#else
namespace limen::inline LIMEN_ABI {

namespace resample {

void (*vbmi_down_light_mid())(const FixedDown&) { return nullptr; }
void (*vbmi_pairs_in_order_light())(const FixedPairs&) { return nullptr; }
void (*vbmi_light())(const std::uint8_t*, std::size_t, std::int16_t*, const std::uint8_t*) {
  return nullptr;
}
BytesKernel (*vbmi_bytes())(std::int32_t) { return nullptr; }

}  // namespace resample

}  // namespace limen::inline LIMEN_ABI
#endif
