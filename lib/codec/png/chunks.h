// SPDX-License-Identifier: Apache-2.0
#pragma once

// The chunk layer of PNG (third edition, section 5): walking, checksums, and what the header chunks
// say. Nothing here decodes a pixel or inflates anything but an ICC profile or a text.

#include <cstdint>
#include <optional>
#include <string_view>

#include "limen/codec/decode.h"
#include "limen/core/bytes.h"
#include "limen/core/result.h"

namespace limen::inline LIMEN_ABI::png {

inline constexpr std::string_view kSignature{"\x89PNG\r\n\x1A\n", 8};

/// Four letters as one number, in the file's order.
constexpr std::uint32_t chunk_type(std::string_view letters) {
  return static_cast<std::uint32_t>(static_cast<unsigned char>(letters[0])) << 24 |
         static_cast<std::uint32_t>(static_cast<unsigned char>(letters[1])) << 16 |
         static_cast<std::uint32_t>(static_cast<unsigned char>(letters[2])) << 8 |
         static_cast<std::uint32_t>(static_cast<unsigned char>(letters[3]));
}

std::uint32_t read_u32(ByteView bytes, std::size_t offset);

struct Chunk {
  std::uint32_t type = 0;
  std::size_t offset = 0;  ///< of the length field
  ByteView data;           ///< what of it is in the file
  ByteView whole;          ///< length, type, data and checksum, as far as they are in the file
  bool is_complete = false;

  /// Bit 5 of the first letter clear: a decoder that does not know it must give up.
  bool is_critical() const { return (type >> 24 & 0x20) == 0; }
  bool has_valid_checksum() const;
};

/// Goes from chunk to chunk. Ends at the input's end or at what cannot be a chunk's header.
class ChunkWalker {
 public:
  ChunkWalker(ByteView bytes, std::size_t offset) : bytes_(bytes), offset_(offset) {}
  std::optional<Chunk> next();
  std::size_t offset() const { return offset_; }

 private:
  ByteView bytes_;
  std::size_t offset_;
};

/// Values of the colour type field.
enum class ColorType : std::uint8_t { gray = 0, rgb = 2, palette = 3, gray_alpha = 4, rgba = 6 };

/// Where the chunks lie that matter, checked as far as that goes without pixels.
struct Headers {
  Size size;
  int bit_depth = 8;
  ColorType color_type = ColorType::rgb;
  bool is_interlaced = false;
  Chunk ihdr;
  std::optional<Chunk> plte;
  std::optional<Chunk> trns;  ///< only one that is valid for the colour type
  std::size_t first_idat = 0;
  std::size_t end_bytes = 0;  ///< of the IEND, as far as it is in the file; 0: none was reached
  std::uint32_t frames = 1;
  std::optional<Chunk> iccp, exif, xmp, cicp, srgb, gama, chrm;

  /// What is missing then was never written.
  bool has_end() const { return end_bytes > 0; }
  bool has_alpha() const {
    return color_type == ColorType::gray_alpha || color_type == ColorType::rgba || trns.has_value();
  }
};

/// Errors: malformed, truncated (before the first IDAT).
Result<Headers> read_headers(ByteView bytes);

/// Inflates a zlib stream of at most `limit` bytes. Errors: malformed, limit_exceeded
/// (metadata_bytes, where it would grow beyond).
Result<Bytes> inflate(ByteView compressed, std::uint64_t limit);

/// The profile of an iCCP chunk; empty where it is damaged, which leaves the picture untagged, as
/// in browsers. Errors: limit_exceeded, where it inflates to more than `limit`.
Result<Bytes> read_icc(const Chunk& iccp, std::uint64_t limit);

/// The TIFF stream of an eXIf chunk.
ByteView exif_of(const Chunk& exif);

/// XMP and texts of the file; `budget` is what they may take together, and is reduced by it.
/// Errors: limit_exceeded.
Result<Bytes> read_xmp(const Chunk& itxt, std::uint64_t& budget);
Result<Bytes> read_comments(ByteView bytes, std::uint64_t& budget);

}  // namespace limen::inline LIMEN_ABI::png
