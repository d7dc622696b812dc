// SPDX-License-Identifier: Apache-2.0
#pragma once

// libjpeg's own encoder, in whose time the cost of a search is told: limen's encoder makes the same
// bytes in less, and a search should not look dearer for that.

#include <cstdio>
// jpeglib.h needs the one before it.
#include <jpeglib.h>

#include <cstdlib>

#include "benchmarks/search/pictures.h"
#include "lib/codec/jpeg/settings.h"
#include "limen/codec/encode.h"

namespace limen::bench {

/// gray8 or rgb8; of `options`, mode, chroma, effort and progressive matter.
inline Bytes encode_by_libjpeg(const ConstImageView& picture, const EncodeOptions& options) {
  const JpegSettings settings = required(jpeg_settings(picture.size, options), "settings");
  jpeg_compress_struct state{};
  jpeg_error_mgr errors{};
  state.err = jpeg_std_error(&errors);  // ends the program at an error
  jpeg_create_compress(&state);
  unsigned char* memory = nullptr;
  unsigned long size = 0;
  jpeg_mem_dest(&state, &memory, &size);
  state.image_width = static_cast<JDIMENSION>(picture.size.width);
  state.image_height = static_cast<JDIMENSION>(picture.size.height);
  state.input_components = picture.format.channels();
  state.in_color_space = picture.format.channels() == 1 ? JCS_GRAYSCALE : JCS_RGB;
  jpeg_set_defaults(&state);
  jpeg_set_quality(&state, settings.quality, TRUE);
  state.optimize_coding = settings.has_own_tables ? TRUE : FALSE;
  if (settings.is_progressive) jpeg_simple_progression(&state);
  const int side = settings.subsampling == ChromaSubsampling::yuv420 ? 2 : 1;
  if (picture.format.channels() > 1) {
    state.comp_info[0].h_samp_factor = state.comp_info[0].v_samp_factor = side;
  }
  jpeg_start_compress(&state, TRUE);
  for (std::int32_t y = 0; y < picture.size.height; ++y) {
    // libjpeg only reads it.
    JSAMPROW row = const_cast<JSAMPROW>(picture.row_as<std::uint8_t>(y));
    jpeg_write_scanlines(&state, &row, 1);
  }
  jpeg_finish_compress(&state);
  jpeg_destroy_compress(&state);
  const auto* begin = reinterpret_cast<const std::byte*>(memory);
  Bytes file(begin, begin + size);
  std::free(memory);
  return file;
}

}  // namespace limen::bench
