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

// kVectors vectors of outputs from column x on. kPairs 0: `count` pairs.
template <int kVectors, int kPairs, class Out, class D16>
HWY_INLINE void pairs_at(D16 d16, const std::int16_t* const* pairs, std::int32_t count,
                         const std::int16_t* weights, const hn::Vec<D16>* kept, int bits,
                         std::size_t x, typename Out::Sample* out) {
  using D32 = hn::RepartitionToWide<D16>;
  PairSums<kVectors, D32> sums;
  if constexpr (kPairs == 0) {
    for (std::int32_t p = 0; p < count; ++p) {
      sums.add_pair(d16, pairs[p] + 2 * x, broadcast_pair(d16, weights + 2 * p));
    }
  } else {
    for (int p = 0; p < kPairs; ++p) sums.add_pair(d16, pairs[p] + 2 * x, kept[p]);
  }
  for (int v = 0; v < kVectors; ++v) {
    store_samples(d16, narrow_sums<std::int16_t, Out>(D32(), sums.lower[v], sums.upper[v], bits),
                  out + v * hn::MaxLanes(D16()));
  }
}

/// Output row r.
template <int kPairs, class Out>
HWY_INLINE void down_pairs_row(const FixedPairs& job, std::int32_t r) {
  const hn::CappedTag<std::int16_t, resample::kStripRows> d16;
  using D16 = hn::CappedTag<std::int16_t, resample::kStripRows>;
  constexpr std::size_t kLanes = hn::MaxLanes(D16());
  constexpr int kVectors = 2;
  using Sample = typename Out::Sample;
  const std::int16_t* const* pairs = job.pairs + (job.first[r] - job.first[0]) / 2;
  const std::int16_t* weights = job.weights + std::size_t{2} * job.pair_stride * r;
  const std::int32_t count = job.count[r];
  const int bits = job.bits[r];
  auto* out = static_cast<Sample*>(job.out[r]);
  // Where the row after the next is written is fetched as well.
  const auto* later = static_cast<const Sample*>(job.out[r + 2 < job.outputs ? r + 2 : r]);
  hn::Vec<D16> kept[kPairs == 0 ? 1 : kPairs];
  const std::int16_t* from[kPairs == 0 ? 1 : kPairs];
  for (int p = 0; p < kPairs; ++p) {
    kept[p] = broadcast_pair(d16, weights + 2 * p);
    // Those behind the last have no weight.
    from[p] = pairs[p < count ? p : count - 1];
  }
  const std::int16_t* const* rows = kPairs == 0 ? pairs : from;
  std::size_t x = job.begin;
  for (; x + kVectors * kLanes <= job.end; x += kVectors * kLanes) {
    if (sizeof(Sample) == 1) hwy::Prefetch(later + (x - job.begin));
    pairs_at<kVectors, kPairs, Out>(d16, rows, count, weights, kept, bits, x,
                                    out + (x - job.begin));
  }
  for (; x < job.end; x += kLanes) {
    Sample* to = out + (x - job.begin);
    if (x + kLanes <= job.end) {
      pairs_at<1, kPairs, Out>(d16, rows, count, weights, kept, bits, x, to);
    } else {
      HWY_ALIGN Sample last[kLanes];
      pairs_at<1, kPairs, Out>(d16, rows, count, weights, kept, bits, x, last);
      std::memcpy(to, last, (job.end - x) * sizeof(Sample));
    }
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
