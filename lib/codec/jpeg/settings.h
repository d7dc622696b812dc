// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "limen/codec/encode.h"

namespace limen::inline LIMEN_ABI {

/// What EncodeOptions mean for a JPEG.
struct JpegSettings {
  ChromaSubsampling subsampling = ChromaSubsampling::yuv420;  ///< of pictures with colours
  int quality = 80;                                           ///< 1 to 100
  bool is_progressive = true;
  bool is_brief = false;  ///< that, by few scans
  bool has_own_tables = true;
};

/// Errors: unsupported.
Result<JpegSettings> jpeg_settings(Size size, const EncodeOptions& options);

}  // namespace limen::inline LIMEN_ABI
