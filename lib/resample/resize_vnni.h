// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

#include "limen/core/abi.h"
#include "limen/resample/resize-rows.h"

namespace limen::inline LIMEN_ABI {

namespace resample {

/// resize()'s 16-bit kernels, as resize-inl.h has them.
struct FixedKernels {
  void (*fixed_down_u8_mid)(const FixedDown&);
  void (*fixed_down_u8_u8)(const FixedDown&);
  void (*fixed_down_light_mid)(const FixedDown&);
  void (*fixed_down_mid_mid)(const FixedDown&);
  void (*fixed_down_gray_alpha_mid)(const FixedDown&);
  void (*fixed_down_rgba_mid)(const FixedDown&);
  void (*fixed_columns)(const FixedColumns&);
  void (*fixed_along_mid)(const FixedAlong&);
  void (*fixed_along_pairs)(const FixedAlong&);
  void (*fixed_along_u8)(const FixedAlong&);
  void (*fixed_along_light)(const FixedAlong&);
  void (*fixed_along_straight)(const FixedAlong&);
  LanesKernel (*fixed_lanes)(AlongOut, int);
  BytesKernel (*fixed_bytes)(std::int32_t);
  BytesKernel (*fixed_mids)(std::int32_t);
  void (*fixed_pairs_in_order)(const FixedPairs&);
  void (*fixed_pairs_in_order_light)(const FixedPairs&);
  void (*fixed_pairs_in_order_gray_alpha)(const FixedPairs&);
  void (*fixed_pairs_in_order_rgba)(const FixedPairs&);
  void (*fixed_pairs_mid)(const FixedPairs&);
  void (*fixed_pairs_u8)(const FixedPairs&);
  void (*fixed_pairs_light)(const FixedPairs&);
  void (*fixed_pairs_gray_alpha)(const FixedPairs&);
  void (*fixed_pairs_rgba)(const FixedPairs&);
  void (*fixed_light)(const std::uint8_t*, std::size_t, std::int16_t*, const std::uint8_t*);
  void (*fixed_widen)(const std::uint8_t*, std::size_t, std::int16_t*, const std::uint8_t*);
  void (*fixed_premultiply)(const std::uint8_t*, std::size_t, int, std::int16_t*,
                            const std::uint8_t*);
  void (*fixed_unpremultiply)(const std::int16_t*, std::size_t, int, std::uint8_t*,
                              const std::uint8_t*);
};

/// Those for AVX-512 with VNNI, whose multiply-add of pairs adds to a sum as well: two fifths of
/// the instructions of a pass become one fifth. Of what Highway tells apart, this is within AVX3.
/// Null where this machine or build lacks it, or another instruction set was asked for.
const FixedKernels* vnni_kernels();

/// fixed_down_light_mid() for AVX-512 with VNNI and VBMI, which looks bytes up by bytes. Null where
/// this machine or build lacks it.
void (*vbmi_down_light_mid())(const FixedDown&);
/// fixed_pairs_in_order_light(), fixed_light() and fixed_bytes() likewise.
void (*vbmi_pairs_in_order_light())(const FixedPairs&);
void (*vbmi_light())(const std::uint8_t*, std::size_t, std::int16_t*, const std::uint8_t*);
BytesKernel (*vbmi_bytes())(std::int32_t);

}  // namespace resample

}  // namespace limen::inline LIMEN_ABI
