// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "limen/core/abi.h"
#include "limen/core/bytes.h"

namespace limen::inline LIMEN_ABI {

/// A file's blocks of metadata as they stand in it, without the container's framing. Empty: absent.
struct Metadata {
  Bytes icc;      ///< an ICC profile, JPEG's chunks joined, PNG's inflated
  Bytes exif;     ///< a TIFF stream from its "II" or "MM" on, without "Exif\0\0"
  Bytes xmp;      ///< an XMP packet, UTF-8
  Bytes iptc;     ///< IPTC-IIM records, from JPEG's Photoshop segment
  Bytes comment;  ///< a JPEG comment or PNG text chunks joined by newlines ("Keyword: text")

  bool is_empty() const {
    return icc.empty() && exif.empty() && xmp.empty() && iptc.empty() && comment.empty();
  }
};

}  // namespace limen::inline LIMEN_ABI
