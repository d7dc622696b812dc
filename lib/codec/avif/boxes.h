// SPDX-License-Identifier: Apache-2.0
#pragma once

// The box structure of ISO/IEC 14496-12 (section 4.2), read without trust.

#include <cstdint>
#include <optional>
#include <string_view>

#include "limen/core/abi.h"
#include "limen/core/bytes.h"

namespace limen::inline LIMEN_ABI {

/// Big-endian integers one after another; past the end they are 0 and failed() is true.
class BigEndianReader {
 public:
  explicit BigEndianReader(ByteView bytes) : bytes_(bytes) {}

  /// `width` bytes, 0 to 8.
  std::uint64_t read(std::size_t width) {
    if (width > bytes_.size() - position_) {
      failed_ = true;
      position_ = bytes_.size();
      return 0;
    }
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < width; ++i) {
      value = value << 8 | static_cast<std::uint64_t>(bytes_[position_ + i]);
    }
    position_ += width;
    return value;
  }
  std::uint8_t u8() { return static_cast<std::uint8_t>(read(1)); }
  std::uint16_t u16() { return static_cast<std::uint16_t>(read(2)); }
  std::uint32_t u32() { return static_cast<std::uint32_t>(read(4)); }
  void skip(std::size_t count) {
    if (count > bytes_.size() - position_) {
      failed_ = true;
      count = bytes_.size() - position_;
    }
    position_ += count;
  }

  bool failed() const { return failed_; }
  std::size_t position() const { return position_; }
  ByteView rest() const { return bytes_.subspan(position_); }

 private:
  ByteView bytes_;
  std::size_t position_ = 0;
  bool failed_ = false;
};

struct Box {
  std::string_view type;       ///< four characters
  std::size_t position = 0;    ///< of the box in the file
  ByteView payload;            ///< what of it is there
  bool is_open_ended = false;  ///< its size is given as 0: up to the end of the file
  bool is_cut = false;         ///< it says that it is longer than what holds it
};

/// Boxes one after another.
class BoxReader {
 public:
  /// `position`: where in the file `bytes` begins.
  BoxReader(ByteView bytes, std::size_t position) : bytes_(bytes), position_(position) {}

  /// Nothing at the end, or where no box can be made out.
  std::optional<Box> next() {
    BigEndianReader header(bytes_);
    std::uint64_t size = header.u32();
    header.skip(4);
    if (header.failed()) return std::nullopt;
    Box box;
    box.type = {reinterpret_cast<const char*>(bytes_.data()) + 4, 4};
    box.position = position_;
    if (size == 1) {
      size = header.read(8);
      if (header.failed()) return std::nullopt;
    } else if (size == 0) {
      box.is_open_ended = true;
      size = bytes_.size();
    }
    if (size < header.position()) return std::nullopt;
    box.is_cut = size > bytes_.size();
    const std::size_t held = box.is_cut ? bytes_.size() : static_cast<std::size_t>(size);
    box.payload = bytes_.subspan(header.position(), held - header.position());
    bytes_ = bytes_.subspan(held);
    position_ += held;
    return box;
  }

 private:
  ByteView bytes_;
  std::size_t position_;
};

}  // namespace limen::inline LIMEN_ABI
