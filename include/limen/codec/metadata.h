// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "limen/core/abi.h"
#include "limen/core/bytes.h"
#include "limen/core/geometry.h"
#include "limen/core/metadata.h"
#include "limen/core/result.h"

namespace limen::inline LIMEN_ABI {

/// What of a source's metadata an output keeps.
enum class MetadataPolicy : std::uint8_t {
  none,       ///< nothing (a kept ICC profile is the colour policy's affair)
  copyright,  ///< copyright, creator and credit; everything else goes, personal data above all
  keep,  ///< everything, but orientation, which is applied, and thumbnails, which would be stale
};

/// What a TIFF stream of EXIF says, as far as limen cares. Texts are UTF-8, trimmed; several parts
/// (photographer, editor) are joined by "; ".
struct ExifSummary {
  Orientation orientation = Orientation::top_left;
  bool has_gps = false;
  bool has_thumbnail = false;
  bool has_serial_number = false;
  bool has_maker_note = false;
  std::string copyright;
  std::string artist;
  int color_space = 0;  ///< 1 is sRGB, 0xFFFF uncalibrated, 0 absent
};

/// Reads EXIF, with or without "Exif\0\0" in front. Never fails: what is broken, out of bounds or
/// looping is left out, as viewers do. An orientation may be of any integer type and count, the
/// first value counts, and one outside 1 to 8 is upright: so read libexif (libvips, sharp) and
/// Pillow.
LIMEN_API ExifSummary summarize_exif(ByteView exif);

/// What a policy left and what it dropped.
struct FilteredMetadata {
  Metadata kept;  ///< blocks written anew, safe to embed; icc is passed through unchanged
  /// One name an item, for reports, in this order: "gps", "serial_number", "maker_note",
  /// "thumbnail", "gain_map" (references to one in XMP), then the blocks of which anything at all
  /// went: "exif", "xmp", "iptc", "comment".
  std::vector<std::string> dropped;
};

/// Applies a policy. Blocks that cannot be parsed are dropped, and named. With `copyright`, the
/// EXIF that remains has Copyright and Artist, the XMP that remains dc:rights, dc:creator,
/// photoshop:Credit, xmpRights:*, cc:* and plus:* licence terms, rewritten into a minimal packet;
/// what IPTC-IIM or a PNG's text says of the same (copyright notice, by-line, credit; "Copyright:
/// ", "Author: ") fills in what XMP does not have. With `keep`, IPTC and comments stay as they are.
/// What policies give they leave alone when applied to it again.
LIMEN_API FilteredMetadata filter_metadata(const Metadata& metadata, MetadataPolicy policy);

}  // namespace limen::inline LIMEN_ABI
