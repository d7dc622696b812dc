// SPDX-License-Identifier: Apache-2.0
#include "lib/codec/jpeg/progressive_scan.h"

#include <bit>

#include "lib/codec/jpeg/markers.h"
#include "lib/codec/jpeg/quant_table.h"
#include "limen/core/cancel.h"

namespace limen::inline LIMEN_ABI {

namespace {

// Where in its group's levels a zigzag index is.
constexpr std::array<std::uint16_t, 64> level_places() {
  std::array<std::uint16_t, 64> places{};
  const QuantTable zigzag = zigzag_places();
  for (std::size_t k = 0; k < 64; ++k) {
    places[k] = static_cast<std::uint16_t>(zigzag[k] * kBlockGroup);
  }
  return places;
}
constexpr std::array<std::uint16_t, 64> kPlaces = level_places();

std::int16_t& level_at(std::int16_t* block, int index) {
  return block[kPlaces[static_cast<std::size_t>(index)]];
}

constexpr std::uint64_t bit_of(int index) { return std::uint64_t{1} << index; }

// A block's part of fetching the next group: which of its lines will be used nobody knows yet.
void fetch_ahead(const StoredBlocks& blocks, std::size_t place) {
  constexpr std::uintptr_t kGroup = kGroupCoefficients * sizeof(std::int16_t);
  constexpr std::uintptr_t kPart = kGroup / kBlockGroup;
  static_assert(kPart == 128);
  const auto at = reinterpret_cast<std::uintptr_t>(blocks.levels) +
                  (place / kBlockGroup + 1) * kGroup + place % kBlockGroup * kPart;
  __builtin_prefetch(reinterpret_cast<const void*>(at), 1);
  __builtin_prefetch(reinterpret_cast<const void*>(at + kPart / 2), 1);
}

// Sizes of symbols and runs of blocks.
constexpr int run_of(int symbol) { return symbol >> 4; }
constexpr int size_of_value(int symbol) { return symbol & 15; }
constexpr int kLongestRun = 15;  // of zeros, or in the exponent of a run of blocks 14

}  // namespace

ProgressiveScan::ProgressiveScan(const ProgressiveHeader& header, ByteView bytes,
                                 std::uint8_t* room, const CancelToken* cancel)
    : header_(header), bytes_(bytes, room), cancel_(cancel) {
  begin_interval();
}

void ProgressiveScan::begin_interval() {
  bits_ = {.next = bytes_.next_interval()};
  safe_end_ = safe_end(bytes_);
  last_dc_ = {};
  blocks_to_end_ = 0;
}

// Whether all of it was read, and nothing beyond it. It then ends with a marker.
bool ProgressiveScan::end_interval() {
  if (blocks_to_end_ != 0) return false;
  if (!bytes_.is_whole()) {
    if (bytes_.end() - bits_.next > kScanReach) return false;
    bits_.next = bytes_.add_piece(bits_.next);
    safe_end_ = safe_end(bytes_);
  }
  const std::ptrdiff_t left =
      (bytes_.end() - bits_.next) * 8 + static_cast<std::ptrdiff_t>(bits_.count);
  return bytes_.is_whole() && left >= 0 && left < 8;
}

inline bool ProgressiveScan::refill() {
  if (bits_.next > safe_end_) [[unlikely]] {
    if (bytes_.is_whole()) return false;
    bits_.next = bytes_.add_piece(bits_.next);
    safe_end_ = safe_end(bytes_);
    if (bits_.next > safe_end_) return false;
  }
  bits_.refill();
  return true;
}

// Less than 0 where no code begins so.
inline int ProgressiveScan::symbol(const SymbolTable& table) {
  const unsigned entry = table.entries[bits_.peek(kSymbolBits)];
  if (entry != 0) [[likely]] {
    bits_.drop(entry & 0xFF);
    return static_cast<int>(entry >> 8);
  }
  const LongCodes::Found found = table.codes.find(bits_.peek(16));
  if (found.length == 0) return -1;
  bits_.drop(static_cast<unsigned>(found.length));
  return found.symbol;
}

// `bits`: 1 to 16 of them.
inline int ProgressiveScan::take(int bits) {
  const auto value = static_cast<int>(bits_.peek(bits));
  bits_.drop(static_cast<unsigned>(bits));
  return value;
}

template <class Block>
bool ProgressiveScan::decode_mcus(const Block& block) {
  unsigned to_restart = header_.restart_interval;
  int next_restart = 0;
  for (std::int32_t row = 0; row < header_.mcus.height; ++row) {
    if (cancel_ != nullptr && cancel_->is_cancelled()) return false;
    for (std::int32_t column = 0; column < header_.mcus.width; ++column) {
      if (header_.restart_interval != 0) {
        if (to_restart == 0) {
          if (!end_interval() || bytes_.marker() != kRst0 + next_restart) return false;
          next_restart = (next_restart + 1) & 7;
          begin_interval();
          to_restart = header_.restart_interval;
        }
        --to_restart;
      }
      for (std::size_t p = 0; p < header_.count; ++p) {
        const ProgressiveHeader::Part& part = header_.parts[p];
        for (std::int32_t y = row * part.down; y < (row + 1) * part.down; ++y) {
          for (std::int32_t x = column * part.across; x < (column + 1) * part.across; ++x) {
            if (!block(p, part.blocks->place(x, y))) return false;
          }
        }
      }
    }
  }
  return end_interval();
}

bool ProgressiveScan::decode() {
  const bool is_first = header_.high == 0;
  if (header_.first == 0) {
    return is_first ? decode_mcus([this](std::size_t part, std::size_t place) {
      return decode_first_dc(part, place);
    })
                    : decode_mcus([this](std::size_t part, std::size_t place) {
                        return decode_next_dc(part, place);
                      });
  }
  return is_first ? decode_mcus(
                        [this](std::size_t, std::size_t place) { return decode_first_ac(place); })
                  : decode_mcus(
                        [this](std::size_t, std::size_t place) { return decode_next_ac(place); });
}

bool ProgressiveScan::decode_first_dc(std::size_t part, std::size_t place) {
  const ProgressiveHeader::Part& coded = header_.parts[part];
  if (!refill()) return false;
  const int size = symbol(coded.table);
  if (size < 0) return false;
  if (size > 0) last_dc_[part] += extended(take(size), size);
  const int dc = last_dc_[part] * (1 << header_.low);
  // What the inverse DCT takes is less.
  constexpr int kMost = 1 << 14;
  if (last_dc_[part] < -kMost || last_dc_[part] >= kMost || dc < -kMost || dc >= kMost) {
    return false;
  }
  *coded.blocks->block(place) = static_cast<std::int16_t>(dc);
  return true;
}

bool ProgressiveScan::decode_next_dc(std::size_t part, std::size_t place) {
  if (!refill()) return false;
  std::int16_t& dc = *header_.parts[part].blocks->block(place);
  dc = static_cast<std::int16_t>(dc | take(1) << header_.low);
  return true;
}

bool ProgressiveScan::decode_first_ac(std::size_t place) {
  fetch_ahead(*header_.parts[0].blocks, place);
  if (blocks_to_end_ > 0) {
    --blocks_to_end_;
    return true;
  }
  const ProgressiveHeader::Part& coded = header_.parts[0];
  std::int16_t* const block = coded.blocks->block(place);
  std::uint64_t known = 0;
  for (int k = header_.first; k <= header_.last; ++k) {
    if (!refill()) return false;
    const int code = symbol(coded.table);
    if (code < 0) return false;
    const int run = run_of(code);
    const int size = size_of_value(code);
    if (size == 0 && run < kLongestRun) {
      blocks_to_end_ = (1 << run) - 1;
      if (run > 0) blocks_to_end_ += take(run);
      break;
    }
    k += run;
    if (k > header_.last) return false;
    if (size == 0) continue;
    if (size + header_.low > 15) return false;  // a level has no more bits
    level_at(block, k) = static_cast<std::int16_t>(extended(take(size), size) * (1 << header_.low));
    known |= bit_of(k);
  }
  coded.blocks->coded[place] |= known;
  return true;
}

// Coefficients that are known but for their lower bits get the next: those of `older` below `end`,
// which are taken out of it. Without a branch, for the bits are as good as random.
inline bool ProgressiveScan::refine(std::int16_t* block, std::uint64_t& older,
                                    std::uint64_t below) {
  const int one = 1 << header_.low;
  for (std::uint64_t left = older & below; left != 0; left &= left - 1) {
    if (bits_.count < 8 && !refill()) return false;
    std::int16_t& level = level_at(block, std::countr_zero(left));
    const int more = -take(1) & one;
    const int sign = level >> 15;
    level = static_cast<std::int16_t>(level + ((more ^ sign) - sign));
  }
  older &= ~below;
  return true;
}

bool ProgressiveScan::decode_next_ac(std::size_t place) {
  const ProgressiveHeader::Part& coded = header_.parts[0];
  fetch_ahead(*coded.blocks, place);
  std::int16_t* const block = coded.blocks->block(place);
  std::uint64_t& known = coded.blocks->coded[place];
  const int end = header_.last + 1;
  // Of these the next bit comes wherever they are passed.
  std::uint64_t older = known & (end == 64 ? ~std::uint64_t{0} : bit_of(end) - 1);
  older &= ~(bit_of(header_.first) - 1);
  int k = header_.first;
  while (blocks_to_end_ == 0 && k < end) {
    if (!refill()) return false;
    const int code = symbol(coded.table);
    if (code < 0) return false;
    int run = run_of(code);
    const int size = size_of_value(code);
    if (size == 0 && run < kLongestRun) {
      blocks_to_end_ = 1 << run;
      if (run > 0) blocks_to_end_ += take(run);
      break;
    }
    if (size > 1) return false;
    const bool is_positive = size == 1 && take(1) != 0;
    // Past so many zeros, to the zero that becomes a coefficient or is the last of a run.
    for (std::uint64_t passed = older; passed != 0; passed &= passed - 1) {
      const int next = std::countr_zero(passed);
      if (next - k > run) break;
      run -= next - k;
      k = next + 1;
    }
    k += run;
    if (k >= end) return false;
    if (!refine(block, older, bit_of(k) - 1)) return false;
    if (size == 1) {
      const int one = 1 << header_.low;
      level_at(block, k) = static_cast<std::int16_t>(is_positive ? one : -one);
      known |= bit_of(k);
    }
    ++k;
  }
  if (blocks_to_end_ > 0) {
    if (!refine(block, older, ~std::uint64_t{0})) return false;
    --blocks_to_end_;
  }
  return true;
}

}  // namespace limen::inline LIMEN_ABI
