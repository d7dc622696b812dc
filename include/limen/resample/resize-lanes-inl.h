// SPDX-License-Identifier: Apache-2.0

// The 16-bit pass of resize() along rows without columns, in 512 bits, where what neighbouring
// outputs take fits vectors. Part of resize-inl.h, which includes it.

#include <cstddef>
#include <cstdint>

#include "limen/resample/resize-rows.h"

#if defined(LIMEN_RESAMPLE_RESIZE_LANES_INL_) == defined(HWY_TARGET_TOGGLE)
#ifdef LIMEN_RESAMPLE_RESIZE_LANES_INL_
#undef LIMEN_RESAMPLE_RESIZE_LANES_INL_
#else
#define LIMEN_RESAMPLE_RESIZE_LANES_INL_
#endif

#include <hwy/cache_control.h>
#include <hwy/highway.h>

#include "limen/resample/resize-along-inl.h"
#include "limen/resample/resize-light-inl.h"
#include "limen/resample/resize-pixels-inl.h"
#include "limen/resample/resize-sums-inl.h"

HWY_BEFORE_NAMESPACE();
namespace limen::inline LIMEN_ABI {
namespace HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;

using resample::AlongOut;
using resample::FixedLanes;
using resample::LanesKernel;

#if HWY_ARCH_X86 && HWY_TARGET <= HWY_AVX3 && HWY_TARGET != HWY_EMU128

// Any sample of two vectors to any lane is one instruction here, which Highway has from version
// 1.0.5 on; limen asks for less. So a lane can have a pair of neighbouring pixels of one channel,
// whatever the layout, and a vector sixteen samples that lie side by side in the output.

using Lanes16 = hn::Full512<std::int16_t>;
using Lanes32 = hn::Full512<std::int32_t>;
using LaneMids = hn::Vec<Lanes16>;
using LaneSum = PairSum<Lanes32>;

/// Rows that go along together: their tables are loaded once.
inline constexpr int kLaneRows = 4;

/// A vector of a table.
HWY_INLINE LaneMids lane_table(const std::int16_t* table, std::size_t vector) {
  return hn::Load(Lanes16(), table + vector * resample::kLaneSamples);
}
HWY_INLINE hn::Vec<Lanes32> wide_lane_table(const std::int16_t* table, std::size_t vector) {
  return hn::BitCast(Lanes32(), lane_table(table, vector));
}

// How the sums of two groups of lanes become 16 bits each, in turn in blocks of 128 bits, and what
// is done to them before they are packed to bytes.

struct LanesToLevels {
  LaneMids upper_halves, zero;
  HWY_INLINE LanesToLevels() {
    HWY_ALIGN static constexpr std::int16_t kUpper[32] = {
        1,  3,  5,  7,  33, 35, 37, 39, 9,  11, 13, 15, 41, 43, 45, 47,
        17, 19, 21, 23, 49, 51, 53, 55, 25, 27, 29, 31, 57, 59, 61, 63};
    upper_halves = hn::Load(Lanes16(), kUpper);
    zero = hn::Set(Lanes16(), std::int16_t{128});
  }
  HWY_INLINE LaneMids narrow(const std::int16_t* table, LaneSum a, LaneSum b) const {
    const auto upper = look_up_mids(hn::BitCast(Lanes16(), a.finish()),
                                    hn::BitCast(Lanes16(), b.finish()), upper_halves);
    const LaneMids shifted{
        _mm512_srav_epi16(upper.raw, lane_table(table, resample::kLaneShift).raw)};
    return hn::Add(shifted, zero);
  }
  HWY_INLINE void end(LaneMids&, LaneMids&) const {}
};

template <int kChannels>
struct LanesToStraight {
  Unpremultiply<kChannels> unpremultiply;
  HWY_INLINE LanesToStraight() {}
  HWY_INLINE LaneMids narrow(const std::int16_t* table, LaneSum a, LaneSum b) const {
    const auto shifted = [&](LaneSum sum, std::size_t i) HWY_ATTR {
      return hn::Vec<Lanes32>{_mm512_srav_epi32(
          sum.finish().raw, wide_lane_table(table, resample::kLaneShift + i).raw)};
    };
    return hn::ReorderDemote2To(Lanes16(), shifted(a, 0), shifted(b, 1));
  }
  HWY_INLINE void end(LaneMids& a, LaneMids& b) const { unpremultiply.run(a, b); }
};

struct LanesToLight {
  HWY_INLINE LanesToLight() {}
  HWY_INLINE LaneMids narrow(const std::int16_t* table, LaneSum a, LaneSum b) const {
    const auto octaves = [&](LaneSum sum, std::size_t i) HWY_ATTR {
      return octaves_of_light(Lanes32(), sum.finish(),
                              wide_lane_table(table, resample::kLaneShift + i));
    };
    return levels_of_octaves(Lanes16(),
                             hn::ReorderDemote2To(Lanes16(), octaves(a, 0), octaves(b, 1)));
  }
  HWY_INLINE void end(LaneMids&, LaneMids&) const {}
};

/// Adds `count` pairs of as many rows, all of which 64 samples have.
HWY_INLINE void add_lane_pairs(const FixedLanes& job, const std::int16_t* from, LaneMids index,
                               LaneMids pair, const std::int16_t* weights, std::int32_t count,
                               LaneSum* sums) {
  const Lanes16 d16;
  LaneMids lower[kLaneRows], upper[kLaneRows];
  for (std::size_t r = 0; r < kLaneRows; ++r) {
    lower[r] = hn::LoadU(d16, from + r * job.in_stride);
    upper[r] = hn::LoadU(d16, from + r * job.in_stride + resample::kLaneSamples);
  }
  for (std::int32_t p = 0; p < count; ++p, weights += 2 * resample::kLaneSamples) {
    const auto weight = hn::Load(d16, weights);
    for (int r = 0; r < kLaneRows; ++r) {
      sums[r].add(look_up_mids(lower[r], upper[r], index), weight);
    }
    index = hn::Add(index, pair);
  }
}

/// The i-th group of lanes of a table, of kLaneRows rows. kIsOne: 64 samples have all pairs.
template <bool kIsOne>
HWY_INLINE void add_lanes(const FixedLanes& job, const std::int16_t* table, std::size_t i,
                          const std::int16_t* from, LaneMids pair, LaneSum* sums) {
  const auto before = wide_lane_table(table, resample::kLaneBefore + i);
  for (int r = 0; r < kLaneRows; ++r) sums[r].a = before;
  const auto index = lane_table(table, resample::kLaneIndex + i);
  const std::int16_t* weights = table + (resample::kLaneWeights + i) * resample::kLaneSamples;
  if constexpr (kIsOne) return add_lane_pairs(job, from, index, pair, weights, job.pairs, sums);
  for (std::int32_t rest = job.pairs; rest > 0; rest -= job.pairs_together) {
    const std::int32_t count = rest < job.pairs_together ? rest : job.pairs_together;
    add_lane_pairs(job, from, index, pair, weights, count, sums);
    // The next pairs lie as far from the next samples.
    from += static_cast<std::size_t>(2 * count * job.channels);
    weights += static_cast<std::size_t>(2 * count) * resample::kLaneSamples;
  }
}

/// How far ahead of the output the next of it is fetched.
inline constexpr std::size_t kLanesAhead = 256;

template <class To, bool kIsOne>
void along_lanes_of(const FixedLanes& job) {
  using resample::kLaneSamples;
  const Lanes16 d16;
  const hn::Repartition<std::uint8_t, Lanes16> d8;
  HWY_ALIGN static constexpr std::int32_t kInOrder[16] = {0, 4, 8,  12, 1, 5, 9,  13,
                                                          2, 6, 10, 14, 3, 7, 11, 15};
  const auto in_order = hn::SetTableIndices(Lanes32(), kInOrder);
  const To to;
  const auto pair = hn::Set(d16, static_cast<std::int16_t>(2 * job.channels));
  for (std::int32_t row = 0; row < job.rows; row += kLaneRows) {
    const std::int16_t* in = job.in + static_cast<std::size_t>(row) * job.in_stride;
    std::uint8_t* out[kLaneRows];
    for (int r = 0; r < kLaneRows; ++r) out[r] = static_cast<std::uint8_t*>(job.out[row + r]);
    const auto half = [&](std::int32_t h, LaneMids* narrowed) HWY_ATTR {
      const std::int16_t* table =
          job.tables + static_cast<std::size_t>(job.table_of[h]) * job.table_stride;
      LaneSum a[kLaneRows], b[kLaneRows];
      add_lanes<kIsOne>(job, table, 0, in + (job.bases[2 * h] - job.in_begin), pair, a);
      add_lanes<kIsOne>(job, table, 1, in + (job.bases[2 * h + 1] - job.in_begin), pair, b);
      for (int r = 0; r < kLaneRows; ++r) narrowed[r] = to.narrow(table, a[r], b[r]);
    };
    for (std::int32_t h = job.begin; h < job.end; h += 2) {
      LaneMids a[kLaneRows], b[kLaneRows];
      half(h, a);
      // Where there is none it is not stored.
      half(h + 1 < job.end ? h + 1 : h, b);
      const std::size_t at = static_cast<std::size_t>(h) * kLaneSamples;
      std::size_t end = static_cast<std::size_t>(job.end) * kLaneSamples;
      if (end > job.samples) end = job.samples;
      for (int r = 0; r < kLaneRows; ++r) {
        to.end(a[r], b[r]);
        const hn::Vec<Lanes32> packed{_mm512_packus_epi16(a[r].raw, b[r].raw)};
        const auto bytes = hn::BitCast(d8, hn::TableLookupLanes(packed, in_order));
        hwy::Prefetch(out[r] + at + kLanesAhead);
        if (at + 2 * kLaneSamples <= end) {
          hn::StoreU(bytes, d8, out[r] + at);
        } else {
          _mm512_mask_storeu_epi8(out[r] + at, (std::uint64_t{1} << (end - at)) - 1, bytes.raw);
        }
      }
    }
  }
}

template <class To>
void along_lanes(const FixedLanes& job) {
  if (job.pairs <= job.pairs_together) return along_lanes_of<To, true>(job);
  along_lanes_of<To, false>(job);
}

/// The kernel that needs no columns, or null where there is none.
HWY_MAYBE_UNUSED LanesKernel fixed_lanes(AlongOut kind, int channels) {
  switch (kind) {
    case AlongOut::levels:
      return along_lanes<LanesToLevels>;
    case AlongOut::light:
      return along_lanes<LanesToLight>;
    case AlongOut::straight:
      return channels == 2 ? along_lanes<LanesToStraight<2> > : along_lanes<LanesToStraight<4> >;
    case AlongOut::mids:
    case AlongOut::pairs:
      break;
  }
  return nullptr;
}

#else

HWY_MAYBE_UNUSED LanesKernel fixed_lanes(AlongOut kind, int channels) {
  static_cast<void>(kind);
  static_cast<void>(channels);
  return nullptr;
}

#endif

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace limen::inline LIMEN_ABI
HWY_AFTER_NAMESPACE();

#endif  // include guard, toggled
