// SPDX-License-Identifier: Apache-2.0
#include "lib/codec/jpeg/scan_bytes.h"

#include <bit>
#include <cstring>

namespace limen::inline LIMEN_ABI {

namespace {

constexpr int kOdd = 1;

// Bytes that are looked at and copied at a time.
constexpr std::ptrdiff_t kBlock = 32;

// Bit 7 of each of eight bytes, the first of them lowest: not 0 where one is 0xFF, and the lowest
// tells which. Bytes of ones are zeros of the complement, the lowest of which shows by its borrow;
// what lies above it may show too.
inline std::uint64_t ones(const std::uint8_t* bytes) {
  constexpr std::uint64_t kLow = 0x0101010101010101;
  std::uint64_t word;
  std::memcpy(&word, bytes, sizeof(word));
  if constexpr (std::endian::native == std::endian::big) word = __builtin_bswap64(word);
  return (~word - kLow) & word & kLow << 7;
}

// How many of kBlock bytes stand before the first that is 0xFF; kBlock where none is.
inline std::ptrdiff_t before_ones(const std::uint8_t* bytes) {
  const std::uint64_t words[] = {ones(bytes), ones(bytes + 8), ones(bytes + 16), ones(bytes + 24)};
  if ((words[0] | words[1] | words[2] | words[3]) == 0) [[likely]]
    return kBlock;
  std::uint32_t all = 0;
  for (int i = 0; i < 4; ++i) {
    constexpr std::uint64_t kGather = 0x0102040810204080;  // eight bits into the highest byte
    all |= static_cast<std::uint32_t>((words[i] >> 7) * kGather >> 56) << (8 * i);
  }
  return std::countr_zero(all);
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
  static_assert(kBlock <= static_cast<std::ptrdiff_t>(kMostLeft));
  const std::uint8_t* in = in_;
  const std::uint8_t* const full = to + kPiece;
  while (to < full && marker_ == 0) {
    const std::ptrdiff_t left = in_end_ - in;
    std::ptrdiff_t count = 0;  // up to bytes of ones
    if (left > kBlock + 1) {
      count = before_ones(in);
      std::memcpy(to, in, kBlock);
    } else {
      while (count + 1 < left && in[count] != 0xFF) to[count] = in[count], ++count;
    }
    in += count;
    to += count;
    if (count == kBlock) continue;
    if (in_end_ - in < 2) {
      marker_ = kOdd;
      break;
    }
    const std::uint8_t behind = in[1];
    in += 2;
    if (behind == 0) {
      *to++ = 0xFF;
    } else {
      // A marker may be preceded by further bytes of ones: seldom, and then libjpeg reads it.
      marker_ = behind == 0xFF ? kOdd : behind;
    }
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
