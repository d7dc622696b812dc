// SPDX-License-Identifier: Apache-2.0

// Rows to columns, so that filtering along takes vectors of them. Part of resize-inl.h, which
// includes it.

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <type_traits>

#include "limen/resample/resize-rows.h"

#if defined(LIMEN_RESAMPLE_RESIZE_COLUMNS_INL_) == defined(HWY_TARGET_TOGGLE)
#ifdef LIMEN_RESAMPLE_RESIZE_COLUMNS_INL_
#undef LIMEN_RESAMPLE_RESIZE_COLUMNS_INL_
#else
#define LIMEN_RESAMPLE_RESIZE_COLUMNS_INL_
#endif

#include <hwy/highway.h>

#include "limen/resample/resize-chunks-inl.h"

HWY_BEFORE_NAMESPACE();
namespace limen::inline LIMEN_ABI {
namespace HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;

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
    // None where the pass down has put them there itself.
    if (job.pixels > 0) {
      std::memcpy(to + kept, job.in + static_cast<std::size_t>(r) * job.in_stride,
                  static_cast<std::size_t>(job.pixels) * channels * sizeof(*to));
    }
    // A pair may end behind the last pixel, with no weight.
    std::memset(to + kept + static_cast<std::size_t>(job.pixels) * channels, 0,
                channels * sizeof(*to));
  }
}

#else  // vectors

// A block is as many rows as a vector has lanes. In it, each channel of each pair of pixels takes
// two vectors: the pair's samples of the rows, interleaved (lower and upper halves, within blocks
// of 128 bits).

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

#if HWY_ARCH_X86 && HWY_TARGET <= HWY_AVX3 && HWY_TARGET != HWY_EMU128
#define LIMEN_RESAMPLE_TURNS_PAIRS 1

// Any samples of two vectors to any lanes is one instruction here, which Highway has from version
// 1.0.5 on; limen asks for less. So pairs of pixels are made of two rows as these begin to be
// turned, and a transpose is three instructions for each vector instead of seven.

HWY_INLINE hn::Vec512<std::int16_t> look_up_mids(hn::Vec512<std::int16_t> a,
                                                 hn::Vec512<std::int16_t> b,
                                                 hn::Vec512<std::int16_t> index) {
  return hn::Vec512<std::int16_t>{_mm512_permutex2var_epi16(a.raw, index.raw, b.raw)};
}
HWY_INLINE hn::Vec256<std::int16_t> look_up_mids(hn::Vec256<std::int16_t> a,
                                                 hn::Vec256<std::int16_t> b,
                                                 hn::Vec256<std::int16_t> index) {
  return hn::Vec256<std::int16_t>{_mm256_permutex2var_epi16(a.raw, index.raw, b.raw)};
}

/// Where pairs of neighbouring pixels' samples are, kLanes / 4 of them from the kFirst-th pair on,
/// in two rows that begin at sample kBegin: each pair of the one, then of the other.
template <std::size_t kChannels, std::size_t kFirst, std::size_t kBegin, std::size_t kLanes>
struct PairsOfTwoRows {
  HWY_ALIGN std::int16_t index[kLanes];
  constexpr PairsOfTwoRows() : index() {
    for (std::size_t i = 0; i < kLanes; ++i) {
      const std::size_t pair = kFirst + i / 4;
      const std::size_t sample =
          pair / kChannels * 2 * kChannels + pair % kChannels + i % 2 * kChannels;
      index[i] = static_cast<std::int16_t>(sample - kBegin + i / 2 % 2 * kLanes);
    }
  }
};

/// Pairs of four rows: a block of 128 bits has one of each.
template <class D16>
struct PairsOfFourRows {
  hn::Vec<D16> even, odd;
  HWY_INLINE PairsOfFourRows(D16 d, const std::int16_t* from, std::size_t stride,
                             hn::Vec<D16> index) {
    const hn::Repartition<std::int64_t, D16> d64;
    const auto two = [&](const std::int16_t* row) HWY_ATTR {
      return hn::BitCast(d64, look_up_mids(hn::LoadU(d, row), hn::LoadU(d, row + stride), index));
    };
    const auto a = two(from);
    const auto b = two(from + 2 * stride);
    even = hn::BitCast(d, hn::InterleaveLower(d64, a, b));
    odd = hn::BitCast(d, hn::InterleaveUpper(d64, a, b));
  }
};

/// From one pair to the next one, and to the next but one.
inline constexpr std::size_t kTurnedPair = 64;
inline constexpr std::size_t kTurnedPairs = 2 * kTurnedPair;

