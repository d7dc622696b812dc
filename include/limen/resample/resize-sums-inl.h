// SPDX-License-Identifier: Apache-2.0

// Sums of weighted pairs in 32 bits, and how they become samples. Part of resize-inl.h, which
// includes it.

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <type_traits>

#include "limen/resample/resize-rows.h"

#if defined(LIMEN_RESAMPLE_RESIZE_SUMS_INL_) == defined(HWY_TARGET_TOGGLE)
#ifdef LIMEN_RESAMPLE_RESIZE_SUMS_INL_
#undef LIMEN_RESAMPLE_RESIZE_SUMS_INL_
#else
#define LIMEN_RESAMPLE_RESIZE_SUMS_INL_
#endif

#include <hwy/highway.h>

#include "limen/resample/resize-light-inl.h"

HWY_BEFORE_NAMESPACE();
namespace limen::inline LIMEN_ABI {
namespace HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;

using resample::kMidBits;
using resample::kMidZero;

/// What a weighted sum becomes. `kLevels`: it is narrowed to a whole level rather than to a mid.
struct ToMids {
  using Sample = std::int16_t;
  static constexpr bool kLevels = false;
};
struct ToLevels {
  using Sample = std::uint8_t;
  static constexpr bool kLevels = true;
};
/// Mids of linear light, as bytes of sRGB.
struct ToLight {
  using Sample = std::uint8_t;
  static constexpr bool kLevels = false;
};

/// Mids from a zero of 0 on, to 32640. Their sums may wrap: what is left when the zero is taken
/// away fits.
enum class PositiveMid : std::uint16_t {};

/// By how many bits a weighted sum is shifted, and what is added before and after it. A sum of u8
/// samples has no fraction and no zero of its own; one of mids has both.
template <class In, class Out>
struct Narrowing {
  static constexpr bool kToLight = !Out::kLevels && sizeof(typename Out::Sample) == 1;
  static_assert(!kToLight || sizeof(In) == 2);
  static constexpr int kShift = (sizeof(In) == 2 ? kMidBits : 0) - (Out::kLevels ? 0 : kMidBits);
  static constexpr bool kHasZero = sizeof(In) == 2 && !std::is_same_v<In, PositiveMid>;
  static constexpr std::int32_t kBias =
      kHasZero ? (Out::kLevels ? 128 : 0) : (Out::kLevels ? 0 : -kMidZero);
};

/// One sum, in plain C++; what the vectors must equal.
template <class In, class Out>
typename Out::Sample narrow_sum(std::int32_t sum, int bits) {
  if constexpr (Narrowing<In, Out>::kToLight) {
    const std::int32_t offset = (kMidZero + resample::kLightOffset) * (std::int32_t{1} << bits);
    return resample::srgb_of_octaves(resample::octaves_of(sum + offset, bits));
  }
  const int shift = bits + Narrowing<In, Out>::kShift;
  const std::int32_t value = ((sum + (1 << (shift - 1))) >> shift) + Narrowing<In, Out>::kBias;
  if constexpr (Out::kLevels) {
    return static_cast<std::uint8_t>(value < 0 ? 0 : value > 255 ? 255 : value);
  } else {
    return static_cast<std::int16_t>(value < -32768 ? -32768 : value > 32767 ? 32767 : value);
  }
}

#if HWY_TARGET != HWY_SCALAR && !HWY_HAVE_SCALABLE

// AVX-512's multiply-add that adds to a sum, which Highway has only in later versions.
#if HWY_ARCH_X86 && HWY_TARGET <= HWY_AVX3 && \
    (defined(LIMEN_RESAMPLE_VNNI) || defined(__AVX512VNNI__))
#define LIMEN_RESAMPLE_HAS_VNNI 1
#else
#define LIMEN_RESAMPLE_HAS_VNNI 0
#endif

/// Compilers would rather add products up in a tree, whose nodes take registers that there are not.
template <class V>
HWY_INLINE void added_in_turn(V& sum) {
#if HWY_ARCH_X86 && HWY_TARGET != HWY_EMU128 && (HWY_COMPILER_GCC || HWY_COMPILER_CLANG)
  auto raw = sum.raw;
  asm("" : "+v"(raw));
  sum.raw = raw;
#else
  static_cast<void>(sum);
#endif
}

// The sum of products of even and odd lanes, in whatever order is cheapest until finish(). The
// constructor is written out because a generated one would lack the target's instruction set.
template <class D32>
struct PairSum {
  using V = hn::Vec<D32>;
  V a, b;
  HWY_INLINE PairSum() : a(hn::Zero(D32())), b(hn::Zero(D32())) {}
  /// To `before` in each lane instead of 0.
  HWY_INLINE void begin(V before) {
#if HWY_ARCH_ARM
    // Two neighbouring lanes are added up in the end.
    a = b = hn::OddEven(hn::Zero(D32()), before);
#else
    a = before;
#endif
  }
  template <class V16>
  HWY_INLINE void add(V16 x, V16 weights) {
#if LIMEN_RESAMPLE_HAS_VNNI
    if constexpr (hn::MaxLanes(D32()) == 16) {
      a = V{_mm512_dpwssd_epi32(a.raw, weights.raw, x.raw)};
      return;
    }
#endif
    a = hn::ReorderWidenMulAccumulate(D32(), x, weights, a, b);
    added_in_turn(a);
  }
  HWY_INLINE V finish() const { return hn::RearrangeToOddPlusEven(a, b); }
};

// Two weights in every 32-bit lane.
template <class D16>
HWY_INLINE hn::Vec<D16> broadcast_pair(D16 d, const std::int16_t* weights) {
  std::int32_t pair;
  std::memcpy(&pair, weights, sizeof(pair));
  return hn::BitCast(d, hn::Set(hn::RepartitionToWide<D16>(), pair));
}

/// Numbers of pairs that are worth code of their own, without a loop: those of filters that enlarge
/// or reduce by less than two, where there are registers enough. Fewer than three take three,
/// with weights of 0; 0: a loop.
constexpr std::int32_t unrolled_pairs(std::int32_t most) {
  if (hn::MaxLanes(hn::CappedTag<std::int16_t, resample::kStripRows>()) < 32) return 0;
  return most <= 3 ? 3 : most <= 7 ? most : 0;
}

/// The weighted sums of kVectors vectors, pairs of which are interleaved into two each: lower,
/// upper, lower, upper, …; the next pair lies `stride` samples further on.
template <int kVectors, class D32>
struct PairSums {
  HWY_INLINE PairSums() {}
  PairSum<D32> lower[kVectors], upper[kVectors];

