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
    if (place + count > 256 || code + count > 1 << length) return false;
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

// Gives each window that begins with the code, and has what is behind it too, its entry(bits
// behind the code).
template <class Entry, class MakeEntry>
void fill_windows(std::array<Entry, kWindows>& entries, std::int32_t code, int length, int size,
                  const MakeEntry& make_entry) {
  const int rest = kWindowBits - length - size;
  const std::size_t same = std::size_t{1} << rest;
  for (int bits = 0; bits < 1 << size; ++bits) {
    const auto first = static_cast<std::size_t>((code << size | bits) << rest);
    std::fill_n(entries.begin() + static_cast<std::ptrdiff_t>(first), same, make_entry(bits));
  }
}

constexpr AcEntry one_symbol(unsigned bits, unsigned step, int value) {
  const auto word = static_cast<AcEntry>(static_cast<std::uint16_t>(value));
  return bits | AcEntry{step} << 8 | AcEntry{step} << 16 | AcEntry{bits} << 24 | word << 32 |
         word << 48;
}

constexpr AcEntry code_alone(unsigned bits, unsigned step, unsigned size) {
  return AcEntry{step} << 8 | AcEntry{bits} << 24 | AcEntry{size} << 32;
}

// The second symbol is the first one of the window that begins behind the first.
void join_symbols(std::array<AcEntry, kWindows>& entries) {
  for (std::size_t window = 0; window < kWindows; ++window) {
    const AcEntry first = entries[window];
    if (all_bits(first) == 0 || first_step(first) >= kEndOfBlock) continue;
    const AcEntry second = entries[window << first_bits(first) & (kWindows - 1)];
    const unsigned bits = first_bits(first) + first_bits(second);
    if (all_bits(second) == 0 || bits > kWindowBits) continue;
    const unsigned steps = first_step(first) + first_step(second);
    const auto last = static_cast<AcEntry>(static_cast<std::uint16_t>(first_value(second)));
    entries[window] = (first & 0x0000FFFFFF00FF00) | bits | AcEntry{steps} << 16 | last << 48;
  }
}

}  // namespace

bool make_table(const CodedTable& coded, DcTable& table) {
  table.entries.fill({});
  return for_each_code(coded, table.codes, [&](int size, std::int32_t code, int length) {
    if (size > kMostSize) return false;
    if (length + size > kWindowBits) return true;
    fill_windows(table.entries, code, length, size, [&](int bits) {
      const int difference = size == 0 ? 0 : extended(bits, size);
      return DcTable::Entry{static_cast<std::uint8_t>(length + size),
                            static_cast<std::int16_t>(difference)};
    });
    return true;
  });
}

bool make_table(const CodedTable& coded, AcTable& table) {
  table.entries.fill(0);
  const bool is_code =
      for_each_code(coded, table.codes, [&](int symbol, std::int32_t code, int length) {
        const int run = symbol >> 4;
        const int size = symbol & 15;
        if (length > kWindowBits) return true;
        if (length + size > kWindowBits) {
          const AcEntry entry =
              code_alone(static_cast<unsigned>(length), static_cast<unsigned>(run) + 1,
                         static_cast<unsigned>(size));
          fill_windows(table.entries, code, length, 0, [&](int) { return entry; });
          return true;
        }
        const auto bits = static_cast<unsigned>(length + size);
        if (size == 0) {
          const unsigned step = run == 15 ? 16 : kEndOfBlock;
          fill_windows(table.entries, code, length, 0,
                       [&](int) { return one_symbol(bits, step, 0); });
          return true;
        }
        fill_windows(table.entries, code, length, size, [&](int behind) {
          return one_symbol(bits, static_cast<unsigned>(run) + 1, extended(behind, size));
        });
        return true;
      });
  if (is_code) join_symbols(table.entries);
  return is_code;
}

}  // namespace limen::inline LIMEN_ABI
