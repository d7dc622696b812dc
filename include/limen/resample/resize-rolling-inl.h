// SPDX-License-Identifier: Apache-2.0

// The 16-bit pass of resize() down the picture where each pair of rows is loaded once, and added to
// all outputs that take it. Part of resize-inl.h, which includes it.

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <utility>

#include "limen/resample/resize-rows.h"

#if defined(LIMEN_RESAMPLE_RESIZE_ROLLING_INL_) == defined(HWY_TARGET_TOGGLE)
#ifdef LIMEN_RESAMPLE_RESIZE_ROLLING_INL_
#undef LIMEN_RESAMPLE_RESIZE_ROLLING_INL_
#else
#define LIMEN_RESAMPLE_RESIZE_ROLLING_INL_
#endif

#include <hwy/highway.h>

#include "limen/resample/resize-samples-inl.h"
#include "limen/resample/resize-sums-inl.h"

HWY_BEFORE_NAMESPACE();
namespace limen::inline LIMEN_ABI {
namespace HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;

using resample::FixedDown;

#if HWY_TARGET != HWY_SCALAR && !HWY_HAVE_SCALABLE

/// Outputs that are under way at once, six to eight of them, need two sums each in the registers:
/// 32 of the widest. Where there are fewer, pairs are kept in the cache instead.
inline constexpr bool kManyRegisters = hn::MaxLanes(hn::ScalableTag<std::uint8_t>()) >= 64;

/// How far to the right rows are fetched meanwhile: two lines, which are still in the first cache
/// when it is their turn. A whole tile would not be.
inline constexpr std::ptrdiff_t kRollingAhead = 128;
/// Columns of as many pairs, a line wide, leave room for the next ones in the first cache: there
/// one line ahead is enough.
inline constexpr std::int32_t kNearPairs = 128;

/// The pair behind the last one of output r.
HWY_MAYBE_UNUSED std::int32_t pairs_end(const FixedDown& job, std::int32_t r) {
  return (job.first[r] - job.first[0]) / 2 + job.pairs[r];
}

/// The outputs that rolling() makes.
struct Rolling {
  struct Output {
    std::int32_t end;  ///< the pair behind its last
    std::int32_t bits;
    void* out;
  };
  Output outputs[resample::kStripRows];
  std::int32_t count = 0;
};

/// Columns that rolling() works on.
template <class In>
struct RollingColumn {
  const typename In::Sample* const* rows;
  const std::int16_t* weights;
  std::size_t x;
  std::size_t out;
  bool fetches;
  std::ptrdiff_t ahead;
};

/// Ends one output, whose sums are the kOldest-th.
template <int kOldest, int kTogether, int kVectors, class In, class Out, class Sums>
HWY_INLINE void roll_one(RollingColumn<In>& column, std::int32_t& pair,
                         const Rolling::Output& output, Sums* sums) {
  using D16 = hn::CappedTag<std::int16_t, resample::kStripRows>;
  const D16 d16;
  for (; pair < output.end; ++pair) {
    const typename In::Sample* even = column.rows[0] + column.x;
    const typename In::Sample* odd = column.rows[1] + column.x;
    column.rows += 2;
    if (column.fetches) {
      fetch(even, column.ahead);
      fetch(odd, column.ahead);
    }
    RowPair<D16> samples[kVectors];
    load_pairs<Out, kVectors>(In(), d16, even, odd, samples);
    for (int i = 0; i < kTogether; ++i) {
      const auto both = broadcast_pair(d16, column.weights + 2 * i);
      for (int v = 0; v < kVectors; ++v) {
        sums[(kOldest + i) % kTogether].lower[v].add(samples[v].lower, both);
        sums[(kOldest + i) % kTogether].upper[v].add(samples[v].upper, both);
      }
    }
    column.weights += 2 * kTogether;
  }
  store_loaded<In, Out>(d16, sums[kOldest], output.bits,
                        static_cast<typename Out::Sample*>(output.out) + column.out);
  sums[kOldest] = Sums();
}

/// Ends `count` outputs, or as many as there are sums: returns whether more are to come.
template <int kTogether, int kVectors, class In, class Out, class Sums, int... kOldest>
HWY_INLINE bool roll_round(std::integer_sequence<int, kOldest...>, RollingColumn<In>& column,
                           std::int32_t& pair, const Rolling::Output* outputs, std::int32_t count,
                           Sums* sums) {
  return ((count > kOldest &&
           (roll_one<kOldest, kTogether, kVectors, In, Out>(column, pair, outputs[kOldest], sums),
            true)) &&
          ...);
}

/// Outputs r, r + 1, … r + kTogether - 1 are under way while output r is: `weights` has, for each
/// pair of rows, theirs, zeros where one has not begun. So all sums stay in registers; those of an
/// output that is done become those of the next.
template <int kTogether, int kVectors, class In, class Out>
HWY_INLINE void rolling(const FixedDown& job, const Rolling& all, bool fetches,
                        const std::int16_t* weights) {
  using D16 = hn::CappedTag<std::int16_t, resample::kStripRows>;
  constexpr std::size_t kColumns = kVectors * hn::MaxLanes(D16());
  const auto* rows = reinterpret_cast<const typename In::Sample* const*>(job.rows);
  const bool is_near = kVectors == 2 && all.outputs[all.count - 1].end <= kNearPairs;
  const std::ptrdiff_t ahead = is_near ? kRollingAhead / 2 : kRollingAhead;
  for (std::size_t at = job.begin; at < job.end; at += kColumns) {
    // The last columns may be computed twice; that writes the same values again.
    const std::size_t x = at + kColumns <= job.end ? at : job.end - kColumns;
    RollingColumn<In> column{
        rows, weights, x, spread<Out>() * (x - job.begin), fetches && at % 64 < kColumns, ahead};
    PairSums<kVectors, hn::RepartitionToWide<D16> > sums[kTogether];
    std::int32_t pair = 0;
    for (std::int32_t r = 0; roll_round<kTogether, kVectors, In, Out>(
             std::make_integer_sequence<int, kTogether>(), column, pair, all.outputs + r,
             all.count - r, sums);
         r += kTogether) {
    }
  }
}

/// How many outputs of every `step`-th are under way at once.
HWY_MAYBE_UNUSED std::int32_t most_together(const FixedDown& job, std::int32_t step) {
  std::int32_t most = 1;
  for (std::int32_t r = 0; r < job.outputs; r += step) {
    const std::int32_t end = job.first[r] + 2 * job.pairs[r];
    while (r + most * step < job.outputs && job.first[r + most * step] < end) ++most;
  }
  return most;
}

/// Outputs `begin`, `begin` + `step`, … with the weights in `to`, which are put there if `fresh`.
/// Returns how many there are.
template <int kTogether, class In, class Out>
HWY_INLINE std::size_t roll(const FixedDown& job, std::int32_t begin, std::int32_t step, bool fresh,
                            std::int16_t* to) {
  constexpr std::size_t kPair = 2 * kTogether;
  std::int32_t last = begin;
  while (last + step < job.outputs) last += step;
  const std::size_t size = static_cast<std::size_t>(pairs_end(job, last)) * kPair;
  if (fresh) {
    std::memset(to, 0, size * sizeof(*to));
    for (std::int32_t r = begin; r < job.outputs; r += step) {
      const std::int16_t* weights = job.weights + std::size_t{2} * job.pair_stride * r;
      std::int32_t pair = (job.first[r] - job.first[0]) / 2;
      const std::int32_t end = pair + job.pairs[r];
      // While output `oldest` is the oldest under way, this one is the `place`-th.
      std::int32_t oldest = r;
      std::size_t place = 0;
      for (; oldest - step >= begin && pairs_end(job, oldest - step) > pair; oldest -= step)
        ++place;
      for (; pair < end; ++pair, weights += 2) {
        for (; oldest < r && pairs_end(job, oldest) <= pair; oldest += step) --place;
        std::memcpy(to + static_cast<std::size_t>(pair) * kPair + 2 * place, weights,
                    2 * sizeof(*to));
      }
    }
  }
  Rolling all;
  for (std::int32_t r = begin; r < job.outputs; r += step) {
    all.outputs[all.count++] = {pairs_end(job, r), job.bits[r], job.out[r]};
  }
  const bool fetches = job.ahead != 0 && begin == 0;
  // Two vectors of columns share their weights, where there are registers for all their sums.
  constexpr int kVectors = kTogether <= 6 && (In::kConstants == 0 || kInWords<In, Out>) ? 2 : 1;
  constexpr std::size_t kLanes = hn::MaxLanes(hn::CappedTag<std::int16_t, resample::kStripRows>());
  if (job.end - job.begin >= kVectors * kLanes) {
    rolling<kTogether, kVectors, In, Out>(job, all, fetches, to);
  } else {
    rolling<kTogether, 1, In, Out>(job, all, fetches, to);
  }
  return size;
}

template <class In, class Out>
HWY_INLINE void down_rolling(const FixedDown& job) {
  constexpr std::int32_t kMost = 8;
  std::int32_t step = 1;
  std::int32_t together = most_together(job, 1);
  while (together > kMost) together = most_together(job, ++step);
  std::int16_t* weights = job.scratch;
  for (std::int32_t begin = 0; begin < step && begin < job.outputs; ++begin) {
    if (together <= 4) {
      weights += roll<4, In, Out>(job, begin, step, job.is_new, weights);
    } else if (together <= 6) {
      weights += roll<6, In, Out>(job, begin, step, job.is_new, weights);
    } else if (together <= 7) {
      weights += roll<7, In, Out>(job, begin, step, job.is_new, weights);
    } else {
      weights += roll<kMost, In, Out>(job, begin, step, job.is_new, weights);
    }
  }
}

#endif  // vectors

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace limen::inline LIMEN_ABI
HWY_AFTER_NAMESPACE();

#endif  // include guard, toggled
