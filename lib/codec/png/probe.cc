// SPDX-License-Identifier: Apache-2.0
#include "lib/codec/png/chunks.h"
#include "lib/codec/png/png_codec.h"
#include "limen/codec/metadata.h"

namespace limen::inline LIMEN_ABI::png {

namespace {

ColorModel model_of(ColorType type) {
  switch (type) {
    case ColorType::gray:
    case ColorType::gray_alpha:
      return ColorModel::gray;
    case ColorType::palette:
      return ColorModel::palette;
    default:
      return ColorModel::rgb;
  }
}

// gAMA and cHRM store 100,000 times the value (PNG 11.3.2.1, 11.3.2.2).
double read_fixed(const Chunk& chunk, std::size_t index) {
  return read_u32(chunk.data, index * 4) / 100000.0;
}

Result<ColorDescription> color_of(const Headers& headers, const Limits& limits) {
  ColorDescription color;
  if (headers.iccp) {
    LIMEN_ASSIGN(color.icc, read_icc(*headers.iccp, limits.metadata_bytes));
  }
  if (headers.cicp) {
    const auto at = [&](std::size_t i) {
      return std::to_integer<std::uint16_t>(headers.cicp->data[i]);
    };
    color.cicp =
        Cicp{.primaries = at(0), .transfer = at(1), .matrix = at(2), .full_range = at(3) != 0};
  }
  color.is_srgb = headers.srgb.has_value();
  if (headers.gama && read_u32(headers.gama->data, 0) != 0) {
    color.gamma = read_fixed(*headers.gama, 0);
  }
  if (headers.chrm) {
    const auto at = [&](std::size_t i) { return read_fixed(*headers.chrm, i); };
    color.chromaticities = Chromaticities{.white_x = at(0),
                                          .white_y = at(1),
                                          .red_x = at(2),
                                          .red_y = at(3),
                                          .green_x = at(4),
                                          .green_y = at(5),
                                          .blue_x = at(6),
                                          .blue_y = at(7)};
  }
  return color;
}

}  // namespace

Result<ImageInfo> probe(ByteView bytes, const Limits& limits) {
  LIMEN_ASSIGN(const Headers headers, read_headers(bytes));
  ImageInfo info;
  info.format = Format::png;
  info.size = headers.size;
  info.frames = headers.frames;
  info.bit_depth = headers.bit_depth;
  info.model = model_of(headers.color_type);
  info.has_alpha = headers.has_alpha();
  info.subsampling =
      info.model == ColorModel::gray ? ChromaSubsampling::gray : ChromaSubsampling::yuv444;
  info.is_lossless = true;
  info.is_progressive = headers.is_interlaced;
  LIMEN_ASSIGN(info.color, color_of(headers, limits));
  if (headers.exif) {
    info.has_exif = true;
    info.orientation = summarize_exif(exif_of(*headers.exif)).orientation;
  }
  info.has_xmp = headers.xmp.has_value();
  const std::uint64_t kept = info.color.icc.size() +
                             (headers.exif ? headers.exif->data.size() : 0) +
                             (headers.xmp ? headers.xmp->data.size() : 0);
  if (kept > limits.metadata_bytes) {
    return limit_exceeded(Limit::metadata_bytes, kept, limits.metadata_bytes, Format::png);
  }
  return info;
}

}  // namespace limen::inline LIMEN_ABI::png