/// Blocks of `a`, each with that of `b` behind it, kTurnedPairs apart.
HWY_INLINE void store_turned(hn::Full256<std::int16_t> d, hn::Vec256<std::int16_t> a,
                             hn::Vec256<std::int16_t> b, std::int16_t* to) {
  hn::Store(hn::ConcatLowerLower(d, b, a), d, to);
  hn::Store(hn::ConcatUpperUpper(d, b, a), d, to + kTurnedPairs);
}
HWY_INLINE void store_turned(hn::Full512<std::int16_t> d, hn::Vec512<std::int16_t> a,
                             hn::Vec512<std::int16_t> b, std::int16_t* to) {
  HWY_ALIGN static constexpr std::int64_t kOrder[2][8] = {{0, 1, 8, 9, 2, 3, 10, 11},
                                                          {4, 5, 12, 13, 6, 7, 14, 15}};
  const hn::Full512<std::int64_t> d64;
  const hn::Half<decltype(d)> half;
  for (const auto& order : kOrder) {
    const hn::Vec512<std::int16_t> blocks{
        _mm512_permutex2var_epi64(a.raw, hn::Load(d64, order).raw, b.raw)};
    hn::Store(hn::LowerHalf(half, blocks), half, to);
    hn::Store(hn::UpperHalf(half, blocks), half, to + kTurnedPairs);
    to += 2 * kTurnedPairs;
  }
}

/// Pairs of rows `from` to `from` + 3, and of those eight rows further on.
template <class D16>
HWY_INLINE void turn_eight_rows(D16 d, const std::int16_t* from, std::size_t stride,
                                hn::Vec<D16> index, std::int16_t* to) {
  const PairsOfFourRows<D16> a(d, from, stride, index);
  const PairsOfFourRows<D16> b(d, from + 8 * stride, stride, index);
  store_turned(d, a.even, b.even, to);
  store_turned(d, a.odd, b.odd, to + kTurnedPair);
}

/// Turns as many of `pixels` as there are whole vectors of, and returns how many that are.
template <std::size_t kChannels>
HWY_INLINE std::int32_t turn_pairs(const std::int16_t* from, std::size_t stride,
                                   std::int32_t pixels, std::int16_t* to) {
  const hn::Full512<std::int16_t> d;
  // Twelve pairs of RGB are as many as a vector has samples of whole pairs of pixels, of other
  // pixels sixteen: eight and what is left.
  using Rest = std::conditional_t<kChannels == 3, hn::Full256<std::int16_t>, decltype(d)>;
  constexpr std::size_t kRest = kChannels == 3 ? 12 : 0;
  constexpr auto kPixels = static_cast<std::int32_t>(kChannels == 3 ? 8 : 32 / kChannels);
  static constexpr PairsOfTwoRows<kChannels, 0, 0, 32> kEight;
  static constexpr PairsOfTwoRows<kChannels, 8, kRest, hn::MaxLanes(Rest())> kLast;
  const auto eight = hn::Load(d, kEight.index);
  const auto last = hn::Load(Rest(), kLast.index);
  std::int32_t x = 0;
  // Those of a last group behind `pixels` are in memory too.
  for (; kChannels == 3 ? x < pixels : x + kPixels <= pixels; x += kPixels) {
    for (std::size_t half = 0; half < 2; ++half) {
      for (std::size_t quarter = 0; quarter < 2; ++quarter) {
        const std::int16_t* rows = from + (16 * half + 4 * quarter) * stride;
        std::int16_t* at = to + 32 * quarter + 16 * half;
        turn_eight_rows(d, rows, stride, eight, at);
        turn_eight_rows(Rest(), rows + kRest, stride, last, at + 8 * kTurnedPair);
      }
    }
    from += static_cast<std::size_t>(kPixels) * kChannels;
    to += static_cast<std::size_t>(kPixels) / 2 * kChannels * kTurnedPair;
  }
  return x;
}
#else
#define LIMEN_RESAMPLE_TURNS_PAIRS 0
#endif

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
    if constexpr (kChannels == 4) {
      append_chunks(d16, from, job.in_stride, job.pixels, to);
      continue;
    }
    std::int32_t x = 0;
#if LIMEN_RESAMPLE_TURNS_PAIRS
    x = turn_pairs<kChannels>(from, job.in_stride, job.pixels, to);
    from += static_cast<std::size_t>(x) * kChannels;
    to += static_cast<std::size_t>(x) * kPixel;
#endif
    for (; x < job.pixels; x += kColumnPixels) {
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

#undef LIMEN_RESAMPLE_TURNS_PAIRS

#endif  // vectors

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace limen::inline LIMEN_ABI
HWY_AFTER_NAMESPACE();

#endif  // include guard, toggled
