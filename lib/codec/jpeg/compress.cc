// SPDX-License-Identifier: Apache-2.0
#include "lib/codec/jpeg/compress.h"

#include <algorithm>
#include <cmath>
#include <string>

namespace limen::inline LIMEN_ABI {

namespace {

constexpr int kLowestFineQuality = 90;  // from here up, automatic chroma is not subsampled

}  // namespace

Result<JpegSettings> jpeg_settings(Size size, const EncodeOptions& options) {
  if (size.width > JPEG_MAX_DIMENSION || size.height > JPEG_MAX_DIMENSION) {
    return unsupported("JPEG holds at most " + std::to_string(JPEG_MAX_DIMENSION) +
                           " pixels a side, asked: " + std::to_string(size.width) + "x" +
                           std::to_string(size.height),
                       Format::jpeg);
  }
  const auto* quality = std::get_if<Quality>(&options.mode);
  if (quality == nullptr) return unsupported("JPEG is coded by a quality alone", Format::jpeg);
  JpegSettings settings;
  settings.size = size;
  settings.quality = std::clamp(static_cast<int>(std::floor(quality->value + 0.5f)), 1, 100);
  settings.is_progressive = options.progressive && options.effort >= 2;
  settings.has_own_tables = options.effort >= 1;
  settings.subsampling = options.chroma;
  if (options.chroma == ChromaSubsampling::automatic) {
    settings.subsampling = quality->value >= kLowestFineQuality ? ChromaSubsampling::yuv444
                                                                : ChromaSubsampling::yuv420;
  }
  return settings;
}

void configure(jpeg_compress_struct& state, const JpegSettings& settings) {
  state.image_width = static_cast<JDIMENSION>(settings.size.width);
  state.image_height = static_cast<JDIMENSION>(settings.size.height);
  state.in_color_space = settings.input;
  state.input_components = settings.input == JCS_GRAYSCALE ? 1 : 3;
  jpeg_set_defaults(&state);
  const bool is_gray = settings.subsampling == ChromaSubsampling::gray;
  jpeg_set_colorspace(&state, is_gray ? JCS_GRAYSCALE : JCS_YCbCr);
  // TRUE: tables of bytes, which every decoder reads.
  jpeg_set_quality(&state, settings.quality, TRUE);
  state.dct_method = JDCT_ISLOW;
  state.optimize_coding = settings.has_own_tables ? TRUE : FALSE;
  // 32 is a multiple of every chroma step: what is left of it tells the step.
  const Size step = is_gray ? Size{32, 32} : chroma_size({32, 32}, settings.subsampling);
  for (int i = 0; i < state.num_components; ++i) {
    state.comp_info[i].h_samp_factor = i == 0 ? 32 / step.width : 1;
    state.comp_info[i].v_samp_factor = i == 0 ? 32 / step.height : 1;
  }
  if (settings.is_progressive) jpeg_simple_progression(&state);
}

void write_segments(jpeg_compress_struct& state, const JpegSegment* segments, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    const JpegSegment& segment = segments[i];
    jpeg_write_m_header(&state, segment.marker,
                        static_cast<unsigned>(segment.prefix.size() + segment.body.size()));
    for (const ByteView part : {segment.prefix, segment.body}) {
      for (const std::byte byte : part) jpeg_write_m_byte(&state, std::to_integer<int>(byte));
    }
  }
}

}  // namespace limen::inline LIMEN_ABI
