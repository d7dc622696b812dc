// SPDX-License-Identifier: Apache-2.0
#pragma once

// WebP's RIFF container (RFC 9649, section 2): where its chunks lie. Frames behind the first of an
// animation are counted and never touched.

#include <cstdint>
#include <optional>

#include "limen/codec/decode.h"
#include "limen/core/bytes.h"
#include "limen/core/result.h"

namespace limen::inline LIMEN_ABI::webp {

/// The one picture that is decoded.
struct Frame {
  Rect place;          ///< where it goes on the canvas
  ByteView bitstream;  ///< ALPH and VP8 or VP8L chunks, as libwebp takes them without a container
  std::size_t offset = 0;
  bool is_lossless = false;
  bool has_alpha = false;
  bool is_truncated = false;  ///< the input ends before it does
};

struct Container {
  Size canvas;
  bool is_animated = false;
  bool has_alpha_flag = false;  ///< VP8X says that some frame has alpha
  std::uint32_t frames = 1;
  Frame frame;
  ByteView icc, exif, xmp;

  /// True too where the first frame leaves some of the canvas free.
  bool has_alpha() const {
    return has_alpha_flag || frame.has_alpha || size_of(frame.place) != canvas;
  }
};

bool sniff(ByteView bytes);

/// Reads headers only. Errors: malformed, truncated, unsupported.
Result<Container> read_container(ByteView bytes);

}  // namespace limen::inline LIMEN_ABI::webp
