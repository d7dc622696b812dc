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
using RollingTag = hn::CappedTag<std::int16_t, resample::kStripRows>;

/// Rows are fetched as many lines of the cache at a time, which memory does faster than one line of
/// each of some hundred rows: while columns of as many lines are in work, the next ones.
inline constexpr std::uint32_t kFetchLines = 2;

/// The pair behind the last one of output r, counted from output 0's first.
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
  /// While these columns are in work every kFetchLines-th pair from this one on is fetched.
  std::uint32_t fetch_pair = kFetchLines;
  std::ptrdiff_t ahead = 0;  ///< bytes to what is fetched
  std::ptrdiff_t later = 0;  ///< … and to what else is; 0: nothing
};

/// What rolling() fetches while it works on columns x to x + `columns` - 1.
template <class In>
HWY_INLINE void choose_fetches(const FixedDown& job, std::size_t columns,
                               RollingColumn<In>& column) {
  const std::size_t begun = column.x - job.begin;
  if (begun % 64 >= columns) return;
  column.fetch_pair = static_cast<std::uint32_t>(column.x / 64) % kFetchLines;
  // Each line's last byte that is needed, for rows may begin anywhere in a line: its first ones
  // were fetched with the columns before.
  column.ahead = 64 * static_cast<std::ptrdiff_t>(kFetchLines - column.fetch_pair) + 63;
  // Behind the last tile nothing follows in these rows, but in others.
  const bool is_last = job.ahead != static_cast<std::ptrdiff_t>(job.end - job.begin);
  const auto first_line = static_cast<std::ptrdiff_t>(begun / 64);
  if (is_last && first_line < kFetchLines) column.later = job.ahead - 64 * first_line;
}

// Always inlined, like all that only fetches: the compiler leaves out calls that do nothing else.
HWY_INLINE void fetch_lines(const void* row, std::ptrdiff_t ahead) {
  for (std::ptrdiff_t line = 0; line < kFetchLines; ++line) fetch(row, ahead + 64 * line);
}
template <class In>
HWY_INLINE void fetch_pair(const RollingColumn<In>& column, const typename In::Sample* even,
                           const typename In::Sample* odd) {
  fetch_lines(even, column.ahead);
  fetch_lines(odd, column.ahead);
  if (column.later == 0) return;
  fetch_lines(even, column.later);
  fetch_lines(odd, column.later);
}

/// What is loaded by many instructions is loaded a pair ahead, where there are registers for it: so
/// that multiply-adds do not wait for it, of which the processor holds no more than of some pairs.
template <int kVectors, class In>
inline constexpr bool kLoadsAhead = kVectors == 1 && In::kConstants != 0;

/// Samples of a pair of rows, and of the one after that, if they are loaded ahead.
template <int kVectors>
struct RollingSamples {
  HWY_INLINE RollingSamples() {}
  RowPair<RollingTag> now[kVectors];
  RowPair<RollingTag> next[kVectors];
};

/// The pair that is `pairs` further on than the column's.
template <int kVectors, class In, class Out>
HWY_INLINE void load_rolling(const RollingColumn<In>& column, std::ptrdiff_t pairs,
                             RowPair<RollingTag>* samples) {
  load_pairs<Out, kVectors>(In(), RollingTag(), column.rows[2 * pairs] + column.x,
                            column.rows[2 * pairs + 1] + column.x, samples);
}

/// Ends one output, whose sums are the kOldest-th. `samples`: of the last pair.
template <int kOldest, int kTogether, bool kShares, int kVectors, class In, class Out, class Sums>
HWY_INLINE void roll_one(RollingColumn<In>& column, std::int32_t& pair,
                         const Rolling::Output& output, Sums* sums,
                         RollingSamples<kVectors>& samples) {
  const RollingTag d16;
  for (; pair < output.end; ++pair, column.rows += 2, column.weights += 2 * kTogether) {
    if (static_cast<std::uint32_t>(pair) % kFetchLines == column.fetch_pair) {
      fetch_pair<In>(column, column.rows[0] + column.x, column.rows[1] + column.x);
    }
    if constexpr (kLoadsAhead<kVectors, In>) {
      samples.now[0] = samples.next[0];
      load_rolling<kVectors, In, Out>(column, 1, samples.next);
    } else {
      load_rolling<kVectors, In, Out>(column, 0, samples.now);
    }
    for (int i = 0; i < kTogether; ++i) {
      sums[(kOldest + i) % kTogether].add_samples(d16, samples.now, column.weights + 2 * i);
    }
  }
  store_loaded<In, Out>(d16, sums[kOldest], output.bits,
                        static_cast<typename Out::Sample*>(output.out) + column.out);
  sums[kOldest] = Sums();
  if constexpr (kShares) {
    // To keep two vectors from above would take registers that sums need.
    if constexpr (kVectors == 2) load_rolling<kVectors, In, Out>(column, -1, samples.now);
    sums[kOldest].add_samples(d16, samples.now, column.weights);
    column.weights += 2;
  }
}

