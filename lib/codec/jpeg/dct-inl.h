// SPDX-License-Identifier: Apache-2.0

#if defined(LIMEN_LIB_CODEC_JPEG_DCT_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef LIMEN_LIB_CODEC_JPEG_DCT_INL_H_
#undef LIMEN_LIB_CODEC_JPEG_DCT_INL_H_
#else
#define LIMEN_LIB_CODEC_JPEG_DCT_INL_H_
#endif

#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "lib/codec/jpeg/words-inl.h"

HWY_BEFORE_NAMESPACE();
namespace limen::inline LIMEN_ABI {
namespace HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;

// The DCT of Loeffler, Ligtenberg and Moschytz (ICASSP 1989) in 13-bit fixed point with two extra
// bits between the passes: the arithmetic of libjpeg's "islow", whose results it must equal. Until
// each result is rounded all of it is linear, so the weights of a result can be added up first;
// 8-bit samples and what quantisation adds to them stay within 16 bits between the passes.
constexpr int kConstBits = 13;
constexpr int kPassBits = 2;
constexpr std::int32_t k0_298631336 = 2446;
constexpr std::int32_t k0_390180644 = 3196;
constexpr std::int32_t k0_541196100 = 4433;
constexpr std::int32_t k0_765366865 = 6270;
constexpr std::int32_t k0_899976223 = 7373;
constexpr std::int32_t k1_175875602 = 9633;
constexpr std::int32_t k1_501321110 = 12299;
constexpr std::int32_t k1_847759065 = 15137;
constexpr std::int32_t k1_961570560 = 16069;
constexpr std::int32_t k2_053119869 = 16819;
constexpr std::int32_t k2_562915447 = 20995;
constexpr std::int32_t k3_072711026 = 25172;

// What the odd halves of both directions share: four inputs rotated into four results. The matrix
// is symmetric: row i gives result i from inputs a, b, c, d.
struct Rotation {
  static constexpr std::int32_t aa = k0_298631336 - k0_899976223 - k1_961570560 + k1_175875602;
  static constexpr std::int32_t ab = k1_175875602;
  static constexpr std::int32_t ac = k1_175875602 - k1_961570560;
  static constexpr std::int32_t ad = k1_175875602 - k0_899976223;
  static constexpr std::int32_t bb = k2_053119869 - k2_562915447 - k0_390180644 + k1_175875602;
  static constexpr std::int32_t bc = k1_175875602 - k2_562915447;
  static constexpr std::int32_t bd = k1_175875602 - k0_390180644;
  static constexpr std::int32_t cc = k3_072711026 - k2_562915447 - k1_961570560 + k1_175875602;
  static constexpr std::int32_t cd = k1_175875602;
  static constexpr std::int32_t dd = k1_501321110 - k0_899976223 - k0_390180644 + k1_175875602;
};
template <class V>
struct Rotated {
  WideOf<V> a, b, c, d;
};
template <class V>
HWY_INLINE Rotated<V> rotate_odd(V a, V b, V c, V d) {
  using R = Rotation;
  const PairsOf<V> ad = pair(a, d), bc = pair(b, c);
  return {add(dot(ad, R::aa, R::ad), dot(bc, R::ab, R::ac)),
          add(dot(ad, R::ab, R::bd), dot(bc, R::bb, R::bc)),
          add(dot(ad, R::ac, R::cd), dot(bc, R::bc, R::cc)),
          add(dot(ad, R::ad, R::dd), dot(bc, R::bd, R::cd))};
}

template <int kBits>
HWY_INLINE V16 descale(const Wide& v) {
  return narrow<kBits>(add(v, wide(1 << (kBits - 1))));
}

// Eight samples `step` apart in `data`. The first pass keeps kPassBits more, the second drops them.
template <bool kFirstPass>
HWY_INLINE void forward8(std::int16_t* HWY_RESTRICT data, std::size_t step) {
  const I16 d;
  constexpr int kShift = kFirstPass ? kConstBits - kPassBits : kConstBits + kPassBits;
  const auto load = [&](std::size_t i) HWY_ATTR { return hn::Load(d, data + i * step); };
  const auto store = [&](std::size_t i, V16 v) HWY_ATTR { hn::Store(v, d, data + i * step); };
  const V16 in0 = load(0), in1 = load(1), in2 = load(2), in3 = load(3);
  const V16 in4 = load(4), in5 = load(5), in6 = load(6), in7 = load(7);
  const V16 s07 = hn::Add(in0, in7), s16 = hn::Add(in1, in6);
  const V16 s25 = hn::Add(in2, in5), s34 = hn::Add(in3, in4);
  const V16 even0 = hn::Add(s07, s34), even3 = hn::Sub(s07, s34);
  const V16 even1 = hn::Add(s16, s25), even2 = hn::Sub(s16, s25);
  if constexpr (kFirstPass) {
    store(0, hn::ShiftLeft<kPassBits>(hn::Add(even0, even1)));
    store(4, hn::ShiftLeft<kPassBits>(hn::Sub(even0, even1)));
  } else {
    const V16 half = hn::Set(d, 1 << (kPassBits - 1));
    store(0, hn::ShiftRight<kPassBits>(hn::Add(hn::Add(even0, even1), half)));
    store(4, hn::ShiftRight<kPassBits>(hn::Add(hn::Sub(even0, even1), half)));
  }
  const Pairs even = pair(even2, even3);
  store(2, descale<kShift>(dot(even, k0_541196100, k0_541196100 + k0_765366865)));
  store(6, descale<kShift>(dot(even, k0_541196100 - k1_847759065, k0_541196100)));
  const Rotated<V16> odd =
      rotate_odd(hn::Sub(in3, in4), hn::Sub(in2, in5), hn::Sub(in1, in6), hn::Sub(in0, in7));
  store(7, descale<kShift>(odd.a));
  store(5, descale<kShift>(odd.b));
  store(3, descale<kShift>(odd.c));
  store(1, descale<kShift>(odd.d));
}

// What is left of a sample's fraction by the second pass, which takes 128 off it and saturates it:
// the upper of two bytes is the sample.
constexpr int kSampleFraction = 8;

// load(i) gives coefficient i, store(i, v) takes sample i.
template <bool kFirstPass, class Load, class Store>
HWY_INLINE void inverse8(const Load& load, const Store& store) {
  constexpr int kShift = kFirstPass ? kConstBits - kPassBits : kConstBits + kPassBits + 3;
  constexpr int kDropped = kFirstPass ? kShift : kShift - kSampleFraction;
  constexpr std::int32_t kOne = 1 << kConstBits;
  const auto in7 = load(7);
  using V = std::remove_const_t<decltype(in7)>;
  const Rotated<V> odd = rotate_odd<V>(in7, load(5), load(3), load(1));
  const auto in26 = pair<V>(load(2), load(6));
  const auto t3 = dot(in26, k0_541196100 + k0_765366865, k0_541196100);
  const auto t2 = dot(in26, k0_541196100, k0_541196100 - k1_847759065);
  const auto in04 = pair<V>(load(0), load(4));
  // The half by which each result is rounded comes in here, once.
  const auto half = wide<V>(1 << (kShift - 1));
  const auto t0 = add(dot(in04, kOne, kOne), half), t1 = add(dot(in04, kOne, -kOne), half);
  const auto even0 = add(t0, t3), even3 = sub(t0, t3);
  const auto even1 = add(t1, t2), even2 = sub(t1, t2);
  store(0, narrow<kDropped>(add(even0, odd.d)));
  store(7, narrow<kDropped>(sub(even0, odd.d)));
  store(1, narrow<kDropped>(add(even1, odd.c)));
  store(6, narrow<kDropped>(sub(even1, odd.c)));
  store(2, narrow<kDropped>(add(even2, odd.b)));
  store(5, narrow<kDropped>(sub(even2, odd.b)));
  store(3, narrow<kDropped>(add(even3, odd.a)));
  store(4, narrow<kDropped>(sub(even3, odd.a)));
}

// What columns of a group are restored by: where vectors are long enough, two of them at a time.
using Long16 = hn::CappedTag<std::int16_t, 2 * kBlockGroup>;
using VLong = hn::Vec<Long16>;

#if HWY_TARGET != HWY_SCALAR
// Samples of two columns side by side.
template <class V>
HWY_INLINE V beside(V left, V right) {
  const hn::DFromV<V> d;
  const hn::RebindToUnsigned<decltype(d)> d_words;
  const hn::Repartition<std::uint8_t, decltype(d)> d_bytes;
  const auto lower = hn::BitCast(d_bytes, hn::ShiftRight<8>(hn::BitCast(d_words, left)));
  const auto both = hn::OddEven(hn::BitCast(d_bytes, right), lower);
  return hn::BitCast(d, hn::Xor(both, hn::Set(d_bytes, 128)));
}

// The samples of a row, or of two, from its columns as the second pass leaves them.
HWY_INLINE void store_rows(const VLong* HWY_RESTRICT columns, std::uint8_t* HWY_RESTRICT to,
                           std::size_t stride) {
  const Long16 d;
  const hn::Repartition<std::uint8_t, Long16> d_bytes;
  const auto put = [&](VLong v, std::uint8_t* at)
                       HWY_ATTR { hn::StoreU(hn::BitCast(d_bytes, v), d_bytes, at); };
  const VLong a0 = beside(columns[0], columns[1]), a1 = beside(columns[2], columns[3]);
  const VLong a2 = beside(columns[4], columns[5]), a3 = beside(columns[6], columns[7]);
  // Eight blocks' samples in each 128 bits: a step moves the highest bit of a pair's place, that of
  // its column, to the lowest.
  const VLong b0 = hn::InterleaveLower(d, a0, a2), b1 = hn::InterleaveUpper(d, a0, a2);
  const VLong b2 = hn::InterleaveLower(d, a1, a3), b3 = hn::InterleaveUpper(d, a1, a3);
  const VLong c0 = hn::InterleaveLower(d, b0, b2), c1 = hn::InterleaveUpper(d, b0, b2);
  const VLong c2 = hn::InterleaveLower(d, b1, b3), c3 = hn::InterleaveUpper(d, b1, b3);
  constexpr std::size_t kLanes = hn::MaxLanes(d);
  if constexpr (kLanes == 2 * kBlockGroup) {
    const auto even = [&](VLong a, VLong b)
                          HWY_ATTR { return hn::OddEvenBlocks(hn::SwapAdjacentBlocks(b), a); };
    const auto odd = [&](VLong a, VLong b)
                         HWY_ATTR { return hn::OddEvenBlocks(b, hn::SwapAdjacentBlocks(a)); };
    const VLong left0 = even(c0, c1), left1 = even(c2, c3);
    const VLong right0 = odd(c0, c1), right1 = odd(c2, c3);
    put(hn::ConcatLowerLower(d, left1, left0), to);
    put(hn::ConcatLowerLower(d, right1, right0), to + 64);
    put(hn::ConcatUpperUpper(d, left1, left0), to + stride);
    put(hn::ConcatUpperUpper(d, right1, right0), to + stride + 64);
  } else if constexpr (kLanes == kBlockGroup) {
    put(hn::ConcatLowerLower(d, c1, c0), to);
    put(hn::ConcatLowerLower(d, c3, c2), to + 32);
    put(hn::ConcatUpperUpper(d, c1, c0), to + 64);
    put(hn::ConcatUpperUpper(d, c3, c2), to + 96);
  } else {
    put(c0, to), put(c1, to + 16), put(c2, to + 32), put(c3, to + 48);
  }
}
#endif

// The second pass over a group: column c of row r of all blocks at work[(8 r + c) * kBlockGroup].
HWY_INLINE void restore_rows(const std::int16_t* HWY_RESTRICT work,
                             std::uint8_t* HWY_RESTRICT samples, std::size_t stride) {
  const Long16 d;
#if HWY_TARGET == HWY_SCALAR
  for (std::size_t r = 0; r < 8; ++r) {
    for (std::size_t b = 0; b < kBlockGroup; ++b) {
      inverse8<false>(
          [&](std::size_t i) { return hn::Load(d, work + r * kGroupWidth + i * kBlockGroup + b); },
          [&](std::size_t i, VLong v) {
            samples[r * stride + 8 * b + i] =
                static_cast<std::uint8_t>((hn::GetLane(v) >> kSampleFraction) + 128);
          });
    }
  }
#else
  constexpr std::size_t kLanes = hn::MaxLanes(d);
  constexpr std::size_t kRows = kLanes > kBlockGroup ? 2 : 1;
  for (std::size_t r = 0; r < 8; r += kRows) {
    for (std::size_t b = 0; b < kBlockGroup; b += kLanes) {
      const std::int16_t* const from = work + r * kGroupWidth + b;
      VLong columns[8];
      const auto load = [&](std::size_t i) HWY_ATTR {
        if constexpr (kRows == 2) {
          const hn::Half<Long16> d_half;
          return hn::Combine(d, hn::Load(d_half, from + kGroupWidth + i * kBlockGroup),
                             hn::Load(d_half, from + i * kBlockGroup));
        } else {
          return hn::Load(d, from + i * kBlockGroup);
        }
      };
      inverse8<false>(load, [&](std::size_t i, VLong v) HWY_ATTR { columns[i] = v; });
      store_rows(columns, samples + r * stride + 8 * b, stride);
    }
  }
#endif
}

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace limen::inline LIMEN_ABI
HWY_AFTER_NAMESPACE();

#endif  // include guard
