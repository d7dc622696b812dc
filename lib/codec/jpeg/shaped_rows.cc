// SPDX-License-Identifier: Apache-2.0

// Lanes are as few as a group of blocks has; machines with SVE take NEON, RISC-V the plain code, as
// in block_transform.cc.
#include <hwy/detect_targets.h>
#if !HWY_ARCH_X86
#undef HWY_DISABLED_TARGETS
#define HWY_DISABLED_TARGETS (HWY_SVE | HWY_SVE2 | HWY_SVE_256 | HWY_SVE2_128 | HWY_RVV)
#endif

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "lib/codec/jpeg/shaped_rows.cc"
#include <hwy/foreach_target.h>
// After foreach_target.h.
#include "lib/codec/jpeg/level_choice-inl.h"
#include "lib/codec/jpeg/shaped_rows-inl.h"

#if HWY_ONCE
#include "lib/core/dispatch.h"

namespace limen::inline LIMEN_ABI {

HWY_EXPORT(SplitFloats);
HWY_EXPORT(HalveFloats);
HWY_EXPORT(TransformFloats);
HWY_EXPORT(RoundLevels);
HWY_EXPORT(WeighLevels);
HWY_EXPORT(SumErrors);

void split_floats(const std::uint8_t* rgb, std::size_t count, float* y, float* cb, float* cr) {
  LIMEN_KERNEL(SplitFloats)(rgb, count, y, cb, cr);
}

void halve_floats(const float* upper, const float* lower, std::size_t count, float* out) {
  LIMEN_KERNEL(HalveFloats)(upper, lower, count, out);
}

void transform_floats(const std::array<const float*, 8>& rows, std::size_t groups, float* out) {
  LIMEN_KERNEL(TransformFloats)(rows, groups, out);
}

void round_levels(const AimedRow& row, const FloatQuantizer& quantizer, float least,
                  std::int16_t* out) {
  LIMEN_KERNEL(RoundLevels)(row, quantizer, least, out);
}

void weigh_levels(const AimedRow& row, const FloatQuantizer& quantizer, const LevelCosts& costs,
                  const float* gains, std::int16_t* out) {
  LIMEN_KERNEL(WeighLevels)(row, quantizer, costs, gains, out);
}

void sum_errors(const float* coefficients, const FloatQuantizer& quantizer,
                const std::int16_t* chosen, std::size_t groups, float* errors) {
  LIMEN_KERNEL(SumErrors)(coefficients, quantizer, chosen, groups, errors);
}

}  // namespace limen::inline LIMEN_ABI
#endif
