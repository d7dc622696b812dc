// SPDX-License-Identifier: Apache-2.0
#include "lib/codec/jpeg/entropy_decoder.h"

#include <algorithm>

#include "lib/codec/jpeg/markers.h"
#include "lib/codec/jpeg/quant_table.h"

namespace limen::inline LIMEN_ABI {

namespace {

// Where in its group's levels a position's last coefficient is; behind the block, the place that
// nobody wants.
constexpr std::size_t kPositions = 256;
constexpr std::array<std::uint16_t, kPositions> level_places() {
  std::array<std::uint16_t, kPositions> places{};
  places.fill(kGroupCoefficients);
  const QuantTable zigzag = zigzag_places();
  for (std::size_t k = 0; k < 64; ++k) {
    places[k + 1] = static_cast<std::uint16_t>(zigzag[k] * kBlockGroup);
  }
  return places;
}
constexpr std::array<std::uint16_t, kPositions> kPlaces = level_places();

constexpr std::size_t kBlockLength = 64;

// Where a decoder is: what is looked up next, for which block, and how far that is.
struct Place {
  const DecodeTable* table;
  const PlacedBlock* block;
  std::size_t at;
};

// On to the next symbol: of this block, or of the next one where `to_next` is kNextBlock with
// whatever bits below. Compilers make a branch of a condition, and this one is as good as random:
// it would be mispredicted once a block.
inline __attribute__((always_inline)) void move_on(std::uint64_t to_next, Place& place) {
  const PlacedBlock* const next = place.block + 1;
  place.table = place.block->ac;
#if defined(__x86_64__)
  static_assert(kNextBlock == std::uint64_t{1} << 63, "it is the sign");
  __asm__(
      "test %[to_next], %[to_next]\n\t"
      "cmovs %[next_table], %[table]\n\t"
      "cmovs %[next], %[block]\n\t"
      "cmovs %[none], %[at]"
      : [table] "+r"(place.table), [block] "+r"(place.block), [at] "+r"(place.at)
      : [to_next] "r"(to_next), [next_table] "m"(place.block->next_dc), [next] "r"(next),
        [none] "r"(std::size_t{0})
      : "cc");
#else
  std::uintptr_t ends = -static_cast<std::uintptr_t>((to_next & kNextBlock) != 0);
  __asm__("" : "+r"(ends));
  const auto choose = [ends](const auto* here, const auto* there) {
    const auto bits = reinterpret_cast<std::uintptr_t>(here);
    return reinterpret_cast<decltype(here)>(
        bits ^ ((bits ^ reinterpret_cast<std::uintptr_t>(there)) & ends));
  };
  place.table = choose(place.table, place.block->next_dc);
  place.block = choose(place.block, next);
  place.at &= ~static_cast<std::size_t>(ends);
#endif
}

// One symbol by its code, which is no shorter than `least`: few are too long for the window, and
// few fill a block to its end. At least 56 - kMostLookedUp bits are there. `at` becomes
// kBlockLength at the block's end. False where the block is no block.
__attribute__((noinline)) bool decode_symbol(const LongCodes& codes, std::size_t least,
                                             std::int16_t* levels, ScanBits& bits,
                                             std::size_t& at) {
  const bool is_dc = at == 0;
  const LongCodes::Found found = codes.find(bits.peek(16), least);
  if (found.length == 0) return false;
  bits.drop(static_cast<unsigned>(found.length));
  const int size = is_dc ? found.symbol : found.symbol & 15;
  const int run = is_dc ? 0 : found.symbol >> 4;
  if (!is_dc && size == 0 && run < 15) {
    at = kBlockLength;
    return true;
  }
  at += static_cast<std::size_t>(run) + 1;
  if (at > kBlockLength) return false;
  int value = 0;
  if (size > 0) {
    value = extended(static_cast<int>(bits.peek(size)), size);
    bits.drop(static_cast<unsigned>(size));
  }
  levels[kPlaces[at]] = static_cast<std::int16_t>(value);
  bits.refill();
  return true;
}

}  // namespace

EntropyDecoder::EntropyDecoder(ScanBytes bytes, std::span<const McuBlock> mcu,
                               std::span<PlacedBlock> places, unsigned restart_interval)
    : bytes_(bytes), mcu_(mcu), places_(places), restart_interval_(restart_interval) {
  for (std::size_t i = 0; i < places.size(); ++i) {
    PlacedBlock& place = places[i];
    place.ac = mcu[i % mcu.size()].ac;
    place.next_dc = mcu[(i + 1) % mcu.size()].dc;
  }
  begin_interval();
}

void EntropyDecoder::begin_interval() {
  to_restart_ = restart_interval_;
  last_dc_ = {};
  bits_ = {.next = bytes_.next_interval()};
  safe_end_ = safe_end(bytes_);
}

bool EntropyDecoder::read_on(ScanBits& bits) {
  if (bytes_.is_whole()) return false;
  bits.next = bytes_.add_piece(bits.next);
  safe_end_ = safe_end(bytes_);
  return bits.next <= safe_end_;
}

bool EntropyDecoder::restart() {
  if (!bytes_.is_whole() || bits_left() < 0 || bits_left() >= 8) return false;
  if (bytes_.marker() != kRst0 + next_restart_) return false;
  next_restart_ = (next_restart_ + 1) & 7;
  begin_interval();
  return true;
}

// Blocks follow each other without a branch: a symbol that ends one chooses the next table and the
// next place. The time of all is that from one look-up to the next. What else is done for a symbol
// fits in beside, if it takes few of the units that shift: so an entry's parts are loaded one by
// one.
bool EntropyDecoder::decode_blocks(const PlacedBlock* first, const PlacedBlock* end) {
  ScanBits begun = bits_;
  begun.refill();
  // Of our own, so that they stay in registers.
  const std::uint8_t* next = begun.next;
  std::uint64_t held = begun.held;
  unsigned taken = begun.taken;
  const auto bits = [&] { return ScanBits{next, held, taken}; };
  const auto go_on_with = [&](const ScanBits& from) {
    next = from.next;
    held = from.held;
    taken = from.taken;
  };
  Place place{mcu_[0].dc, first, 0};
  // Returns whether there are more: 1, or 0 at the end, -1 where something is odd.
  const auto look_up = [&](bool refills) __attribute__((always_inline)) {
    const DecodeEntry& entry = place.table->entries[held >> kBehind];
    std::uint64_t to_next = next_of(entry);
    // The table's answer takes longer than this.
    if (refills) {
      ScanBits more = bits();
      more.refill();
      go_on_with(more);
    }
    // Begun before what no look-up waits for, of which there is enough to be in its way.
    __asm__ volatile("" : "+r"(to_next), "+r"(held));
    std::size_t past = place.at + entry.steps;
    if ((past & kBlockLength) == 0) [[likely]] {
      const std::uint64_t before = held;
      held <<= to_next & 63;
      taken += entry.bits;
      std::int16_t* const levels = place.block->levels;
      levels[kPlaces[place.at + entry.first_step]] = static_cast<std::int16_t>(entry.first);
      const std::uint64_t more = before >> (entry.behind & 63);
      levels[kPlaces[past]] = static_cast<std::int16_t>(entry.last + more);
    } else {
      ScanBits slow = bits();
      std::size_t here = place.at;
      const std::size_t least = entry.is_looked_up() ? 1 : entry.bits;
      if (!decode_symbol(place.table->codes, least, place.block->levels, slow, here)) return -1;
      go_on_with(slow);
      past = here;
      to_next = past == kBlockLength ? kNextBlock : 0;
    }
    place.at = past;
    move_on(to_next, place);
    return place.block != end ? 1 : 0;
  };
  static_assert(2 * kMostLookedUp + kWindowBits <= 56);
  static_assert(56 - kMostLookedUp >= 16 + 15, "a symbol and what is behind it");
  int more = 1;
  do {
    if (next > safe_end_) [[unlikely]] {
      ScanBits slow = bits();
      if (!read_on(slow)) return false;
      go_on_with(slow);
    }
    more = look_up(true);
    if (more <= 0) break;
    more = look_up(false);
  } while (more > 0);
  bits_ = bits();
  return more == 0;
}

// DC coefficients are coded by their differences.
bool EntropyDecoder::add_up_dc(const PlacedBlock* first, std::size_t mcus) {
  const std::size_t blocks = mcu_.size();
  int range = 0;
  for (std::size_t begin = 0, next = 0; begin < blocks; begin = next) {
    const std::size_t component = mcu_[begin].component;
    while (next < blocks && mcu_[next].component == component) ++next;
    int dc = last_dc_[component];
    for (std::size_t mcu = 0; mcu < mcus; ++mcu) {
      for (std::size_t b = begin; b < next; ++b) {
        std::int16_t& level = first[mcu * blocks + b].levels[0];
        dc += level;
        range |= dc + (1 << 14);
        level = static_cast<std::int16_t>(dc);
      }
    }
    last_dc_[component] = dc;
  }
  return (range & ~0x7FFF) == 0;
}

bool EntropyDecoder::decode(std::size_t count) {
  const PlacedBlock* block = places_.data();
  while (count > 0) {
    std::size_t mcus = count;
    if (restart_interval_ != 0) {
      if (to_restart_ == 0 && !restart()) return false;
      mcus = std::min<std::size_t>(mcus, to_restart_);
      to_restart_ -= static_cast<unsigned>(mcus);
    }
    const PlacedBlock* const end = block + mcus * mcu_.size();
    if (!decode_blocks(block, end) || !add_up_dc(block, mcus)) return false;
    block = end;
    count -= mcus;
  }
  return true;
}

}  // namespace limen::inline LIMEN_ABI
