// SPDX-License-Identifier: Apache-2.0

#if defined(LIMEN_LIB_CODEC_JPEG_WORDS_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef LIMEN_LIB_CODEC_JPEG_WORDS_INL_H_
#undef LIMEN_LIB_CODEC_JPEG_WORDS_INL_H_
#else
#define LIMEN_LIB_CODEC_JPEG_WORDS_INL_H_
#endif

// Vectors of 16-bit samples whose sums of products have 32 bits: what the DCT and the colour
// conversion are made of.

#include <hwy/highway.h>

#include <cstdint>

#include "lib/codec/jpeg/block_transform.h"

HWY_BEFORE_NAMESPACE();
namespace limen::inline LIMEN_ABI {
namespace HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;

// A group of blocks is a whole number of these, whatever the instruction set.
using I16 = hn::CappedTag<std::int16_t, kBlockGroup>;
using V16 = hn::Vec<I16>;

#if HWY_TARGET == HWY_SCALAR

using I32 = hn::Rebind<std::int32_t, I16>;
using V32 = hn::Vec<I32>;

template <class V>
struct WideOf {
  V32 all;
};
template <class V>
struct PairsOf {
  V32 a, b;
};
template <class V>
HWY_INLINE PairsOf<V> pair(V a, V b) {
  return {hn::PromoteTo(I32(), a), hn::PromoteTo(I32(), b)};
}
template <class V = V16>
HWY_INLINE WideOf<V> wide(std::int32_t v) {
  return {hn::Set(I32(), v)};
}
template <class V>
HWY_INLINE WideOf<V> add(const WideOf<V>& a, const WideOf<V>& b) {
  return {hn::Add(a.all, b.all)};
}
template <class V>
HWY_INLINE WideOf<V> sub(const WideOf<V>& a, const WideOf<V>& b) {
  return {hn::Sub(a.all, b.all)};
}
template <class V>
HWY_INLINE WideOf<V> dot(const PairsOf<V>& pairs, std::int32_t weight_a, std::int32_t weight_b) {
  const I32 d;
  return {hn::Add(hn::Mul(pairs.a, hn::Set(d, weight_a)), hn::Mul(pairs.b, hn::Set(d, weight_b)))};
}
template <int kBits, class V>
HWY_INLINE V narrow(const WideOf<V>& v) {
  return hn::DemoteTo(I16(), hn::ShiftRight<kBits>(v.all));
}

#else

template <class V>
using WideTag = hn::RepartitionToWide<hn::DFromV<V> >;

// As many 32-bit lanes as a vector has of 16 bits, in the order in which interleaving and narrowing
// deal with them.
template <class V>
struct WideOf {
  hn::Vec<WideTag<V> > lower, upper;
};

// The lanes of two vectors side by side.
template <class V>
struct PairsOf {
  V lower, upper;
};
template <class V>
HWY_INLINE PairsOf<V> pair(V a, V b) {
  const hn::DFromV<V> d;
  return {hn::InterleaveLower(d, a, b), hn::InterleaveUpper(d, a, b)};
}
template <class V = V16>
HWY_INLINE WideOf<V> wide(std::int32_t v) {
  const WideTag<V> d;
  return {hn::Set(d, v), hn::Set(d, v)};
}
template <class V>
HWY_INLINE WideOf<V> add(const WideOf<V>& a, const WideOf<V>& b) {
  return {hn::Add(a.lower, b.lower), hn::Add(a.upper, b.upper)};
}
template <class V>
HWY_INLINE WideOf<V> sub(const WideOf<V>& a, const WideOf<V>& b) {
  return {hn::Sub(a.lower, b.lower), hn::Sub(a.upper, b.upper)};
}

template <class V>
HWY_INLINE hn::Vec<WideTag<V> > pair_products(V pairs, V weights) {
  const WideTag<V> d;
  auto rest = hn::Zero(d);
  const auto sum = hn::ReorderWidenMulAccumulate(d, pairs, weights, hn::Zero(d), rest);
  return hn::RearrangeToOddPlusEven(sum, rest);
}

// weight_a * a + weight_b * b for each pair. The weights have 16 bits.
template <class V>
HWY_INLINE WideOf<V> dot(const PairsOf<V>& pairs, std::int32_t weight_a, std::int32_t weight_b) {
  const auto both = (static_cast<std::uint32_t>(weight_b) << 16) |
                    (static_cast<std::uint32_t>(weight_a) & 0xFFFF);
  const V weights =
      hn::BitCast(hn::DFromV<V>(), hn::Set(WideTag<V>(), static_cast<std::int32_t>(both)));
  return {pair_products(pairs.lower, weights), pair_products(pairs.upper, weights)};
}

// Shifted down, to 16 bits, saturated, in the order of the vectors that pair() was given.
template <int kBits, class V>
HWY_INLINE V narrow(const WideOf<V>& v) {
  return hn::ReorderDemote2To(hn::DFromV<V>(), hn::ShiftRight<kBits>(v.lower),
                              hn::ShiftRight<kBits>(v.upper));
}

#endif

using Wide = WideOf<V16>;
using Pairs = PairsOf<V16>;

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace limen::inline LIMEN_ABI
HWY_AFTER_NAMESPACE();

#endif  // include guard
