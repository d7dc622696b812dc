// SPDX-License-Identifier: Apache-2.0

// What filters down the picture take from rows of samples, and where it goes. Part of
// resize-inl.h, which includes it.

#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "limen/resample/resize-light.h"
#include "limen/resample/resize-rows.h"

#if defined(LIMEN_RESAMPLE_RESIZE_SAMPLES_INL_) == defined(HWY_TARGET_TOGGLE)
#ifdef LIMEN_RESAMPLE_RESIZE_SAMPLES_INL_
#undef LIMEN_RESAMPLE_RESIZE_SAMPLES_INL_
#else
#define LIMEN_RESAMPLE_RESIZE_SAMPLES_INL_
#endif

#include <hwy/cache_control.h>
#include <hwy/highway.h>

#include "limen/resample/resize-chunks-inl.h"
#include "limen/resample/resize-light-inl.h"
#include "limen/resample/resize-pixels-inl.h"
#include "limen/resample/resize-sums-inl.h"

HWY_BEFORE_NAMESPACE();
namespace limen::inline LIMEN_ABI {
namespace HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;

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

#if HWY_TARGET != HWY_SCALAR && !HWY_HAVE_SCALABLE

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

/// Mids of four channels as chunks: samples lie kSpread as far apart as in rows, chunk by chunk.
struct ToChunks : ToMids {};

template <class Out>
constexpr std::size_t spread() {
  return std::is_same_v<Out, ToChunks> ? kChunkStride / kChunkLanes : 1;
}

/// What sums have become, `column` samples behind `to`.
template <class Out, class D16>
HWY_INLINE void store_narrowed(D16 d16, hn::Vec<D16> samples, typename Out::Sample* to,
                               std::size_t column) {
  if constexpr (std::is_same_v<Out, ToChunks>) {
    store_chunks(d16, chunks_of(d16, samples), to + column * spread<Out>());
  } else {
    store_samples(d16, samples, to + column);
  }
}

template <class In, class Out, int kVectors, class D16, class D32>
HWY_INLINE void store_sums(D16 d16, const PairSums<kVectors, D32>& sums, int bits,
                           std::size_t column, std::size_t samples, typename Out::Sample* out) {
  constexpr std::size_t kLanes = hn::MaxLanes(D16());
  for (std::size_t v = 0; v < kVectors; ++v, column += kLanes) {
    if (column >= samples) break;
    store_narrowed<Out>(
        d16, narrow_sums<typename In::Scale, Out>(D32(), sums.lower[v], sums.upper[v], bits), out,
        column + kLanes <= samples ? column : samples - kLanes);
  }
}

#endif  // vectors

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace limen::inline LIMEN_ABI
HWY_AFTER_NAMESPACE();

#endif  // include guard, toggled
