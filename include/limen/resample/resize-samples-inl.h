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

/// Mids of four channels as chunks: samples lie kSpread as far apart as in rows, chunk by chunk.
struct ToChunks : ToMids {};

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

/// Rows of which two are loaded as chunks are made of them: words of each in turn, bytes of two
/// samples, become samples by a mask and a shift. Each block of 128 bits has eight samples of a
/// row, even ones in `lower`, odd ones in `upper`.
template <class In, class Out>
inline constexpr bool kInWords = std::is_same_v<Out, ToChunks> &&
                                 (std::is_same_v<In, Bytes> || std::is_same_v<In, Straight<4> >);

/// What sums are of: premultiplied samples lack their zero in words, an instruction less each.
template <class In, class Out>
using SumScale = std::conditional_t<kInWords<In, Out> && sizeof(typename In::Scale) == 2,
                                    PositiveMid, typename In::Scale>;

template <class D16>
HWY_INLINE RowPair<D16> split_words(Bytes, D16 d, hn::Vec<D16> words) {
  const hn::RebindToUnsigned<D16> du;
  return {hn::And(words, hn::Set(d, std::int16_t{0xFF})),
          hn::BitCast(d, hn::ShiftRight<8>(hn::BitCast(du, words)))};
}
template <class D16>
HWY_INLINE RowPair<D16> split_words(Straight<4>, D16 d, hn::Vec<D16> words) {
  const hn::RebindToUnsigned<D16> du;
  const hn::RepartitionToWide<D16> d32;
  // 255, by which alpha is multiplied itself.
  HWY_ALIGN static constexpr std::uint16_t kOwn[8] = {0, 0, 255, 255, 0, 0, 255, 255};
  const auto split = split_words(Bytes(), d, words);
  const auto even = hn::BitCast(du, split.lower), odd = hn::BitCast(du, split.upper);
  const auto alpha = hn::BitCast(du, hn::DupOdd(hn::BitCast(d32, odd)));
  const auto own = hn::Or(alpha, hn::LoadDup128(du, kOwn));
  return {hn::BitCast(d, rounded_quotient(du, hn::Mul(even, alpha))),
          hn::BitCast(d, rounded_quotient(du, hn::Mul(odd, own)))};
}

/// Words of two rows in turn, as many bytes of each as `d` has lanes: in the lower half of the
/// vector those of blocks 0, 2, … of eight bytes, in the upper half of 1, 3, …
template <class D16>
HWY_INLINE hn::Vec<D16> load_words(D16 d, const std::uint8_t* even, const std::uint8_t* odd) {
  const hn::Half<D16> half;
  const hn::Repartition<std::uint8_t, decltype(half)> bytes;
  const auto a = hn::BitCast(half, hn::LoadU(bytes, even));
  const auto b = hn::BitCast(half, hn::LoadU(bytes, odd));
  if constexpr (hn::MaxLanes(D16()) == kChunkLanes) {
    return hn::InterleaveLower(d, hn::ZeroExtendVector(d, a), hn::ZeroExtendVector(d, b));
  } else {
    return hn::Combine(d, hn::InterleaveUpper(half, a, b), hn::InterleaveLower(half, a, b));
  }
}

/// kVectors vectors of each row. `Out` says in which order.
template <class Out, int kVectors, class In, class D16>
HWY_INLINE void load_pairs(In in, D16 d, const typename In::Sample* even,
                           const typename In::Sample* odd, RowPair<D16>* pairs) {
  constexpr std::size_t kLanes = hn::MaxLanes(D16());
  if constexpr (!kInWords<In, Out>) {
    for (std::size_t v = 0; v < kVectors; ++v) {
      pairs[v] = load_pair(in, d, even + v * kLanes, odd + v * kLanes);
    }
  } else if constexpr (kVectors == 1) {
    pairs[0] = split_words(in, d, load_words(d, even, odd));
  } else {
    static_assert(kVectors == 2);
    const hn::Repartition<std::uint8_t, D16> bytes;
    const auto a = hn::BitCast(d, hn::LoadU(bytes, even));
    const auto b = hn::BitCast(d, hn::LoadU(bytes, odd));
    pairs[0] = split_words(in, d, hn::InterleaveLower(d, a, b));
    pairs[1] = split_words(in, d, hn::InterleaveUpper(d, a, b));
  }
}

// Into the second cache, without a fault where there is nothing: what is needed later would push
// what is in work out of the first. Highway's Prefetch() goes there.
HWY_INLINE void fetch(const void* from, std::ptrdiff_t ahead) {
  constexpr int kToRead = 0;
  constexpr int kSecondCache = 2;
  __builtin_prefetch(reinterpret_cast<const void*>(reinterpret_cast<std::intptr_t>(from) + ahead),
                     kToRead, kSecondCache);
}

template <class Out>
constexpr std::size_t spread() {
  return std::is_same_v<Out, ToChunks> ? kChunkStride / kChunkLanes : 1;
}

/// What sums have become, `column` samples behind `to`.
template <class In, class Out, class D16>
HWY_INLINE void store_narrowed(D16 d16, hn::Vec<D16> samples, typename Out::Sample* to,
                               std::size_t column) {
  if constexpr (kInWords<In, Out>) {
    store_halves(d16, chunks_of_split(d16, samples), to + column * spread<Out>());
  } else if constexpr (std::is_same_v<Out, ToChunks>) {
    store_chunks<1>(d16, chunks_of(d16, samples), to + column * spread<Out>());
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
    store_narrowed<In, Out>(
        d16, narrow_sums<SumScale<In, Out>, Out>(D32(), sums.lower[v], sums.upper[v], bits), out,
        column + kLanes <= samples ? column : samples - kLanes);
  }
}

/// Sums of what load_pairs() has loaded.
template <class In, class Out, int kVectors, class D16, class D32>
HWY_INLINE void store_loaded(D16 d16, const PairSums<kVectors, D32>& sums, int bits,
                             typename Out::Sample* out) {
  if constexpr (!kInWords<In, Out> || kVectors == 1) {
    store_sums<In, Out>(d16, sums, bits, 0, kVectors * hn::MaxLanes(D16()), out);
  } else {
    for (std::size_t v = 0; v < kVectors; ++v) {
      const auto samples =
          narrow_sums<SumScale<In, Out>, Out>(D32(), sums.lower[v], sums.upper[v], bits);
      store_chunks<kVectors>(d16, chunks_of_split(d16, samples), out + v * kChunkStride);
    }
  }
}

#endif  // vectors

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace limen::inline LIMEN_ABI
HWY_AFTER_NAMESPACE();

#endif  // include guard, toggled
