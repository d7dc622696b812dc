// SPDX-License-Identifier: Apache-2.0
#pragma once

// How often each Huffman symbol stands in a JPEG's scans, counted from coefficients that are not
// quantised yet, without writing a bit.

#include <array>
#include <cstddef>
#include <cstdint>

#include "lib/codec/jpeg/block_transform.h"

namespace limen::inline LIMEN_ABI {

/// Runs of zeros and magnitudes, by 16 * run + bits of the magnitude. A run here may have up to 63
/// zeros: 16 of them are a symbol of their own in the file. Bits 0: the end of a block after so
/// many zeros.
using RunCounts = std::array<std::uint32_t, std::size_t{64} * 16>;

/// Blocks without anything (more) to say, joined over blocks as progressive scans do (T.81,
/// G.1.2.2): how many such runs have 2^i blocks or more, but fewer than twice as many.
struct EndRuns {
  std::uint32_t open = 0;  ///< blocks in the run that has not ended yet
  std::array<std::uint32_t, 15> counts{};
};

/// One AC scan of one component.
struct ScanSymbols {
  RunCounts runs{};
  EndRuns ends;
  std::uint64_t correction_bits = 0;  ///< refinements of what is known not to be zero
};

/// Which AC scans a component has: one; or those of libjpeg's standard progression, or of the brief
/// one.
enum class ScanKind : std::uint8_t {
  sequential,          ///< all at once
  brief_chroma,        ///< the same, and ends of blocks are joined
  brief_luma,          ///< 1 to kBriefCut and the rest, each at once
  progressive_chroma,  ///< 1 to 63 but the lowest bit; that bit
  progressive_luma,    ///< 1 to 5 and 6 to 63 but two bits; the upper one, the lower one
};
inline constexpr std::size_t kMostScans = 4;

constexpr std::size_t scan_count(ScanKind kind) {
  switch (kind) {
    case ScanKind::sequential:
    case ScanKind::brief_chroma:
      return 1;
    case ScanKind::brief_luma:
    case ScanKind::progressive_chroma:
      return 2;
    case ScanKind::progressive_luma:
      return 4;
  }
  return 0;
}

/// Adds what one row of blocks says to `scans` and writes its DC levels.
void count_symbols(const std::int16_t* coefficients, const Quantizer& quantizer, std::size_t blocks,
                   ScanKind kind, std::array<ScanSymbols, kMostScans>& scans, std::int16_t* dc);

}  // namespace limen::inline LIMEN_ABI
