// SPDX-License-Identifier: Apache-2.0
#include "lib/codec/jpeg/entropy_decoder.h"

#include <bit>
#include <cstring>

#include "lib/codec/jpeg/markers.h"
#include "lib/codec/jpeg/quant_table.h"

namespace limen::inline LIMEN_ABI {

namespace {

// Where in its group's levels a zigzag position is; behind the block, the place that nobody wants.
// A position is at most 62, then two symbols follow, the second of which may end the block.
constexpr std::size_t kPositions = 256;
constexpr std::array<std::uint16_t, kPositions> level_places() {
  std::array<std::uint16_t, kPositions> places{};
  places.fill(kGroupCoefficients);
  const QuantTable zigzag = zigzag_places();
  for (std::size_t k = 0; k < 64; ++k) {
    places[k] = static_cast<std::uint16_t>(zigzag[k] * kBlockGroup);
  }
  return places;
}
constexpr std::array<std::uint16_t, kPositions> kPlaces = level_places();

constexpr unsigned kBad = kPositions;

std::uint64_t first_highest(const std::uint8_t* bytes) {
  std::uint64_t word;
  std::memcpy(&word, bytes, 8);
  if constexpr (std::endian::native == std::endian::little) word = __builtin_bswap64(word);
  return word;
}

// The highest `count` bits, 1 to 32 of them.
std::uint32_t highest(std::uint64_t held, int count) {
  return static_cast<std::uint32_t>(held >> (64 - count));
}

}  // namespace

// At least 56 bits. What is read beyond them is read again, and is the same then.
inline void EntropyDecoder::Bits::refill() {
  held |= first_highest(next) >> count;
  next += (63 - count) >> 3;
  count |= 56;
}

EntropyDecoder::EntropyDecoder(ScanBytes bytes, std::span<const McuBlock> blocks,
                               unsigned restart_interval)
    : bytes_(bytes), blocks_(blocks), restart_interval_(restart_interval) {
  begin_interval();
}

void EntropyDecoder::begin_interval() {
  to_restart_ = restart_interval_;
  last_dc_ = {};
  bits_ = {.next = bytes_.next_interval()};
  find_safe_end();
}

void EntropyDecoder::find_safe_end() {
  // Behind the interval's last byte the reader may have a word in advance.
  safe_end_ = bytes_.is_whole() ? bytes_.end() + 8 : bytes_.end() - ScanBytes::kMostLeft;
}

bool EntropyDecoder::read_on() {
  if (bytes_.is_whole()) return false;
  bits_.next = bytes_.add_piece(bits_.next);
  find_safe_end();
  return bits_.next <= safe_end_;
}

bool EntropyDecoder::restart() {
  if (!bytes_.is_whole() || bits_left() < 0 || bits_left() >= 8) return false;
  if (bytes_.marker() != kRst0 + next_restart_) return false;
  next_restart_ = (next_restart_ + 1) & 7;
  begin_interval();
  return true;
}

inline bool EntropyDecoder::decode_dc(Bits& bits, const DcTable& table, int& difference) {
  const DcTable::Entry entry = table.entries[bits.held >> (64 - kWindowBits)];
  if (entry.bits != 0) [[likely]] {
    bits.drop(entry.bits);
    difference = entry.difference;
    return true;
  }
  const LongCodes::Found found = table.codes.find(highest(bits.held, 16));
  if (found.length == 0) return false;
  bits.drop(static_cast<unsigned>(found.length));
  difference = 0;
  if (found.symbol == 0) return true;
  difference = extended(static_cast<int>(highest(bits.held, found.symbol)), found.symbol);
  bits.drop(static_cast<unsigned>(found.symbol));
  return true;
}

// Codes that are longer than the window: few, and none in most blocks.
__attribute__((noinline)) LongCodes::Found EntropyDecoder::find_long(const LongCodes& codes,
                                                                     std::uint64_t held) {
  return codes.find(highest(held, 16));
}

// One symbol that the window does not hold, which begins with `entry`. Returns the position of its
// coefficient, kEndOfBlock or more at the end, or kBad.
inline unsigned EntropyDecoder::decode_long_ac(Bits& bits, const AcTable& table, AcEntry entry,
                                               unsigned at, std::int16_t* levels) {
  bits.refill();
  int size = first_value(entry);
  if (first_bits(entry) != 0) {
    bits.drop(first_bits(entry));
    at += first_step(entry);
  } else {
    const LongCodes::Found found = find_long(table.codes, bits.held);
    if (found.length == 0) return kBad;
    bits.drop(static_cast<unsigned>(found.length));
    size = found.symbol & 15;
    if (size == 0) return found.symbol >> 4 == 15 ? at + 16 : at + kEndOfBlock;
    at += static_cast<unsigned>(found.symbol >> 4) + 1;
  }
  const int value = extended(static_cast<int>(highest(bits.held, size)), size);
  bits.drop(static_cast<unsigned>(size));
  levels[kPlaces[at]] = static_cast<std::int16_t>(value);
  return at;
}

// False where the block is no block. `at` is the position of the coefficient that came last.
inline bool EntropyDecoder::decode_ac(Bits& bits, const AcTable& table, std::int16_t* levels) {
  unsigned at = 0;
  // Returns whether more may follow.
  const auto look_up = [&]() __attribute__((always_inline)) {
    const std::uint64_t before = bits.held;
    const AcEntry entry = table.entries[before >> (64 - kWindowBits)];
    if (all_bits(entry) == 0) [[unlikely]] {
      at = decode_long_ac(bits, table, entry, at, levels);
      bits.refill();
      return at < 63;
    }
    bits.drop(all_bits(entry) & 63);
    const unsigned first = at + first_step(entry);
    at += all_steps(entry);
    levels[kPlaces[first]] = first_value(entry);
    levels[kPlaces[at]] = last_value(entry);
    if (at < 63) [[likely]]
      return true;
    if (first == 63 && at > 63) {
      // The second symbol is the next block's.
      bits.count += all_bits(entry) - first_bits(entry);
      bits.held = before << first_bits(entry);
      at = 63;
    } else if (first > 63 && first < kEndOfBlock) {
      at = kBad;
    }
    return false;
  };
  static_assert(4 * kWindowBits <= 56);
  do {
    bits.refill();
  } while (look_up() && look_up() && look_up() && look_up());
  return at == 63 || (at >= kEndOfBlock && at < kBad);
}

bool EntropyDecoder::decode(std::size_t count, const std::uint32_t* offsets, std::int16_t* levels) {
  Bits bits = bits_;
  const McuBlock* const blocks = blocks_.data();
  const std::size_t block_count = blocks_.size();
  int range = 0;
  for (std::size_t m = 0; m < count; ++m) {
    if (restart_interval_ != 0) {
      if (to_restart_ == 0) {
        bits_ = bits;
        if (!restart()) return false;
        bits = bits_;
      }
      --to_restart_;
    }
    if (bits.next > safe_end_) [[unlikely]] {
      bits_ = bits;
      if (!read_on()) return false;
      bits = bits_;
    }
    for (std::size_t b = 0; b < block_count; ++b) {
      const McuBlock& block = blocks[b];
      std::int16_t* const to = levels + *offsets++;
      bits.refill();
      int difference;
      if (!decode_dc(bits, *block.dc, difference)) return false;
      const int dc = last_dc_[block.component] += difference;
      range |= dc + (1 << 14);
      *to = static_cast<std::int16_t>(dc);
      if (!decode_ac(bits, *block.ac, to)) return false;
    }
  }
  bits_ = bits;
  return (range & ~0x7FFF) == 0;
}

}  // namespace limen::inline LIMEN_ABI
