// SPDX-License-Identifier: Apache-2.0

// The 16-bit pass of resize() along rows of bytes, without widening them or turning them to
// columns. Part of resize-inl.h, which includes it.

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "limen/resample/resize-rows.h"

#if defined(LIMEN_RESAMPLE_RESIZE_BYTES_INL_) == defined(HWY_TARGET_TOGGLE)
#ifdef LIMEN_RESAMPLE_RESIZE_BYTES_INL_
#undef LIMEN_RESAMPLE_RESIZE_BYTES_INL_
#else
#define LIMEN_RESAMPLE_RESIZE_BYTES_INL_
#endif

#include <hwy/cache_control.h>
#include <hwy/highway.h>

#include "limen/resample/resize-sums-inl.h"

HWY_BEFORE_NAMESPACE();
namespace limen::inline LIMEN_ABI {
namespace HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;

using resample::BytesGroup;
using resample::BytesKernel;
using resample::FixedBytes;

#if HWY_ARCH_X86 && HWY_TARGET <= HWY_AVX2 && HWY_TARGET != HWY_EMU128

// A shift of its own for each lane is one instruction here, as is any byte to any lane: of a whole
// vector with AVX512-VBMI, else of its blocks of 128 bits.

using Bytes16 = hn::CappedTag<std::int16_t, resample::kStripRows>;
using Bytes32 = hn::RepartitionToWide<Bytes16>;
using Bytes8 = hn::Repartition<std::uint8_t, Bytes16>;
using BytesPairs = hn::Vec<Bytes16>;
using BytesSum = PairSum<Bytes32>;

/// A vector of a table.
HWY_INLINE BytesPairs bytes_table(const std::int16_t* table, std::size_t vector) {
  return hn::Load(Bytes16(), table + vector * hn::MaxLanes(Bytes16()));
}

#if HWY_TARGET <= HWY_AVX3 && (defined(LIMEN_RESAMPLE_VBMI) || defined(__AVX512VBMI__))
inline constexpr bool kBytesHaveWindow = true;
#else
inline constexpr bool kBytesHaveWindow = false;
#endif
/// Whether any lane finds any sample of a vector.
template <class In>
inline constexpr bool kHasWindow = sizeof(In) == 1 ? kBytesHaveWindow : HWY_TARGET <= HWY_AVX3;
/// Rows whose sums are added up in turns. What a sum waits for is long where it is a window.
template <class In>
inline constexpr int kRowsTogether = kHasWindow<In> ? resample::kBytesRows : 1;

/// Where the lanes of groups with one table find their bytes, or mids: of a vector, of which
/// kTogether pairs are, or else of blocks of 128 bits.
template <class In, int kPairs, int kTogether, bool kIsWindow = kHasWindow<In> >
struct LanesLookUp;

#if HWY_TARGET <= HWY_AVX3

template <int kPairs, int kTogether>
struct LanesLookUp<std::int16_t, kPairs, kTogether, true> {
  BytesPairs index[kTogether];
  std::ptrdiff_t pair;
  HWY_INLINE LanesLookUp(const std::int16_t* table, int channels)
      : pair(std::ptrdiff_t{2} * channels) {
    const Bytes16 d16;
    index[0] = bytes_table(table, resample::kBytesIndex);
    const auto step = hn::Set(d16, static_cast<std::int16_t>(pair));
    for (int i = 1; i < kTogether; ++i) index[i] = hn::Add(index[i - 1], step);
  }
  /// Some rows' weighted sums. One of two vectors would be looked up more slowly: with weights
  /// and sums it takes three registers as well as a multiply-add does.
  HWY_INLINE void add(const std::uint8_t* const* from, const BytesPairs* weights,
                      BytesSum* sums) const {
    constexpr int kRows = kRowsTogether<std::int16_t>;
    for (int p = 0; p < kPairs; p += kTogether) {
      BytesPairs mids[kRows];
      for (int r = 0; r < kRows; ++r) {
        mids[r] = hn::LoadU(Bytes16(), reinterpret_cast<const std::int16_t*>(from[r]) + p * pair);
      }
      for (int i = 0; i < kTogether && p + i < kPairs; ++i) {
        for (int r = 0; r < kRows; ++r) {
          sums[r].add(BytesPairs{_mm512_permutexvar_epi16(index[i].raw, mids[r].raw)},
                      weights[p + i]);
        }
      }
    }
  }
};

#endif

#if HWY_TARGET <= HWY_AVX3 && (defined(LIMEN_RESAMPLE_VBMI) || defined(__AVX512VBMI__))

template <int kPairs, int kTogether>
struct LanesLookUp<std::uint8_t, kPairs, kTogether, true> {
  hn::Vec<Bytes8> index[kPairs];
  HWY_INLINE LanesLookUp(const std::int16_t* table, int channels) {
    const Bytes8 d8;
    index[0] = hn::BitCast(d8, bytes_table(table, resample::kBytesIndex));
    const auto pair = hn::Set(d8, static_cast<std::uint8_t>(2 * channels));
    for (int p = 1; p < kPairs; ++p) index[p] = hn::Add(index[p - 1], pair);
  }
  HWY_INLINE void add(const std::uint8_t* const* from, const BytesPairs* weights,
                      BytesSum* sums) const {
    constexpr int kRows = kRowsTogether<std::uint8_t>;
    hn::Vec<Bytes8> windows[kRows];
    for (int r = 0; r < kRows; ++r) windows[r] = hn::LoadU(Bytes8(), from[r]);
    for (int p = 0; p < kPairs; ++p) {
      for (int r = 0; r < kRows; ++r) {
        sums[r].add(BytesPairs{_mm512_maskz_permutexvar_epi8(0x5555555555555555u, index[p].raw,
                                                             windows[r].raw)},
                    weights[p]);
      }
    }
  }
};

#endif

HWY_INLINE hn::Vec128<std::uint8_t> load_blocks(hn::Full128<std::uint8_t> d,
                                                const std::uint8_t* from, const std::int32_t*) {
  return hn::LoadU(d, from);
}
/// 16 bytes to each block of 128 bits, from `offsets` on.
template <class D>
HWY_INLINE hn::Vec<D> load_blocks(D d, const std::uint8_t* from, const std::int32_t* offsets) {
  const hn::Half<D> half;
  constexpr std::size_t kHalf = hn::MaxLanes(D()) / 32;
  return hn::Combine(d, load_blocks(half, from + offsets[kHalf] - offsets[0], offsets + kHalf),
                     load_blocks(half, from, offsets));
}

template <class In, int kPairs, int kTogether>
struct LanesLookUp<In, kPairs, kTogether, false> {
  hn::Vec<Bytes8> index[kTogether];
  std::int32_t blocks[4];
  std::ptrdiff_t pair;
  HWY_INLINE LanesLookUp(const std::int16_t* table, int channels)
      : pair(std::ptrdiff_t{2} * channels * static_cast<std::ptrdiff_t>(sizeof(In))) {
    const Bytes8 d8;
    index[0] = hn::BitCast(d8, bytes_table(table, resample::kBytesIndex));
    const auto step = hn::Set(d8, static_cast<std::uint8_t>(pair));
    for (int i = 1; i < kTogether; ++i) index[i] = hn::Add(index[i - 1], step);
    std::memcpy(blocks, table + resample::kBytesBlocks * hn::MaxLanes(Bytes16()), sizeof(blocks));
  }
  HWY_INLINE void add(const std::uint8_t* const* from, const BytesPairs* weights,
                      BytesSum* sums) const {
    static_assert(kRowsTogether<In> == 1);
    const std::uint8_t* row = from[0];
    for (int p = 0; p < kPairs; p += kTogether, row += kTogether * pair) {
      const auto bytes = load_blocks(Bytes8(), row, blocks);
      for (int i = 0; i < kTogether && p + i < kPairs; ++i) {
        sums[0].add(hn::BitCast(Bytes16(), hn::TableLookupBytesOr0(bytes, index[i])),
                    weights[p + i]);
      }
    }
  }
};

/// Groups from `group` on that have one table. Returns the next one.
template <class In, int kPairs, int kTogether>
HWY_INLINE const BytesGroup* along_bytes_of_table(const FixedBytes& job, const BytesGroup* group,
                                                  const std::uint8_t* const* rows,
                                                  std::int16_t* const* out) {
  const Bytes16 d16;
  const Bytes32 d32;
  const std::int16_t* table = group->table;
  const LanesLookUp<In, kPairs, kTogether> look_up(table, job.channels);
  BytesPairs weights[kPairs];
  for (int p = 0; p < kPairs; ++p) {
    weights[p] = bytes_table(table, resample::kBytesWeights + static_cast<std::size_t>(p));
  }
  const auto before = hn::BitCast(d32, bytes_table(table, resample::kBytesBefore));
  const auto down = hn::BitCast(d32, bytes_table(table, resample::kBytesShift));
  const auto up = hn::Sub(hn::Set(d32, 16), down);
  // Fewer lanes take less than a fourth of a cache line.
  constexpr int kLanes = static_cast<int>(hn::MaxLanes(d32));
  constexpr bool kInTurns = kLanes <= 8;
  // Of mids, what they are made of has been fetched.
  constexpr bool kFetches = sizeof(In) == 1;
  do {
    if (kFetches && kInTurns) {
      hwy::Prefetch(rows[group->out / kLanes % resample::kBytesRows] + group->base + job.ahead);
    }
    constexpr int kRows = kRowsTogether<In>;
    // Sums are shifted to the lower half of a lane, and to the upper one.
    BytesPairs lower = hn::Zero(d16);
    for (int row = 0; row < resample::kBytesRows; row += kRows) {
      const std::uint8_t* from[kRows];
      BytesSum sums[kRows];
      for (int r = 0; r < kRows; ++r) {
        from[r] = rows[row + r] + group->base;
        if (kFetches && !kInTurns) hwy::Prefetch(from[r] + job.ahead);
        sums[r].begin(before);
      }
      look_up.add(from, weights, sums);
      for (int r = 0; r < kRows; ++r) {
        if ((row + r) % 2 == 0) {
          lower = hn::BitCast(d16, hn::Shr(sums[r].finish(), down));
          continue;
        }
        const auto upper = hn::BitCast(d16, hn::Shl(sums[r].finish(), up));
        hn::Store(hn::OddEven(upper, lower), d16, out[(row + r) / 2] + 2 * group->out);
      }
    }
    ++group;
  } while (group != job.end && group->table == table);
  return group;
}

template <class In, int kPairs, int kTogether>
void along_bytes_of(const FixedBytes& job) {
  // Of our own, so that no store into the output can change them.
  const std::uint8_t* rows[resample::kBytesRows];
  std::int16_t* out[resample::kBytesRows / 2];
  for (int r = 0; r < resample::kBytesRows; ++r) rows[r] = job.rows[r];
  for (int r = 0; r < resample::kBytesRows / 2; ++r) out[r] = job.out[r];
  for (const BytesGroup* group = job.groups; group != job.end;) {
    group = along_bytes_of_table<In, kPairs, kTogether>(job, group, rows, out);
  }
}

template <class In, int kPairs>
void along_bytes(const FixedBytes& job) {
  // All bytes that a window has are looked up at once anyway; two pairs of mids hardly fit a block.
  constexpr bool kMayBeTwo = kHasWindow<In> == (sizeof(In) == 2) && kPairs > 1;
  if (!kMayBeTwo || job.together < 2) return along_bytes_of<In, kPairs, 1>(job);
  constexpr bool kMayBeAll = kMayBeTwo && sizeof(In) == 2 && kPairs == 3;
  if (kMayBeAll && job.together >= kPairs) {
    return along_bytes_of < In, kPairs, kMayBeAll ? kPairs : 1 > (job);
  }
  along_bytes_of<In, kPairs, kMayBeTwo ? 2 : 1>(job);
}

/// The kernel for outputs of as many pairs of samples, or none.
template <class In>
BytesKernel bytes_kernel(std::int32_t pairs) {
  BytesKernel kernel;
  kernel.lanes = static_cast<std::int32_t>(hn::MaxLanes(Bytes32()));
  kernel.sample = sizeof(In);
  kernel.has_window = kHasWindow<In>;
  static_assert(resample::kBytesMostPairs == 6);
  switch (pairs) {
    case 1:
      kernel.run = along_bytes<In, 1>;
      break;
    case 2:
      kernel.run = along_bytes<In, 2>;
      break;
    case 3:
      kernel.run = along_bytes<In, 3>;
      break;
    case 4:
      kernel.run = along_bytes<In, 4>;
      break;
    case 5:
      kernel.run = along_bytes<In, 5>;
      break;
    case 6:
      kernel.run = along_bytes<In, 6>;
      break;
    default:
      break;
  }
  return kernel;
}

HWY_MAYBE_UNUSED BytesKernel fixed_bytes(std::int32_t pairs) {
  return bytes_kernel<std::uint8_t>(pairs);
}
HWY_MAYBE_UNUSED BytesKernel fixed_mids(std::int32_t pairs) {
  return bytes_kernel<std::int16_t>(pairs);
}

#else

HWY_MAYBE_UNUSED BytesKernel fixed_bytes(std::int32_t pairs) {
  static_cast<void>(pairs);
  return {};
}
HWY_MAYBE_UNUSED BytesKernel fixed_mids(std::int32_t pairs) {
  static_cast<void>(pairs);
  return {};
}

#endif

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace limen::inline LIMEN_ABI
HWY_AFTER_NAMESPACE();

#endif  // include guard, toggled
