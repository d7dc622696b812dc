// SPDX-License-Identifier: Apache-2.0
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "lib/codec/jpeg/block_transform.cc"
#include <hwy/foreach_target.h>
// After foreach_target.h.
#include "lib/codec/jpeg/block_transform-inl.h"

#if HWY_ONCE
#include "lib/core/dispatch.h"

namespace limen::inline LIMEN_ABI {

HWY_EXPORT(ForwardDct);
HWY_EXPORT(Reconstruct);
HWY_EXPORT(UpsampleRow);
HWY_EXPORT(RgbRow);

void forward_dct(const ConstImageView& plane, std::int16_t* coefficients) {
  LIMEN_KERNEL(ForwardDct)(plane, coefficients);
}

void reconstruct(const std::int16_t* coefficients, const QuantTable& table,
                 const ImageView& plane) {
  LIMEN_KERNEL(Reconstruct)(coefficients, table, plane);
}

void upsample_row(const std::uint8_t* near, const std::uint8_t* far, std::int32_t width,
                  std::uint8_t* out) {
  LIMEN_KERNEL(UpsampleRow)(near, far, width, out);
}

void rgb_row(const std::uint8_t* y, const std::uint8_t* cb, const std::uint8_t* cr,
             std::int32_t width, std::uint8_t* out) {
  LIMEN_KERNEL(RgbRow)(y, cb, cr, width, out);
}

}  // namespace limen::inline LIMEN_ABI
#endif
