// SPDX-License-Identifier: Apache-2.0
#pragma once

// Entropy coding in two steps: first what a scan says as a list of tokens, Huffman symbols with the
// bits behind them, then the list as bits, once the tables that code the symbols are known.

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "lib/codec/jpeg/block_transform.h"
#include "lib/codec/jpeg/huffman.h"
#include "limen/core/abi.h"
#include "limen/core/result.h"
#include "limen/core/workspace.h"

namespace limen::inline LIMEN_ABI {

/// From the lowest bit: 16 bits that stand behind the symbol, 5 for how many they are (the others
/// are 0), 8 for the symbol, 2 for which of up to four tables codes it.
using Token = std::uint32_t;
inline constexpr int kTokenCountShift = 16;
inline constexpr int kTokenSymbolShift = 21;
inline constexpr int kTokenTableShift = 29;
inline constexpr std::size_t kTokenKinds = std::size_t{4} * 256;

/// A token that is bits alone: a symbol that no scan has, in a table that gives it no code.
inline constexpr Token kBitsAlone = (kTokenKinds - 1) << kTokenSymbolShift;

constexpr Token make_token(std::size_t symbol, std::uint32_t bits, int count) {
  return static_cast<Token>(symbol) << kTokenSymbolShift |
         static_cast<Token>(count) << kTokenCountShift | bits;
}

/// How often each symbol of each table stands in some tokens, and the bits behind them all.
struct TokenCounts {
  std::array<std::uint32_t, kTokenKinds> of_kind{};
  std::uint64_t bits = 0;

  SymbolCounts of_table(std::size_t table) const {
    SymbolCounts counts{};
    for (std::size_t s = 0; s < 256; ++s) counts[s] = of_kind[256 * table + s];
    return counts;
  }
};

/// The codes of up to four tables, each in front of its length's 8 bits.
struct TokenCodes {
  std::array<std::uint32_t, kTokenKinds> of_kind{};

  void set(std::size_t table, const HuffmanTable& codes);
};

/// Tokens in the order in which they stand in the file.
class TokenList {
 public:
  /// Takes room for at least `count` more. Errors: limit_exceeded, out_of_memory.
  Result<void> make_room(std::size_t count, Workspace& workspace);

  /// Those since the last clear(), if one make_room() was enough for them.
  const Token* first() const { return first_; }
  /// Where the next one goes, if there is room. Whoever writes there says how far with close().
  Token* next() { return next_; }
  void close(Token* end) { next_ = end; }
  /// Forgets all, keeps the room of the last make_room().
  void clear();

  /// `use(tokens, count)`, piece by piece.
  template <class Use>
  void for_each_piece(const Use& use) const {
    for (std::size_t i = 0; i < pieces_.size(); ++i) {
      const auto* first = reinterpret_cast<const Token*>(pieces_[i].buffer.data());
      use(first,
          i + 1 == pieces_.size() ? static_cast<std::size_t>(next_ - first_) : pieces_[i].used);
    }
  }

 private:
  struct Piece {
    Buffer buffer;
    std::size_t used = 0;
  };

  std::vector<Piece> pieces_;
  std::size_t size_ = 0;  // of the last piece
  Token* first_ = nullptr;
  Token* next_ = nullptr;
  Token* end_ = nullptr;
};

/// Bits in bytes, the first one highest, nothing stuffed yet.
class BitBuffer {
 public:
  /// Room for so many bits more.
  Result<void> make_room(std::uint64_t bits, Workspace& workspace);
  /// Errors: none; there must be room for all.
  void write(const Token* tokens, std::size_t count, const TokenCodes& codes);
  /// Fills the last byte with ones.
  void finish();

  const std::byte* data() const { return buffer_.data(); }
  std::size_t size() const { return static_cast<std::size_t>(state_.next - buffer_.data()); }

  /// Where the next byte goes and what of it is there: fewer than 8 bits, from the highest down.
  struct State {
    std::byte* next = nullptr;
    std::uint64_t held = 0;
    int count = 0;
  };

 private:
  static constexpr std::uint64_t kSlack = 16;  // whole words are stored

  Buffer buffer_;
  State state_;
};

/// One component's blocks in a row of MCUs of a sequential scan.
struct McuBlocks {
  std::array<const LevelGroup*, kMostDown> rows{};  ///< null where none has samples
  int across = 1;
  int down = 1;
  std::int32_t columns = 0;
  Token dc_table = 0;
  Token ac_table = 0;  ///< which, in their place in a token
  int last_dc = 0;     ///< of the block before
};
struct McuRow {
  std::size_t count = 0;
  std::array<McuBlocks, 3> components;
  bool is_codable = true;  ///< false once a level was too large for a code (T.81, table F.1)
};

inline constexpr int kMostAcLevel = 1023;       ///< that has a code: T.81, table F.2
inline constexpr int kMostDcDifference = 2047;  ///< T.81, table F.1

/// Room that the tokens of one block need at the most, and what is written beyond the last one.
inline constexpr std::size_t kMostTokensOfBlock = 72;

/// The tokens of the MCUs from `first` to `end`. Returns their end.
Token* tokenize_mcus(McuRow& row, std::int32_t first, std::int32_t end, Token* to);

void count_tokens(const Token* tokens, std::size_t count, TokenCounts& counts);

/// Bits of all tokens so counted. Tables without a code for a symbol that stands there: too few.
std::uint64_t bits_of(const TokenCounts& counts, const TokenCodes& codes);

/// The size of bytes with a byte of zeros behind each byte of ones (T.81, F.1.2.3).
std::size_t stuffed_size(const std::byte* bytes, std::size_t count);
/// Writes them so. Returns the end.
std::byte* stuff_bytes(const std::byte* bytes, std::size_t count, std::byte* to);

}  // namespace limen::inline LIMEN_ABI
