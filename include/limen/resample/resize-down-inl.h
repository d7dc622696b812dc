// SPDX-License-Identifier: Apache-2.0

// The 16-bit pass of resize() down the picture, from rows. Part of resize-inl.h, which includes it.

#include <cstddef>
#include <cstdint>

#include "limen/resample/resize-rows.h"

#if defined(LIMEN_RESAMPLE_RESIZE_DOWN_INL_) == defined(HWY_TARGET_TOGGLE)
#ifdef LIMEN_RESAMPLE_RESIZE_DOWN_INL_
#undef LIMEN_RESAMPLE_RESIZE_DOWN_INL_
#else
#define LIMEN_RESAMPLE_RESIZE_DOWN_INL_
#endif

#include <hwy/cache_control.h>
#include <hwy/highway.h>

#include "limen/resample/resize-chunks-inl.h"
#include "limen/resample/resize-rolling-inl.h"
#include "limen/resample/resize-samples-inl.h"
#include "limen/resample/resize-sums-inl.h"

HWY_BEFORE_NAMESPACE();
namespace limen::inline LIMEN_ABI {
namespace HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;

using resample::FixedDown;

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

// Columns are rows.
template <class In>
void append_columns(const FixedDown& job) {
  const FixedColumns& columns = *job.columns;
  void* out[resample::kStripRows];
  for (std::int32_t r = 0; r < job.outputs; ++r) {
    out[r] = columns.columns +
             (static_cast<std::size_t>(r) * columns.capacity + columns.held) * std::size_t{4};
  }
  FixedDown rows = job;
  rows.out = out;
  down_scalar<In, ToMids>(rows);
}

#else  // vectors

// The window of columns in work: `samples` from sample x on, pairs of which lie `pair` samples
// apart.
struct DownWindow {
  std::size_t x;
  std::size_t samples;
  std::size_t pair;
};

// Pairs of rows from `paired` on to `end` - 1, interleaved into `scratch`.
template <class In, class Out, class D16>
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
      RowPair<D16> both;
      load_pairs<Out, 1>(In(), d16, even + from, odd + from, &both);
      hn::Store(both.lower, d16, to + 2 * i);
      hn::Store(both.upper, d16, to + 2 * i + kLanes);
    }
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
    if (sizeof(typename Out::Sample) == 1) hwy::Prefetch(later + i);
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
      return static_cast<typename Out::Sample*>(job.out[r]) + spread<Out>() * (x - job.begin);
    };
    std::int32_t paired = 0;
    for (std::int32_t r = 0; r < job.outputs; ++r) {
      const std::int32_t begin = (job.first[r] - job.first[0]) / 2;
      const std::int32_t end = begin + job.pairs[r];
      pair_rows<In, Out>(job, d16, {x, samples, kPair}, paired, end);
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

template <class In, class Out>
void down(const FixedDown& job) {
  if (job.end - job.begin < hn::MaxLanes(hn::CappedTag<std::int16_t, resample::kStripRows>())) {
    return down_scalar<In, Out>(job);
  }
  // What is loaded by many constants would leave too few registers for sums, and what is loaded by
  // some gains only where there are many pairs.
  if constexpr (kManyRegisters && In::kConstants < 8) {
    if (job.most_pairs > (In::kConstants == 0 ? 2 : 7)) return down_rolling<In, Out>(job);
  }
  switch (unrolled_pairs(job.most_pairs)) {
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

// Pairs of pixels become chunks as they come; what vectors of them do not reach goes there by way
// of rows.
template <class In>
void append_columns(const FixedDown& job) {
  constexpr std::size_t kLanes = hn::MaxLanes(ChunkTag());
  const std::size_t samples = job.end - job.begin;
  const std::size_t paired = samples < kLanes ? 0 : samples / kChunkLanes * kChunkLanes;
  std::int16_t* chunks[resample::kStripRows];
  void* out[resample::kStripRows];
  for (std::int32_t r = 0; r < job.outputs; ++r) {
    chunks[r] = row_of_chunks(*job.columns, static_cast<std::size_t>(r)) +
                offset_in_chunks(static_cast<std::size_t>(job.columns->held) * 4);
    out[r] = chunks[r];
  }
  FixedDown part = job;
  part.out = out;
  if (paired > 0) {
    part.end = job.begin + paired;
    down<In, ToChunks>(part);
    part.is_new = false;
  }
  if (paired == samples) return;
  std::int16_t rows[resample::kStripRows][kLanes];
  for (std::int32_t r = 0; r < job.outputs; ++r) out[r] = rows[r];
  part.begin = samples < kLanes ? job.begin : job.end - kLanes;
  part.end = job.end;
  part.ahead = 0;
  // Behind what the vectors before have there.
  part.under_way += (paired + kLanes) * resample::kMostUnderWay;
  down<In, ToMids>(part);
  const std::size_t first = part.begin - job.begin;
  for (std::int32_t r = 0; r < job.outputs; ++r) {
    for (std::size_t i = paired; i < samples; ++i) {
      chunks[r][offset_in_chunks(i)] = rows[r][i - first];
    }
  }
}

#endif  // vectors

template <class In>
void down_to_mids(const FixedDown& job) {
  if (job.columns != nullptr) return append_columns<In>(job);
  down<In, ToMids>(job);
}

HWY_MAYBE_UNUSED void fixed_down_u8_mid(const FixedDown& job) { down_to_mids<Bytes>(job); }
HWY_MAYBE_UNUSED void fixed_down_u8_u8(const FixedDown& job) { down<Bytes, ToLevels>(job); }
HWY_MAYBE_UNUSED void fixed_down_light_mid(const FixedDown& job) { down<Light, ToMids>(job); }
HWY_MAYBE_UNUSED void fixed_down_mid_mid(const FixedDown& job) { down_to_mids<Mids>(job); }
HWY_MAYBE_UNUSED void fixed_down_gray_alpha_mid(const FixedDown& job) {
  down<Straight<2>, ToMids>(job);
}
HWY_MAYBE_UNUSED void fixed_down_rgba_mid(const FixedDown& job) { down_to_mids<Straight<4> >(job); }

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace limen::inline LIMEN_ABI
HWY_AFTER_NAMESPACE();

#endif  // include guard, toggled
