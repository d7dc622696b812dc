// SPDX-License-Identifier: Apache-2.0

// The row kernels of resize(). Included once for each instruction set; see resize.cc.

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "limen/resample/resize-rows.h"

#if defined(LIMEN_RESAMPLE_RESIZE_INL_) == defined(HWY_TARGET_TOGGLE)
#ifdef LIMEN_RESAMPLE_RESIZE_INL_
#undef LIMEN_RESAMPLE_RESIZE_INL_
#else
#define LIMEN_RESAMPLE_RESIZE_INL_
#endif

#include <hwy/cache_control.h>
#include <hwy/highway.h>

#include "limen/resample/resize-pixels-inl.h"
#include "limen/resample/resize-wide-inl.h"

HWY_BEFORE_NAMESPACE();
namespace limen::inline LIMEN_ABI {
namespace HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;

using resample::FixedHorizontalRows;
using resample::FixedVerticalRows;
using resample::kMidBits;
using resample::kMidZero;
using resample::kRowsTogether;

// One sample at a time: the whole kernel where there are no vectors, and what every vector path
// must equal.

template <class Out>
Out narrow_fixed(std::int32_t sum, int shift, std::int32_t bias) {
  constexpr std::int32_t kLow = sizeof(Out) == 1 ? 0 : -32768;
  constexpr std::int32_t kHigh = sizeof(Out) == 1 ? 255 : 32767;
  const std::int32_t value = ((sum + (1 << (shift - 1))) >> shift) + bias;
  return static_cast<Out>(value < kLow ? kLow : value > kHigh ? kHigh : value);
}

/// By how many bits a weighted sum is shifted, and what is added before and after it. A sum of u8
/// samples has no fraction and no zero of its own; one of mids has both.
template <class In, class Out>
struct Narrowing {
  static constexpr int kShift =
      (sizeof(In) == 2 ? kMidBits : 0) - (sizeof(Out) == 2 ? kMidBits : 0);
  static constexpr std::int32_t kBias =
      sizeof(In) == 2 ? (sizeof(Out) == 1 ? 128 : 0) : (sizeof(Out) == 2 ? -kMidZero : 0);
};

template <class In, class Out>
void vertical_scalar(const FixedVerticalRows& job, std::size_t begin, std::size_t end) {
  const auto* rows = reinterpret_cast<const In* const*>(job.rows);
  for (int r = 0; r < job.outputs; ++r) {
    auto* out = static_cast<Out*>(job.out[r]);
    for (std::size_t x = begin; x < end; ++x) {
      std::int32_t sum = 0;
      const std::int16_t* weights = job.weights[r];
      for (std::int32_t k = 2 * job.begin[r]; k < 2 * job.end[r]; ++k) {
        sum += *weights++ * rows[k][x];
      }
      out[x] = narrow_fixed<Out>(sum, job.bits[r] + Narrowing<In, Out>::kShift,
                                 Narrowing<In, Out>::kBias);
    }
  }
}

#if HWY_TARGET == HWY_SCALAR || HWY_HAVE_SCALABLE

// Vectors whose size is unknown when compiling cannot be kept in arrays; until there is a machine
// to tune for, they take the plain loops.

template <class In, class Out>
void vertical(const FixedVerticalRows& job) {
  vertical_scalar<In, Out>(job, 0, job.samples);
}

template <class Out>
void horizontal(const FixedHorizontalRows& job) {
  const int lanes = resample::lanes_of(job.channels);
  for (std::int32_t x = 0; x < job.outputs; ++x) {
    const std::int16_t* weights = job.weights + std::size_t{2} * job.pair_stride * x;
    for (int r = 0; r < job.rows; ++r) {
      const std::int16_t* pixels = job.paired[r] + static_cast<std::size_t>(job.first[x]) * lanes;
      auto* out = static_cast<Out*>(job.out[r]) + static_cast<std::size_t>(x) * job.channels;
      for (int c = 0; c < job.channels; ++c) {
        std::int32_t sum = 0;
        for (std::int32_t k = 0; k < 2 * job.pairs[x]; ++k) {
          sum += weights[k] * pixels[(k / 2 * lanes + c) * 2 + k % 2];
        }
        out[c] = narrow_fixed<Out>(sum, job.bits[x] + Narrowing<std::int16_t, Out>::kShift,
                                   Narrowing<std::int16_t, Out>::kBias);
      }
    }
  }
}

#else  // vectors

// The sum of products of even and odd lanes, in whatever order is cheapest until finish(). The
// constructor is written out because a generated one would lack the target's instruction set.
template <class D32>
struct PairSum {
  using V = hn::Vec<D32>;
  V a, b;
  HWY_INLINE PairSum() : a(hn::Zero(D32())), b(hn::Zero(D32())) {}
  template <class V16>
  HWY_INLINE void add(V16 x, V16 weights) {
    a = hn::ReorderWidenMulAccumulate(D32(), x, weights, a, b);
  }
  HWY_INLINE V finish() const { return hn::RearrangeToOddPlusEven(a, b); }
};

template <class D32>
HWY_INLINE hn::Vec<D32> round_shift(D32 d, hn::Vec<D32> sum, int shift) {
  return hn::ShiftRightSame(hn::Add(sum, hn::Set(d, 1 << (shift - 1))), shift);
}

// Two weights in every 32-bit lane.
template <class D16>
HWY_INLINE hn::Vec<D16> broadcast_pair(D16 d, const std::int16_t* weights) {
  std::int32_t pair;
  std::memcpy(&pair, weights, sizeof(pair));
  return hn::BitCast(d, hn::Set(hn::RepartitionToWide<D16>(), pair));
}

template <class D16>
HWY_INLINE hn::Vec<D16> load_samples(D16 d, const std::uint8_t* from) {
  const hn::Rebind<std::uint8_t, D16> d8;
  return hn::BitCast(d, hn::PromoteTo(hn::RebindToUnsigned<D16>(), hn::LoadU(d8, from)));
}
template <class D16>
HWY_INLINE hn::Vec<D16> load_samples(D16 d, const std::int16_t* from) {
  return hn::LoadU(d, from);
}

template <class In, class Out, class D32>
HWY_INLINE void store_narrowed(D32 d32, hn::Vec<D32> lower, hn::Vec<D32> upper, int bits, Out* to) {
  using Step = Narrowing<In, Out>;
  const hn::Repartition<std::int16_t, D32> d16;
  const int shift = bits + Step::kShift;
  lower = round_shift(d32, lower, shift);
  upper = round_shift(d32, upper, shift);
  if constexpr (sizeof(Out) == 2) {
    if constexpr (Step::kBias != 0) {
      lower = hn::Add(lower, hn::Set(d32, Step::kBias));
      upper = hn::Add(upper, hn::Set(d32, Step::kBias));
    }
    hn::StoreU(hn::ReorderDemote2To(d16, lower, upper), d16, to);
  } else {
    auto both = hn::ReorderDemote2To(d16, lower, upper);
    if constexpr (Step::kBias != 0) {
      both = hn::SaturatedAdd(both, hn::Set(d16, static_cast<std::int16_t>(Step::kBias)));
    }
    const hn::Rebind<std::uint8_t, decltype(d16)> d8;
    hn::StoreU(hn::DemoteTo(d8, both), d8, to);
  }
}

/// How far ahead of the columns in work source rows are fetched into the cache.
inline constexpr std::size_t kPrefetchBytes = 256;

// Lanes of an output row: the columns x to x + Lanes(d16) - 1, kept as two vectors in the order of
// interleaving, which narrowing undoes.
template <class D32>
struct RowSums {
  HWY_INLINE RowSums() {}
  PairSum<D32> lower, upper;
};

template <int kFrom, int kTo, class In, class D16, class D32>
HWY_INLINE void accumulate(const FixedVerticalRows& job, const In* const* rows, std::size_t x,
                           std::int32_t pair, std::int32_t pair_end, RowSums<D32>* sums) {
  const D16 d16;
  for (; pair < pair_end; ++pair) {
    if constexpr (sizeof(In) == 1) {
      // The rows are more streams than the hardware follows.
      hwy::Prefetch(rows[2 * pair] + x + kPrefetchBytes);
      hwy::Prefetch(rows[2 * pair + 1] + x + kPrefetchBytes);
    }
    const auto a = load_samples(d16, rows[2 * pair] + x);
    const auto b = load_samples(d16, rows[2 * pair + 1] + x);
    const auto lower = hn::InterleaveLower(d16, a, b);
    const auto upper = hn::InterleaveUpper(d16, a, b);
    for (int r = kFrom; r < kTo; ++r) {
      const auto weights = broadcast_pair(d16, job.weights[r] + 2 * (pair - job.begin[r]));
      sums[r].lower.add(lower, weights);
      sums[r].upper.add(upper, weights);
    }
  }
}

// kOutputs rows whose runs all overlap: first begins the run of row 0, then 0 and 1 together, …,
// and last ends that of the last row.
template <int kOutputs, class In, class Out>
HWY_INLINE void vertical_together(const FixedVerticalRows& job) {
  const hn::CappedTag<std::int16_t, 32> d16;
  using D16 = decltype(d16);
  using D32 = hn::RepartitionToWide<D16>;
  const D32 d32;
  const std::size_t step = hn::Lanes(d16);
  if (job.samples < step) return vertical_scalar<In, Out>(job, 0, job.samples);
  const auto* rows = reinterpret_cast<const In* const*>(job.rows);
  for (std::size_t at = 0; at < job.samples; at += step) {
    // The last columns may be computed twice; that writes the same values again.
    const std::size_t x = at + step <= job.samples ? at : job.samples - step;
    RowSums<D32> sums[kOutputs];
    if constexpr (kOutputs == 1) {
      accumulate<0, 1, In, D16>(job, rows, x, job.begin[0], job.end[0], sums);
    } else if constexpr (kOutputs == 2) {
      accumulate<0, 1, In, D16>(job, rows, x, job.begin[0], job.begin[1], sums);
      accumulate<0, 2, In, D16>(job, rows, x, job.begin[1], job.end[0], sums);
      accumulate<1, 2, In, D16>(job, rows, x, job.end[0], job.end[1], sums);
    } else {
      static_assert(kOutputs == 4);
      accumulate<0, 1, In, D16>(job, rows, x, job.begin[0], job.begin[1], sums);
      accumulate<0, 2, In, D16>(job, rows, x, job.begin[1], job.begin[2], sums);
      accumulate<0, 3, In, D16>(job, rows, x, job.begin[2], job.begin[3], sums);
      accumulate<0, 4, In, D16>(job, rows, x, job.begin[3], job.end[0], sums);
      accumulate<1, 4, In, D16>(job, rows, x, job.end[0], job.end[1], sums);
      accumulate<2, 4, In, D16>(job, rows, x, job.end[1], job.end[2], sums);
      accumulate<3, 4, In, D16>(job, rows, x, job.end[2], job.end[3], sums);
    }
    for (int r = 0; r < kOutputs; ++r) {
      store_narrowed<In, Out>(d32, sums[r].lower.finish(), sums[r].upper.finish(), job.bits[r],
                              static_cast<Out*>(job.out[r]) + x);
    }
  }
}

// Output rows r to r + count - 1 of a job.
HWY_INLINE FixedVerticalRows part_of(const FixedVerticalRows& job, int r, int count) {
  FixedVerticalRows part = job;
  part.outputs = count;
  for (int i = 0; i < count; ++i) {
    part.begin[i] = job.begin[r + i];
    part.end[i] = job.end[r + i];
    part.weights[i] = job.weights[r + i];
    part.bits[i] = job.bits[r + i];
    part.out[i] = job.out[r + i];
  }
  return part;
}

template <class In, class Out>
void vertical(const FixedVerticalRows& job) {
  if (job.outputs == 4 && job.begin[3] <= job.end[0]) return vertical_together<4, In, Out>(job);
  for (int r = 0; r < job.outputs;) {
    if (r + 2 <= job.outputs && job.begin[r + 1] <= job.end[r]) {
      vertical_together<2, In, Out>(part_of(job, r, 2));
      r += 2;
    } else {
      vertical_together<1, In, Out>(part_of(job, r, 1));
      r += 1;
    }
  }
}

// Adds up the blocks of four lanes.
template <class D32>
HWY_INLINE hn::Vec<hn::FixedTag<std::int32_t, 4> > sum_of_blocks(D32 d, hn::Vec<D32> v) {
  if constexpr (hn::MaxLanes(D32()) <= 4) {
    static_cast<void>(d);
    return v;
  } else {
    const hn::Half<D32> half;
    return sum_of_blocks(half, hn::Add(hn::LowerHalf(half, v), hn::UpperHalf(half, v)));
  }
}

// Weights of the pairs that the lanes of one vector hold: each pair for kLanes lanes.
template <int kLanes, class D16>
HWY_INLINE hn::Vec<D16> spread_pairs(D16 d, const std::int16_t* weights) {
  const hn::RepartitionToWide<D16> d32;
  constexpr std::size_t kCount = hn::MaxLanes(D16()) / 2;
  if constexpr (kLanes == 1) {
    return hn::LoadU(d, weights);
  } else if constexpr (kCount == kLanes) {
    return broadcast_pair(d, weights);
  } else if constexpr (kCount == 4) {
    const auto pairs = hn::BitCast(d32, hn::LoadU(d, weights));
    return hn::BitCast(d, hn::InterleaveLower(d32, pairs, pairs));
  } else {
    HWY_ALIGN static constexpr std::int32_t kEach[16] = {0, 0, 0, 0, 1, 1, 1, 1,
                                                         2, 2, 2, 2, 3, 3, 3, 3};
    const auto pairs = hn::BitCast(d32, hn::LoadDup128(d, weights));
    return hn::BitCast(d, hn::TableLookupLanes(pairs, hn::SetTableIndices(d32, kEach)));
  }
}

// Pixels of kLanes lanes, kRows rows. Four lanes fill wide vectors with several pairs of pixels;
// the others stay at four lanes, several pairs each.
template <int kLanes, int kRows, class Out>
HWY_INLINE void horizontal_together(const FixedHorizontalRows& job) {
  const hn::CappedTag<std::int32_t, kLanes == 4 ? 16 : 4> d32;
  using D32 = decltype(d32);
  const hn::Repartition<std::int16_t, D32> d16;
  const hn::FixedTag<std::int32_t, 4> d4;
  constexpr int kPairs = static_cast<int>(hn::MaxLanes(D32())) / kLanes;
  using Step = Narrowing<std::int16_t, Out>;
  for (std::int32_t x = 0; x < job.outputs; ++x) {
    const std::int16_t* weights = job.weights + std::size_t{2} * job.pair_stride * x;
    const std::size_t start = static_cast<std::size_t>(job.first[x]) * kLanes;
    PairSum<D32> sums[kRows];
    for (std::int32_t p = 0; p < job.pairs[x]; p += kPairs) {
      const auto spread = spread_pairs<kLanes>(d16, weights + 2 * p);
      for (int r = 0; r < kRows; ++r) {
        sums[r].add(
            hn::LoadU(d16, job.paired[r] + start + static_cast<std::size_t>(p) * 2 * kLanes),
            spread);
      }
    }
    const int shift = job.bits[x] + Step::kShift;
    for (int r = 0; r < kRows; ++r) {
      auto sum = sum_of_blocks(d32, sums[r].finish());
      if constexpr (kLanes <= 2) sum = hn::Add(sum, hn::Shuffle1032(sum));
      if constexpr (kLanes == 1) sum = hn::Add(sum, hn::Shuffle2301(sum));
      sum = hn::Add(round_shift(d4, sum, shift), hn::Set(d4, Step::kBias));
      // Four samples are stored; those behind the pixel are overwritten by the next one.
      Out* out = static_cast<Out*>(job.out[r]) + static_cast<std::size_t>(x) * job.channels;
      const hn::Rebind<std::int16_t, decltype(d4)> narrow;
      const auto narrowed = hn::DemoteTo(narrow, sum);
      if constexpr (sizeof(Out) == 2) {
        hn::StoreU(narrowed, narrow, out);
      } else {
        const hn::Rebind<std::uint8_t, decltype(d4)> bytes;
        hn::StoreU(hn::DemoteTo(bytes, narrowed), bytes, out);
      }
    }
  }
}

template <int kLanes, class Out>
void horizontal_lanes(const FixedHorizontalRows& job) {
  if (job.rows == 4) return horizontal_together<kLanes, 4, Out>(job);
  FixedHorizontalRows part = job;
  part.rows = 1;
  for (int r = 0; r < job.rows; ++r) {
    part.paired[0] = job.paired[r];
    part.out[0] = job.out[r];
    horizontal_together<kLanes, 1, Out>(part);
  }
}

template <class Out>
void horizontal(const FixedHorizontalRows& job) {
  switch (job.channels) {
    case 1:
      return horizontal_lanes<1, Out>(job);
    case 2:
      return horizontal_lanes<2, Out>(job);
    default:
      return horizontal_lanes<4, Out>(job);
  }
}

#endif  // vectors

// Source rows to mids, vertical first.
HWY_MAYBE_UNUSED void fixed_vertical_u8_mid(const FixedVerticalRows& job) {
  vertical<std::uint8_t, std::int16_t>(job);
}
HWY_MAYBE_UNUSED void fixed_vertical_u8_u8(const FixedVerticalRows& job) {
  vertical<std::uint8_t, std::uint8_t>(job);
}
HWY_MAYBE_UNUSED void fixed_vertical_mid_mid(const FixedVerticalRows& job) {
  vertical<std::int16_t, std::int16_t>(job);
}
HWY_MAYBE_UNUSED void fixed_vertical_mid_u8(const FixedVerticalRows& job) {
  vertical<std::int16_t, std::uint8_t>(job);
}
HWY_MAYBE_UNUSED void fixed_horizontal_mid(const FixedHorizontalRows& job) {
  horizontal<std::int16_t>(job);
}
HWY_MAYBE_UNUSED void fixed_horizontal_u8(const FixedHorizontalRows& job) {
  horizontal<std::uint8_t>(job);
}

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace limen::inline LIMEN_ABI
HWY_AFTER_NAMESPACE();

#endif  // include guard, toggled
