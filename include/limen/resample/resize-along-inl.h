// SPDX-License-Identifier: Apache-2.0

// The 16-bit pass of resize() along rows, from columns. Part of resize-inl.h, which includes it.

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <type_traits>

#include "limen/resample/resize-rows.h"

#if defined(LIMEN_RESAMPLE_RESIZE_ALONG_INL_) == defined(HWY_TARGET_TOGGLE)
#ifdef LIMEN_RESAMPLE_RESIZE_ALONG_INL_
#undef LIMEN_RESAMPLE_RESIZE_ALONG_INL_
#else
#define LIMEN_RESAMPLE_RESIZE_ALONG_INL_
#endif

#include <hwy/cache_control.h>
#include <hwy/highway.h>

#include "limen/resample/resize-chunks-inl.h"
#include "limen/resample/resize-columns-inl.h"
#include "limen/resample/resize-sums-inl.h"

HWY_BEFORE_NAMESPACE();
namespace limen::inline LIMEN_ABI {
namespace HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;

using resample::FixedAlong;

#if HWY_TARGET == HWY_SCALAR || HWY_HAVE_SCALABLE

template <class Out>
void along(const FixedAlong& job) {
  using Sample = typename Out::Sample;
  const auto channels = static_cast<std::size_t>(job.channels);
  for (std::int32_t r = 0; r < job.rows; ++r) {
    const std::int16_t* row = job.columns + static_cast<std::size_t>(r) * job.capacity * channels;
    // Pairs of rows: a sample of the one, a sample of the other.
    constexpr std::size_t kStep = Out::kPairs ? 2 : 1;
    Sample* out = static_cast<Sample*>(job.out[Out::kPairs ? r / 2 : r]) +
                  kStep * static_cast<std::size_t>(job.begin - job.out_begin) * channels +
                  (Out::kPairs ? r % 2 : 0);
    for (std::int32_t x = job.begin; x < job.end; ++x) {
      const std::int16_t* weights = job.weights + std::size_t{2} * job.pair_stride * x;
      typename Out::Narrow::Sample pixel[4];
      for (std::size_t c = 0; c < channels; ++c) {
        std::int32_t sum = 0;
        for (std::int32_t k = 0; k < 2 * job.pairs[x]; ++k) {
          sum += weights[k] *
                 row[static_cast<std::size_t>(job.first[x] - job.base + k) * channels + c];
        }
        pixel[c] = narrow_sum<std::int16_t, typename Out::Narrow>(sum, job.bits[x]);
      }
      if constexpr (std::is_same_v<Out, AlongToStraight>) {
        unpremultiply_pixel(pixel, job.channels, out);
        out += channels;
      } else {
        for (std::size_t c = 0; c < channels; ++c, out += kStep) *out = pixel[c];
      }
    }
  }
}

#else  // vectors

// One output pixel of a block of rows: a vector a channel. It takes kPairs pairs; 0: as many as it
// has.
template <int kChannels, int kPairs, class Narrow, class D16>
HWY_INLINE void along_pixel(const FixedAlong& job, D16 d16, const std::int16_t* block,
                            std::int32_t x, hn::Vec<D16>* channels) {
  const hn::RepartitionToWide<D16> d32;
  constexpr std::size_t kPair = 2 * hn::MaxLanes(D16()) * kChannels;
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
    channels[c] = narrow_sums<std::int16_t, Narrow>(d32, sums.lower[c], sums.upper[c], job.bits[x]);
  }
}

// Samples 2 i and 2 i + 1 of all rows as the lower and upper bytes of a lane.
template <class Narrow, class D16>
HWY_INLINE hn::Vec<D16> two_bytes(D16 d, hn::Vec<D16> even, hn::Vec<D16> odd) {
  if constexpr (Narrow::kLevels) {
    const auto zero = hn::Zero(d);
    const auto white = hn::Set(d, std::int16_t{255});
    even = hn::Min(hn::Max(even, zero), white);
    odd = hn::Min(hn::Max(odd, zero), white);
  }
  return hn::Or(even, hn::ShiftLeft<8>(odd));
}

