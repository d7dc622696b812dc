// SPDX-License-Identifier: Apache-2.0
#pragma once

// Makes EXIF for tests: TIFF streams of either byte order, right or deliberately wrong.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "limen/core/bytes.h"

namespace limen::test {

class ExifBuilder {
 public:
  struct Entry {
    std::uint16_t tag;
    std::uint16_t type;
    std::uint32_t count;
    Bytes value;  ///< in the stream's byte order
  };

  explicit ExifBuilder(bool little_endian) : little_endian_(little_endian) {
    append(little_endian ? "II" : "MM");
    append_u16(42);
    append_u32(0);
  }

  Entry text(std::uint16_t tag, std::string_view value) const {
    Entry entry{tag, 2, static_cast<std::uint32_t>(value.size() + 1), as_bytes(value)};
    entry.value.push_back(std::byte{0});
    return entry;
  }
  Entry data(std::uint16_t tag, std::string_view value) const {
    return {tag, 7, static_cast<std::uint32_t>(value.size()), as_bytes(value)};
  }
  Entry shorts(std::uint16_t tag, std::vector<std::uint16_t> values) const {
    Entry entry{tag, 3, static_cast<std::uint32_t>(values.size()), {}};
    for (const auto value : values) put(entry.value, value, 2);
    return entry;
  }
  Entry longs(std::uint16_t tag, std::vector<std::uint32_t> values, std::uint16_t type = 4) const {
    Entry entry{tag, type, static_cast<std::uint32_t>(values.size()), {}};
    for (const auto value : values) put(entry.value, value, 4);
    return entry;
  }

  std::uint32_t add_bytes(std::string_view bytes) {
    const auto position = static_cast<std::uint32_t>(bytes_.size());
    append(bytes);
    return position;
  }

  /// Returns the position; the first one is the primary directory unless set_first() says
  /// otherwise.
  std::uint32_t add_directory(const std::vector<Entry>& entries) {
    if (bytes_.size() % 2 != 0) bytes_.push_back(std::byte{0});
    const auto position = static_cast<std::uint32_t>(bytes_.size());
    append_u16(static_cast<std::uint32_t>(entries.size()));
    const std::size_t first = bytes_.size();
    bytes_.resize(first + 12 * entries.size() + 4);
    for (std::size_t i = 0; i < entries.size(); ++i) {
      const Entry& entry = entries[i];
      const std::size_t at = first + 12 * i;
      set(at, entry.tag, 2);
      set(at + 2, entry.type, 2);
      set(at + 4, entry.count, 4);
      if (entry.value.size() <= 4) {
        for (std::size_t k = 0; k < entry.value.size(); ++k) bytes_[at + 8 + k] = entry.value[k];
      } else {
        set(at + 8, static_cast<std::uint32_t>(bytes_.size()), 4);
        bytes_.insert(bytes_.end(), entry.value.begin(), entry.value.end());
      }
    }
    return position;
  }

  void set_first(std::uint32_t position) { set(4, position, 4); }
  /// Sets the link of the directory at `from`.
  void link(std::uint32_t from, std::uint32_t to) { set(link_position(from), to, 4); }
  std::size_t link_position(std::uint32_t directory) const {
    return directory + 2 + 12 * std::size_t{get_u16(directory)};
  }
  void set(std::size_t position, std::uint32_t value, int width) {
    for (int i = 0; i < width; ++i) {
      bytes_[position + static_cast<std::size_t>(i)] = byte_of(value, i, width);
    }
  }

  const Bytes& bytes() const { return bytes_; }
  Bytes with_prefix() const {
    Bytes prefixed = as_bytes(std::string_view("Exif\0\0", 6));
    prefixed.insert(prefixed.end(), bytes_.begin(), bytes_.end());
    return prefixed;
  }

  static Bytes as_bytes(std::string_view text) {
    const auto* begin = reinterpret_cast<const std::byte*>(text.data());
    return Bytes(begin, begin + text.size());
  }

 private:
  std::byte byte_of(std::uint32_t value, int i, int width) const {
    return static_cast<std::byte>(value >> 8 * (little_endian_ ? i : width - 1 - i));
  }
  void put(Bytes& bytes, std::uint32_t value, int width) const {
    for (int i = 0; i < width; ++i) bytes.push_back(byte_of(value, i, width));
  }
  void append(std::string_view text) {
    const Bytes more = as_bytes(text);
    bytes_.insert(bytes_.end(), more.begin(), more.end());
  }
  void append_u16(std::uint32_t value) { put(bytes_, value, 2); }
  void append_u32(std::uint32_t value) { put(bytes_, value, 4); }
  std::uint16_t get_u16(std::size_t at) const {
    const auto a = static_cast<std::uint16_t>(bytes_[at]);
    const auto b = static_cast<std::uint16_t>(bytes_[at + 1]);
    return static_cast<std::uint16_t>(little_endian_ ? a | b << 8 : a << 8 | b);
  }

  bool little_endian_;
  Bytes bytes_;
};

/// What a camera writes: orientation, copyright, serial numbers, a maker note, a position and a
/// thumbnail. The texts are easy to look for.
inline ExifBuilder camera_exif(bool little_endian, std::uint16_t orientation) {
  ExifBuilder b(little_endian);
  const auto gps = b.add_directory({
      b.text(0x0001, "N"),
      b.longs(0x0002, {0x47505331, 1, 0x47505332, 1, 0x47505333, 1}, 5),
      b.text(0x001D, "GPS-DATE-2024:05:06"),
  });
  const auto exif = b.add_directory({
      b.data(0x9000, "0232"),
      b.data(0x927C, "MAKER-NOTE with things only the maker knows"),
      b.data(0x9286, std::string_view("ASCII\0\0\0USER-COMMENT", 20)),
      b.shorts(0xA001, {1}),
      b.text(0xA430, "OWNER-NAME Jane Roe"),
      b.text(0xA431, "SERIAL-BODY-000123"),
      b.text(0xA435, "SERIAL-LENS-000456"),
  });
  const auto primary = b.add_directory({
      b.text(0x010F, "Camera maker"),
      b.shorts(0x0112, {orientation}),
      b.text(0x013B, "Jane Photographer"),
      b.text(0x8298, "(c) 2024 Jane Photographer, all rights reserved"),
      b.longs(0x8769, {exif}),
      b.longs(0x8825, {gps}),
  });
  const std::string_view jpeg = "\xFF\xD8\xFF\xDBTHUMBNAIL-PIXELS\xFF\xD9";
  const auto thumbnail = b.add_directory({
      b.shorts(0x0103, {6}),
      b.longs(0x0201, {0}),
      b.longs(0x0202, {static_cast<std::uint32_t>(jpeg.size())}),
  });
  const auto pixels = b.add_bytes(jpeg);
  b.set(thumbnail + 2 + 12 + 8, pixels, 4);
  b.set_first(primary);
  b.link(primary, thumbnail);
  return b;
}

}  // namespace limen::test
