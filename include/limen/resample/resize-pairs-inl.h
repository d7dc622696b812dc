// SPDX-License-Identifier: Apache-2.0

// The 16-bit pass of resize() down the picture, from pairs of rows that have been filtered along.
// Part of resize-inl.h, which includes it.

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "limen/resample/resize-rows.h"

#if defined(LIMEN_RESAMPLE_RESIZE_PAIRS_INL_) == defined(HWY_TARGET_TOGGLE)
#ifdef LIMEN_RESAMPLE_RESIZE_PAIRS_INL_
#undef LIMEN_RESAMPLE_RESIZE_PAIRS_INL_
#else
#define LIMEN_RESAMPLE_RESIZE_PAIRS_INL_
#endif

#include <hwy/cache_control.h>
#include <hwy/highway.h>

#include "limen/resample/resize-pixels-inl.h"
#include "limen/resample/resize-sums-inl.h"

HWY_BEFORE_NAMESPACE();
namespace limen::inline LIMEN_ABI {
namespace HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;

using resample::FixedPairs;

/// Mids multiplied by each pixel's last one, as straight bytes.
template <int kChannels>
struct ToStraight {
  using Sample = std::uint8_t;
};

/// The same from samples that lie in order.
template <class Out>
struct InOrder : Out {};

/// What an output row takes, but for the pairs at both ends that have no weight.
struct PairsOfRow {
  const std::int16_t* const* pairs;
  const std::int16_t* weights;
  std::int32_t count;
  int bits;
};

HWY_MAYBE_UNUSED PairsOfRow pairs_of_row(const FixedPairs& job, std::int32_t r) {
  PairsOfRow row{job.pairs + (job.first[r] - job.first[0]) / 2,
                 job.weights + std::size_t{2} * job.pair_stride * r, job.count[r], job.bits[r]};
  const auto has_weight = [&](std::int32_t pair) {
    return row.weights[2 * pair] != 0 || row.weights[2 * pair + 1] != 0;
  };
  for (; row.count > 1 && !has_weight(row.count - 1); --row.count) {
  }
  for (; row.count > 1 && !has_weight(0); --row.count) {
    ++row.pairs;
    row.weights += 2;
  }
  return row;
}

#if HWY_TARGET == HWY_SCALAR || HWY_HAVE_SCALABLE

HWY_MAYBE_UNUSED std::int32_t pairs_sum(const PairsOfRow& row, std::size_t x) {
  std::int32_t sum = 0;
  for (std::int32_t k = 0; k < 2 * row.count; ++k) {
    sum += row.weights[k] * row.pairs[k / 2][2 * x + static_cast<std::size_t>(k % 2)];
  }
  return sum;
}

template <class Out>
void pairs_row(Out, const FixedPairs& job, std::int32_t r) {
  const PairsOfRow row = pairs_of_row(job, r);
  auto* out = static_cast<typename Out::Sample*>(job.out[r]);
  for (std::size_t x = job.begin; x < job.end; ++x) {
    *out++ = narrow_sum<std::int16_t, Out>(pairs_sum(row, x), row.bits);
  }
}

template <int kChannels>
void pairs_row(ToStraight<kChannels>, const FixedPairs& job, std::int32_t r) {
  const PairsOfRow row = pairs_of_row(job, r);
  auto* out = static_cast<std::uint8_t*>(job.out[r]);
  for (std::size_t x = job.begin; x < job.end; x += kChannels, out += kChannels) {
    std::int16_t pixel[kChannels];
    for (std::size_t c = 0; c < kChannels; ++c) {
      pixel[c] = narrow_sum<std::int16_t, ToMids>(pairs_sum(row, x + c), row.bits);
    }
    unpremultiply_pixel(pixel, kChannels, out);
  }
}

template <class Out>
void pairs_row(InOrder<Out>, const FixedPairs& job, std::int32_t r) {
  pairs_row(Out(), job, r);
}

template <class Out>
void down_pairs(const FixedPairs& job) {
  for (std::int32_t r = 0; r < job.outputs; ++r) pairs_row(Out(), job, r);
}

#else  // vectors

/// Blocks of 128 bits of the one and of the other in turn.
template <class D16>
HWY_INLINE void store_in_turn(D16 d16, hn::Vec<D16> a, hn::Vec<D16> b, std::int16_t* to) {
  constexpr std::size_t kLanes = hn::MaxLanes(D16());
  HWY_ALIGN std::int16_t blocks[2 * kLanes];
  hn::Store(a, d16, blocks);
  hn::Store(b, d16, blocks + kLanes);
  for (std::size_t i = 0; i < kLanes; i += 8) {
    std::memcpy(to + 2 * i, blocks + i, 8 * sizeof(*to));
    std::memcpy(to + 2 * i + 8, blocks + kLanes + i, 8 * sizeof(*to));
  }
}

/// What sums are narrowed to, and what is done to two vectors of that before they are stored.
template <class Out>
struct EndOfPairs {
  using Narrow = Out;
  HWY_INLINE EndOfPairs() {}
  template <class V16>
  HWY_INLINE void finish(V16&, V16&) const {}
};
template <int kChannels>
struct EndOfPairs<ToStraight<kChannels> > {
  using Narrow = ToMids;
  Unpremultiply<kChannels> unpremultiply;
  HWY_INLINE EndOfPairs() {}
  template <class V16>
  HWY_INLINE void finish(V16& a, V16& b) const {
    unpremultiply.run(a, b);
  }
};
template <class Out>
struct EndOfPairs<InOrder<Out> > : EndOfPairs<Out> {
  HWY_INLINE EndOfPairs() {}
};

template <class Out, class D16>
HWY_INLINE void store_pairs(Out, D16 d16, hn::Vec<D16> a, hn::Vec<D16> b,
                            typename Out::Sample* to) {
  if constexpr (sizeof(typename Out::Sample) == 1) {
    hn::StoreU(pack_levels(a, b), hn::Repartition<std::uint8_t, D16>(), to);
  } else {
    store_in_turn(d16, a, b, to);
  }
}
template <class Out, class D16>
HWY_INLINE void store_pairs(InOrder<Out>, D16, hn::Vec<D16> a, hn::Vec<D16> b, std::uint8_t* to) {
  // Each block of 128 bits has four samples of each of four vectors.
  const hn::Repartition<std::int32_t, D16> d32;
  constexpr std::size_t kBlocks = hn::MaxLanes(D16()) / 8;
  HWY_ALIGN std::int32_t order[4 * kBlocks];
  for (std::size_t i = 0; i < 4 * kBlocks; ++i) {
    order[i] = static_cast<std::int32_t>(i % kBlocks * 4 + i / kBlocks);
  }
  const auto in_order =
      hn::TableLookupLanes(hn::BitCast(d32, pack_levels(a, b)), hn::SetTableIndices(d32, order));
  const hn::Repartition<std::uint8_t, D16> d8;
  hn::StoreU(hn::BitCast(d8, in_order), d8, to);
}

#if HWY_ARCH_X86 && HWY_TARGET <= HWY_AVX3 && \
    (defined(LIMEN_RESAMPLE_VBMI) || defined(__AVX512VBMI__))
/// Where the upper bytes of two vectors of levels are, of which each block of 128 bits has four
/// samples of each of two vectors.
struct UpperBytes {
  HWY_ALIGN std::uint8_t in_order[64];
  constexpr UpperBytes() : in_order() {
    for (int i = 0; i < 64; ++i) {
      const int block = i % 16 / 4;
      const int lane = i / 16 % 2 * 4 + i % 4;
      in_order[i] = static_cast<std::uint8_t>(i / 32 * 64 + block * 16 + lane * 2 + 1);
    }
  }
};
inline constexpr UpperBytes kUpperBytes;

/// Light has nothing to be clamped: one look-up of bytes instead of two shifts, packing and order.
HWY_INLINE void store_group(const EndOfPairs<InOrder<ToLight> >&,
                            const PairSums<2, hn::Full512<std::int32_t> >& sums, int bits,
                            std::uint8_t* out) {
  const hn::Full512<std::int32_t> d32;
  const hn::Full512<std::int16_t> d16;
  const hn::Full512<std::uint8_t> d8;
  const auto levels = [&](int v) HWY_ATTR {
    return upper_levels_of_octaves(
        d16, octaves_of_sums(d32, sums.lower[v].finish(), sums.upper[v].finish(), bits));
  };
  hn::StoreU(hn::Vec<decltype(d8)>{_mm512_permutex2var_epi8(
                 levels(0).raw, hn::Load(d8, kUpperBytes.in_order).raw, levels(1).raw)},
             d8, out);
}
#endif

using PairsLanes = hn::CappedTag<std::int16_t, resample::kStripRows>;
inline constexpr std::size_t kPairsGroup = 2 * hn::MaxLanes(PairsLanes());
using GroupSums = PairSums<2, hn::RepartitionToWide<PairsLanes> >;
using SumVector = hn::Vec<hn::RepartitionToWide<PairsLanes> >;

/// What an output row takes, of our own, so that no store into the output can change it.
template <int kPairs>
struct TakenPairs {
  const std::int16_t* pairs[kPairs];
  hn::Vec<PairsLanes> weights[kPairs];

