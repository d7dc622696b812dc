// SPDX-License-Identifier: Apache-2.0
#pragma once

// What reads a scan symbol by symbol.

#include <array>
#include <cstddef>
#include <cstdint>

#include "lib/codec/jpeg/block_transform.h"
#include "lib/codec/jpeg/decode_tables.h"
#include "lib/codec/jpeg/quant_table.h"
#include "lib/codec/jpeg/scan_bits.h"
#include "lib/codec/jpeg/scan_bytes.h"
#include "limen/core/abi.h"

namespace limen::inline LIMEN_ABI {

/// Bits with the bytes that they come from. Who reads many keeps a copy of the bits, which then
/// stays in registers.
struct ScanReader {
  /// `room`: see ScanBytes.
  ScanReader(ByteView from, std::uint8_t* room) : bytes(from, room) { begin_interval(); }

  void begin_interval() {
    bits = {.next = bytes.next_interval()};
    safe_end = limen::safe_end(bytes);
  }
  /// Goes on to the next piece. False where there is none.
  bool read_on(const std::uint8_t*& next) {
    if (bytes.is_whole()) return false;
    next = bytes.add_piece(next);
    safe_end = limen::safe_end(bytes);
    return next <= safe_end;
  }
  /// At least 56 bits. False where there are none left. `held`: `bits` or a copy.
  bool refill(ScanBits& held) {
    if (held.next > safe_end) [[unlikely]] {
      const std::uint8_t* next = held.next;
      if (!read_on(next)) return false;
      held.next = next;
    }
    held.refill();
    return true;
  }

  ScanBytes bytes;
  ScanBits bits;
  const std::uint8_t* safe_end = nullptr;  ///< up to here bits may be refilled
};

/// Less than 0 where no code begins so. 16 bits are there.
inline int take_symbol(ScanBits& bits, const SymbolTable& table) {
  const unsigned entry = table.entries[bits.peek(kSymbolBits)];
  if (entry != 0) [[likely]] {
    bits.drop(entry & 0xFF);
    return static_cast<int>(entry >> 8);
  }
  const LongCodes::Found found = table.codes.find(bits.peek(16));
  if (found.length == 0) return -1;
  bits.drop(static_cast<unsigned>(found.length));
  return found.symbol;
}

/// `count`: 1 to 16 of them.
inline int take_bits(ScanBits& bits, int count) {
  const auto value = static_cast<int>(bits.peek(count));
  bits.drop(static_cast<unsigned>(count));
  return value;
}

/// A symbol of AC coefficients: a run, of zeros or in the exponent of a run of blocks, and the size
/// of a coefficient.
constexpr int run_of(int symbol) { return symbol >> 4; }
constexpr int size_of_value(int symbol) { return symbol & 15; }
inline constexpr int kLongestRun = 15;  ///< of zeros; in the exponent of a run of blocks 14

/// Where in its group's levels a zigzag index is.
constexpr std::array<std::uint16_t, 64> level_places() {
  std::array<std::uint16_t, 64> places{};
  const QuantTable zigzag = zigzag_places();
  for (std::size_t k = 0; k < 64; ++k) {
    places[k] = static_cast<std::uint16_t>(zigzag[k] * kBlockGroup);
  }
  return places;
}
inline constexpr std::array<std::uint16_t, 64> kLevelPlaces = level_places();

inline std::int16_t& level_at(std::int16_t* block, int index) {
  return block[kLevelPlaces[static_cast<std::size_t>(index)]];
}

constexpr std::uint64_t bit_of(int index) { return std::uint64_t{1} << index; }

}  // namespace limen::inline LIMEN_ABI
