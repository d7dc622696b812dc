// SPDX-License-Identifier: Apache-2.0

// Mids of four channels, as filtering along takes them, and that. Part of resize-inl.h, which
// includes it.

#include <cstddef>
#include <cstdint>

#include "limen/resample/resize-rows.h"

#if defined(LIMEN_RESAMPLE_RESIZE_CHUNKS_INL_) == defined(HWY_TARGET_TOGGLE)
#ifdef LIMEN_RESAMPLE_RESIZE_CHUNKS_INL_
#undef LIMEN_RESAMPLE_RESIZE_CHUNKS_INL_
#else
#define LIMEN_RESAMPLE_RESIZE_CHUNKS_INL_
#endif

#include <hwy/highway.h>

#include "limen/resample/resize-pixels-inl.h"
#include "limen/resample/resize-sums-inl.h"

HWY_BEFORE_NAMESPACE();
namespace limen::inline LIMEN_ABI {
namespace HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;

using resample::FixedAlong;
using resample::FixedColumns;

/// Where outputs go: rows of `Narrow`, or pairs of rows of mids.
template <class Narrowed, bool kInPairs = false>
struct AlongTo {
  using Narrow = Narrowed;
  using Sample = typename Narrowed::Sample;
  static constexpr bool kPairs = kInPairs;
};

/// Rows of bytes of straight pixels: mids divided by their last channel.
struct AlongToStraight : AlongTo<ToMids> {
  using Sample = std::uint8_t;
};

#if HWY_TARGET != HWY_SCALAR && !HWY_HAVE_SCALABLE

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

// Blocks of 128 bits to the rows 0, kStep, 2 kStep, … of `out`, `at` bytes behind their beginnings.
template <int kStep, class D16>
HWY_INLINE void store_blocks(D16 d, hn::Vec<D16> v, void* const* out, std::size_t at) {
  if constexpr (hn::MaxLanes(D16()) == 8) {
    hn::StoreU(hn::BitCast(hn::Repartition<std::uint8_t, D16>(), v),
               hn::Repartition<std::uint8_t, D16>(), static_cast<std::uint8_t*>(out[0]) + at);
    static_cast<void>(d);
  } else {
    const hn::Half<D16> half;
    store_blocks<kStep>(half, hn::LowerHalf(half, v), out, at);
    store_blocks<kStep>(half, hn::UpperHalf(half, v), out + kStep * (hn::MaxLanes(D16()) / 16), at);
  }
}

/// Where samples `sample` to `sample` + 3 of a pair of rows are, as FixedPairs takes it: groups of
/// four vectors, each with four samples, of each row in turn, to a block of 128 bits. Those of the
/// four vectors' first blocks come first: so sums that are narrowed twice, block by block, are
/// bytes in order.
template <std::size_t kLanes>
constexpr std::size_t offset_in_pair(std::size_t sample) {
  const std::size_t quad = sample % (2 * kLanes) / 4;
  return sample / (2 * kLanes) * 4 * kLanes + quad % 4 * kLanes + quad / 4 * 8;
}

// A chunk is a pair of neighbouring pixels of a row, channel by channel: a sample of the even one,
// a sample of the odd one. That is what a multiply-add takes and makes a pixel of, so rows come to
// lie below each other by 128 bits at a time. A block is as many rows as a vector has lanes; in it
// each pair of pixels takes eight vectors, and row 8 k + i is block k of 128 bits of the i-th.

using ChunkTag = hn::CappedTag<std::int16_t, resample::kStripRows>;
inline constexpr std::size_t kChunkVectors = 8;
inline constexpr std::size_t kChunkLanes = 8;

/// How far apart chunks of neighbouring pairs lie.
inline constexpr std::size_t kChunkStride = kChunkVectors * hn::MaxLanes(ChunkTag());

/// Where sample 0 of a row is, and from there another one.
HWY_MAYBE_UNUSED std::int16_t* row_of_chunks(const FixedColumns& job, std::size_t row) {
  constexpr std::size_t kLanes = hn::MaxLanes(ChunkTag());
  return job.columns + row / kLanes * kLanes * static_cast<std::size_t>(job.capacity) * 4 +
         row % kChunkVectors * kLanes + row % kLanes / kChunkVectors * kChunkLanes;
}
constexpr std::size_t offset_in_chunks(std::size_t sample) {
  return sample / kChunkLanes * kChunkStride + sample % 4 * 2 + sample / 4 % 2;
}

/// Two pixels of mids in each block of 128 bits become chunks.
template <class D16>
HWY_INLINE hn::Vec<D16> chunks_of(D16 d, hn::Vec<D16> pixels) {
  HWY_ALIGN static constexpr std::uint8_t kInterleaved[16] = {0, 1, 8,  9,  2, 3, 10, 11,
                                                              4, 5, 12, 13, 6, 7, 14, 15};
  const hn::Repartition<std::uint8_t, D16> bytes;
  return hn::BitCast(
      d, hn::TableLookupBytes(hn::BitCast(bytes, pixels), hn::LoadDup128(bytes, kInterleaved)));
}
/// The same where each block has the pixels' channels 0 and 2 first, then 1 and 3.
template <class D16>
HWY_INLINE hn::Vec<D16> chunks_of_split(D16 d, hn::Vec<D16> pixels) {
  HWY_ALIGN static constexpr std::uint8_t kInterleaved[16] = {0, 1, 4, 5, 8,  9,  12, 13,
                                                              2, 3, 6, 7, 10, 11, 14, 15};
  const hn::Repartition<std::uint8_t, D16> bytes;
  return hn::BitCast(
      d, hn::TableLookupBytes(hn::BitCast(bytes, pixels), hn::LoadDup128(bytes, kInterleaved)));
}

/// Chunks of pairs of one row, each kStep pairs behind the one before.
template <std::size_t kStep, class D16>
HWY_INLINE void store_chunks(D16 d, hn::Vec<D16> chunks, std::int16_t* to) {
  if constexpr (hn::MaxLanes(D16()) == kChunkLanes) {
    hn::Store(chunks, d, to);
  } else {
    const hn::Half<D16> half;
    store_chunks<kStep>(half, hn::LowerHalf(half, chunks), to);
    store_chunks<kStep>(half, hn::UpperHalf(half, chunks),
                        to + hn::MaxLanes(D16()) / 2 / kChunkLanes * kStep * kChunkStride);
  }
}

/// Those of even pairs in the lower half, of odd ones in the upper half.
template <class D16>
HWY_INLINE void store_halves(D16 d, hn::Vec<D16> chunks, std::int16_t* to) {
  if constexpr (hn::MaxLanes(D16()) == kChunkLanes) {
    hn::Store(chunks, d, to);
  } else {
    const hn::Half<D16> half;
    store_chunks<2>(half, hn::LowerHalf(half, chunks), to);
    store_chunks<2>(half, hn::UpperHalf(half, chunks), to + kChunkStride);
  }
}

/// Pixels of the rows of a block.
template <class D16>
HWY_INLINE void append_chunks(D16 d16, const std::int16_t* from, std::size_t stride,
                              std::int32_t pixels, std::int16_t* to) {
  for (std::int32_t x = 0; x < pixels; x += 2, from += kChunkLanes) {
    for (std::size_t i = 0; i < kChunkVectors; ++i, to += hn::MaxLanes(D16())) {
      hn::Store(chunks_of(d16, load_rows(d16, from + i * stride, stride)), d16, to);
    }
  }
}

/// Vectors that are added up at a time: with two output pixels, and for multiply-adds that follow
/// each other closely, as many sums as there should be.
inline constexpr std::size_t kChunksAtOnce = 4;

/// Adds a pair of pixels of some of a block's rows.
template <class D16>
HWY_INLINE void add_chunks(D16 d16, const std::int16_t* from, const std::int16_t* weights,
                           PairSum<hn::RepartitionToWide<D16> >* sums) {
  const auto weight = broadcast_pair(d16, weights);
  for (std::size_t i = 0; i < kChunksAtOnce; ++i) {
    sums[i].add(hn::Load(d16, from + i * hn::MaxLanes(D16())), weight);
  }
}

/// What an output pixel takes.
struct ChunkRun {
  const std::int16_t* begin;
  const std::int16_t* end;
  const std::int16_t* weights;
};
HWY_MAYBE_UNUSED ChunkRun run_of(const FixedAlong& job, const std::int16_t* block, std::int32_t x) {
  const std::int16_t* begin =
      block + static_cast<std::size_t>(job.first[x] - job.base) / 2 * kChunkStride;
  return {begin, begin + static_cast<std::size_t>(job.pairs[x]) * kChunkStride,
          job.weights + std::size_t{2} * job.pair_stride * x};
}

/// Compilers would rather load a vector for each multiply-add that takes it, two of which are more
/// than the processor loads in that time.
template <class V>
HWY_INLINE V loaded_once(V v) {
#if HWY_ARCH_X86 && HWY_TARGET <= HWY_AVX3 && (HWY_COMPILER_GCC || HWY_COMPILER_CLANG)
  asm("" : "+v"(v.raw));
#endif
  return v;
}

/// Two neighbouring output pixels. Pairs that both take are loaded once.
template <class D16>
HWY_INLINE void add_runs(D16 d16, ChunkRun run_a, ChunkRun run_b, std::size_t offset,
                         PairSum<hn::RepartitionToWide<D16> >* a,
                         PairSum<hn::RepartitionToWide<D16> >* b) {
  const std::int16_t* from = run_a.begin;
  for (; from < run_a.end && from < run_b.begin; from += kChunkStride, run_a.weights += 2) {
    add_chunks(d16, from + offset, run_a.weights, a);
  }
  // Neither begins nor ends before the pixel before it.
  for (from = run_b.begin; from < run_a.end; from += kChunkStride) {
    const auto weight_a = broadcast_pair(d16, run_a.weights);
    const auto weight_b = broadcast_pair(d16, run_b.weights);
    for (std::size_t i = 0; i < kChunksAtOnce; ++i) {
      const auto chunks = loaded_once(hn::Load(d16, from + offset + i * hn::MaxLanes(D16())));
      a[i].add(chunks, weight_a);
      b[i].add(chunks, weight_b);
    }
    run_a.weights += 2;
    run_b.weights += 2;
  }
  for (; from < run_b.end; from += kChunkStride, run_b.weights += 2) {
    add_chunks(d16, from + offset, run_b.weights, b);
  }
}

/// Output pixels x and x + 1 of a block, narrowed: both of a row in a block of 128 bits. Each takes
/// kPairs pairs; 0: as many as it has.
template <int kPairs, class Narrow, class D16>
HWY_INLINE void along_two(const FixedAlong& job, D16 d16, const std::int16_t* block, std::int32_t x,
                          hn::Vec<D16>* pixels) {
  using D32 = hn::RepartitionToWide<D16>;
  const std::int32_t last = job.end - 1;
  const std::int32_t x_a = x < last ? x : last;
  const std::int32_t x_b = x + 1 < last ? x + 1 : last;
  const ChunkRun run_a = run_of(job, block, x_a);
  const ChunkRun run_b = run_of(job, block, x_b);
  for (std::size_t at = 0; at < kChunkVectors; at += kChunksAtOnce) {
    PairSum<D32> a[kChunksAtOnce], b[kChunksAtOnce];
    const std::size_t offset = at * hn::MaxLanes(D16());
    if constexpr (kPairs == 0) {
      add_runs(d16, run_a, run_b, offset, a, b);
    } else {
      for (std::size_t p = 0; p < kPairs; ++p) {
        add_chunks(d16, run_a.begin + offset + p * kChunkStride, run_a.weights + 2 * p, a);
        add_chunks(d16, run_b.begin + offset + p * kChunkStride, run_b.weights + 2 * p, b);
      }
    }
    for (std::size_t i = 0; i < kChunksAtOnce; ++i) {
      pixels[at + i] =
          narrow_two<std::int16_t, Narrow>(D32(), a[i], job.bits[x_a], b[i], job.bits[x_b]);
    }
  }
}

/// What becomes of two vectors that were narrowed before they are bytes.
template <class Out>
struct ChunkEnd {
  HWY_INLINE ChunkEnd() {}
  template <class V>
  HWY_INLINE void run(V&, V&) const {}
};
template <>
struct ChunkEnd<AlongToStraight> : Unpremultiply<4> {
  HWY_INLINE ChunkEnd() {}
};

// along_pixels() pixels as bytes: a block of 128 bits of each row.
template <int kPairs, class Out, class D16>
HWY_INLINE void chunk_bytes(const FixedAlong& job, D16 d16, const ChunkEnd<Out>& chunk_end,
                            const std::int16_t* block, std::int32_t begin, void* const* out) {
  static_assert(resample::along_pixels(4) == 4);
  using Narrow = typename Out::Narrow;
  hn::Vec<D16> a[kChunkVectors], b[kChunkVectors];
  along_two<kPairs, Narrow>(job, d16, block, begin, a);
  along_two<kPairs, Narrow>(job, d16, block, begin + 2, b);
  const auto at = static_cast<std::size_t>(begin - job.out_begin) * 4;
  for (std::size_t i = 0; i < kChunkVectors; ++i) {
    chunk_end.run(a[i], b[i]);
    store_blocks<kChunkVectors>(d16, hn::BitCast(d16, pack_levels(a[i], b[i])), out + i, at);
  }
}

// kColumnPixels pixels as mids.
template <int kPairs, class Out, class D16>
HWY_INLINE void chunk_mids(const FixedAlong& job, D16 d16, const std::int16_t* block,
                           std::int32_t begin, void* const* out) {
  constexpr std::size_t kLanes = hn::MaxLanes(D16());
  for (std::int32_t x = begin; x < begin + resample::kColumnPixels; x += 2) {
    hn::Vec<D16> pixels[kChunkVectors];
    along_two<kPairs, typename Out::Narrow>(job, d16, block, x, pixels);
    const auto at = static_cast<std::size_t>(x - job.out_begin) * 4;
    if constexpr (!Out::kPairs) {
      for (std::size_t i = 0; i < kChunkVectors; ++i) {
        store_blocks<kChunkVectors>(d16, pixels[i], out + i, at * sizeof(std::int16_t));
      }
    } else {
      for (std::size_t i = 0; i < kChunkVectors; i += 2) {
        const auto lower = hn::InterleaveLower(d16, pixels[i], pixels[i + 1]);
        const auto upper = hn::InterleaveUpper(d16, pixels[i], pixels[i + 1]);
        void* const* to = out + i / 2;
        store_blocks<kChunkVectors / 2>(d16, lower, to,
                                        offset_in_pair<kLanes>(at) * sizeof(std::int16_t));
        store_blocks<kChunkVectors / 2>(d16, upper, to,
                                        offset_in_pair<kLanes>(at + 4) * sizeof(std::int16_t));
      }
    }
  }
}

#endif  // vectors

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace limen::inline LIMEN_ABI
HWY_AFTER_NAMESPACE();

#endif  // include guard, toggled
