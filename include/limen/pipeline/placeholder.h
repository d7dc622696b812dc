// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "limen/codec/decode.h"
#include "limen/core/abi.h"
#include "limen/core/bytes.h"
#include "limen/core/color.h"
#include "limen/core/execution.h"
#include "limen/core/geometry.h"
#include "limen/core/limits.h"
#include "limen/core/result.h"

namespace limen::inline LIMEN_ABI {

/// What a page shows until the picture is there.
struct Placeholder {
  /// "data:image/webp;base64,…": the whole picture upright in sRGB, its longer side 16 pixels
  /// (never enlarged), blurred; a few hundred characters.
  std::string data_uri;
  Size size;      ///< of the picture in the URI
  Color average;  ///< of the whole picture, as average_color() computes it
  Size upright;   ///< of the source: what `width` and `height` of an <img> need
};

/// Makes one from a file. Errors: those of decode().
LIMEN_API Result<Placeholder> make_placeholder(ByteView source, const Limits& limits = {},
                                               const Execution& execution = {});

/// Makes one from sRGB pixels that are upright already; straight alpha, u8 or u16.
LIMEN_API Result<Placeholder> make_placeholder(const ConstImageView& picture,
                                               const Execution& execution = {});

}  // namespace limen::inline LIMEN_ABI