  HWY_INLINE void begin(hn::Vec<D32> before) {
    for (int v = 0; v < kVectors; ++v) {
      lower[v].begin(before);
      upper[v].begin(before);
    }
  }

  template <class D16>
  HWY_INLINE void add_pair(D16 d16, const std::int16_t* from, hn::Vec<D16> weight) {
    constexpr std::size_t kLanes = hn::MaxLanes(D16());
    for (int v = 0; v < kVectors; ++v) {
      lower[v].add(hn::Load(d16, from + 2 * v * kLanes), weight);
      upper[v].add(hn::Load(d16, from + (2 * v + 1) * kLanes), weight);
    }
  }
  template <class D16>
  HWY_INLINE void add_samples(D16 d16, const RowPair<D16>* samples, const std::int16_t* weights) {
    const auto both = broadcast_pair(d16, weights);
    for (int v = 0; v < kVectors; ++v) {
      lower[v].add(samples[v].lower, both);
      upper[v].add(samples[v].upper, both);
    }
  }
  template <class D16>
  HWY_INLINE void add_pairs(D16 d16, const std::int16_t* from, const std::int16_t* weights,
                            std::int32_t pairs, std::size_t stride) {
    for (; pairs > 0; --pairs, from += stride, weights += 2) {
      add_pair(d16, from, broadcast_pair(d16, weights));
    }
  }
};

/// What is added to a weighted sum before it is narrowed, or what it begins with.
template <class In, class Out, class D32>
HWY_INLINE hn::Vec<D32> sum_begins_with(D32 d32, int bits) {
  using Step = Narrowing<In, Out>;
  if constexpr (Step::kToLight) {
    return hn::Set(d32, (kMidZero + resample::kLightOffset) * (std::int32_t{1} << bits));
  }
  const int shift = bits + Step::kShift;
  // A mid without its zero does not fit 16 bits: that is added before, for which
  // make_fixed_axis() leaves room. For levels the other way round.
  return hn::Set(
      d32, (1 << (shift - 1)) + (Out::kLevels ? 0 : Step::kBias * (std::int32_t{1} << shift)));
}

/// By the same number of bits in all lanes. x86 has that for any number as well as for one of each
/// lane; of Zen 4, the former would wait for the units that multiply.
template <class D32>
HWY_INLINE hn::Vec<D32> shift_right(D32 d32, hn::Vec<D32> v, int bits) {
#if HWY_ARCH_X86 && HWY_TARGET <= HWY_AVX2
  return hn::Shr(v, hn::Set(d32, bits));
#else
  static_cast<void>(d32);
  return hn::ShiftRightSame(v, bits);
#endif
}

/// Two sums that began so as one vector, in turn in blocks of 128 bits: of mids, or of levels that
/// are still to be clamped to bytes. Not for ToLight.
template <class In, class Out, class D32>
HWY_INLINE hn::Vec<hn::Repartition<std::int16_t, D32> > narrow_two_begun(D32 d32, hn::Vec<D32> a,
                                                                         int bits_a, hn::Vec<D32> b,
                                                                         int bits_b) {
  using Step = Narrowing<In, Out>;
  static_assert(!Step::kToLight);
  const hn::Repartition<std::int16_t, D32> d16;
  const auto both = hn::ReorderDemote2To(d16, shift_right(d32, a, bits_a + Step::kShift),
                                         shift_right(d32, b, bits_b + Step::kShift));
  if constexpr (!Out::kLevels || Step::kBias == 0) {
    return both;
  } else {
    return hn::Add(both, hn::Set(d16, static_cast<std::int16_t>(Step::kBias)));
  }
}

/// The same of sums that began with 0.
template <class In, class Out, class D32>
HWY_INLINE hn::Vec<hn::Repartition<std::int16_t, D32> > narrow_two(D32 d32, const PairSum<D32>& a,
                                                                   int bits_a,
                                                                   const PairSum<D32>& b,
                                                                   int bits_b) {
  return narrow_two_begun<In, Out>(
      d32, hn::Add(a.finish(), sum_begins_with<In, Out>(d32, bits_a)), bits_a,
      hn::Add(b.finish(), sum_begins_with<In, Out>(d32, bits_b)), bits_b);
}

/// The two sums of a vector, of lanes interleaved within 128-bit blocks, which began with
/// sum_begins_with(), as one of mids, or of levels that are still to be clamped to bytes.
template <class In, class Out, class D32>
HWY_INLINE hn::Vec<hn::Repartition<std::int16_t, D32> > narrow_begun(D32 d32,
                                                                     const PairSum<D32>& lower,
                                                                     const PairSum<D32>& upper,
                                                                     int bits) {
  if constexpr (Narrowing<In, Out>::kToLight) {
    return light_levels(d32, lower.finish(), upper.finish(), bits);
  } else {
    return narrow_two_begun<In, Out>(d32, lower.finish(), bits, upper.finish(), bits);
  }
}
/// The same of sums that began with 0.
template <class In, class Out, class D32>
HWY_INLINE hn::Vec<hn::Repartition<std::int16_t, D32> > narrow_sums(D32 d32,
                                                                    const PairSum<D32>& lower,
                                                                    const PairSum<D32>& upper,
                                                                    int bits) {
  if constexpr (Narrowing<In, Out>::kToLight) {
    const auto before = sum_begins_with<In, Out>(d32, bits);
    return light_levels(d32, hn::Add(lower.finish(), before), hn::Add(upper.finish(), before),
                        bits);
  } else {
    return narrow_two<In, Out>(d32, lower, bits, upper, bits);
  }
}

/// Two vectors of levels as bytes, clamped: blocks of 128 bits of the one and of the other in turn.
/// Highway's ReorderDemote2To() has that from version 1.0.5 on, limen asks for less.
#if HWY_ARCH_X86 && HWY_TARGET != HWY_EMU128
HWY_INLINE hn::Vec128<std::uint8_t> pack_levels(hn::Vec128<std::int16_t> a,
                                                hn::Vec128<std::int16_t> b) {
  return hn::Vec128<std::uint8_t>{_mm_packus_epi16(a.raw, b.raw)};
}
#if HWY_TARGET <= HWY_AVX2
HWY_INLINE hn::Vec256<std::uint8_t> pack_levels(hn::Vec256<std::int16_t> a,
                                                hn::Vec256<std::int16_t> b) {
  return hn::Vec256<std::uint8_t>{_mm256_packus_epi16(a.raw, b.raw)};
}
#endif
#if HWY_TARGET <= HWY_AVX3
HWY_INLINE hn::Vec512<std::uint8_t> pack_levels(hn::Vec512<std::int16_t> a,
                                                hn::Vec512<std::int16_t> b) {
  return hn::Vec512<std::uint8_t>{_mm512_packus_epi16(a.raw, b.raw)};
}
#endif
#else
HWY_INLINE hn::Vec128<std::uint8_t> pack_levels(hn::Vec128<std::int16_t> a,
                                                hn::Vec128<std::int16_t> b) {
  const hn::Full128<std::uint8_t> d8;
  const hn::Half<decltype(d8)> half;
  return hn::Combine(d8, hn::DemoteTo(half, b), hn::DemoteTo(half, a));
}
#endif

/// Levels, or mids, to `to`.
template <class D16>
HWY_INLINE void store_samples(D16 d, hn::Vec<D16> samples, std::int16_t* to) {
  hn::StoreU(samples, d, to);
}
template <class D16>
HWY_INLINE void store_samples(D16 d, hn::Vec<D16> samples, std::uint8_t* to) {
  const hn::Rebind<std::uint8_t, D16> d8;
  static_cast<void>(d);
  hn::StoreU(hn::DemoteTo(d8, samples), d8, to);
}

#undef LIMEN_RESAMPLE_HAS_VNNI

#endif  // vectors

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace limen::inline LIMEN_ABI
HWY_AFTER_NAMESPACE();

#endif  // include guard, toggled
