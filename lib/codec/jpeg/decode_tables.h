// SPDX-License-Identifier: Apache-2.0
#pragma once

// Huffman codes turned into what a decoder looks up by the next bits of a scan: not the symbol but
// what it says, with the bits behind it, and where they fit the symbol behind that too.

#include <array>
#include <cstddef>
#include <cstdint>

#include "limen/core/abi.h"

namespace limen::inline LIMEN_ABI {

/// Bits that are looked up at once. A table of AC coefficients takes 8 bytes for each value of
/// them: those of luma and chroma stay in the first cache together.
inline constexpr int kWindowBits = 11;
inline constexpr std::size_t kWindows = std::size_t{1} << kWindowBits;

/// Added to a position in a block by the symbol that ends it.
inline constexpr unsigned kEndOfBlock = 128;

/// Codes by their length, for those that are longer than the window.
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

/// Differences of DC coefficients.
struct DcTable {
  struct Entry {
    std::uint8_t bits = 0;  ///< of the code and what is behind it; 0: more than the window
    std::int16_t difference = 0;
  };
  std::array<Entry, kWindows> entries;
  LongCodes codes;
};

/// One or two symbols of AC coefficients, packed: from the lowest bit
///   8  bits of them all; 0: more than the window
///   8  how far the first one goes on in the block, its coefficient included
///   8  how far all do
///   8  bits of the first one
///   16 the first coefficient
///   16 the last one, which is the first again where there is no second
/// The symbol that ends a block goes on by kEndOfBlock and has a coefficient that nobody wants.
/// Where the bits of all are 0, the window may hold the code without what is behind it: then the
/// bits of the first one are those of its code, and how many are behind it stands for the first
/// coefficient. Where those are 0 too, the code is longer than the window, or there is none.
using AcEntry = std::uint64_t;
constexpr unsigned all_bits(AcEntry entry) { return entry & 0xFF; }
constexpr unsigned first_step(AcEntry entry) { return entry >> 8 & 0xFF; }
constexpr unsigned all_steps(AcEntry entry) { return entry >> 16 & 0xFF; }
constexpr unsigned first_bits(AcEntry entry) { return entry >> 24 & 0xFF; }
constexpr std::int16_t first_value(AcEntry entry) {
  return static_cast<std::int16_t>(entry >> 32 & 0xFFFF);
}
constexpr std::int16_t last_value(AcEntry entry) { return static_cast<std::int16_t>(entry >> 48); }

struct AcTable {
  std::array<AcEntry, kWindows> entries;
  LongCodes codes;
};

/// False for a table that is no prefix code or has symbols without a meaning.
bool make_table(const CodedTable& coded, DcTable& table);
bool make_table(const CodedTable& coded, AcTable& table);

}  // namespace limen::inline LIMEN_ABI
