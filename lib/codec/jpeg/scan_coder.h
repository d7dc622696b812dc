// SPDX-License-Identifier: Apache-2.0
#pragma once

// The entropy coding of progressive scans (T.81, annex G), with the choices that libjpeg makes
// where the standard leaves one, so that the bytes are libjpeg's. libjpeg itself walks all
// coefficients twice for each of ten scans; here each is looked at once for each scan that has
// something to say about it.

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "lib/codec/jpeg/block_transform.h"
#include "lib/codec/jpeg/huffman.h"
#include "limen/core/execution.h"
#include "limen/core/result.h"
#include "limen/core/workspace.h"

namespace limen::inline LIMEN_ABI {

/// Bits into bytes, a byte of zeros behind each byte of ones.
class BitWriter {
 public:
  /// Room for what these many bits become at the worst.
  static constexpr std::uint64_t most_bytes(std::uint64_t bits) { return bits / 4 + 16; }

  explicit BitWriter(std::byte* to) : next_(to) {}

  /// The lower `count` bits of `bits`, which has no others; at most 32.
  void put(std::uint32_t bits, int count) {
    held_ = held_ << count | bits;
    held_count_ += count;
    if (held_count_ < 32) return;
    held_count_ -= 32;
    put_word(static_cast<std::uint32_t>(held_ >> held_count_));
  }
  /// Fills the last byte with ones and returns where it ends.
  std::byte* finish() {
    const int left = (8 - held_count_ % 8) % 8;
    held_ = held_ << left | ((1u << left) - 1);
    held_count_ += left;
    while (held_count_ > 0) {
      held_count_ -= 8;
      put_byte(static_cast<std::uint8_t>(held_ >> held_count_));
    }
    return next_;
  }

 private:
  void put_byte(std::uint8_t byte) {
    *next_++ = static_cast<std::byte>(byte);
    if (byte == 0xFF) *next_++ = std::byte{0};
  }
  void put_word(std::uint32_t word) {
    // A byte of ones loses its highest bit when one is added, from below or to itself.
    if ((word & ~(word + 0x01010101u) & 0x80808080u) == 0) {
      for (int i = 0; i < 4; ++i) next_[i] = static_cast<std::byte>(word >> (24 - 8 * i));
      next_ += 4;
    } else {
      for (int i = 24; i >= 0; i -= 8) put_byte(static_cast<std::uint8_t>(word >> i));
    }
  }

  std::byte* next_;
  std::uint64_t held_ = 0;
  int held_count_ = 0;
};

/// Symbols of one scan and the bits behind them, until the table that codes them is known.
class ScanTokens {
 public:
  /// Takes room for at least `count` more. Errors: limit_exceeded, out_of_memory.
  Result<void> make_room(std::size_t count, Workspace& workspace);

  void add(std::size_t symbol, std::uint32_t bits, int count) {
    ++counts_[symbol];
    raw_bits_ += static_cast<std::uint64_t>(count);
    push(static_cast<std::uint32_t>(symbol) << 24 | kHasSymbol |
         static_cast<std::uint32_t>(count) << 16 | bits);
  }
  /// At most 16 bits.
  void add_bits(std::uint32_t bits, int count) {
    raw_bits_ += static_cast<std::uint64_t>(count);
    push(static_cast<std::uint32_t>(count) << 16 | bits);
  }

  const SymbolCounts& counts() const { return counts_; }
  /// Of all with that table.
  std::uint64_t bit_count(const HuffmanTable& table) const {
    return code_bits(counts_, table) + raw_bits_;
  }
  void write(const HuffmanTable& table, BitWriter& to) const;

 private:
  static constexpr std::uint32_t kHasSymbol = 1u << 23;
  static constexpr std::size_t kChunk = std::size_t{1} << 16;

  struct Chunk {
    Buffer buffer;
    std::size_t used = 0;
  };
  void push(std::uint32_t token) { *next_++ = token; }
  void close_chunk();

  SymbolCounts counts_{};
  std::uint64_t raw_bits_ = 0;
  std::vector<Chunk> chunks_;
  std::uint32_t* first_ = nullptr;
  std::uint32_t* next_ = nullptr;
  std::uint32_t* end_ = nullptr;
};

/// One AC scan of one component, block by block.
class AcScan {
 public:
  /// The band from zigzag index `first` to `last` but the lowest `low` bits; refining: bit `low` of
  /// what is known but for the bits below `low + 1`.
  AcScan(int first, int last, int low, bool is_refining)
      : first_(first), last_(last), low_(low), is_refining_(is_refining) {}

  /// Tokens that some blocks can add at the most: a symbol or 16 bits for each coefficient, 16
  /// zeros thrice, and what was held back before.
  static constexpr std::size_t most_tokens(std::size_t blocks) {
    return std::size_t{128} * blocks + 1100;
  }

  /// Room for them must have been made. `levels`: one block in zigzag order.
  void add_block(const std::int16_t* levels, const BlockBits& bits) {
    if (is_refining_) {
      refine_block(levels, bits);
    } else {
      add_first(levels, bits);
    }
  }
  /// After the last block. False where a level was too large for a code (T.81, table G.1).
  bool finish() {
    end_run();
    return all_codable_;
  }

  ScanTokens& tokens() { return tokens_; }
  const ScanTokens& tokens() const { return tokens_; }
  int first() const { return first_; }
  int last() const { return last_; }
  int low() const { return low_; }
  bool is_refining() const { return is_refining_; }

 private:
  struct Corrections {
    std::uint64_t bits = 0;
    int count = 0;
  };

  void add_first(const std::int16_t* levels, const BlockBits& bits);
  void refine_block(const std::int16_t* levels, const BlockBits& bits);
  int add_sixteens(const std::int16_t* levels, int before, int k, std::uint64_t between,
                   Corrections& corrections);
  // Bit `low_` of those that are known.
  Corrections corrections_of(const std::int16_t* levels, std::uint64_t known) const;
  void add_corrections(const Corrections& corrections);
  void end_run();

  // Those with a magnitude of at least 2^bit.
  static std::uint64_t at_least(const BlockBits& bits, int bit) {
    return bits.at_least[static_cast<std::size_t>(bit)];
  }

  int first_;
  int last_;
  int low_;
  bool is_refining_;
  bool all_codable_ = true;
  std::uint32_t open_run_ = 0;  // blocks whose end is yet to be coded
  int open_bits_ = 0;           // their corrections
  std::size_t open_count_ = 0;
  std::array<Corrections, 1024> open_corrections_;
  ScanTokens tokens_;
};

}  // namespace limen::inline LIMEN_ABI
