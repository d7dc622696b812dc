// SPDX-License-Identifier: Apache-2.0

// The 16-bit pass of resize() down the picture, from rows. Part of resize-inl.h, which includes it.

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <utility>

#include "limen/resample/resize-light.h"
#include "limen/resample/resize-rows.h"

#if defined(LIMEN_RESAMPLE_RESIZE_DOWN_INL_) == defined(HWY_TARGET_TOGGLE)
#ifdef LIMEN_RESAMPLE_RESIZE_DOWN_INL_
#undef LIMEN_RESAMPLE_RESIZE_DOWN_INL_
#else
#define LIMEN_RESAMPLE_RESIZE_DOWN_INL_
#endif

#include <hwy/cache_control.h>
#include <hwy/highway.h>

#include "limen/resample/resize-light-inl.h"
#include "limen/resample/resize-pixels-inl.h"
#include "limen/resample/resize-sums-inl.h"

HWY_BEFORE_NAMESPACE();
namespace limen::inline LIMEN_ABI {
namespace HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;

using resample::FixedDown;

// What rows are: `Scale` is u8 where weighted sums are in levels, int16 where they are in mids.
// To load vectors of them takes kConstants registers or so.
struct Bytes {
  static constexpr int kConstants = 0;
  using Sample = std::uint8_t;
  using Scale = std::uint8_t;
  static std::int32_t get(const Sample* row, std::size_t x) { return row[x]; }
};
struct Mids {
  static constexpr int kConstants = 0;
  using Sample = std::int16_t;
  using Scale = std::int16_t;
  static std::int32_t get(const Sample* row, std::size_t x) { return row[x]; }
};
/// Bytes of sRGB, to be added up as linear light.
struct Light {
#if HWY_TARGET == HWY_SCALAR || HWY_HAVE_SCALABLE
  static constexpr int kConstants = 16;
#else
  static constexpr int kConstants = kLooksUpBytes ? 5 : 16;
#endif
  using Sample = std::uint8_t;
  using Scale = std::int16_t;
  static std::int32_t get(const Sample* row, std::size_t x) {
    return resample::light_of(row[x]) - kMidZero;
  }
};
/// Bytes, to be multiplied by each pixel's last one.
template <int kChannels>
struct Straight {
  static constexpr int kConstants = 5;
  using Sample = std::uint8_t;
  using Scale = std::int16_t;
  static std::int32_t get(const Sample* row, std::size_t x) {
    const std::size_t alpha = x / kChannels * kChannels + kChannels - 1;
    return premultiply_fixed(row[x], x == alpha ? 255 : row[alpha]);
  }
};

// One sample at a time: the whole kernel where there are no vectors, and what every vector path
// must equal.
template <class In, class Out>
void down_scalar(const FixedDown& job) {
  const auto* rows = reinterpret_cast<const typename In::Sample* const*>(job.rows);
  for (std::int32_t r = 0; r < job.outputs; ++r) {
    auto* out = static_cast<typename Out::Sample*>(job.out[r]);
    const typename In::Sample* const* taken = rows + (job.first[r] - job.first[0]);
    for (std::size_t x = job.begin; x < job.end; ++x) {
      std::int32_t sum = 0;
      const std::int16_t* weights = job.weights + std::size_t{2} * job.pair_stride * r;
      for (std::int32_t k = 0; k < 2 * job.pairs[r]; ++k) sum += weights[k] * In::get(taken[k], x);
      *out++ = narrow_sum<typename In::Scale, Out>(sum, job.bits[r]);
    }
  }
}

#if HWY_TARGET == HWY_SCALAR || HWY_HAVE_SCALABLE

// Vectors whose size is unknown when compiling cannot be kept in arrays; until there is a machine
// to tune for, they take the plain loops.

template <class In, class Out>
void down(const FixedDown& job) {
  down_scalar<In, Out>(job);
}

#else  // vectors

template <class D16>
HWY_INLINE hn::Vec<D16> load_samples(Bytes, D16 d, const std::uint8_t* from) {
  const hn::Rebind<std::uint8_t, D16> d8;
  return hn::BitCast(d, hn::PromoteTo(hn::RebindToUnsigned<D16>(), hn::LoadU(d8, from)));
}
template <class D16>
HWY_INLINE hn::Vec<D16> load_samples(Mids, D16 d, const std::int16_t* from) {
  return hn::LoadU(d, from);
}
template <class D16>
HWY_INLINE hn::Vec<D16> load_samples(Light, D16 d, const std::uint8_t* from) {
  return light_mids(d, load_samples(Bytes(), d, from));
}
template <int kChannels, class D16>
HWY_INLINE hn::Vec<D16> load_samples(Straight<kChannels>, D16 d, const std::uint8_t* from) {
  return load_premultiplied<kChannels>(d, from);
}

// Samples of two rows in turns.
template <class In, class D16>
HWY_INLINE RowPair<D16> load_pair(In in, D16 d, const typename In::Sample* even,
                                  const typename In::Sample* odd) {
  const auto a = load_samples(in, d, even);
  const auto b = load_samples(in, d, odd);
  return {hn::InterleaveLower(d, a, b), hn::InterleaveUpper(d, a, b)};
}
template <class D16>
HWY_INLINE RowPair<D16> load_pair(Light, D16 d, const std::uint8_t* even, const std::uint8_t* odd) {
  return light_pair(d, even, odd);
}

// Into the cache, without a fault where there is nothing.
HWY_INLINE void fetch(const void* from, std::ptrdiff_t ahead) {
  hwy::Prefetch(reinterpret_cast<const void*>(reinterpret_cast<std::intptr_t>(from) + ahead));
}

// The window of columns in work: `samples` from sample x on, pairs of which lie `pair` samples
// apart.
struct DownWindow {
  std::size_t x;
  std::size_t samples;
  std::size_t pair;
};

// Pairs of rows from `paired` on to `end` - 1, interleaved into `scratch`.
template <class In, class D16>
HWY_INLINE void pair_rows(const FixedDown& job, D16 d16, DownWindow window, std::int32_t paired,
                          std::int32_t end) {
  constexpr std::size_t kLanes = hn::MaxLanes(D16());
  using Sample = typename In::Sample;
  const auto* rows = reinterpret_cast<const Sample* const*>(job.rows);
  const std::ptrdiff_t ahead = job.ahead;
  for (; paired < end; ++paired) {
    const Sample* even = rows[2 * paired] + window.x;
    const Sample* odd = rows[2 * paired + 1] + window.x;
    std::int16_t* to = job.scratch + static_cast<std::size_t>(paired) * window.pair;
    for (std::size_t i = 0; i < window.samples; i += kLanes) {
      const std::size_t from = i + kLanes <= window.samples ? i : window.samples - kLanes;
      if (ahead != 0 && i % 64 < kLanes) {
        fetch(even + from, ahead);
        fetch(odd + from, ahead);
      }
      const auto both = load_pair(In(), d16, even + from, odd + from);
      hn::Store(both.lower, d16, to + 2 * i);
      hn::Store(both.upper, d16, to + 2 * i + kLanes);
    }
  }
}

template <class In, class Out, int kVectors, class D16, class D32>
HWY_INLINE void store_sums(D16 d16, const PairSums<kVectors, D32>& sums, int bits,
                           std::size_t column, std::size_t samples, typename Out::Sample* out) {
  constexpr std::size_t kLanes = hn::MaxLanes(D16());
  for (std::size_t v = 0; v < kVectors; ++v, column += kLanes) {
    if (column >= samples) break;
    store_samples(d16,
                  narrow_sums<typename In::Scale, Out>(D32(), sums.lower[v], sums.upper[v], bits),
                  out + (column + kLanes <= samples ? column : samples - kLanes));
  }
}

inline constexpr int kDownVectors = 2;

// One output row of a window, from kPairs pairs in `from`.
template <int kPairs, class In, class Out, class D16>
HWY_INLINE void down_row(D16 d16, std::size_t samples, std::size_t pair, const std::int16_t* from,
                         const std::int16_t* weights, int bits, typename Out::Sample* out,
                         const typename Out::Sample* later) {
  constexpr std::size_t kStep = kDownVectors * hn::MaxLanes(D16());
  hn::Vec<D16> kept[kPairs];
  for (int p = 0; p < kPairs; ++p) kept[p] = broadcast_pair(d16, weights + 2 * p);
  for (std::size_t i = 0; i < samples; i += kStep, from += 2 * kStep) {
    PairSums<kDownVectors, hn::RepartitionToWide<D16> > sums;
    for (std::size_t p = 0; p < kPairs; ++p) sums.add_pair(d16, from + p * pair, kept[p]);
    if (sizeof(typename Out::Sample) == 1) fetch(later + i, 0);
    store_sums<In, Out>(d16, sums, bits, i, samples, out);
  }
}

// One output row of a window, from `pairs` pairs in `from`.
template <class In, class Out, class D16>
HWY_INLINE void down_row_of(D16 d16, std::size_t samples, std::size_t pair,
                            const std::int16_t* from, const std::int16_t* weights,
                            std::int32_t pairs, int bits, typename Out::Sample* out) {
  constexpr std::size_t kStep = kDownVectors * hn::MaxLanes(D16());
  for (std::size_t i = 0; i < samples; i += kStep, from += 2 * kStep) {
    PairSums<kDownVectors, hn::RepartitionToWide<D16> > sums;
    sums.add_pairs(d16, from, weights, pairs, pair);
    store_sums<In, Out>(d16, sums, bits, i, samples, out);
  }
}

// A window of columns at a time: rows are paired up as outputs come to need them, so that what the
// next outputs take is still in the first cache. kPairs 0: any number of pairs.
template <int kPairs, class In, class Out>
HWY_INLINE void down_paired(const FixedDown& job) {
  const hn::CappedTag<std::int16_t, resample::kStripRows> d16;
  constexpr std::size_t kLanes = hn::MaxLanes(decltype(d16)());
  // Few pairs leave room in the first cache for more columns.
  constexpr std::size_t kWindow = kPairs == 0 ? resample::kDownSamples / 2 : resample::kDownSamples;
  constexpr std::size_t kPair = 2 * kWindow + 32;
  for (std::size_t at = job.begin; at < job.end; at += kWindow) {
    // The last columns may be computed twice; that writes the same values again.
    const std::size_t x = at + kLanes <= job.end ? at : job.end - kLanes;
    const std::size_t samples = job.end - x < kWindow ? job.end - x : kWindow;
    const auto out_of = [&](std::int32_t r) {
      return static_cast<typename Out::Sample*>(job.out[r]) + (x - job.begin);
    };
    std::int32_t paired = 0;
    for (std::int32_t r = 0; r < job.outputs; ++r) {
      const std::int32_t begin = (job.first[r] - job.first[0]) / 2;
      const std::int32_t end = begin + job.pairs[r];
      pair_rows<In>(job, d16, {x, samples, kPair}, paired, end);
      paired = end;
      const std::int16_t* from = job.scratch + static_cast<std::size_t>(begin) * kPair;
      const std::int16_t* weights = job.weights + std::size_t{2} * job.pair_stride * r;
      if constexpr (kPairs != 0) {
        // Where the row after the next is written is fetched as well.
        down_row<kPairs, In, Out>(d16, samples, kPair, from, weights, job.bits[r], out_of(r),
                                  out_of(r + 2 < job.outputs ? r + 2 : r));
      } else {
        down_row_of<In, Out>(d16, samples, kPair, from, weights, job.pairs[r], job.bits[r],
                             out_of(r));
      }
    }
  }
}

// Each pair is loaded once, and added to all outputs that take it.

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
  constexpr std::size_t kLanes = hn::MaxLanes(D16());
  for (; pair < output.end; ++pair) {
    const typename In::Sample* even = column.rows[0] + column.x;
    const typename In::Sample* odd = column.rows[1] + column.x;
    column.rows += 2;
    if (column.fetches) {
      fetch(even, column.ahead);
      fetch(odd, column.ahead);
    }
    RowPair<D16> samples[kVectors];
    for (std::size_t v = 0; v < kVectors; ++v) {
      samples[v] = load_pair(In(), d16, even + v * kLanes, odd + v * kLanes);
    }
    for (int i = 0; i < kTogether; ++i) {
      const auto both = broadcast_pair(d16, column.weights + 2 * i);
      for (int v = 0; v < kVectors; ++v) {
        sums[(kOldest + i) % kTogether].lower[v].add(samples[v].lower, both);
        sums[(kOldest + i) % kTogether].upper[v].add(samples[v].upper, both);
      }
    }
    column.weights += 2 * kTogether;
  }
  store_sums<In, Out>(d16, sums[kOldest], output.bits, 0, kVectors * kLanes,
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
    RollingColumn<In> column{rows, weights, x, x - job.begin, fetches && at % 64 < kColumns, ahead};
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
  constexpr int kVectors = kTogether <= 6 && In::kConstants == 0 ? 2 : 1;
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

template <class In, class Out>
void down(const FixedDown& job) {
  if (job.end - job.begin < hn::MaxLanes(hn::CappedTag<std::int16_t, resample::kStripRows>())) {
    return down_scalar<In, Out>(job);
  }
  std::int32_t most = 0;
  for (std::int32_t r = 0; r < job.outputs; ++r) most = job.pairs[r] > most ? job.pairs[r] : most;
  // What is loaded by many constants would leave too few registers for sums, and what is loaded by
  // some gains only where there are many pairs.
  if constexpr (kManyRegisters && In::kConstants < 8) {
    if (most > (In::kConstants == 0 ? 2 : 7)) return down_rolling<In, Out>(job);
  }
  switch (unrolled_pairs(most)) {
    case 3:
    case 4:
      return down_paired<4, In, Out>(job);
    case 5:
      return down_paired<5, In, Out>(job);
    case 6:
      return down_paired<6, In, Out>(job);
    case 7:
      return down_paired<7, In, Out>(job);
    default:
      return down_paired<0, In, Out>(job);
  }
}

#endif  // vectors

HWY_MAYBE_UNUSED void fixed_down_u8_mid(const FixedDown& job) { down<Bytes, ToMids>(job); }
HWY_MAYBE_UNUSED void fixed_down_u8_u8(const FixedDown& job) { down<Bytes, ToLevels>(job); }
HWY_MAYBE_UNUSED void fixed_down_light_mid(const FixedDown& job) { down<Light, ToMids>(job); }
HWY_MAYBE_UNUSED void fixed_down_mid_mid(const FixedDown& job) { down<Mids, ToMids>(job); }
HWY_MAYBE_UNUSED void fixed_down_gray_alpha_mid(const FixedDown& job) {
  down<Straight<2>, ToMids>(job);
}
HWY_MAYBE_UNUSED void fixed_down_rgba_mid(const FixedDown& job) { down<Straight<4>, ToMids>(job); }

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace limen::inline LIMEN_ABI
HWY_AFTER_NAMESPACE();

#endif  // include guard, toggled
