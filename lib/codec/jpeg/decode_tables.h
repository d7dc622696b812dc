// SPDX-License-Identifier: Apache-2.0
#pragma once

// Huffman codes turned into what a decoder looks up by the next bits of a scan: not the symbol but
// what it says, with the bits behind it, and where they fit the symbol behind that too.

#include <array>
#include <cstddef>
#include <cstdint>

#include "limen/core/abi.h"

namespace limen::inline LIMEN_ABI {

/// Bits that are looked up at once. A table takes 8 bytes for each value of them: those of luma and
/// chroma stay in the first cache together.
inline constexpr int kWindowBits = 11;
inline constexpr std::size_t kWindows = std::size_t{1} << kWindowBits;

/// The most that one look-up takes. Twice that and a window fit what a reader has at least.
inline constexpr int kMostLookedUp = 22;

/// Positions in a block are how many of its coefficients are known: the DC coefficient is the
/// first. The symbol that ends the block adds this.
inline constexpr unsigned kEndOfBlock = 128;

/// Codes by their length, to decode a symbol without a window.
struct LongCodes {
  std::array<std::int32_t, 17> last{};    ///< [length]; -1 for none
  std::array<std::int32_t, 17> offset{};  ///< code + offset: place in `symbols`
  std::array<std::uint8_t, 256> symbols{};

  struct Found {
    int symbol = 0;
    int length = 0;  ///< 0: no code begins so
  };
  /// `bits`: the next 16.
  Found find(std::uint32_t bits) const {
    for (std::size_t length = 1; length <= 16; ++length) {
      const auto code = static_cast<std::int32_t>(bits >> (16 - length));
      if (code <= last[length]) {
        return {symbols[static_cast<std::size_t>(code + offset[length])], static_cast<int>(length)};
      }
    }
    return {};
  }
};

/// A table as DHT carries it: `counts[length]` codes of 1 to 16 bits, and their symbols.
struct CodedTable {
  const std::uint8_t* counts = nullptr;   ///< 17, the first unused
  const std::uint8_t* symbols = nullptr;  ///< 256, what is not coded is not looked at
};

/// The value that `size` bits behind a symbol stand for (T.81, F.2.2.1, EXTEND).
constexpr int extended(int bits, int size) {
  return bits < 1 << (size - 1) ? bits - (1 << size) + 1 : bits;
}

/// One or two symbols, packed: from the lowest bit
///   8  bits of them all
///   8  how far the first one goes on in the block, its coefficient included
///   16 the first coefficient
///   16 the last one, which is the first again where there is no second
///   8  kBehind less how many bits of the last coefficient lie behind the window: these, its lowest
///      ones, are to be added
///   8  how far all go on
/// A symbol that ends a block goes on by kEndOfBlock, which is thus an entry's highest bit, and has
/// a coefficient that nobody wants. A difference of DC coefficients goes on by 1.
using DecodeEntry = std::uint64_t;
constexpr unsigned all_bits(DecodeEntry entry) { return entry & 0xFF; }
constexpr unsigned first_step(DecodeEntry entry) { return entry >> 8 & 0xFF; }
constexpr std::uint16_t first_value(DecodeEntry entry) {
  return static_cast<std::uint16_t>(entry >> 16);
}
constexpr std::uint16_t last_value(DecodeEntry entry) {
  return static_cast<std::uint16_t>(entry >> 32);
}
constexpr unsigned behind(DecodeEntry entry) { return entry >> 48 & 63; }
inline constexpr int kStepsShift = 56;
constexpr unsigned all_steps(DecodeEntry entry) {
  return static_cast<unsigned>(entry >> kStepsShift);
}
constexpr bool ends_block(DecodeEntry entry) { return entry >> 63 != 0; }

/// Bits of a word behind its window.
inline constexpr unsigned kBehind = 64 - kWindowBits;

/// A window that does not hold what a look-up needs to know goes on beyond any block.
inline constexpr DecodeEntry kNotLookedUp = DecodeEntry{64} << kStepsShift;

struct DecodeTable {
  std::array<DecodeEntry, kWindows> entries;
  LongCodes codes;
};

/// What decodes symbol by symbol looks up: few bits, for tables that are made anew for each scan.
inline constexpr int kSymbolBits = 9;
struct SymbolTable {
  /// By the next bits: a code's length and, above 8 bits, its symbol; 0 where it is longer.
  std::array<std::uint16_t, std::size_t{1} << kSymbolBits> entries;
  LongCodes codes;
};

/// False for a table that is no prefix code, or has one of ones alone, which the standard keeps
/// back.
bool make_symbol_table(const CodedTable& coded, SymbolTable& table);

/// What blocks are coded by. A DC coefficient may be looked up with the first symbol behind it.
struct BlockTables {
  DecodeTable dc, ac;
};

/// False for tables that are no prefix codes or have symbols without a meaning.
bool make_block_tables(const CodedTable& dc, const CodedTable& ac, BlockTables& tables);

}  // namespace limen::inline LIMEN_ABI
