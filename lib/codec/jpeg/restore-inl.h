// SPDX-License-Identifier: Apache-2.0

#if defined(LIMEN_LIB_CODEC_JPEG_RESTORE_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef LIMEN_LIB_CODEC_JPEG_RESTORE_INL_H_
#undef LIMEN_LIB_CODEC_JPEG_RESTORE_INL_H_
#else
#define LIMEN_LIB_CODEC_JPEG_RESTORE_INL_H_
#endif

#include <cstddef>
#include <cstdint>

#include "lib/codec/jpeg/block_transform-inl.h"
#include "lib/codec/jpeg/restore.h"

HWY_BEFORE_NAMESPACE();
namespace limen::inline LIMEN_ABI {
namespace HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;

bool RestoreGroup(const std::int16_t* HWY_RESTRICT levels, const Dequantizer& dequantizer,
                  std::uint8_t* HWY_RESTRICT samples, std::size_t stride) {
  const I16 d;
  const hn::Rebind<std::uint8_t, I16> d8;
  const std::size_t lanes = hn::Lanes(d);
  HWY_ALIGN std::int16_t work[kGroupCoefficients];
  HWY_ALIGN std::uint8_t columns[kGroupWidth];
  const V16 middle = hn::Set(d, 128);
  auto beyond = hn::Gt(hn::Zero(d), hn::Zero(d));
  V16 magnitudes = hn::Zero(d);
  for (std::size_t c = 0; c < 8; ++c) {
    for (std::size_t b = c * kBlockGroup; b < (c + 1) * kBlockGroup; b += lanes) {
      const auto level = [&](std::size_t i)
                             HWY_ATTR { return hn::Load(d, levels + 8 * i * kBlockGroup + b); };
      const auto load = [&](std::size_t i) HWY_ATTR {
        const std::size_t k = 8 * i + c;
        const V16 v = level(i);
        beyond = hn::Or(beyond, hn::Gt(hn::Abs(v), hn::Set(d, dequantizer.most[k])));
        return hn::Mul(v, hn::Set(d, dequantizer.step[k]));
      };
      const auto store = [&](std::size_t i, V16 v) HWY_ATTR {
        magnitudes = hn::Or(magnitudes, hn::Abs(v));
        hn::Store(v, d, work + 8 * i * kBlockGroup + b);
      };
      const V16 any = hn::Or(hn::Or(hn::Or(level(1), level(2)), hn::Or(level(3), level(4))),
                             hn::Or(hn::Or(level(5), level(6)), level(7)));
      if (hn::AllTrue(d, hn::Eq(any, hn::Zero(d)))) {
        const V16 dc = load(0);
        const V16 twice = hn::SaturatedAdd(dc, dc);
        static_assert(kPassBits == 2);
        const V16 flat = hn::SaturatedAdd(twice, twice);
        for (std::size_t i = 0; i < 8; ++i) store(i, flat);
      } else {
        inverse8<true>(load, store);
      }
    }
  }
  for (std::size_t r = 0; r < 8; ++r) {
    const std::int16_t* const from = work + r * kGroupWidth;
    for (std::size_t b = 0; b < kBlockGroup; b += lanes) {
      inverse8<false>(
          [&](std::size_t i) HWY_ATTR { return hn::Load(d, from + i * kBlockGroup + b); },
          [&](std::size_t i, V16 v) HWY_ATTR {
            hn::Store(hn::DemoteTo(d8, hn::Add(v, middle)), d8, columns + i * kBlockGroup + b);
          });
    }
    row_from_columns(columns, samples + r * stride);
  }
  // The magnitude of -32768 is negative.
  const auto large =
      hn::Or(hn::Gt(magnitudes, hn::Set(d, kMostRestorable)), hn::Lt(magnitudes, hn::Zero(d)));
  return hn::AllFalse(d, hn::Or(beyond, large));
}

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace limen::inline LIMEN_ABI
HWY_AFTER_NAMESPACE();

#endif  // include guard
