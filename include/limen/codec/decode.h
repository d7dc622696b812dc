// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "limen/color/color_space.h"
#include "limen/core/abi.h"
#include "limen/core/bytes.h"
#include "limen/core/execution.h"
#include "limen/core/format.h"
#include "limen/core/image.h"
#include "limen/core/limits.h"
#include "limen/core/metadata.h"
#include "limen/core/planar.h"
#include "limen/core/result.h"

namespace limen::inline LIMEN_ABI {

/// How a file codes its colours.
enum class ColorModel : std::uint8_t { gray, rgb, ycbcr, palette, cmyk, ycck };

constexpr std::string_view name(ColorModel model) {
  switch (model) {
    case ColorModel::gray:
      return "gray";
    case ColorModel::rgb:
      return "rgb";
    case ColorModel::ycbcr:
      return "ycbcr";
    case ColorModel::palette:
      return "palette";
    case ColorModel::cmyk:
      return "cmyk";
    case ColorModel::ycck:
      return "ycck";
  }
  return "rgb";
}

/// What a file's headers tell.
struct ImageInfo {
  Format format = Format::jpeg;
  Size size;  ///< as stored; AVIF: after the clean aperture, before rotation and mirror
  /// From EXIF, or AVIF's irot and imir. Pixels come out of decode() as stored, never yet turned.
  Orientation orientation = Orientation::top_left;
  std::uint32_t frames = 1;  ///< pictures of an animation; decode() gives the first
  int bit_depth = 8;         ///< bits per sample as coded
  ColorModel model = ColorModel::rgb;
  bool has_alpha = false;
  ChromaSubsampling subsampling = ChromaSubsampling::other;  ///< yuv444 where not subsampled
  bool is_lossless = false;
  bool is_progressive = false;  ///< progressive JPEG, interlaced PNG
  bool is_arithmetic = false;   ///< arithmetic-coded JPEG
  /// JPEG: the picture comes in several scans, progressive or not, so that a decoder must hold all
  /// of its coefficients.
  bool is_multi_scan = false;
  bool has_gain_map = false;  ///< reported, never applied
  ColorDescription color;     ///< with the ICC profile's bytes
  /// JPEG: the libjpeg quality whose tables are nearest to the file's, 1..100.
  std::optional<int> jpeg_quality;
  /// Which blocks of metadata are there.
  bool has_exif = false;
  bool has_xmp = false;
  bool has_iptc = false;

  Size upright() const { return upright_size(size, orientation); }
};

/// What to do with a file that is damaged after a readable header.
enum class OnDamage : std::uint8_t {
  error,        ///< `malformed` or `truncated`
  best_effort,  ///< what can be read of it, gray or transparent below, and `damage` set
};

/// How much of a reduction a decoder may do itself (JPEG's DCT scaling; others ignore it).
enum class ShrinkAccuracy : std::uint8_t {
  exact,   ///< none
  fine,    ///< each side stays at least twice `at_least`: the resampler does the filtering
  coarse,  ///< each side stays at least `at_least`: faster, visibly less sharp
};

struct DecodeOptions {
  Limits limits = {};
  OnDamage on_damage = OnDamage::error;
  /// The size that the whole stored picture (not `region`) will be reduced to at least.
  std::optional<Size> at_least = std::nullopt;
  ShrinkAccuracy accuracy = ShrinkAccuracy::fine;
  /// Decode only this window of the stored picture, in stored full-size pixels. The pixels equal
  /// those of a full decode, byte for byte. With a scaled decode the window grows to whole scaled
  /// pixels. Outside the picture: invalid_argument.
  std::optional<Rect> region = std::nullopt;
  /// Keep samples of more than 8 bits, as u16 over its whole range. Otherwise they are reduced
  /// to 8.
  bool keep_16_bit = false;
  /// Fill Decoded::metadata. The ICC profile is in info.color either way.
  bool read_metadata = false;
};

/// Stored pixels: no orientation applied, no colour managed, alpha straight.
/// Layouts: gray, gray_alpha, rgb, rgba or (JPEG) cmyk with 0 = no ink; u8, or u16 with
/// keep_16_bit.
struct Decoded {
  Image image;
  ImageInfo info;
  Metadata metadata;  ///< empty unless asked for
  /// `image` stands for this window of the stored picture reduced by scale_eighths / 8:
  /// image.size() == size_of(region), both in pixels of the reduced grid, whose full size is
  /// ceil(stored * scale_eighths / 8).
  Rect region;
  int scale_eighths = 8;
  std::string damage;  ///< with best_effort: what was wrong; else empty
};

/// The same for planes (JPEG's and lossy WebP's own YCbCr, chroma not upsampled).
struct DecodedPlanar {
  PlanarImage image;
  ImageInfo info;
  Metadata metadata;
  Rect region;  ///< in luma pixels of the reduced grid; x and y are multiples of the chroma step
  int scale_eighths = 8;
  std::string damage;
};

/// Names the format from the first bytes. Errors: unsupported, saying what the bytes are where that
/// is known (GIF, TIFF, HEIC, JPEG XL, SVG, PDF, …); truncated for fewer than 2 bytes.
LIMEN_API Result<Format> sniff(ByteView bytes);

/// Reads the headers, decodes no pixel, takes no memory for them. The pixel limits are not applied:
/// a probe may tell the size of a picture that decode() refuses. Errors: unsupported, malformed,
/// truncated, limit_exceeded (input_bytes, metadata_bytes).
LIMEN_API Result<ImageInfo> probe(ByteView bytes, const Limits& limits = {});

/// Decodes the (first) picture. Errors: unsupported, malformed, truncated, limit_exceeded,
/// invalid_argument (region), cancelled, out_of_memory.
LIMEN_API Result<Decoded> decode(ByteView bytes, const DecodeOptions& options = {},
                                 const Execution& execution = {});

/// True if decode_planar() can serve this file: lossy WebP, and JPEG in gray or in YCbCr of a
/// subsampling that has a name.
LIMEN_API bool has_planar_decode(const ImageInfo& info);

/// Decodes to planes as coded, chroma not upsampled. `region` grows to whole chroma samples.
/// Errors: as decode(), and unsupported where has_planar_decode() is false.
LIMEN_API Result<DecodedPlanar> decode_planar(ByteView bytes, const DecodeOptions& options = {},
                                              const Execution& execution = {});

/// Upper bound of the bytes that decode() holds for this file with these options, result included.
/// What the limit on working memory is checked against before anything is allocated. A region that
/// does not lie inside counts as none.
LIMEN_API std::uint64_t predicted_decode_bytes(const ImageInfo& info, const DecodeOptions& options);

}  // namespace limen::inline LIMEN_ABI
