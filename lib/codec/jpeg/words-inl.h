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

struct Wide {
  V32 all;
};
struct Pairs {
  V32 a, b;
};
HWY_INLINE Pairs pair(V16 a, V16 b) { return {hn::PromoteTo(I32(), a), hn::PromoteTo(I32(), b)}; }
HWY_INLINE Wide wide(std::int32_t v) { return {hn::Set(I32(), v)}; }
HWY_INLINE Wide add(const Wide& a, const Wide& b) { return {hn::Add(a.all, b.all)}; }
HWY_INLINE Wide sub(const Wide& a, const Wide& b) { return {hn::Sub(a.all, b.all)}; }
HWY_INLINE Wide dot(const Pairs& pairs, std::int32_t weight_a, std::int32_t weight_b) {
  const I32 d;
  return {hn::Add(hn::Mul(pairs.a, hn::Set(d, weight_a)), hn::Mul(pairs.b, hn::Set(d, weight_b)))};
}
template <int kBits>
HWY_INLINE V16 narrow(const Wide& v) {
  return hn::DemoteTo(I16(), hn::ShiftRight<kBits>(v.all));
}

#else

using I32 = hn::RepartitionToWide<I16>;
using V32 = hn::Vec<I32>;

// As many 32-bit lanes as a vector has of 16 bits, in the order in which interleaving and narrowing
// deal with them.
struct Wide {
  V32 lower, upper;
};

// The lanes of two vectors side by side.
struct Pairs {
  V16 lower, upper;
};
HWY_INLINE Pairs pair(V16 a, V16 b) {
  return {hn::InterleaveLower(I16(), a, b), hn::InterleaveUpper(I16(), a, b)};
}
HWY_INLINE Wide wide(std::int32_t v) { return {hn::Set(I32(), v), hn::Set(I32(), v)}; }
HWY_INLINE Wide add(const Wide& a, const Wide& b) {
  return {hn::Add(a.lower, b.lower), hn::Add(a.upper, b.upper)};
}
HWY_INLINE Wide sub(const Wide& a, const Wide& b) {
  return {hn::Sub(a.lower, b.lower), hn::Sub(a.upper, b.upper)};
}

HWY_INLINE V32 pair_products(V16 pairs, V16 weights) {
  V32 rest = hn::Zero(I32());
  const V32 sum = hn::ReorderWidenMulAccumulate(I32(), pairs, weights, hn::Zero(I32()), rest);
  return hn::RearrangeToOddPlusEven(sum, rest);
}

// weight_a * a + weight_b * b for each pair. The weights have 16 bits.
HWY_INLINE Wide dot(const Pairs& pairs, std::int32_t weight_a, std::int32_t weight_b) {
  const auto both = (static_cast<std::uint32_t>(weight_b) << 16) |
                    (static_cast<std::uint32_t>(weight_a) & 0xFFFF);
  const V16 weights = hn::BitCast(I16(), hn::Set(I32(), static_cast<std::int32_t>(both)));
  return {pair_products(pairs.lower, weights), pair_products(pairs.upper, weights)};
}

// Shifted down, to 16 bits, in the order of the vectors that pair() was given.
template <int kBits>
HWY_INLINE V16 narrow(const Wide& v) {
  return hn::ReorderDemote2To(I16(), hn::ShiftRight<kBits>(v.lower),
                              hn::ShiftRight<kBits>(v.upper));
}

#endif

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace limen::inline LIMEN_ABI
HWY_AFTER_NAMESPACE();

#endif  // include guard
