// SPDX-License-Identifier: Apache-2.0
#pragma once

// What stands before the first scan of a JPEG, read by a walk over its markers: nothing is decoded
// and nothing is copied.

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "limen/codec/decode.h"

namespace limen::inline LIMEN_ABI {

struct JpegComponent {
  int id = 0;
  int horizontal = 1;  ///< sampling factors, 1 to 4
  int vertical = 1;
  int table = 0;  ///< which quantisation table
};

/// Quantisation values in zigzag order, as DQT carries them.
struct JpegQuantTable {
  bool is_defined = false;
  std::array<std::uint16_t, 64> values{};
};

/// Views point into the bytes that were read.
struct JpegHeader {
  Size size;
  bool is_progressive = false;
  bool is_arithmetic = false;
  bool has_jfif = false;
  std::optional<int> adobe_transform;
  std::vector<JpegComponent> components;
  std::array<JpegQuantTable, 4> quant_tables;
  int components_in_first_scan = 0;

  ByteView exif;                       ///< TIFF stream of the first EXIF segment
  ByteView xmp;                        ///< packet of the first XMP segment
  std::vector<ByteView> icc_segments;  ///< each from its sequence number on
  std::vector<ByteView> photoshop;     ///< image resource blocks, in pieces
  std::vector<ByteView> comments;
  bool has_multi_picture = false;  ///< CIPA DC-007's "MPF"
  bool has_iso_gain_map = false;   ///< ISO 21496-1's URN
};

/// Errors: malformed, truncated, unsupported (12 bits, lossless, hierarchical, height in a DNL
/// marker, by name), limit_exceeded (metadata_bytes).
Result<JpegHeader> read_jpeg_header(ByteView bytes, const Limits& limits);

ColorModel color_model(const JpegHeader& header);
ChromaSubsampling subsampling(const JpegHeader& header);

/// The name of one chroma sample for `columns` by `rows` of luma; `other` where there is none.
ChromaSubsampling subsampling_of(int columns, int rows);

/// The header as callers of probe() see it.
ImageInfo describe(const JpegHeader& header);

/// The blocks of metadata, copied out.
Metadata copy_metadata(const JpegHeader& header);

/// The nearest libjpeg quality, 1 to 100, of the tables that the components use; nothing where one
/// is missing.
std::optional<int> estimate_quality(const JpegHeader& header);

}  // namespace limen::inline LIMEN_ABI
