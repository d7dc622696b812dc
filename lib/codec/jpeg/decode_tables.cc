// SPDX-License-Identifier: Apache-2.0
#include "lib/codec/jpeg/decode_tables.h"

#include <algorithm>

namespace limen::inline LIMEN_ABI {

namespace {

constexpr int kMostSize = 15;  // bits behind a symbol

// Calls use(symbol, code, length) for each code, in order. False where they are no prefix code.
template <class Use>
bool for_each_code(const CodedTable& coded, LongCodes& codes, const Use& use) {
  std::int32_t code = 0;
  std::int32_t place = 0;
  for (int length = 1; length <= 16; ++length, code <<= 1) {
    const auto at = static_cast<std::size_t>(length);
    const std::int32_t count = coded.counts[at];
    if (place + count > 256) return false;
    // No code is of ones alone (T.81, C.2).
    if (count > 0 && code + count >= 1 << length) return false;
    codes.last[at] = count == 0 ? -1 : code + count - 1;
    codes.offset[at] = place - code;
    for (std::int32_t i = 0; i < count; ++i, ++code, ++place) {
      const auto symbol = coded.symbols[place];
      codes.symbols[static_cast<std::size_t>(place)] = symbol;
      if (!use(static_cast<int>(symbol), code, length)) return false;
    }
  }
  return true;
}

// What each window begins with.
struct Windows {
  std::array<DecodeEntry, kWindows> entries;
  /// Bits of the code, and the sign behind it where there is one: all that has to be in a window.
  std::array<std::uint8_t, kWindows> needed;

  // A code that does not fit with the sign behind it is as long as a window at the least.
  Windows() { entries.fill(not_looked_up(kWindowBits)); }

  /// Windows that begin with this code, which goes on by `step` and has `size` bits behind it. The
  /// highest of these tells what the others add to.
  void add(std::int32_t code, int length, int size, unsigned step) {
    const int least = length + std::min(size, 1);
    if (least > kWindowBits) return;
    const int seen = std::min(size, kWindowBits - length);
    const int beyond = size - seen;
    const int rest = kWindowBits - length - seen;
    const std::size_t same = std::size_t{1} << rest;
    for (int bits = 0; bits < 1 << seen; ++bits) {
      const int value = size == 0 ? 0 : extended(bits << beyond, size);
      const auto first = static_cast<std::size_t>(code << seen | bits) << rest;
      std::fill_n(&entries[first], same,
                  length + size > kMostLookedUp ? not_looked_up(length)
                                                : one_symbol(length + size, step, value, beyond));
      std::fill_n(&needed[first], same, static_cast<std::uint8_t>(least));
    }
  }

  /// Fills a table with them, each followed by what the rest of its window begins with by `behind`.
  void join(const Windows& behind, std::array<DecodeEntry, kWindows>& joined) const {
    for (std::size_t window = 0; window < kWindows; ++window) {
      DecodeEntry entry = with_next(window, behind);
      entry.last = static_cast<std::uint16_t>(entry.last - (window << entry.bits_behind()));
      joined[window] = entry;
    }
  }

 private:
  DecodeEntry with_next(std::size_t window, const Windows& behind) const {
    const DecodeEntry& first = entries[window];
    if (!first.is_looked_up() || first.ends_block() || first.bits >= kWindowBits) return first;
    const std::size_t rest = window << first.bits & (kWindows - 1);
    const DecodeEntry& second = behind.entries[rest];
    const int bits = first.bits + second.bits;
    if (!second.is_looked_up() || first.bits + behind.needed[rest] > kWindowBits ||
        bits > kMostLookedUp) {
      return first;
    }
    // What of the second one's coefficient is not in the window counts as zeros there too.
    DecodeEntry both = first;
    both.bits = static_cast<std::uint8_t>(bits);
    both.last = second.last;
    both.behind = static_cast<std::uint8_t>(kBehind - std::max(0, bits - kWindowBits));
    both.steps = static_cast<std::uint8_t>(first.steps + second.steps);
    return both;
  }
  static DecodeEntry not_looked_up(int length) {
    return {.bits = static_cast<std::uint8_t>(length),
            .first_step = 0,
            .first = 0,
            .last = 0,
            .behind = kBehind,
            .steps = DecodeEntry::kBeyondBlocks};
  }
  static DecodeEntry one_symbol(int bits, unsigned step, int value, int beyond) {
    const auto word = static_cast<std::uint16_t>(value);
    return {.bits = static_cast<std::uint8_t>(bits),
            .first_step = static_cast<std::uint8_t>(step),
            .first = word,
            .last = word,
            .behind = static_cast<std::uint8_t>(kBehind - beyond),
            .steps = static_cast<std::uint8_t>(step)};
  }
};

}  // namespace

bool make_symbol_table(const CodedTable& coded, SymbolTable& table) {
  table.entries = {};
  return for_each_code(coded, table.codes, [&](int symbol, std::int32_t code, int length) {
    if (length <= kSymbolBits) {
      const int rest = kSymbolBits - length;
      std::fill_n(&table.entries[static_cast<std::size_t>(code) << rest], std::size_t{1} << rest,
                  static_cast<std::uint16_t>(symbol << 8 | length));
    }
    return true;
  });
}

bool make_block_tables(const CodedTable& dc, const CodedTable& ac, BlockTables& tables) {
  Windows dc_windows;
  if (!for_each_code(dc, tables.dc.codes, [&](int size, std::int32_t code, int length) {
        if (size > kMostSize) return false;
        dc_windows.add(code, length, size, 1);
        return true;
      })) {
    return false;
  }
  Windows ac_windows;
  if (!for_each_code(ac, tables.ac.codes, [&](int symbol, std::int32_t code, int length) {
        const int run = symbol >> 4;
        const int size = symbol & 15;
        const bool ends = size == 0 && run < 15;
        ac_windows.add(code, length, size, ends ? kEndOfBlock : static_cast<unsigned>(run) + 1);
        return true;
      })) {
    return false;
  }
  dc_windows.join(ac_windows, tables.dc.entries);
  ac_windows.join(ac_windows, tables.ac.entries);
  return true;
}

}  // namespace limen::inline LIMEN_ABI
