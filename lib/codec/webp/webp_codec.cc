// SPDX-License-Identifier: Apache-2.0
#include "lib/codec/webp/webp_codec.h"

#include <webp/decode.h>

#include <string>

#include "lib/codec/webp/container.h"
#include "limen/codec/metadata.h"

namespace limen::inline LIMEN_ABI {

namespace webp {

namespace {

std::string library_version() {
  const int version = WebPGetDecoderVersion();  // 8 bits each
  return "libwebp " + std::to_string(version >> 16 & 0xFF) + "." +
         std::to_string(version >> 8 & 0xFF) + "." + std::to_string(version & 0xFF);
}

}  // namespace

Result<ImageInfo> probe(ByteView bytes, const Limits& limits) {
  LIMEN_ASSIGN(const Container container, read_container(bytes));
  const std::uint64_t kept = container.icc.size() + container.exif.size() + container.xmp.size();
  if (kept > limits.metadata_bytes) {
    return limit_exceeded(Limit::metadata_bytes, kept, limits.metadata_bytes, Format::webp);
  }
  ImageInfo info;
  info.format = Format::webp;
  info.size = container.canvas;
  info.frames = container.frames;
  info.is_lossless = container.frame.is_lossless;
  info.model = info.is_lossless ? ColorModel::rgb : ColorModel::ycbcr;
  info.subsampling = info.is_lossless ? ChromaSubsampling::yuv444 : ChromaSubsampling::yuv420;
  info.has_alpha = container.has_alpha();
  info.color.icc.assign(container.icc.begin(), container.icc.end());
  if (!container.exif.empty()) {
    info.has_exif = true;
    const ExifSummary exif = summarize_exif(container.exif);
    info.orientation = exif.orientation;
    info.color.is_srgb = exif.color_space == 1;
  }
  info.has_xmp = !container.xmp.empty();
  return info;
}

}  // namespace webp

const Codec webp_codec = {
    .format = Format::webp,
    .library_version = webp::library_version,
    .sniff = webp::sniff,
    .probe = webp::probe,
    .decode = webp::decode,
    .decode_planar = webp::decode_planar,
    .predicted_decode_bytes = webp::predicted_decode_bytes,
    .encode = webp::encode,
    .encode_planar = webp::encode_planar,
    .start_trials = webp::start_trials,
    .rewrite = webp::rewrite,
};

}  // namespace limen::inline LIMEN_ABI
