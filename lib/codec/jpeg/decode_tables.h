// SPDX-License-Identifier: Apache-2.0
#pragma once

// Huffman codes turned into what a decoder looks up by the next bits of a scan: not the symbol but
// what it says, with the bits behind it, and where they fit the symbol behind that too.

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

#include "limen/core/abi.h"

namespace limen::inline LIMEN_ABI {

/// Bits that are looked up at once. A table takes 8 bytes for each value of them: those of luma and
/// chroma leave room in a first cache of 32 KB for what is decoded.
inline constexpr int kWindowBits = 10;
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
  /// `bits`: the next 16. `least`: they begin with no code that is shorter.
  Found find(std::uint32_t bits, std::size_t least = 1) const {
    for (std::size_t length = least; length <= 16; ++length) {
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

/// Bits of a word behind its window.
inline constexpr unsigned kBehind = 64 - kWindowBits;

/// One or two symbols. A symbol that ends a block goes on by kEndOfBlock, and has a coefficient
/// that nobody wants. A difference of DC coefficients goes on by 1.
struct alignas(8) DecodeEntry {
  /// Of them all. Of a window that is not looked up, the least length of the code that it begins
  /// with.
  std::uint8_t bits;
  std::uint8_t first_step;  ///< how far the first one goes on in the block, its coefficient too
  std::uint16_t first;      ///< its coefficient
  /// The last coefficient, the first one again where there is no second. What the word shifted by
  /// `behind` ends with is to be added: the lowest bits may lie behind the window, and those of the
  /// window, which come with them, have been taken away here.
  std::uint16_t last;
  std::uint8_t behind;  ///< kBehind less as many bits of the last coefficient as lie there
  std::uint8_t steps;   ///< how far all go on

  bool is_looked_up() const { return steps != kBeyondBlocks; }
  bool ends_block() const { return steps >= kEndOfBlock; }
  int bits_behind() const { return static_cast<int>(kBehind) - behind; }

  /// So far a window goes on that does not hold what a look-up needs to know.
  static constexpr std::uint8_t kBeyondBlocks = 64;
};
static_assert(sizeof(DecodeEntry) == 8);

/// What the next look-up waits for, which an entry's other parts do not delay if they are loaded by
/// themselves: `bits` in the lowest bits, in the highest one whether a block ends.
inline std::uint64_t next_of(const DecodeEntry& entry) {
  if constexpr (std::endian::native == std::endian::little) {
    return std::bit_cast<std::uint64_t>(entry);
  }
  return entry.bits | std::uint64_t{entry.steps} << 56;
}
inline constexpr std::uint64_t kNextBlock = std::uint64_t{1} << 63;

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
