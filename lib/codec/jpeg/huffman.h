// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "limen/core/abi.h"

namespace limen::inline LIMEN_ABI {

/// How often each of a table's symbols stands in a scan.
using SymbolCounts = std::array<std::uint64_t, 256>;

/// A Huffman table as DHT carries it, and what follows from that.
struct HuffmanTable {
  std::array<std::uint8_t, 17> codes_of_length{};  ///< [1] to [16]
  std::array<std::uint8_t, 256> symbols{};         ///< in the order of their codes
  std::size_t symbol_count = 0;
  std::array<std::uint8_t, 256> lengths{};  ///< by symbol; 0: none
};

/// The lengths and their symbols, the rest made of them.
void complete(HuffmanTable& table);

/// The table that libjpeg makes for such counts: Huffman's algorithm, no code of ones alone, then
/// at most 16 bits (T.81, K.2), equal counts in libjpeg's order.
HuffmanTable optimal_table(const SymbolCounts& counts);

/// T.81, tables K.3 to K.6: what a file has that brings no tables made for its picture.
enum class TableKind : std::uint8_t { dc, ac };
enum class TablePlane : std::uint8_t { luminance, chrominance };
HuffmanTable standard_table(TableKind kind, TablePlane plane);

/// Each symbol's code, in its lowest bits.
std::array<std::uint32_t, 256> codes_of(const HuffmanTable& table);

/// Bits of all codes of a scan.
std::uint64_t code_bits(const SymbolCounts& counts, const HuffmanTable& table);

/// Bytes of the table's DHT segment.
constexpr std::uint64_t segment_bytes(const HuffmanTable& table) {
  return 2 + 2 + 1 + 16 + table.symbol_count;
}

}  // namespace limen::inline LIMEN_ABI
