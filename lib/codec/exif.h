// SPDX-License-Identifier: Apache-2.0
#pragma once

// EXIF as the TIFF stream that it is (TIFF 6.0, section 2; EXIF 2.32, section 4.6), read without
// trust: an entry or a directory that does not lie inside the stream is left out.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "limen/core/abi.h"
#include "limen/core/bytes.h"

namespace limen::inline LIMEN_ABI {

namespace exif_tag {
inline constexpr std::uint16_t strip_offsets = 0x0111;
inline constexpr std::uint16_t orientation = 0x0112;
inline constexpr std::uint16_t strip_byte_counts = 0x0117;
inline constexpr std::uint16_t artist = 0x013B;
inline constexpr std::uint16_t sub_directories = 0x014A;
inline constexpr std::uint16_t thumbnail_offset = 0x0201;
inline constexpr std::uint16_t thumbnail_length = 0x0202;
inline constexpr std::uint16_t xmp = 0x02BC;
inline constexpr std::uint16_t copyright = 0x8298;
inline constexpr std::uint16_t iptc = 0x83BB;
inline constexpr std::uint16_t photoshop = 0x8649;
inline constexpr std::uint16_t exif_directory = 0x8769;
inline constexpr std::uint16_t gps_directory = 0x8825;
inline constexpr std::uint16_t maker_note = 0x927C;
inline constexpr std::uint16_t color_space = 0xA001;
inline constexpr std::uint16_t interop_directory = 0xA005;
inline constexpr std::uint16_t body_serial_number = 0xA431;
inline constexpr std::uint16_t lens_serial_number = 0xA435;
inline constexpr std::uint16_t camera_serial_number = 0xC62F;  // DNG 1.6
inline constexpr std::uint16_t dng_private_data = 0xC634;      // DNG 1.6: a maker note
}  // namespace exif_tag

struct TiffEntry {
  std::uint16_t tag = 0;
  std::uint16_t type = 0;
  std::uint32_t count = 0;
  std::size_t position = 0;        ///< of the entry's 12 bytes in the stream
  std::size_t value_position = 0;  ///< of `value` in the stream
  ByteView value;                  ///< empty where it would lie outside the stream
};

enum class TiffDirectoryKind : std::uint8_t { primary, exif, gps, interop, thumbnail };

struct TiffDirectory {
  TiffDirectoryKind kind = TiffDirectoryKind::primary;
  std::size_t position = 0;
  std::size_t end = 0;            ///< behind the last entry and the link, as far as they are there
  std::size_t link_position = 0;  ///< of the 4 bytes that point to the next directory, 0 if none
  std::vector<TiffEntry> entries;

  const TiffEntry* find(std::uint16_t tag) const;
};

/// A stream and its directories. Views point into the bytes given.
class TiffStream {
 public:
  /// Never fails; a stream without a TIFF header has no directories. "Exif\0\0" in front is
  /// skipped.
  explicit TiffStream(ByteView bytes);

  /// From "II" or "MM" on.
  ByteView bytes() const { return bytes_; }
  bool is_little_endian() const { return little_endian_; }
  const std::vector<TiffDirectory>& directories() const { return directories_; }
  const TiffDirectory* find(TiffDirectoryKind kind) const;

  /// The entry's first value if its type is an integer.
  std::optional<std::uint32_t> first_integer(const TiffEntry& entry) const;
  /// The entry's text, cleaned; several texts separated by NUL become one with "; " between.
  std::string text(const TiffEntry& entry) const;

  std::uint32_t read_u32(std::size_t position) const;
  std::uint16_t read_u16(std::size_t position) const;

 private:
  void read_directory(std::uint32_t position, TiffDirectoryKind kind);

  ByteView bytes_;
  bool little_endian_ = true;
  std::size_t entries_left_ = 0;
  std::vector<TiffDirectory> directories_;
};

}  // namespace limen::inline LIMEN_ABI
