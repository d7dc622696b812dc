// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <variant>

#include "limen/color/color_space.h"
#include "limen/core/abi.h"
#include "limen/core/bytes.h"
#include "limen/core/color.h"
#include "limen/core/execution.h"
#include "limen/core/format.h"
#include "limen/core/image_view.h"
#include "limen/core/metadata.h"
#include "limen/core/planar.h"
#include "limen/core/result.h"

namespace limen::inline LIMEN_ABI {

/// A lossy codec's own knob, 0 (smallest) to 100 (finest). JPEG: libjpeg's scale. WebP: libwebp's.
/// AVIF: libavif 1.x's, whichever version is linked. Not a Score: it says nothing of what is seen.
struct Quality {
  float value = 80;
  friend constexpr bool operator==(Quality, Quality) = default;
};

/// Every sample comes back as it was. PNG, WebP; AVIF: 4:4:4 identity. JPEG: unsupported.
struct Lossless {
  friend constexpr bool operator==(Lossless, Lossless) = default;
};

/// WebP's near-lossless preprocessing: 100 changes nothing, 60 is a fair start, 0 the most.
struct NearLossless {
  int level = 60;
  friend constexpr bool operator==(NearLossless, NearLossless) = default;
};

struct EncodeOptions {
  Format format = Format::jpeg;
  /// PNG is always lossless and ignores a Quality.
  std::variant<Quality, Lossless, NearLossless> mode = Quality{80};
  /// 0 (fastest) to 9 (smallest): maps to the codec's own effort or speed. JPEG: 0 is one
  /// sequential scan with the standard's example Huffman tables, 1 one sequential scan with tables
  /// made for the picture, from 2 on the tables are always made for it and `progressive` decides. 2
  /// has few progressive scans, in which no bit is put off; from 3 on they are libjpeg's, up to 1 %
  /// smaller.
  /// A search takes more from it: SearchOptions::encode.
  int effort = 4;
  /// automatic: 4:2:0, but 4:4:4 for JPEG and AVIF from quality 90 up. WebP lossy is always 4:2:0.
  ChromaSubsampling chroma = ChromaSubsampling::automatic;
  /// WebP lossy, from RGB: chroma is halved such that what a decoder makes of it comes closest to
  /// the picture ("sharp YUV"). Finer edges of colour at a quality for more time; fewer bytes at a
  /// score. Absent: from effort 7 up. Gray and other formats: no effect.
  std::optional<bool> sharp_yuv = std::nullopt;
  bool progressive =
      true;  ///< JPEG, effort 2 and up: progressive scans; PNG: no effect (never interlaced)
  int bit_depth = 8;  ///< AVIF: 8 or 10. PNG: taken from the pixels. Others: 8
  /// What alpha is blended onto where the format has none (JPEG): its alpha is ignored.
  Color matte = {255, 255, 255};
  /// Embedded as it is, already filtered by the caller's policy. `icc` too.
  Metadata metadata = {};
};

/// Encodes u8 or u16 gray, gray_alpha, rgb or rgba with straight alpha. Formats of 8 bits round u16
/// samples. Values that no field's range allows are invalid_argument; a picture that the format
/// cannot hold (WebP: 16383 a side; JPEG: 65500; AVIF: 65536) is unsupported. The result does not
/// depend on the machine. Errors besides: limit_exceeded, cancelled, out_of_memory.
LIMEN_API Result<Bytes> encode(const ConstImageView& image, const EncodeOptions& options,
                               const Execution& execution = {});

/// Encodes planes as they are: JPEG from full-range BT.601 in any subsampling that it can code,
/// WebP from limited-range BT.601 4:2:0 (alpha allowed). Other combinations: unsupported.
LIMEN_API Result<Bytes> encode_planar(const PlanarImage& image, const EncodeOptions& options,
                                      const Execution& execution = {});

}  // namespace limen::inline LIMEN_ABI