// along_pixels() pixels as bytes: turned from columns to rows as pairs of samples.
template <int kChannels, int kPairs, class Out, class D16>
HWY_INLINE void along_bytes(const FixedAlong& job, D16 d16, const std::int16_t* block,
                            std::int32_t begin, void* const* out) {
  using V = hn::Vec<D16>;
  constexpr int kPixels = resample::along_pixels(kChannels);
  constexpr int kUnits = kPixels * kChannels / 2;
  const std::int32_t last = job.end - 1;
  V units[kUnits];
  for (int i = 0; i < kPixels; i += 2) {
    V samples[2 * kChannels];
    for (int k = 0; k < 2; ++k) {
      const std::int32_t x = begin + i + k < last ? begin + i + k : last;
      along_pixel<kChannels, kPairs, typename Out::Narrow>(job, d16, block, x,
                                                           samples + k * kChannels);
    }
    for (int c = 0; c < kChannels; ++c) {
      units[i / 2 * kChannels + c] =
          two_bytes<typename Out::Narrow>(d16, samples[2 * c], samples[2 * c + 1]);
    }
  }
  const auto at = static_cast<std::size_t>(begin - job.out_begin) * kChannels;
  for (int g = 0; g < kUnits / 8; ++g) {
    V* group = units + 8 * g;
    transpose(d16, group);
    for (int i = 0; i < 8; ++i) store_blocks<8>(d16, group[i], out + i, at + 16 * g);
  }
}

// kColumnPixels pixels as mids.
template <int kChannels, int kPairs, class Out, class D16>
HWY_INLINE void along_mids(const FixedAlong& job, D16 d16, const std::int16_t* block,
                           std::int32_t begin, void* const* out) {
  using V = hn::Vec<D16>;
  constexpr std::size_t kLanes = hn::MaxLanes(D16());
  const std::int32_t last = job.end - 1;
  V columns[resample::kColumnPixels * kChannels];
  for (int i = 0; i < resample::kColumnPixels; ++i) {
    const std::int32_t x = begin + i < last ? begin + i : last;
    along_pixel<kChannels, kPairs, typename Out::Narrow>(job, d16, block, x,
                                                         columns + i * kChannels);
  }
  const auto at = static_cast<std::size_t>(begin - job.out_begin) * kChannels;
  if constexpr (!Out::kPairs) {
    for (int g = 0; g < kChannels; ++g) {
      V* group = columns + 8 * g;
      transpose(d16, group);
      for (int i = 0; i < 8; ++i) {
        store_blocks<8>(d16, group[i], out + i, (at + 8 * g) * sizeof(std::int16_t));
      }
    }
  } else {
    // A lane of 32 bits is a sample of a pair of rows: four by four of them are turned.
    const hn::RepartitionToWide<D16> d32;
    for (int g = 0; g < 2 * kChannels; ++g) {
      const auto in = [&](int i) HWY_ATTR { return hn::BitCast(d32, columns[4 * g + i]); };
      const auto a = hn::InterleaveLower(d32, in(0), in(2));
      const auto b = hn::InterleaveLower(d32, in(1), in(3));
      const auto c = hn::InterleaveUpper(d32, in(0), in(2));
      const auto e = hn::InterleaveUpper(d32, in(1), in(3));
      const std::size_t to = offset_in_pair<kLanes>(at + 4 * g) * sizeof(std::int16_t);
      store_blocks<4>(d16, hn::BitCast(d16, hn::InterleaveLower(d32, a, b)), out, to);
      store_blocks<4>(d16, hn::BitCast(d16, hn::InterleaveUpper(d32, a, b)), out + 1, to);
      store_blocks<4>(d16, hn::BitCast(d16, hn::InterleaveLower(d32, c, e)), out + 2, to);
      store_blocks<4>(d16, hn::BitCast(d16, hn::InterleaveUpper(d32, c, e)), out + 3, to);
    }
  }
}

/// How far ahead of the output the next of it is fetched.
inline constexpr std::size_t kAheadBytes = 256;

/// How many output pixels apart that is done: not in each step of four of them.
inline constexpr std::int32_t kFetchPixels = 16;

