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

/// Where the lanes of groups with one table find their bytes.
template <int kPairs, int kTogether>
struct BytesLookUp {
  hn::Vec<Bytes8> index[kPairs];
  HWY_INLINE BytesLookUp(const std::int16_t* table, int channels) {
    const Bytes8 d8;
    index[0] = hn::BitCast(d8, bytes_table(table, resample::kBytesIndex));
    const auto pair = hn::Set(d8, static_cast<std::uint8_t>(2 * channels));
    for (int p = 1; p < kPairs; ++p) index[p] = hn::Add(index[p - 1], pair);
  }
  /// A row's weighted sums.
  HWY_INLINE void add(const std::uint8_t* from, const BytesPairs* weights, BytesSum& sum) const {
    const auto window = hn::LoadU(Bytes8(), from);
    for (int p = 0; p < kPairs; ++p) {
      sum.add(
          BytesPairs{_mm512_maskz_permutexvar_epi8(0x5555555555555555u, index[p].raw, window.raw)},
          weights[p]);
    }
  }
};

#else

inline constexpr bool kBytesHaveWindow = false;

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

/// kTogether pairs have 16 bytes in common.
template <int kPairs, int kTogether>
struct BytesLookUp {
  hn::Vec<Bytes8> index[kTogether];
  std::int32_t blocks[4];
  std::ptrdiff_t pair;
  HWY_INLINE BytesLookUp(const std::int16_t* table, int channels) : pair(2 * channels) {
    const Bytes8 d8;
    index[0] = hn::BitCast(d8, bytes_table(table, resample::kBytesIndex));
    const auto step = hn::Set(d8, static_cast<std::uint8_t>(pair));
    for (int i = 1; i < kTogether; ++i) index[i] = hn::Add(index[i - 1], step);
    std::memcpy(blocks, table + resample::kBytesBlocks * hn::MaxLanes(Bytes16()), sizeof(blocks));
  }
  HWY_INLINE void add(const std::uint8_t* from, const BytesPairs* weights, BytesSum& sum) const {
    for (int p = 0; p < kPairs; p += kTogether, from += kTogether * pair) {
      const auto bytes = load_blocks(Bytes8(), from, blocks);
      for (int i = 0; i < kTogether && p + i < kPairs; ++i) {
        sum.add(hn::BitCast(Bytes16(), hn::TableLookupBytesOr0(bytes, index[i])), weights[p + i]);
      }
    }
  }
};

#endif

/// Groups from `group` on that have one table. Returns the next one.
template <int kPairs, int kTogether>
HWY_INLINE const BytesGroup* along_bytes_of_table(const FixedBytes& job, const BytesGroup* group,
                                                  const std::uint8_t* const* rows,
                                                  std::int16_t* const* out) {
  const Bytes16 d16;
  const Bytes32 d32;
  const std::int16_t* table = group->table;
  const BytesLookUp<kPairs, kTogether> look_up(table, job.channels);
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
  do {
    if (kInTurns) {
      hwy::Prefetch(rows[group->out / kLanes % resample::kBytesRows] + group->base + job.ahead);
    }
    for (int r = 0; r < resample::kBytesRows; r += 2) {
      const auto sum_of_row = [&](int row) HWY_ATTR {
        const std::uint8_t* from = rows[row] + group->base;
        if (!kInTurns) hwy::Prefetch(from + job.ahead);
        BytesSum sum;
        sum.a = before;
        look_up.add(from, weights, sum);
        return sum.finish();
      };
      // Sums that are shifted to the lower half of a lane, and to the upper one.
      const auto lower = hn::BitCast(d16, hn::Shr(sum_of_row(r), down));
      const auto upper = hn::BitCast(d16, hn::Shl(sum_of_row(r + 1), up));
      hn::Store(hn::OddEven(upper, lower), d16, out[r / 2] + 2 * group->out);
    }
    ++group;
  } while (group != job.end && group->table == table);
  return group;
}

template <int kPairs, int kTogether>
void along_bytes_of(const FixedBytes& job) {
  // Of our own, so that no store into the output can change them.
  const std::uint8_t* rows[resample::kBytesRows];
  std::int16_t* out[resample::kBytesRows / 2];
  for (int r = 0; r < resample::kBytesRows; ++r) rows[r] = job.rows[r];
  for (int r = 0; r < resample::kBytesRows / 2; ++r) out[r] = job.out[r];
  for (const BytesGroup* group = job.groups; group != job.end;) {
    group = along_bytes_of_table<kPairs, kTogether>(job, group, rows, out);
  }
}

template <int kPairs>
void along_bytes(const FixedBytes& job) {
  if (kBytesHaveWindow || !job.has_two_pairs) return along_bytes_of<kPairs, 1>(job);
  along_bytes_of<kPairs, kBytesHaveWindow ? 1 : 2>(job);
}

/// The kernel for outputs of as many pairs of samples, or none.
HWY_MAYBE_UNUSED BytesKernel fixed_bytes(std::int32_t pairs) {
  BytesKernel kernel;
  kernel.lanes = static_cast<std::int32_t>(hn::MaxLanes(Bytes32()));
  kernel.has_window = kBytesHaveWindow;
  static_assert(resample::kBytesMostPairs == 6);
  switch (pairs) {
    case 1:
      kernel.run = along_bytes<1>;
      break;
    case 2:
      kernel.run = along_bytes<2>;
      break;
    case 3:
      kernel.run = along_bytes<3>;
      break;
    case 4:
      kernel.run = along_bytes<4>;
      break;
    case 5:
      kernel.run = along_bytes<5>;
      break;
    case 6:
      kernel.run = along_bytes<6>;
      break;
    default:
      break;
  }
  return kernel;
}

#else

HWY_MAYBE_UNUSED BytesKernel fixed_bytes(std::int32_t pairs) {
  static_cast<void>(pairs);
  return {};
}

#endif

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace limen::inline LIMEN_ABI
HWY_AFTER_NAMESPACE();

#endif  // include guard, toggled
