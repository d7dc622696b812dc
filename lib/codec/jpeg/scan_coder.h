// SPDX-License-Identifier: Apache-2.0
#pragma once

// The scans of a progressive file (T.81, annex G) as tokens, with the choices that libjpeg makes
// where the standard leaves one, so that the bytes are libjpeg's. libjpeg itself walks all
// coefficients twice for each of ten scans; here each is looked at once for each scan that has
// something to say about it.

#include <array>
#include <cstddef>
#include <cstdint>

#include "lib/codec/jpeg/tokens.h"

namespace limen::inline LIMEN_ABI {

/// One AC scan of one component: the band from zigzag index `first` to `last` but the lowest `low`
/// bits; refining: bit `low` of what is known but for the bits below `low + 1`.
struct AcScan {
  int first = 1;
  int last = 63;
  int low = 0;
  bool is_refining = false;

  // What is put off: blocks whose end is yet to be coded, and their corrections, from the highest
  // bit down. One word more than libjpeg's limit needs is written.
  std::uint32_t open_run = 0;
  std::uint32_t open_bits = 0;
  std::array<std::uint64_t, 20> open_corrections{};
};

/// Room that the tokens of some blocks need at the most: a symbol and its corrections for each
/// coefficient, 16 zeros thrice, the block's share of what was put off, and what was before.
constexpr std::size_t most_ac_tokens(std::size_t blocks) { return 96 * blocks + 128; }

/// The tokens of some blocks of a row, or of what is still put off. Return their end.
Token* tokenize_ac(AcScan& scan, const LevelGroup* groups, std::size_t first, std::size_t end,
                   Token* to);
Token* finish_ac(AcScan& scan, Token* to);

/// Both DC scans: all but the lowest `low` bits, 1 or 0; and that bit, if it is left out.
struct DcTokens {
  Token* differences = nullptr;
  Token* bits = nullptr;
};
/// Room that each of them needs for a block.
inline constexpr std::size_t kMostDcTokensOfBlock = 1;

/// The tokens of the MCUs from `first` to `end`. Returns their ends.
DcTokens tokenize_dc(McuRow& row, std::int32_t first, std::int32_t end, int low, DcTokens to);

}  // namespace limen::inline LIMEN_ABI
