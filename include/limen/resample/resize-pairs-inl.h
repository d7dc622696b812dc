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

#include "limen/resample/resize-sums-inl.h"

HWY_BEFORE_NAMESPACE();
namespace limen::inline LIMEN_ABI {
namespace HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;

using resample::FixedPairs;

#if HWY_TARGET == HWY_SCALAR || HWY_HAVE_SCALABLE

template <class Out>
void down_pairs(const FixedPairs& job) {
  for (std::int32_t r = 0; r < job.outputs; ++r) {
    auto* out = static_cast<typename Out::Sample*>(job.out[r]);
    const std::int16_t* const* pairs = job.pairs + (job.first[r] - job.first[0]) / 2;
    const std::int16_t* weights = job.weights + std::size_t{2} * job.pair_stride * r;
    for (std::size_t x = job.begin; x < job.end; ++x) {
      std::int32_t sum = 0;
      for (std::int32_t k = 0; k < 2 * job.count[r]; ++k) {
        sum += weights[k] * pairs[k / 2][2 * x + static_cast<std::size_t>(k % 2)];
      }
      *out++ = narrow_sum<std::int16_t, Out>(sum, job.bits[r]);
    }
  }
}

#else  // vectors

/// Two vectors of levels as bytes, clamped: blocks of 128 bits of the one and of the other in turn.
/// Highway's ReorderDemote2To() has that from version 1.0.5 on, limen asks for less.
#if HWY_ARCH_X86
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

/// One group of samples of an output row, out of `count` pairs; kPairs 0: any number of them.
template <int kPairs, class Out, class D16>
HWY_INLINE void pairs_at(D16 d16, const std::int16_t* const* pairs, std::int32_t count,
                         const std::int16_t* weights, const hn::Vec<D16>* kept, int bits,
                         std::size_t x, typename Out::Sample* out) {
  using D32 = hn::RepartitionToWide<D16>;
  PairSums<2, D32> sums;
  if constexpr (kPairs == 0) {
    for (std::int32_t p = 0; p < count; ++p) {
      sums.add_pair(d16, pairs[p] + 2 * x, broadcast_pair(d16, weights + 2 * p));
    }
  } else {
    for (int p = 0; p < kPairs; ++p) sums.add_pair(d16, pairs[p] + 2 * x, kept[p]);
  }
  hn::Vec<D16> narrowed[2];
  for (int v = 0; v < 2; ++v) {
    narrowed[v] = narrow_sums<std::int16_t, Out>(D32(), sums.lower[v], sums.upper[v], bits);
  }
  if constexpr (sizeof(typename Out::Sample) == 1) {
    const hn::Repartition<std::uint8_t, D16> d8;
    hn::StoreU(pack_levels(narrowed[0], narrowed[1]), d8, out);
  } else {
    store_in_turn(d16, narrowed[0], narrowed[1], out);
  }
}

/// Output row r.
template <int kPairs, class Out>
HWY_INLINE void down_pairs_row(const FixedPairs& job, std::int32_t r) {
  const hn::CappedTag<std::int16_t, resample::kStripRows> d16;
  using D16 = hn::CappedTag<std::int16_t, resample::kStripRows>;
  constexpr std::size_t kGroup = 2 * hn::MaxLanes(D16());
  using Sample = typename Out::Sample;
  const std::int16_t* const* pairs = job.pairs + (job.first[r] - job.first[0]) / 2;
  const std::int16_t* weights = job.weights + std::size_t{2} * job.pair_stride * r;
  const std::int32_t count = job.count[r];
  const int bits = job.bits[r];
  auto* out = static_cast<Sample*>(job.out[r]) - job.begin;
  // Where the row after the next is written is fetched as well.
  const auto* later =
      static_cast<const Sample*>(job.out[r + 2 < job.outputs ? r + 2 : r]) - job.begin;
  hn::Vec<D16> kept[kPairs == 0 ? 1 : kPairs];
  const std::int16_t* from[kPairs == 0 ? 1 : kPairs];
  for (int p = 0; p < kPairs; ++p) {
    kept[p] = broadcast_pair(d16, weights + 2 * p);
    // Those behind the last have no weight.
    from[p] = pairs[p < count ? p : count - 1];
  }
  const std::int16_t* const* rows = kPairs == 0 ? pairs : from;
  const std::size_t end = job.end;
  std::size_t x = job.begin;
  for (; x + kGroup <= end; x += kGroup) {
    if (sizeof(Sample) == 1) hwy::Prefetch(later + x);
    pairs_at<kPairs, Out>(d16, rows, count, weights, kept, bits, x, out + x);
  }
  if (x < end) {
    HWY_ALIGN Sample last[kGroup];
    pairs_at<kPairs, Out>(d16, rows, count, weights, kept, bits, x, last);
    std::memcpy(out + x, last, (end - x) * sizeof(Sample));
  }
}

template <class Out>
void down_pairs(const FixedPairs& job) {
  for (std::int32_t r = 0; r < job.outputs; ++r) {
    switch (unrolled_pairs(job.count[r])) {
      case 3:
        down_pairs_row<3, Out>(job, r);
        break;
      case 4:
        down_pairs_row<4, Out>(job, r);
        break;
      case 5:
        down_pairs_row<5, Out>(job, r);
        break;
      case 6:
        down_pairs_row<6, Out>(job, r);
        break;
      case 7:
        down_pairs_row<7, Out>(job, r);
        break;
      default:
        down_pairs_row<0, Out>(job, r);
    }
  }
}

#endif  // vectors

HWY_MAYBE_UNUSED void fixed_pairs_mid(const FixedPairs& job) { down_pairs<ToMids>(job); }
HWY_MAYBE_UNUSED void fixed_pairs_u8(const FixedPairs& job) { down_pairs<ToLevels>(job); }
HWY_MAYBE_UNUSED void fixed_pairs_light(const FixedPairs& job) { down_pairs<ToLight>(job); }

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace limen::inline LIMEN_ABI
HWY_AFTER_NAMESPACE();

#endif  // include guard, toggled
