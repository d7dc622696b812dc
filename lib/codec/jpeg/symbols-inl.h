// SPDX-License-Identifier: Apache-2.0

#if defined(LIMEN_LIB_CODEC_JPEG_SYMBOLS_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef LIMEN_LIB_CODEC_JPEG_SYMBOLS_INL_H_
#undef LIMEN_LIB_CODEC_JPEG_SYMBOLS_INL_H_
#else
#define LIMEN_LIB_CODEC_JPEG_SYMBOLS_INL_H_
#endif

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

#include "lib/codec/jpeg/block_transform-inl.h"
#include "lib/codec/jpeg/scan_script.h"
#include "lib/codec/jpeg/symbols.h"

HWY_BEFORE_NAMESPACE();
namespace limen::inline LIMEN_ABI {
namespace HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;

// Bit k: something about the coefficient of zigzag index k.
using BlockMask = std::uint64_t;
using GroupMasks = std::array<BlockMask, kBlockGroup>;

// Places in a group of blocks: 64 * block + zigzag index. Room for all, and for what is written
// beyond the last one.
struct Places {
  std::uint16_t at[64 * kBlockGroup + 16];
  std::size_t count = 0;

  // Eight at a time, so that the loop's end is rarely mispredicted.
  HWY_INLINE void append(BlockMask mask, std::size_t block) {
    std::uint16_t* to = at + count;
    const int bits = std::popcount(mask);
    count += static_cast<std::size_t>(bits);
    for (int done = 0; done < bits; done += 8) {
      for (int i = 0; i < 8; ++i) {
        to[i] = static_cast<std::uint16_t>(64 * block +
                                           static_cast<std::size_t>(std::countr_zero(mask)));
        mask &= mask - 1;
      }
      to += 8;
    }
  }
};

// The set places of each block behind a mark at its zigzag index 0, and a mark behind the last.
HWY_INLINE void list_places(const GroupMasks& coded, std::size_t blocks, Places& places) {
  places.count = 0;
  for (std::size_t b = 0; b < blocks; ++b) places.append(coded[b] | 1, b);
  places.append(1, blocks);
}

// Values that the scan says for the first time, all but `shift` bits of each. The places count from
// the band's first index less one, `before`.
HWY_INLINE void count_first(const LevelGroup& group, const Places& places, std::size_t before,
                            int shift, RunCounts& runs) {
  std::size_t last = places.at[0];
  for (std::size_t i = 1; i < places.count; ++i) {
    const std::size_t place = places.at[i];
    const std::size_t k = place % 64;
    // A mark has no magnitude: for it the zeros up to the end of the block before are counted.
    const std::size_t row = k == 0 ? 0 : k + before;
    const unsigned magnitude =
        static_cast<unsigned>(group.levels[row * kBlockGroup + place / 64 % kBlockGroup]) >> shift;
    ++runs[16 * (place - last - 1) + static_cast<std::size_t>(std::bit_width(magnitude))];
    last = place;
  }
}

// Values of which the scan says that they are not zero: their magnitude is 1 in it.
HWY_INLINE void count_refined(const GroupMasks& known, const Places& places, RunCounts& runs) {
  std::size_t last = places.at[0];
  std::size_t known_before = 0;
  for (std::size_t i = 1; i < places.count; ++i) {
    const std::size_t place = places.at[i];
    const std::size_t k = place % 64;
    // Those that are known are no part of a run of zeros.
    const BlockMask below = (BlockMask{1} << k) - 1;
    const auto known_here =
        static_cast<std::size_t>(std::popcount(known[place / 64 % kBlockGroup] & below));
    const std::size_t run = place - last - 1 - (known_here - known_before);
    // What this says of a mark means nothing, and goes to where nobody looks.
    ++runs[16 * (run % 64) + (k == 0 ? 0 : 1)];
    known_before = known_here;
    last = place;
  }
}

// `end`: the band's last index.
HWY_INLINE void count_ends(const GroupMasks& coded, std::size_t blocks, int end, EndRuns& ends) {
  constexpr std::uint32_t kLongest = 0x7FFF;
  std::uint32_t open = ends.open;
  const auto close = [&] {
    if (open != 0) ++ends.counts[static_cast<std::size_t>(std::bit_width(open) - 1)];
    open = 0;
  };
  for (std::size_t b = 0; b < blocks; ++b) {
    if (coded[b] != 0) close();
    open += (coded[b] >> end & 1) ^ 1;
    if (open == kLongest) close();
  }
  ends.open = open;
}

HWY_INLINE void count_group(const LevelGroup& group, std::size_t blocks, ScanKind kind,
                            std::array<ScanSymbols, kMostScans>& scans) {
  Places places;
  if (kind == ScanKind::sequential) {
    list_places(group.at_least[0], blocks, places);
    count_first(group, places, 0, 0, scans[0].runs);
    return;
  }
  const auto first = [&](ScanSymbols& scan, const GroupMasks& known, BlockMask band, int before,
                         int end, int shift) HWY_ATTR {
    GroupMasks coded;
    for (std::size_t b = 0; b < blocks; ++b) coded[b] = (known[b] & band) >> before;
    list_places(coded, blocks, places);
    count_first(group, places, static_cast<std::size_t>(before), shift, scan.runs);
    count_ends(coded, blocks, end - before, scan.ends);
  };
  const auto refine = [&](ScanSymbols& scan, const GroupMasks& known,
                          const GroupMasks& all) HWY_ATTR {
    GroupMasks coded;
    for (std::size_t b = 0; b < blocks; ++b) {
      coded[b] = all[b] & ~known[b];
      scan.correction_bits += static_cast<std::uint64_t>(std::popcount(known[b]));
    }
    list_places(coded, blocks, places);
    count_refined(known, places, scan.runs);
    count_ends(coded, blocks, 63, scan.ends);
  };
  const auto& [at_least_1, at_least_2, at_least_4] = group.at_least;
  // From index 1 to `last`.
  const auto below = [](int last) { return (BlockMask{2} << last) - 2; };
  switch (kind) {
    case ScanKind::sequential:
      break;
    case ScanKind::brief_chroma:
      first(scans[0], at_least_1, below(63), 0, 63, 0);
      break;
    case ScanKind::brief_luma:
      first(scans[0], at_least_1, below(kBriefCut), 0, kBriefCut, 0);
      first(scans[1], at_least_1, below(63) & ~below(kBriefCut), kBriefCut, 63, 0);
      break;
    case ScanKind::progressive_chroma:
      first(scans[0], at_least_2, below(63), 0, 63, 1);
      refine(scans[1], at_least_2, at_least_1);
      break;
    case ScanKind::progressive_luma:
      first(scans[0], at_least_4, below(5), 0, 5, 2);
      first(scans[1], at_least_4, below(63) & ~below(5), 5, 63, 2);
      refine(scans[2], at_least_4, at_least_2);
      refine(scans[3], at_least_2, at_least_1);
      break;
  }
}

void CountSymbols(const std::int16_t* HWY_RESTRICT coefficients, const Quantizer& quantizer,
                  std::size_t blocks, ScanKind kind, std::array<ScanSymbols, kMostScans>& scans,
                  std::int16_t* HWY_RESTRICT dc) {
  LevelGroup group;
  for (std::size_t first = 0; first < blocks; first += kBlockGroup) {
    switch (kind) {
      case ScanKind::sequential:
      case ScanKind::brief_chroma:
      case ScanKind::brief_luma:
        quantize_group<1, false>(coefficients, quantizer, group);
        break;
      case ScanKind::progressive_chroma:
        quantize_group<2, false>(coefficients, quantizer, group);
        break;
      case ScanKind::progressive_luma:
        quantize_group<3, false>(coefficients, quantizer, group);
        break;
    }
    const std::size_t count = std::min(kBlockGroup, blocks - first);
    std::copy_n(group.levels.data(), count, dc + first);
    // A mark at index 0 has no magnitude.
    std::fill_n(group.levels.data(), kBlockGroup, std::int16_t{0});
    count_group(group, count, kind, scans);
    coefficients += kGroupCoefficients;
  }
}

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace limen::inline LIMEN_ABI
HWY_AFTER_NAMESPACE();

#endif  // include guard
