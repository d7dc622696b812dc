// SPDX-License-Identifier: Apache-2.0
#include <cstring>
#include <string>

#include "lib/codec/png/chunks.h"
#include "lib/codec/png/png_codec.h"
#include "lib/codec/png/reader.h"

namespace limen::inline LIMEN_ABI::png {

namespace {

// libpng's structures, zlib's window and state, its input buffer, its palette: about 60 KB.
constexpr std::uint64_t kLibraryBytes = std::uint64_t{128} * 1024;

// What a Buffer of so many bytes counts as.
std::uint64_t buffer_bytes(std::uint64_t bytes) {
  return *checked_align_up(bytes + memory::kAlignment, memory::kAlignment);
}

std::uint64_t image_bytes(Size size, PixelFormat format) {
  const std::uint64_t stride = *checked_align_up(row_bytes(size, format), memory::kAlignment);
  return buffer_bytes(stride * static_cast<std::uint64_t>(size.height));
}

Rect region_of(const ImageInfo& info, const DecodeOptions& options) {
  return options.region.value_or(whole(info.size));
}

// libpng keeps two filtered rows, up to 8 bytes a pixel, padded to blocks of 8 pixels; an
// interlaced picture's are widened in place.
std::uint64_t library_bytes(const ImageInfo& info) {
  return kLibraryBytes + 16 * (static_cast<std::uint64_t>(info.size.width) + 64);
}

std::uint64_t scratch_bytes(const ImageInfo& info, PixelFormat format) {
  return row_bytes(info.size, format);
}

bool is_narrowed(const ImageInfo& info, const DecodeOptions& options) {
  return info.is_progressive && options.region && options.region->width != info.size.width;
}

Result<Metadata> read_metadata(ByteView bytes, const Headers& headers, const ImageInfo& info,
                               const Limits& limits) {
  Metadata metadata;
  metadata.icc = info.color.icc;
  std::uint64_t budget = limits.metadata_bytes - metadata.icc.size();  // probe() held the limit
  if (headers.exif) {
    const ByteView exif = exif_of(*headers.exif);
    if (exif.size() > budget) {
      return limit_exceeded(Limit::metadata_bytes, exif.size(), budget, Format::png);
    }
    budget -= exif.size();
    metadata.exif.assign(exif.begin(), exif.end());
  }
  if (headers.xmp) {
    LIMEN_ASSIGN(metadata.xmp, read_xmp(*headers.xmp, budget));
  }
  LIMEN_ASSIGN(metadata.comment, read_comments(bytes, budget));
  return metadata;
}

// What no row filled: transparent, or middle gray.
void fill_missing(const ImageView& view, std::int32_t first_row) {
  const int value = view.format.has_alpha() ? 0 : 0x80;
  for (std::int32_t y = first_row; y < view.size.height; ++y) {
    std::memset(view.row(y), value, row_bytes(view.size, view.format));
  }
}

}  // namespace

PixelFormat decoded_format(const ImageInfo& info, const DecodeOptions& options) {
  const bool is_gray = info.model == ColorModel::gray;
  const Layout layout = info.has_alpha ? (is_gray ? Layout::gray_alpha : Layout::rgba)
                                       : (is_gray ? Layout::gray : Layout::rgb);
  const bool is_16_bit = options.keep_16_bit && info.bit_depth == 16;
  return {is_16_bit ? SampleType::u16 : SampleType::u8, layout};
}

std::uint64_t predicted_decode_bytes(const ImageInfo& info, const DecodeOptions& options) {
  const PixelFormat format = decoded_format(info, options);
  const Rect region = region_of(info, options);
  std::uint64_t bytes = image_bytes(size_of(region), format) +
                        buffer_bytes(scratch_bytes(info, format)) + library_bytes(info);
  // Passes of an interlaced picture meet in rows of the whole width.
  if (is_narrowed(info, options)) bytes += image_bytes({info.size.width, region.height}, format);
  return bytes;
}

Result<Decoded> decode(ByteView bytes, const ImageInfo& info, const DecodeOptions& options,
                       const Execution& execution) {
  LIMEN_ASSIGN(const Headers headers, read_headers(bytes));
  const PixelFormat format = decoded_format(info, options);
  const Rect region = region_of(info, options);
  const bool is_best_effort = options.on_damage == OnDamage::best_effort;
  Decoded decoded;
  decoded.info = info;
  decoded.region = region;
  if (options.read_metadata) {
    LIMEN_ASSIGN(decoded.metadata, read_metadata(bytes, headers, info, options.limits));
  }

  LIMEN_ASSIGN(const auto reserved, execution.workspace->reserve(library_bytes(info)));
  Reader reader(bytes, headers, execution);
  if (!reader.start({.keep_16_bit = options.keep_16_bit, .ignore_checksums = is_best_effort})) {
    return reader.error();
  }
  if (reader.bytes_per_row() != row_bytes(info.size, format)) {
    return Error{.code = ErrorCode::internal,
                 .message = "PNG: libpng gives rows of " + std::to_string(reader.bytes_per_row()) +
                            " bytes where " + std::to_string(row_bytes(info.size, format)) +
                            " were expected",
                 .format = Format::png};
  }

  LIMEN_ASSIGN(auto scratch, execution.workspace->allocate(scratch_bytes(info, format)));
  std::memset(scratch.data(), 0, scratch.size());
  LIMEN_ASSIGN(decoded.image, Image::create(size_of(region), format, execution.workspace));
  Image wide;
  const bool narrow_later = is_narrowed(info, options);
  if (narrow_later) {
    LIMEN_ASSIGN(wide,
                 Image::create({info.size.width, region.height}, format, execution.workspace));
  }
  const ImageView target = narrow_later ? wide.view() : decoded.image.view();
  // Passes of an interlaced picture leave holes, which must not be somebody's old memory.
  if (headers.is_interlaced) fill_missing(target, 0);

  const bool was_complete =
      reader.read_rows({.target = target,
                        .first_row = region.y,
                        .first_column = narrow_later ? 0 : region.x,
                        .scratch = scratch.data(),
                        .wants_blocks = headers.is_interlaced && is_best_effort});
  if (!was_complete) {
    // Nothing of it read is no picture.
    if (!is_best_effort || reader.was_cancelled() || !reader.has_any_row()) return reader.error();
    decoded.damage = reader.error().message;
    if (!headers.is_interlaced) {
      fill_missing(target, std::max(0, reader.rows_done() - region.y));
    }
  } else if (is_best_effort && reader.warning()[0] != 0) {
    decoded.damage = std::string("PNG: ") + reader.warning();
  }
  if (narrow_later) {
    copy_pixels(subview(wide.const_view(), {region.x, 0, region.width, region.height}),
                decoded.image.view());
  }
  return decoded;
}

}  // namespace limen::inline LIMEN_ABI::png