  HWY_INLINE explicit TakenPairs(const PairsOfRow& row) {
    for (int p = 0; p < kPairs; ++p) {
      pairs[p] = row.pairs[p];
      weights[p] = broadcast_pair(PairsLanes(), row.weights + 2 * p);
    }
  }
  /// A group of samples, added to `before`.
  HWY_INLINE GroupSums sums_at(std::size_t x, SumVector before) const {
    GroupSums sums;
    sums.begin(before);
    for (int p = 0; p < kPairs; ++p) sums.add_pair(PairsLanes(), pairs[p] + 2 * x, weights[p]);
    return sums;
  }
};
/// As many pairs as there are.
template <>
struct TakenPairs<0> {
  PairsOfRow row;

  HWY_INLINE explicit TakenPairs(const PairsOfRow& taken) : row(taken) {}
  HWY_INLINE GroupSums sums_at(std::size_t x, SumVector before) const {
    const PairsLanes d16;
    GroupSums sums;
    sums.begin(before);
    for (int p = 0; p < row.count; ++p) {
      sums.add_pair(d16, row.pairs[p] + 2 * x, broadcast_pair(d16, row.weights + 2 * p));
    }
    return sums;
  }
};

template <class Out>
HWY_INLINE void store_group(const EndOfPairs<Out>& end, const GroupSums& sums, int bits,
                            typename Out::Sample* out) {
  using Narrow = typename EndOfPairs<Out>::Narrow;
  const hn::RepartitionToWide<PairsLanes> d32;
  auto a = narrow_begun<std::int16_t, Narrow>(d32, sums.lower[0], sums.upper[0], bits);
  auto b = narrow_begun<std::int16_t, Narrow>(d32, sums.lower[1], sums.upper[1], bits);
  end.finish(a, b);
  store_pairs(Out(), PairsLanes(), a, b, out);
}

/// Output row r.
template <int kPairs, class Out>
HWY_INLINE void down_pairs_row(const FixedPairs& job, const PairsOfRow& row,
                               const EndOfPairs<Out>& end_of_pairs, std::int32_t r) {
  using Sample = typename Out::Sample;
  const TakenPairs<kPairs> taken(row);
  const int bits = row.bits;
  auto* out = static_cast<Sample*>(job.out[r]) - job.begin;
  // Where the row after the next is written is fetched as well.
  const auto* later =
      static_cast<const Sample*>(job.out[r + 2 < job.outputs ? r + 2 : r]) - job.begin;
  const std::size_t end = job.end;
  std::size_t x = job.begin;
  // A group's sums are added up before the one before it is narrowed: the processor looks ahead by
  // some hundred instructions, of which none should wait for long.
  const auto before = sum_begins_with<std::int16_t, typename EndOfPairs<Out>::Narrow>(
      hn::RepartitionToWide<PairsLanes>(), bits);
  GroupSums sums = taken.sums_at(x, before);
  for (; x + kPairsGroup < end; x += kPairsGroup) {
    if (sizeof(Sample) == 1) hwy::Prefetch(later + x);
    const GroupSums next = taken.sums_at(x + kPairsGroup, before);
    store_group(end_of_pairs, sums, bits, out + x);
    sums = next;
  }
  if (x + kPairsGroup == end) return store_group(end_of_pairs, sums, bits, out + x);
  HWY_ALIGN Sample last[kPairsGroup];
  store_group(end_of_pairs, sums, bits, last);
  std::memcpy(out + x, last, (end - x) * sizeof(Sample));
}

template <class Out>
void down_pairs(const FixedPairs& job) {
  const EndOfPairs<Out> end;
  // Found a row before it is needed: not all of the branches that depend on it are foreseen.
  PairsOfRow next = pairs_of_row(job, 0);
  for (std::int32_t r = 0; r < job.outputs; ++r) {
    const PairsOfRow row = next;
    if (r + 1 < job.outputs) next = pairs_of_row(job, r + 1);
    // Of filters that enlarge, or reduce by little. One is where a sample of the source lies: at
    // whole odd ratios that is an output in so many.
    switch (row.count) {
      case 1:
        down_pairs_row<1, Out>(job, row, end, r);
        break;
      case 2:
        down_pairs_row<2, Out>(job, row, end, r);
        break;
      case 3:
        down_pairs_row<3, Out>(job, row, end, r);
        break;
      case 4:
        down_pairs_row<4, Out>(job, row, end, r);
        break;
      case 5:
        down_pairs_row<5, Out>(job, row, end, r);
        break;
      default:
        down_pairs_row<0, Out>(job, row, end, r);
    }
  }
}

#endif  // vectors

HWY_MAYBE_UNUSED void fixed_pairs_mid(const FixedPairs& job) { down_pairs<ToMids>(job); }
HWY_MAYBE_UNUSED void fixed_pairs_u8(const FixedPairs& job) { down_pairs<ToLevels>(job); }
/// Of pairs as fixed_bytes() leaves them.
HWY_MAYBE_UNUSED void fixed_pairs_in_order(const FixedPairs& job) {
  down_pairs<InOrder<ToLevels> >(job);
}
HWY_MAYBE_UNUSED void fixed_pairs_in_order_light(const FixedPairs& job) {
  down_pairs<InOrder<ToLight> >(job);
}
HWY_MAYBE_UNUSED void fixed_pairs_in_order_gray_alpha(const FixedPairs& job) {
  down_pairs<InOrder<ToStraight<2> > >(job);
}
HWY_MAYBE_UNUSED void fixed_pairs_in_order_rgba(const FixedPairs& job) {
  down_pairs<InOrder<ToStraight<4> > >(job);
}
HWY_MAYBE_UNUSED void fixed_pairs_light(const FixedPairs& job) { down_pairs<ToLight>(job); }
HWY_MAYBE_UNUSED void fixed_pairs_gray_alpha(const FixedPairs& job) {
  down_pairs<ToStraight<2> >(job);
}
HWY_MAYBE_UNUSED void fixed_pairs_rgba(const FixedPairs& job) { down_pairs<ToStraight<4> >(job); }

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace limen::inline LIMEN_ABI
HWY_AFTER_NAMESPACE();

#endif  // include guard, toggled
