// SPDX-License-Identifier: Apache-2.0
#pragma once

// What decoders take the bits of a scan from, once ScanBytes has the bytes.

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "lib/codec/jpeg/scan_bytes.h"
#include "limen/core/abi.h"

namespace limen::inline LIMEN_ABI {

/// Bytes that ScanBits takes in advance or may skip at a time.
inline constexpr std::ptrdiff_t kScanReach = 32;
static_assert(kScanReach <= static_cast<std::ptrdiff_t>(ScanBytes::kMostLeft));

/// Up to here bits may be refilled: behind an interval's last byte a word may be read in advance.
inline const std::uint8_t* safe_end(const ScanBytes& bytes) {
  return bytes.is_whole() ? bytes.end() + 8 : bytes.end() - kScanReach;
}

/// The next bits, the first one highest. Behind those that are known to be there are more, or
/// zeros.
struct ScanBits {
  const std::uint8_t* next = nullptr;
  std::uint64_t held = 0;
  unsigned taken = 63;  ///< of the 63 bits that may be known, those that are not or no more

  /// How many are known to be there.
  int count() const { return 63 - static_cast<int>(taken); }
  /// At least 56 bits. What is read beyond them is read again, and is the same then.
  void refill() {
    std::uint64_t word;
    std::memcpy(&word, next, 8);
    if constexpr (std::endian::native == std::endian::little) word = __builtin_bswap64(word);
    held |= word >> (~taken & 63);
    next += taken >> 3;
    taken &= 7;
  }
  void drop(unsigned bits) {
    held <<= bits;
    taken += bits;
  }
  /// The next `bits`, 1 to 32 of them.
  std::uint32_t peek(int bits) const { return static_cast<std::uint32_t>(held >> (64 - bits)); }
};

}  // namespace limen::inline LIMEN_ABI