/// Ends `count` outputs, or as many as there are sums: returns whether more are to come.
template <int kTogether, bool kShares, int kVectors, class In, class Out, class Sums,
          int... kOldest>
HWY_INLINE bool roll_round(std::integer_sequence<int, kOldest...>, RollingColumn<In>& column,
                           std::int32_t& pair, const Rolling::Output* outputs, std::int32_t count,
                           Sums* sums, RollingSamples<kVectors>& samples) {
  return ((count > kOldest && (roll_one<kOldest, kTogether, kShares, kVectors, In, Out>(
                                   column, pair, outputs[kOldest], sums, samples),
                               true)) &&
          ...);
}

/// Sums of the outputs after a strip's last one, from that one's place on, and back to those of a
/// strip's first outputs.
template <int kTogether, int kVectors, class D32>
HWY_INLINE void leave(const PairSums<kVectors, D32>* sums, std::int32_t* to) {
  const D32 d32;
  for (int i = 0; i < kTogether; ++i) {
    const auto& from = sums[(resample::kStripRows + i) % kTogether];
    for (int v = 0; v < kVectors; ++v, to += 2 * hn::MaxLanes(d32)) {
      hn::StoreU(from.lower[v].finish(), d32, to);
      hn::StoreU(from.upper[v].finish(), d32, to + hn::MaxLanes(d32));
    }
  }
}
template <int kTogether, int kVectors, class D32>
HWY_INLINE void resume(const std::int32_t* from, PairSums<kVectors, D32>* sums) {
  const D32 d32;
  for (int i = 0; i < kTogether; ++i) {
    for (int v = 0; v < kVectors; ++v, from += 2 * hn::MaxLanes(d32)) {
      sums[i].lower[v].begin(hn::LoadU(d32, from));
      sums[i].upper[v].begin(hn::LoadU(d32, from + hn::MaxLanes(d32)));
    }
  }
}

/// Outputs r, r + 1, … r + kTogether - 1 are under way while output r is: `weights` has, for each
/// pair of rows, theirs, zeros where one has not begun. So all sums stay in registers; those of an
/// output that is done become those of the next. kShares: that one may begin with the last pair of
/// the one that is done, for which it has a weight behind those of this pair.
/// What outputs of the strip before have begun is loaded, what those of the next one take is left.
template <int kTogether, bool kShares, int kVectors, class In, class Out>
HWY_INLINE void rolling(const FixedDown& job, const Rolling& all, bool fetches,
                        const std::int16_t* weights) {
  constexpr std::size_t kColumns = kVectors * hn::MaxLanes(RollingTag());
  const auto* rows =
      reinterpret_cast<const typename In::Sample* const*>(job.rows) + 2 * job.had_pairs;
  for (std::size_t at = job.begin; at < job.end; at += kColumns) {
    // The last columns may be computed twice; that writes the same values again.
    const std::size_t x = at + kColumns <= job.end ? at : job.end - kColumns;
    RollingColumn<In> column{rows, weights, x, spread<Out>() * (x - job.begin)};
    if (fetches) choose_fetches(job, kColumns, column);
    PairSums<kVectors, hn::RepartitionToWide<RollingTag> > sums[kTogether];
    std::int32_t* under_way = job.under_way + (at - job.begin) * kTogether;
    RollingSamples<kVectors> samples;
    std::int32_t pair = job.had_pairs;
    if (pair != 0) {
      resume<kTogether>(under_way, sums);
      if constexpr (kShares && kVectors == 1) {
        load_rolling<kVectors, In, Out>(column, -1, samples.now);
      }
    }
    if constexpr (kLoadsAhead<kVectors, In>) {
      load_rolling<kVectors, In, Out>(column, 0, samples.next);
    }
    for (std::int32_t r = 0; roll_round<kTogether, kShares, kVectors, In, Out>(
             std::make_integer_sequence<int, kTogether>(), column, pair, all.outputs + r,
             all.count - r, sums, samples);
         r += kTogether) {
    }
    if (job.followers != 0) leave<kTogether>(sums, under_way);
  }
}

