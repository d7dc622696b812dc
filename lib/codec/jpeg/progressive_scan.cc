// SPDX-License-Identifier: Apache-2.0
#include "lib/codec/jpeg/progressive_scan.h"

#include "lib/codec/jpeg/markers.h"
#include "lib/codec/jpeg/refine.h"
#include "limen/core/cancel.h"

namespace limen::inline LIMEN_ABI {

namespace {

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

}  // namespace

ProgressiveScan::ProgressiveScan(const ProgressiveHeader& header, ByteView bytes,
                                 std::uint8_t* room, const CancelToken* cancel)
    : header_(header), reader_(bytes, room), cancel_(cancel) {}

void ProgressiveScan::begin_interval() {
  reader_.begin_interval();
  last_dc_ = {};
  blocks_to_end_ = 0;
}

// Whether all of it was read, and nothing beyond it. It then ends with a marker.
bool ProgressiveScan::end_interval() {
  if (blocks_to_end_ != 0) return false;
  const ScanBytes& bytes = reader_.bytes;
  if (!bytes.is_whole()) {
    if (bytes.end() - reader_.bits.next > kScanReach) return false;
    reader_.read_on(reader_.bits.next);
  }
  const std::ptrdiff_t left = (bytes.end() - reader_.bits.next) * 8 + reader_.bits.count();
  return bytes.is_whole() && left >= 0 && left < 8;
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
          if (!end_interval() || marker() != kRst0 + next_restart) return false;
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
  if (!reader_.refill(reader_.bits)) return false;
  const int size = take_symbol(reader_.bits, coded.table);
  if (size < 0) return false;
  if (size > 0) last_dc_[part] += extended(take_bits(reader_.bits, size), size);
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
  if (!reader_.refill(reader_.bits)) return false;
  std::int16_t& dc = *header_.parts[part].blocks->block(place);
  dc = static_cast<std::int16_t>(dc | take_bits(reader_.bits, 1) << header_.low);
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
  ScanBits bits = reader_.bits;
  for (int k = header_.first; k <= header_.last; ++k) {
    if (!reader_.refill(bits)) return false;
    const int code = take_symbol(bits, coded.table);
    if (code < 0) return false;
    const int run = run_of(code);
    const int size = size_of_value(code);
    if (size == 0 && run < kLongestRun) {
      blocks_to_end_ = (1 << run) - 1;
      if (run > 0) blocks_to_end_ += take_bits(bits, run);
      break;
    }
    k += run;
    if (k > header_.last) return false;
    if (size == 0) continue;
    if (size + header_.low > 15) return false;  // a level has no more bits
    level_at(block, k) =
        static_cast<std::int16_t>(extended(take_bits(bits, size), size) * (1 << header_.low));
    known |= bit_of(k);
  }
  reader_.bits = bits;
  coded.blocks->coded[place] |= known;
  return true;
}

bool ProgressiveScan::decode_next_ac(std::size_t place) {
  const StoredBlocks& blocks = *header_.parts[0].blocks;
  fetch_ahead(blocks, place);
  const RefinedBand band = {&header_.parts[0].table, header_.first, header_.last, header_.low};
  return refine_block(band, reader_, blocks_to_end_, blocks.block(place), blocks.coded[place]);
}

}  // namespace limen::inline LIMEN_ABI