template <int kChannels, int kPairs, class Out>
HWY_INLINE void along_with(const FixedAlong& job) {
  const hn::CappedTag<std::int16_t, resample::kStripRows> d16;
  constexpr std::size_t kLanes = hn::MaxLanes(decltype(d16)());
  constexpr int kPixels = resample::along_pixels(kChannels);
  const ChunkEnd<Out> chunk_end;
  const auto bytes = [&](const FixedAlong& part, const std::int16_t* block, std::int32_t x,
                         void* const* out) HWY_ATTR {
    if constexpr (kChannels == 4) {
      chunk_bytes<kPairs, Out>(part, d16, chunk_end, block, x, out);
    } else {
      along_bytes<kChannels, kPairs, Out>(part, d16, block, x, out);
    }
  };
  for (std::int32_t r = 0; r < job.rows; r += static_cast<std::int32_t>(kLanes)) {
    const std::int16_t* block =
        job.columns + static_cast<std::size_t>(r) * job.capacity * kChannels;
    if constexpr (sizeof(typename Out::Sample) == 1) {
      std::int32_t x = job.begin;
      for (; x + kPixels <= job.end; x += kPixels) {
        // Each row is a stream of its own, too many for the processor to foresee.
        for (std::size_t i = 0; i < kLanes && (x - job.begin) % kFetchPixels == 0; ++i) {
          hwy::Prefetch(static_cast<const std::uint8_t*>(job.out[r + i]) +
                        static_cast<std::size_t>(x - job.out_begin) * kChannels + kAheadBytes);
        }
        bytes(job, block, x, job.out + r);
      }
      if (x == job.end) continue;
      // The last pixels, by way of memory of our own.
      HWY_ALIGN std::uint8_t spare[kLanes][kPixels * kChannels];
      void* spares[kLanes];
      for (std::size_t i = 0; i < kLanes; ++i) {
        // What is written goes where x belongs.
        spares[i] = spare[i];
      }
      FixedAlong tail = job;
      tail.out_begin = x;
      bytes(tail, block, x, spares);
      for (std::int32_t i = 0; i < job.rows - r && i < static_cast<std::int32_t>(kLanes); ++i) {
        std::memcpy(static_cast<std::uint8_t*>(job.out[r + i]) +
                        static_cast<std::size_t>(x - job.out_begin) * kChannels,
                    spare[i], static_cast<std::size_t>(job.end - x) * kChannels);
      }
    } else {
      for (std::int32_t x = job.begin; x < job.end; x += resample::kColumnPixels) {
        void* const* out = job.out + (Out::kPairs ? r / 2 : r);
        if constexpr (kChannels == 4) {
          chunk_mids<kPairs, Out>(job, d16, block, x, out);
        } else {
          along_mids<kChannels, kPairs, Out>(job, d16, block, x, out);
        }
      }
    }
  }
}

template <int kChannels, class Out>
HWY_INLINE void along_channels(const FixedAlong& job) {
  switch (unrolled_pairs(job.most_pairs)) {
    case 3:
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
      // Light of four channels has alpha: it leaves as mids.
      if constexpr (!std::is_same_v<typename Out::Narrow, ToLight>) along_channels<4, Out>(job);
  }
}

#endif  // vectors

HWY_MAYBE_UNUSED void fixed_along_mid(const FixedAlong& job) { along<AlongTo<ToMids> >(job); }
HWY_MAYBE_UNUSED void fixed_along_pairs(const FixedAlong& job) {
  along<AlongTo<ToMids, true> >(job);
}
HWY_MAYBE_UNUSED void fixed_along_u8(const FixedAlong& job) { along<AlongTo<ToLevels> >(job); }
/// Four channels only.
HWY_MAYBE_UNUSED void fixed_along_straight(const FixedAlong& job) {
#if HWY_TARGET == HWY_SCALAR || HWY_HAVE_SCALABLE
  along<AlongToStraight>(job);
#else
  along_channels<4, AlongToStraight>(job);
#endif
}
HWY_MAYBE_UNUSED void fixed_along_light(const FixedAlong& job) { along<AlongTo<ToLight> >(job); }

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace limen::inline LIMEN_ABI
HWY_AFTER_NAMESPACE();

#endif  // include guard, toggled