/// Weights of outputs `begin`, `begin` + `step`, … and of those that follow, as rolling() takes
/// them, of `size` samples.
template <int kTogether, bool kShares>
void roll_weights(const FixedDown& job, std::int32_t begin, std::int32_t step, std::size_t size,
                  std::int16_t* to) {
  constexpr std::size_t kPair = 2 * kTogether;
  constexpr std::size_t kShared = kShares ? 2 : 0;
  std::memset(to, 0, size * sizeof(*to));
  const std::int32_t pairs = pairs_end(job, job.outputs - 1);
  // Each of kTogether outputs that are done makes room for one.
  const std::int32_t followers = job.followers < kTogether ? job.followers : kTogether;
  for (std::int32_t r = begin; r < job.outputs + followers; r += step) {
    const std::int16_t* weights = job.weights + std::size_t{2} * job.pair_stride * r;
    std::int32_t pair = (job.first[r] - job.first[0]) / 2;
    const std::int32_t end = pair + job.pairs[r] < pairs ? pair + job.pairs[r] : pairs;
    // Behind those that were under way another may begin with the last pair that they had.
    if (r < kTogether && pair < job.had_pairs) {
      weights += std::ptrdiff_t{2} * (job.had_pairs - pair);
      pair = job.had_pairs;
    }
    // While output `oldest` is the oldest under way, this one is the `place`-th.
    std::int32_t oldest = r;
    std::size_t place = 0;
    for (; oldest - step >= begin && pairs_end(job, oldest - step) > pair; oldest -= step) ++place;
    for (; pair < end; ++pair, weights += 2) {
      for (; oldest < r && pairs_end(job, oldest) <= pair; oldest += step) --place;
      // What outputs that are done share with the next ones comes before; behind this pair, what
      // those share that end with it.
      const bool is_shared = place >= kTogether;
      const auto before = static_cast<std::size_t>(pair - job.had_pairs + (is_shared ? 1 : 0));
      const std::size_t done =
          static_cast<std::size_t>((oldest - begin) / step) + (is_shared ? place - kTogether : 0);
      std::memcpy(to + before * kPair + kShared * done + (is_shared ? 0 : 2 * place), weights,
                  2 * sizeof(*to));
    }
  }
}

/// Outputs `begin`, `begin` + `step`, … with the weights in `to`, which are put there if `fresh`.
/// Returns how many there are.
template <int kTogether, bool kShares, class In, class Out>
HWY_NOINLINE std::size_t roll(const FixedDown& job, std::int32_t begin, std::int32_t step,
                              bool fresh, std::int16_t* to) {
  Rolling all;
  std::int32_t end = 0;
  for (std::int32_t r = begin; r < job.outputs; r += step) {
    end = pairs_end(job, r);
    all.outputs[all.count++] = {end, job.bits[r], job.out[r]};
  }
  const std::size_t size = static_cast<std::size_t>(end - job.had_pairs) * 2 * kTogether +
                           (kShares ? 2 * static_cast<std::size_t>(all.count) : 0);
  if (fresh) roll_weights<kTogether, kShares>(job, begin, step, size, to);
  const bool fetches = job.ahead != 0 && begin == 0;
  // Two vectors of columns share their weights, where there are registers for all their sums.
  constexpr int kVectors = kTogether <= 6 && (In::kConstants == 0 || kInWords<In, Out>) ? 2 : 1;
  if (job.end - job.begin >= kVectors * hn::MaxLanes(RollingTag())) {
    rolling<kTogether, kShares, kVectors, In, Out>(job, all, fetches, to);
  } else {
    rolling<kTogether, kShares, 1, In, Out>(job, all, fetches, to);
  }
  return size;
}

template <class In, class Out>
HWY_INLINE void down_rolling(const FixedDown& whole) {
  FixedDown job = whole;
  std::int32_t step = 1;
  std::int32_t apart = job.most_together;
  std::int32_t together = job.most_sharing;
  while (together > resample::kMostUnderWay) {
    // Each strip by itself, every step-th output at a time.
    job.had_pairs = job.followers = 0;
    const auto most = [&](std::int32_t shared) {
      return resample::outputs_together(job.first, job.pairs, job.outputs, step, shared);
    };
    ++step;
    together = most(1);
    apart = most(0);
  }
  std::int16_t* weights = job.scratch;
  for (std::int32_t begin = 0; begin < step && begin < job.outputs; ++begin) {
    if (apart <= 4) {
      weights += roll<4, false, In, Out>(job, begin, step, job.is_new, weights);
    } else if (together <= 4) {
      weights += roll<4, true, In, Out>(job, begin, step, job.is_new, weights);
    } else if (apart <= 6) {
      weights += roll<6, false, In, Out>(job, begin, step, job.is_new, weights);
    } else if (together <= 6) {
      weights += roll<6, true, In, Out>(job, begin, step, job.is_new, weights);
    } else if (apart <= 7) {
      weights += roll<7, false, In, Out>(job, begin, step, job.is_new, weights);
    } else {
      weights +=
          roll<resample::kMostUnderWay, true, In, Out>(job, begin, step, job.is_new, weights);
    }
  }
}

#endif  // vectors

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace limen::inline LIMEN_ABI
HWY_AFTER_NAMESPACE();

#endif  // include guard, toggled
