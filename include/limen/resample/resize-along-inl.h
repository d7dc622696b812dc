// SPDX-License-Identifier: Apache-2.0

// Rows to columns, and the 16-bit pass of resize() along rows. Part of resize-inl.h, which includes
// it.

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "limen/resample/resize-rows.h"

#if defined(LIMEN_RESAMPLE_RESIZE_ALONG_INL_) == defined(HWY_TARGET_TOGGLE)
#ifdef LIMEN_RESAMPLE_RESIZE_ALONG_INL_
#undef LIMEN_RESAMPLE_RESIZE_ALONG_INL_
#else
#define LIMEN_RESAMPLE_RESIZE_ALONG_INL_
#endif

#include <hwy/highway.h>

#include "limen/resample/resize-sums-inl.h"

HWY_BEFORE_NAMESPACE();
namespace limen::inline LIMEN_ABI {
namespace HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;

using resample::FixedAlong;
using resample::FixedColumns;
using resample::kColumnPixels;

#if HWY_TARGET == HWY_SCALAR || HWY_HAVE_SCALABLE

// Here the window stays rows, of `capacity` pixels each.

HWY_MAYBE_UNUSED void fixed_columns(const FixedColumns& job) {
  const auto channels = static_cast<std::size_t>(job.channels);
  for (std::int32_t r = 0; r < job.rows; ++r) {
    std::int16_t* to = job.columns + static_cast<std::size_t>(r) * job.capacity * channels;
    const std::size_t kept = static_cast<std::size_t>(job.held - job.drop) * channels;
    std::memmove(to, to + static_cast<std::size_t>(job.drop) * channels, kept * sizeof(*to));
    std::memcpy(to + kept, job.in + static_cast<std::size_t>(r) * job.in_stride,
                static_cast<std::size_t>(job.pixels) * channels * sizeof(*to));
    // A pair may end behind the last pixel, with no weight.
    std::memset(to + kept + static_cast<std::size_t>(job.pixels) * channels, 0,
                channels * sizeof(*to));
  }
}

template <class Out>
void along(const FixedAlong& job) {
  const auto channels = static_cast<std::size_t>(job.channels);
  for (std::int32_t r = 0; r < job.rows; ++r) {
    const std::int16_t* row = job.columns + static_cast<std::size_t>(r) * job.capacity * channels;
    std::int16_t* out = job.out[r];
    for (std::int32_t x = job.begin; x < job.end; ++x) {
      const std::int16_t* weights = job.weights + std::size_t{2} * job.pair_stride * x;
      for (std::size_t c = 0; c < channels; ++c) {
        std::int32_t sum = 0;
        for (std::int32_t k = 0; k < 2 * job.pairs[x]; ++k) {
          sum += weights[k] *
                 row[static_cast<std::size_t>(job.first[x] - job.base + k) * channels + c];
        }
        *out++ = narrow_sum<std::int16_t, Out>(sum, job.bits[x]);
      }
    }
  }
}

#else  // vectors

// A block is as many rows as a vector has lanes. In it, each channel of each pair of pixels takes
// two vectors: the pair's samples of the rows, interleaved (lower and upper halves, within blocks
// of 128 bits).

template <class D16>
HWY_INLINE hn::Vec<D16> load_rows(D16 d, const std::int16_t* from, std::size_t stride) {
  if constexpr (hn::MaxLanes(D16()) == 8) {
    static_cast<void>(stride);
    return hn::LoadU(d, from);
  } else {
    const hn::Half<D16> half;
    return hn::Combine(d, load_rows(half, from + hn::MaxLanes(D16()) / 2 * stride, stride),
                       load_rows(half, from, stride));
  }
}

// Blocks of 128 bits to the rows 0, 8, 16, … of `out`.
template <class D16>
HWY_INLINE void store_rows(D16 d, hn::Vec<D16> v, std::int16_t* const* out, std::size_t at) {
  if constexpr (hn::MaxLanes(D16()) == 8) {
    hn::StoreU(v, d, out[0] + at);
  } else {
    const hn::Half<D16> half;
    store_rows(half, hn::LowerHalf(half, v), out, at);
    store_rows(half, hn::UpperHalf(half, v), out + hn::MaxLanes(D16()) / 2, at);
  }
}

// Eight vectors of eight rows by eight columns in each 128-bit block, transposed. Interleaving i
// and i + 4 turns the bits of (row, lane) around by one; after three times they have changed
// places.
template <class D16>
HWY_INLINE void transpose_once(D16 d, const hn::Vec<D16>* in, hn::Vec<D16>* out) {
  for (int i = 0; i < 4; ++i) {
    out[2 * i] = hn::InterleaveLower(d, in[i], in[i + 4]);
    out[2 * i + 1] = hn::InterleaveUpper(d, in[i], in[i + 4]);
  }
}
template <class D16>
HWY_INLINE void transpose(D16 d, hn::Vec<D16>* v) {
  hn::Vec<D16> turned[8];
  transpose_once(d, v, turned);
  transpose_once(d, turned, v);
  transpose_once(d, v, turned);
  for (int i = 0; i < 8; ++i) v[i] = turned[i];
}

template <int kChannels>
HWY_INLINE void columns_of(const FixedColumns& job) {
  const hn::CappedTag<std::int16_t, resample::kStripRows> d16;
  using V = hn::Vec<decltype(d16)>;
  constexpr std::size_t kLanes = hn::MaxLanes(decltype(d16)());
  constexpr std::size_t kPixel = kLanes * kChannels;
  for (std::int32_t r = 0; r < job.rows; r += static_cast<std::int32_t>(kLanes)) {
    std::int16_t* to = job.columns + static_cast<std::size_t>(r) * job.capacity * kChannels;
    const std::size_t kept = static_cast<std::size_t>(job.held - job.drop) * kPixel;
    if (job.drop > 0 && kept > 0) {
      std::memmove(to, to + static_cast<std::size_t>(job.drop) * kPixel, kept * sizeof(*to));
    }
    to += kept;
    const std::int16_t* from = job.in + static_cast<std::size_t>(r) * job.in_stride;
    for (std::int32_t x = 0; x < job.pixels; x += kColumnPixels) {
      V columns[8 * kChannels];
      for (int g = 0; g < kChannels; ++g) {
        V* group = columns + 8 * g;
        for (int i = 0; i < 8; ++i) {
          group[i] = load_rows(d16, from + 8 * g + static_cast<std::size_t>(i) * job.in_stride,
                               job.in_stride);
        }
        transpose(d16, group);
      }
      from += 8 * kChannels;
      for (int p = 0; p < kColumnPixels / 2; ++p) {
        for (int c = 0; c < kChannels; ++c) {
          const V even = columns[2 * p * kChannels + c];
          const V odd = columns[(2 * p + 1) * kChannels + c];
          hn::Store(hn::InterleaveLower(d16, even, odd), d16, to);
          hn::Store(hn::InterleaveUpper(d16, even, odd), d16, to + kLanes);
          to += 2 * kLanes;
        }
      }
    }
  }
}

HWY_MAYBE_UNUSED void fixed_columns(const FixedColumns& job) {
  switch (job.channels) {
    case 1:
      return columns_of<1>(job);
    case 2:
      return columns_of<2>(job);
    case 3:
      return columns_of<3>(job);
    default:
      return columns_of<4>(job);
  }
}

// Eight output pixels of a block: `x` says which, each takes kPairs pairs; 0: as many as it has.
template <int kChannels, int kPairs, class Out, class D16>
HWY_INLINE void along_pixels(const FixedAlong& job, D16 d16, const std::int16_t* block,
                             std::int32_t begin, hn::Vec<D16>* columns) {
  const hn::RepartitionToWide<D16> d32;
  constexpr std::size_t kLanes = hn::MaxLanes(D16());
  constexpr std::size_t kPair = 2 * kLanes * kChannels;
  const std::int32_t last = job.end - 1;
  for (int i = 0; i < kColumnPixels; ++i) {
    const std::int32_t x = begin + i < last ? begin + i : last;
    const std::int16_t* weights = job.weights + std::size_t{2} * job.pair_stride * x;
    const std::int16_t* from =
        block + static_cast<std::size_t>(job.first[x] - job.base) * (kPair / 2);
    PairSums<kChannels, hn::RepartitionToWide<D16> > sums;
    if constexpr (kPairs == 0) {
      sums.add_pairs(d16, from, weights, job.pairs[x], kPair);
    } else {
      for (int p = 0; p < kPairs; ++p) {
        sums.add_pair(d16, from + p * kPair, broadcast_pair(d16, weights + 2 * p));
      }
    }
    for (int c = 0; c < kChannels; ++c) {
      columns[i * kChannels + c] =
          narrow_sums<std::int16_t, Out>(d32, sums.lower[c], sums.upper[c], job.bits[x]);
    }
  }
}

template <int kChannels, int kPairs, class Out>
HWY_INLINE void along_with(const FixedAlong& job) {
  const hn::CappedTag<std::int16_t, resample::kStripRows> d16;
  using V = hn::Vec<decltype(d16)>;
  constexpr std::size_t kLanes = hn::MaxLanes(decltype(d16)());
  for (std::int32_t r = 0; r < job.rows; r += static_cast<std::int32_t>(kLanes)) {
    const std::int16_t* block =
        job.columns + static_cast<std::size_t>(r) * job.capacity * kChannels;
    std::int16_t* const* out = job.out + r;
    std::size_t at = 0;
    for (std::int32_t begin = job.begin; begin < job.end; begin += kColumnPixels) {
      V columns[8 * kChannels];
      along_pixels<kChannels, kPairs, Out>(job, d16, block, begin, columns);
      for (int g = 0; g < kChannels; ++g) {
        V* group = columns + 8 * g;
        transpose(d16, group);
        for (int i = 0; i < 8; ++i) store_rows(d16, group[i], out + i, at);
        at += 8;
      }
    }
  }
}

template <int kChannels, class Out>
HWY_INLINE void along_channels(const FixedAlong& job) {
  switch (unrolled_pairs(job.most_pairs)) {
    case 4:
      return along_with<kChannels, 4, Out>(job);
    case 5:
      return along_with<kChannels, 5, Out>(job);
    case 6:
      return along_with<kChannels, 6, Out>(job);
    case 7:
      return along_with<kChannels, 7, Out>(job);
    default:
      return along_with<kChannels, 0, Out>(job);
  }
}

template <class Out>
void along(const FixedAlong& job) {
  switch (job.channels) {
    case 1:
      return along_channels<1, Out>(job);
    case 2:
      return along_channels<2, Out>(job);
    case 3:
      return along_channels<3, Out>(job);
    default:
      return along_channels<4, Out>(job);
  }
}

#endif  // vectors

HWY_MAYBE_UNUSED void fixed_along_mid(const FixedAlong& job) { along<std::int16_t>(job); }
/// Whole levels, neither clamped nor narrowed to bytes yet.
HWY_MAYBE_UNUSED void fixed_along_level(const FixedAlong& job) { along<std::uint8_t>(job); }

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace limen::inline LIMEN_ABI
HWY_AFTER_NAMESPACE();

#endif  // include guard, toggled
