// SPDX-License-Identifier: Apache-2.0
#pragma once

// What all ways to write a JPEG have in common: libjpeg's settings, metadata, memory, errors.

#include <vector>

#include "lib/codec/jpeg/geometry.h"
#include "lib/codec/jpeg/segments.h"
#include "lib/codec/jpeg/session.h"
#include "limen/codec/encode.h"

namespace limen::inline LIMEN_ABI {

struct JpegSettings {
  Size size;
  J_COLOR_SPACE input = JCS_RGB;
  ChromaSubsampling subsampling = ChromaSubsampling::yuv420;
  int quality = 80;
  bool is_progressive = true;
  bool has_own_tables = true;
};

/// What `options` say of a picture of this size; `input` and, for gray, `subsampling` are left to
/// the caller. Errors: unsupported.
Result<JpegSettings> jpeg_settings(Size size, const EncodeOptions& options);

/// Both call libjpeg alone: for use inside JpegCompressor::run().
void configure(jpeg_compress_struct& state, const JpegSettings& settings);
void write_segments(jpeg_compress_struct& state, const JpegSegment* segments, std::size_t count);

/// Everything around the picture itself: inside a run, `write.begin(state)` starts libjpeg once it
/// is configured and `write.rows(state)` gives it the picture after the metadata.
template <class Write>
Result<Bytes> compress_with(const JpegSettings& settings, const EncodeOptions& options,
                            const Execution& execution, const Write& write,
                            bool keeps_coefficients) {
  std::vector<Bytes> prefixes;
  LIMEN_ASSIGN(const std::vector<JpegSegment> segments, plan_segments(options.metadata, prefixes));
  LIMEN_ASSIGN(const MemoryReservation held,
               execution.workspace->reserve(
                   libjpeg_encode_bytes(settings.size, settings.subsampling, keeps_coefficients)));
  JpegCompressor jpeg(execution);
  LIMEN_TRY(jpeg.open());
  const JpegSegment* const first_segment = segments.data();
  const std::size_t segment_count = segments.size();
  LIMEN_TRY(
      jpeg.run([&settings, &write, first_segment, segment_count](jpeg_compress_struct& state) {
        configure(state, settings);
        write.begin(state);
        write_segments(state, first_segment, segment_count);
        write.rows(state);
        jpeg_finish_compress(&state);
      }));
  return jpeg.take();
}

}  // namespace limen::inline LIMEN_ABI
