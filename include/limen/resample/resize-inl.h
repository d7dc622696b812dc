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

#include "limen/resample/resize-along-inl.h"
#include "limen/resample/resize-pixels-inl.h"
#include "limen/resample/resize-sums-inl.h"
#include "limen/resample/resize-wide-inl.h"

HWY_BEFORE_NAMESPACE();
namespace limen::inline LIMEN_ABI {
namespace HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;

using resample::FixedDown;

// What rows are: `Scale` is u8 where weighted sums are in levels, int16 where they are in mids.
struct Bytes {
  static constexpr bool kLoadsAreDear = false;
  using Sample = std::uint8_t;
  using Scale = std::uint8_t;
  static std::int32_t get(const Sample* row, std::size_t x) { return row[x]; }
};
struct Mids {
  static constexpr bool kLoadsAreDear = false;
  using Sample = std::int16_t;
  using Scale = std::int16_t;
  static std::int32_t get(const Sample* row, std::size_t x) { return row[x]; }
};
/// Bytes, to be multiplied by each pixel's last one.
template <int kChannels>
struct Straight {
  static constexpr bool kLoadsAreDear = true;
  using Sample = std::uint8_t;
  using Scale = std::int16_t;
  static std::int32_t get(const Sample* row, std::size_t x) {
    const std::size_t alpha = x / kChannels * kChannels + kChannels - 1;
    return premultiply_fixed(row[x], x == alpha ? 255 : row[alpha]);
  }
};

template <class Out>
HWY_INLINE Out store_of(std::int16_t value) {
  if constexpr (sizeof(Out) == 2) {
    return value;
  } else {
    return static_cast<Out>(value < 0 ? 0 : value > 255 ? 255 : value);
  }
}

// One sample at a time: the whole kernel where there are no vectors, and what every vector path
// must equal. Out: u8 samples, or mids.
template <class In, class Out>
void down_scalar(const FixedDown& job) {
  const auto* rows = reinterpret_cast<const typename In::Sample* const*>(job.rows);
  for (std::int32_t r = 0; r < job.outputs; ++r) {
    auto* out = static_cast<Out*>(job.out[r]);
    const typename In::Sample* const* taken = rows + (job.first[r] - job.first[0]);
    for (std::size_t x = job.begin; x < job.end; ++x) {
      std::int32_t sum = 0;
      const std::int16_t* weights = job.weights + std::size_t{2} * job.pair_stride * r;
      for (std::int32_t k = 0; k < 2 * job.pairs[r]; ++k) sum += weights[k] * In::get(taken[k], x);
      *out++ = store_of<Out>(narrow_sum<typename In::Scale, Out>(sum, job.bits[r]));
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
template <int kChannels, class D16>
HWY_INLINE hn::Vec<D16> load_samples(Straight<kChannels>, D16 d, const std::uint8_t* from) {
  return load_premultiplied<kChannels>(d, from);
}

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
      const auto a = load_samples(In(), d16, even + from);
      const auto b = load_samples(In(), d16, odd + from);
      hn::Store(hn::InterleaveLower(d16, a, b), d16, to + 2 * i);
      hn::Store(hn::InterleaveUpper(d16, a, b), d16, to + 2 * i + kLanes);
    }
  }
}

template <class In, class Out, int kVectors, class D16, class D32>
HWY_INLINE void store_sums(D16 d16, const PairSums<kVectors, D32>& sums, int bits,
                           std::size_t column, std::size_t samples, Out* out) {
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
                         const std::int16_t* weights, int bits, Out* out, const Out* later) {
  constexpr std::size_t kStep = kDownVectors * hn::MaxLanes(D16());
  hn::Vec<D16> kept[kPairs];
  for (int p = 0; p < kPairs; ++p) kept[p] = broadcast_pair(d16, weights + 2 * p);
  for (std::size_t i = 0; i < samples; i += kStep, from += 2 * kStep) {
    PairSums<kDownVectors, hn::RepartitionToWide<D16> > sums;
    for (std::size_t p = 0; p < kPairs; ++p) sums.add_pair(d16, from + p * pair, kept[p]);
    if (sizeof(Out) == 1) fetch(later + i, 0);
    store_sums<In>(d16, sums, bits, i, samples, out);
  }
}

// One output row of a window, from `pairs` pairs in `from`.
template <class In, class Out, class D16>
HWY_INLINE void down_row_of(D16 d16, std::size_t samples, std::size_t pair,
                            const std::int16_t* from, const std::int16_t* weights,
                            std::int32_t pairs, int bits, Out* out) {
  constexpr std::size_t kStep = kDownVectors * hn::MaxLanes(D16());
  for (std::size_t i = 0; i < samples; i += kStep, from += 2 * kStep) {
    PairSums<kDownVectors, hn::RepartitionToWide<D16> > sums;
    sums.add_pairs(d16, from, weights, pairs, pair);
    store_sums<In>(d16, sums, bits, i, samples, out);
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
      return static_cast<Out*>(job.out[r]) + (x - job.begin);
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

// Output rows that share what they load. Row r takes the pairs begin[r] to end[r] - 1 of `rows`,
// both of which do not fall as r rises.
template <int kRows, class In, class Out>
struct DownRows {
  const typename In::Sample* const* rows;
  std::int32_t begin[kRows];
  std::int32_t end[kRows];
  const std::int16_t* weights[kRows];
  int bits[kRows];
  Out* out[kRows];
};

template <int kFrom, int kTo, class D16, class Sums, int kRows, class In, class Out>
HWY_INLINE void add_shared(D16 d16, const DownRows<kRows, In, Out>& job, std::size_t x,
                           std::int32_t pair, std::int32_t pair_end, Sums* sums) {
  for (; pair < pair_end; ++pair) {
    const auto a = load_samples(In(), d16, job.rows[2 * pair] + x);
    const auto b = load_samples(In(), d16, job.rows[2 * pair + 1] + x);
    const auto lower = hn::InterleaveLower(d16, a, b);
    const auto upper = hn::InterleaveUpper(d16, a, b);
    for (int r = kFrom; r < kTo; ++r) {
      const auto weight = broadcast_pair(d16, job.weights[r] + 2 * (pair - job.begin[r]));
      sums[r].lower[0].add(lower, weight);
      sums[r].upper[0].add(upper, weight);
    }
  }
}
// First the runs that rows 0 to kRow take, for each kRow but the last; after the one that all take,
// those that rows kRow to the last take.
template <int kRow, int kRows, class D16, class Rows, class Sums>
HWY_INLINE void add_beginnings(D16 d16, const Rows& rows, std::size_t x, Sums* sums) {
  if constexpr (kRow + 1 < kRows) {
    add_shared<0, kRow + 1>(d16, rows, x, rows.begin[kRow], rows.begin[kRow + 1], sums);
    add_beginnings<kRow + 1, kRows>(d16, rows, x, sums);
  }
}
template <int kRow, int kRows, class D16, class Rows, class Sums>
HWY_INLINE void add_endings(D16 d16, const Rows& rows, std::size_t x, Sums* sums) {
  if constexpr (kRow < kRows) {
    add_shared<kRow, kRows>(d16, rows, x, rows.end[kRow - 1], rows.end[kRow], sums);
    add_endings<kRow + 1, kRows>(d16, rows, x, sums);
  }
}

// Output rows r to r + kRows - 1, whose runs all overlap; pairs before `fetched` have been used.
template <int kRows, class In, class Out>
HWY_INLINE void down_rows(const FixedDown& job, std::int32_t r, std::int32_t fetched) {
  const hn::CappedTag<std::int16_t, resample::kStripRows> d16;
  constexpr std::size_t kLanes = hn::MaxLanes(decltype(d16)());
  DownRows<kRows, In, Out> rows;
  rows.rows = reinterpret_cast<const typename In::Sample* const*>(job.rows);
  for (int i = 0; i < kRows; ++i) {
    rows.begin[i] = (job.first[r + i] - job.first[0]) / 2;
    rows.end[i] = rows.begin[i] + job.pairs[r + i];
    rows.weights[i] = job.weights + std::size_t{2} * job.pair_stride * (r + i);
    rows.bits[i] = job.bits[r + i];
    rows.out[i] = static_cast<Out*>(job.out[r + i]);
  }
  const std::int32_t fresh = fetched > rows.begin[0] ? fetched : rows.begin[0];
  for (std::size_t at = job.begin; at < job.end; at += kLanes) {
    // The last columns may be computed twice; that writes the same values again.
    const std::size_t x = at + kLanes <= job.end ? at : job.end - kLanes;
    if (job.ahead != 0 && at % 64 < kLanes) {
      for (std::int32_t pair = fresh; pair < rows.end[kRows - 1]; ++pair) {
        fetch(rows.rows[2 * pair] + x, job.ahead);
        fetch(rows.rows[2 * pair + 1] + x, job.ahead);
      }
    }
    PairSums<1, hn::RepartitionToWide<hn::CappedTag<std::int16_t, resample::kStripRows> > >
        sums[kRows];
    add_beginnings<0, kRows>(d16, rows, x, sums);
    add_shared<0, kRows>(d16, rows, x, rows.begin[kRows - 1], rows.end[0], sums);
    add_endings<1, kRows>(d16, rows, x, sums);
    for (int i = 0; i < kRows; ++i) {
      store_sums<In>(d16, sums[i], rows.bits[i], 0, kLanes, rows.out[i] + (x - job.begin));
    }
  }
}

// Many pairs: straight from the rows, a few outputs at a time.
template <class In, class Out>
HWY_INLINE void down_direct(const FixedDown& job) {
  const auto begin = [&](std::int32_t r) { return job.first[r]; };
  const auto end = [&](std::int32_t r) { return job.first[r] + 2 * job.pairs[r]; };
  std::int32_t fetched = 0;
  for (std::int32_t r = 0; r < job.outputs;) {
    if (r + 4 <= job.outputs && begin(r + 3) <= end(r)) {
      down_rows<4, In, Out>(job, r, fetched);
      r += 4;
    } else if (r + 2 <= job.outputs && begin(r + 1) <= end(r)) {
      down_rows<2, In, Out>(job, r, fetched);
      r += 2;
    } else {
      down_rows<1, In, Out>(job, r, fetched);
      r += 1;
    }
    fetched = (end(r - 1) - begin(0)) / 2;
  }
}

template <class In, class Out>
void down(const FixedDown& job) {
  if (job.end - job.begin < hn::MaxLanes(hn::CappedTag<std::int16_t, resample::kStripRows>())) {
    return down_scalar<In, Out>(job);
  }
  std::int32_t most = 0;
  for (std::int32_t r = 0; r < job.outputs; ++r) most = job.pairs[r] > most ? job.pairs[r] : most;
  switch (unrolled_pairs(most)) {
    case 4:
      return down_paired<4, In, Out>(job);
    case 5:
      return down_paired<5, In, Out>(job);
    case 6:
      return down_paired<6, In, Out>(job);
    case 7:
      return down_paired<7, In, Out>(job);
    default:
      // What takes work to load is loaded once.
      if (In::kLoadsAreDear || most <= 7) return down_paired<0, In, Out>(job);
      return down_direct<In, Out>(job);
  }
}

#endif  // vectors

HWY_MAYBE_UNUSED void fixed_down_u8_mid(const FixedDown& job) { down<Bytes, std::int16_t>(job); }
HWY_MAYBE_UNUSED void fixed_down_u8_u8(const FixedDown& job) { down<Bytes, std::uint8_t>(job); }
HWY_MAYBE_UNUSED void fixed_down_mid_mid(const FixedDown& job) { down<Mids, std::int16_t>(job); }
HWY_MAYBE_UNUSED void fixed_down_mid_u8(const FixedDown& job) { down<Mids, std::uint8_t>(job); }
HWY_MAYBE_UNUSED void fixed_down_gray_alpha_mid(const FixedDown& job) {
  down<Straight<2>, std::int16_t>(job);
}
HWY_MAYBE_UNUSED void fixed_down_rgba_mid(const FixedDown& job) {
  down<Straight<4>, std::int16_t>(job);
}

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace limen::inline LIMEN_ABI
HWY_AFTER_NAMESPACE();

#endif  // include guard, toggled
