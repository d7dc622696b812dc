// SPDX-License-Identifier: Apache-2.0

#if defined(LIMEN_LIB_CODEC_JPEG_RESTORE_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef LIMEN_LIB_CODEC_JPEG_RESTORE_INL_H_
#undef LIMEN_LIB_CODEC_JPEG_RESTORE_INL_H_
#else
#define LIMEN_LIB_CODEC_JPEG_RESTORE_INL_H_
#endif

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "lib/codec/jpeg/block_transform-inl.h"
#include "lib/codec/jpeg/restore.h"

HWY_BEFORE_NAMESPACE();
namespace limen::inline LIMEN_ABI {
namespace HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;

// Which products and results of the first pass are too large, all over a group.
template <class V>
struct Excess {
  using D = hn::DFromV<V>;
  using DWords = hn::RebindToUnsigned<D>;

  hn::Vec<DWords> products;  // by how much levels are too large, ored
  V magnitudes;              // of results, ored

  Excess() : products(hn::Zero(DWords())), magnitudes(hn::Zero(D())) {}

  HWY_INLINE V dequantize(V level, V most, V step) {
    const DWords d;
    const auto magnitude = hn::BitCast(d, hn::Abs(level));
    products = hn::Or(products, hn::SaturatedSub(magnitude, hn::BitCast(d, most)));
    return hn::Mul(level, step);
  }
  HWY_INLINE void see(V result) { magnitudes = hn::Or(magnitudes, hn::Abs(result)); }
  HWY_INLINE void see(V one, V other) {
    magnitudes = hn::Or3(magnitudes, hn::Abs(one), hn::Abs(other));
  }
  HWY_INLINE bool is_none() const {
    const D d;
    // The magnitude of -32768 is negative.
    const auto large =
        hn::Or(hn::Gt(magnitudes, hn::Set(d, kMostRestorable)), hn::Lt(magnitudes, hn::Zero(d)));
    return hn::AllFalse(d, large) && hn::AllTrue(DWords(), hn::Eq(products, hn::Zero(DWords())));
  }
};

// What the first pass makes of a column whose lowest frequency alone is not 0, at any scale.
template <class V>
HWY_INLINE V flat_column(V lowest) {
  static_assert(kPassBits == 2);
  const V twice = hn::SaturatedAdd(lowest, lowest);
  return hn::SaturatedAdd(twice, twice);
}

// What belongs to the columns of a vector, of which the first is k's.
HWY_INLINE VLong spread(const std::array<std::int16_t, 64>& table, std::size_t k) {
  const Long16 d;
#if HWY_TARGET != HWY_SCALAR
  if constexpr (hn::MaxLanes(d) == 2 * kBlockGroup) {
    const hn::Repartition<std::uint8_t, Long16> d_bytes;
    std::int32_t both;
    std::memcpy(&both, table.data() + k, sizeof(both));
    const auto places = hn::ConcatLowerLower(d, hn::Set(d, 0x0302), hn::Set(d, 0x0100));
    const auto pairs = hn::BitCast(d_bytes, hn::Set(WideTag<VLong>(), both));
    return hn::BitCast(d, hn::TableLookupBytes(pairs, hn::BitCast(d_bytes, places)));
  }
#endif
  return hn::Set(d, table[k]);
}

HWY_INLINE bool restore_8(const std::int16_t* HWY_RESTRICT levels, const Dequantizer& dequantizer,
                          std::uint8_t* HWY_RESTRICT samples, std::size_t stride) {
  const Long16 d;
  const std::size_t lanes = hn::Lanes(d);
  HWY_ALIGN std::int16_t work[kGroupCoefficients];
  Excess<VLong> excess;
  for (std::size_t at = 0; at < kGroupWidth; at += lanes) {
    const auto level = [&](std::size_t i)
                           HWY_ATTR { return hn::Load(d, levels + i * kGroupWidth + at); };
    const auto load = [&](std::size_t i) HWY_ATTR {
      const std::size_t k = 8 * i + at / kBlockGroup;
      return excess.dequantize(level(i), spread(dequantizer.most, k), spread(dequantizer.step, k));
    };
    const auto put = [&](std::size_t i, VLong v)
                         HWY_ATTR { hn::Store(v, d, work + i * kGroupWidth + at); };
    const VLong any = hn::Or3(hn::Or3(level(1), level(2), level(3)),
                              hn::Or3(level(4), level(5), level(6)), level(7));
    if (hn::AllTrue(d, hn::Eq(any, hn::Zero(d)))) {
      const VLong flat = flat_column(load(0));
      excess.see(flat);
      for (std::size_t i = 0; i < 8; ++i) put(i, flat);
    } else {
      VLong out[8];
      inverse8<true>(load, [&](std::size_t i, VLong v) HWY_ATTR { out[i] = v; });
      for (std::size_t i = 0; i < 8; i += 2) {
        excess.see(out[i], out[i + 1]);
        put(i, out[i]);
        put(i + 1, out[i + 1]);
      }
    }
  }
  restore_rows(work, samples, stride);
  return excess.is_none();
}

// Reduced blocks as libjpeg has them: the same DCT without its highest frequencies and without
// every second result, the products that are left added up.
constexpr std::int32_t k0_211164243 = 1730;
constexpr std::int32_t k0_509795579 = 4176;
constexpr std::int32_t k0_601344887 = 4926;
constexpr std::int32_t k0_720959822 = 5906;
constexpr std::int32_t k0_850430095 = 6967;
constexpr std::int32_t k1_061594337 = 8697;
constexpr std::int32_t k1_272758580 = 10426;
constexpr std::int32_t k1_451774981 = 11893;
constexpr std::int32_t k2_172734803 = 17799;
constexpr std::int32_t k3_624509785 = 29692;

template <bool kFirstPass, class Load, class Store>
HWY_INLINE void inverse4(const Load& load, const Store& store) {
  constexpr int kShift = kFirstPass ? kConstBits - kPassBits + 1 : kConstBits + kPassBits + 3 + 1;
  constexpr std::int32_t kOne = 1 << kConstBits;
  const V16 in0 = load(0);
  const Wide t0 = add(dot(pair(in0, in0), kOne, kOne), wide(1 << (kShift - 1)));
  const Wide t2 = dot(pair(load(2), load(6)), k1_847759065, -k0_765366865);
  const Wide even0 = add(t0, t2), even1 = sub(t0, t2);
  const Pairs in75 = pair(load(7), load(5)), in31 = pair(load(3), load(1));
  const Wide odd0 =
      add(dot(in75, -k0_509795579, -k0_601344887), dot(in31, k0_899976223, k2_562915447));
  const Wide odd1 =
      add(dot(in75, -k0_211164243, k1_451774981), dot(in31, -k2_172734803, k1_061594337));
  store(0, narrow<kShift>(add(even0, odd0)));
  store(3, narrow<kShift>(sub(even0, odd0)));
  store(1, narrow<kShift>(add(even1, odd1)));
  store(2, narrow<kShift>(sub(even1, odd1)));
}

template <bool kFirstPass, class Load, class Store>
HWY_INLINE void inverse2(const Load& load, const Store& store) {
  constexpr int kShift = kFirstPass ? kConstBits - kPassBits + 2 : kConstBits + kPassBits + 3 + 2;
  constexpr std::int32_t kTwo = 2 << kConstBits;
  const V16 in0 = load(0);
  const Wide even = add(dot(pair(in0, in0), kTwo, kTwo), wide(1 << (kShift - 1)));
  const Wide odd = add(dot(pair(load(7), load(5)), -k0_720959822, k0_850430095),
                       dot(pair(load(3), load(1)), -k1_272758580, k3_624509785));
  store(0, narrow<kShift>(add(even, odd)));
  store(1, narrow<kShift>(sub(even, odd)));
}

// kSize: 4 or 2.
template <std::size_t kSize>
HWY_INLINE bool restore_reduced(const std::int16_t* HWY_RESTRICT levels,
                                const Dequantizer& dequantizer, std::uint8_t* HWY_RESTRICT samples,
                                std::size_t stride) {
  const I16 d;
  const hn::Rebind<std::uint8_t, I16> d8;
  const std::size_t lanes = hn::Lanes(d);
  HWY_ALIGN std::int16_t work[kSize * kGroupWidth];
  Excess<V16> excess;
  for (std::size_t c = 0; c < 8; ++c) {
    if (c == 4 || (kSize == 2 && c % 2 == 0 && c > 0)) continue;
    for (std::size_t b = c * kBlockGroup; b < (c + 1) * kBlockGroup; b += lanes) {
      const auto level = [&](std::size_t i)
                             HWY_ATTR { return hn::Load(d, levels + 8 * i * kBlockGroup + b); };
      const auto load = [&](std::size_t i) HWY_ATTR {
        const std::size_t k = 8 * i + c;
        return excess.dequantize(level(i), hn::Set(d, dequantizer.most[k]),
                                 hn::Set(d, dequantizer.step[k]));
      };
      const auto store = [&](std::size_t i, V16 v) HWY_ATTR {
        excess.see(v);
        hn::Store(v, d, work + i * kGroupWidth + b);
      };
      V16 any = hn::Or(hn::Or(level(1), level(3)), hn::Or(level(5), level(7)));
      if constexpr (kSize == 4) any = hn::Or(any, hn::Or(level(2), level(6)));
      if (hn::AllTrue(d, hn::Eq(any, hn::Zero(d)))) {
        const V16 flat = flat_column(load(0));
        for (std::size_t i = 0; i < kSize; ++i) store(i, flat);
      } else if constexpr (kSize == 4) {
        inverse4<true>(load, store);
      } else {
        inverse2<true>(load, store);
      }
    }
  }
  const V16 middle = hn::Set(d, 128);
  for (std::size_t r = 0; r < kSize; ++r) {
    for (std::size_t b = 0; b < kBlockGroup; b += lanes) {
      const std::int16_t* const from = work + r * kGroupWidth + b;
      const auto load = [&](std::size_t i) HWY_ATTR { return hn::Load(d, from + i * kBlockGroup); };
      std::uint8_t* const to = samples + r * stride + kSize * b;
      V16 out0, out1, out2, out3;
      const auto store = [&](std::size_t i, V16 v) HWY_ATTR {
        (i == 0 ? out0 : i == 1 ? out1 : i == 2 ? out2 : out3) = hn::Add(v, middle);
      };
      if constexpr (kSize == 4) {
        inverse4<false>(load, store);
        hn::StoreInterleaved4(hn::DemoteTo(d8, out0), hn::DemoteTo(d8, out1),
                              hn::DemoteTo(d8, out2), hn::DemoteTo(d8, out3), d8, to);
      } else {
        inverse2<false>(load, store);
        hn::StoreInterleaved2(hn::DemoteTo(d8, out0), hn::DemoteTo(d8, out1), d8, to);
      }
    }
  }
  return excess.is_none();
}

// A block's mean. libjpeg's plain code wraps around what lies twice as far off as a sample can.
HWY_INLINE bool restore_1(const std::int16_t* HWY_RESTRICT levels, const Dequantizer& dequantizer,
                          std::uint8_t* HWY_RESTRICT samples) {
  const I16 d;
  const hn::Rebind<std::uint8_t, I16> d8;
  Excess<V16> excess;
  for (std::size_t b = 0; b < kBlockGroup; b += hn::Lanes(d)) {
    const V16 dc = excess.dequantize(hn::Load(d, levels + b), hn::Set(d, dequantizer.most[0]),
                                     hn::Set(d, dequantizer.step[0]));
    const V16 mean = hn::ShiftRight<3>(hn::Add(dc, hn::Set(d, 4)));
    excess.see(hn::ShiftLeft<5>(hn::Min(hn::Abs(mean), hn::Set(d, 512))));
    hn::StoreU(hn::DemoteTo(d8, hn::Add(mean, hn::Set(d, 128))), d8, samples + b);
  }
  return excess.is_none();
}

bool RestoreGroup(const std::int16_t* HWY_RESTRICT levels, const Dequantizer& dequantizer,
                  int block_size, std::uint8_t* HWY_RESTRICT samples, std::size_t stride) {
  switch (block_size) {
    case 8:
      return restore_8(levels, dequantizer, samples, stride);
    case 4:
      return restore_reduced<4>(levels, dequantizer, samples, stride);
    case 2:
      return restore_reduced<2>(levels, dequantizer, samples, stride);
    default:
      return restore_1(levels, dequantizer, samples);
  }
}

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace limen::inline LIMEN_ABI
HWY_AFTER_NAMESPACE();

#endif  // include guard
