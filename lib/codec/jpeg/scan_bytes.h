// SPDX-License-Identifier: Apache-2.0
#pragma once

// The bytes of a scan without those that stand behind bytes of ones (T.81, F.1.2.3), a piece at a
// time: a reader of bits then need not look at what it reads.

#include <cstddef>
#include <cstdint>

#include "limen/core/abi.h"
#include "limen/core/bytes.h"

namespace limen::inline LIMEN_ABI {

class ScanBytes {
 public:
  /// What a piece brings, beside what is left of the one before.
  static constexpr std::size_t kPiece = std::size_t{16} * 1024;
  /// What may be left, and what of the room lies behind a piece.
  static constexpr std::size_t kMostLeft = 64;
  static constexpr std::size_t kRoom = kMostLeft + kPiece + kMostLeft;

  /// `bytes`: from behind a scan's header on. `room`: kRoom bytes. Both are borrowed.
  ScanBytes(ByteView bytes, std::uint8_t* room);

  /// Bytes up to here may be read, unless the input ends. Behind them is room for more.
  const std::uint8_t* end() const { return end_; }
  /// Whether end() is that of the restart interval, or of the scan.
  bool is_whole() const { return marker_ != 0; }
  /// The marker behind the interval, 1 where the input ends or something else is odd; 0: not yet
  /// come so far.
  int marker() const { return marker_; }
  /// The input behind that marker.
  ByteView behind_marker() const {
    return {reinterpret_cast<const std::byte*>(in_), static_cast<std::size_t>(in_end_ - in_)};
  }

  /// Keeps the bytes from `next` on, at most kMostLeft, and adds to them. Returns where they are.
  const std::uint8_t* add_piece(const std::uint8_t* next);
  /// Begins with the bytes behind the marker. Returns where they are.
  const std::uint8_t* next_interval();

 private:
  void fill(std::uint8_t* to);

  const std::uint8_t* in_;
  const std::uint8_t* in_end_;
  std::uint8_t* room_;
  std::uint8_t* end_;
  int marker_ = 0;
};

}  // namespace limen::inline LIMEN_ABI
