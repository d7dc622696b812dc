// SPDX-License-Identifier: Apache-2.0
#include "lib/codec/jpeg/scan_bytes.h"

#include <cstring>

namespace limen::inline LIMEN_ABI {

namespace {

constexpr int kOdd = 1;

// Whether one of eight bytes is 0xFF. Bytes of ones are zeros of the complement, the lowest of
// which shows by its borrow.
bool has_ones(std::uint64_t word) {
  constexpr std::uint64_t kLow = 0x0101010101010101;
  const std::uint64_t inverse = ~word;
  return ((inverse - kLow) & ~inverse & kLow << 7) != 0;
}

}  // namespace

ScanBytes::ScanBytes(ByteView bytes, std::uint8_t* room)
    : in_(reinterpret_cast<const std::uint8_t*>(bytes.data())),
      in_end_(in_ + bytes.size()),
      room_(room),
      end_(room) {
  // What a damaged scan makes a reader read behind its end shall be defined.
  std::memset(room, 0, kRoom);
}

void ScanBytes::fill(std::uint8_t* to) {
  const std::uint8_t* in = in_;
  const std::uint8_t* const full = to + kPiece;
  while (to < full) {
    if (in_end_ - in >= 8) {
      std::uint64_t word;
      std::memcpy(&word, in, 8);
      if (!has_ones(word)) {
        std::memcpy(to, &word, 8);
        in += 8;
        to += 8;
        continue;
      }
    }
    // Eight bytes or so, one of which is to be looked at.
    for (int i = 0; i < 8; ++i) {
      if (in_end_ - in < 2) {
        marker_ = kOdd;
        break;
      }
      *to = *in++;
      if (*to++ != 0xFF) continue;
      const std::uint8_t behind = *in++;
      if (behind == 0) continue;
      --to;
      // A marker may be preceded by further bytes of ones: seldom, and then libjpeg reads it.
      marker_ = behind == 0xFF ? kOdd : behind;
      break;
    }
    if (marker_ != 0) break;
  }
  in_ = in;
  end_ = to;
}

const std::uint8_t* ScanBytes::add_piece(const std::uint8_t* next) {
  const auto left = static_cast<std::size_t>(end_ - next);
  std::memmove(room_, next, left);
  fill(room_ + left);
  return room_;
}

const std::uint8_t* ScanBytes::next_interval() {
  marker_ = 0;
  fill(room_);
  return room_;
}

}  // namespace limen::inline LIMEN_ABI
