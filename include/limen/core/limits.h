// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "limen/core/abi.h"
#include "limen/core/geometry.h"
#include "limen/core/result.h"

namespace limen::inline LIMEN_ABI {

/// What one call may take at the most. Checked from headers, before memory is taken or a pixel is
/// decoded. Every field can be raised or lowered; 0 allows nothing.
struct Limits {
  std::uint64_t input_bytes = 64'000'000;      ///< bytes of one input
  std::int32_t side = 65'535;                  ///< pixels, each side of a frame
  std::uint64_t pixels = 50'000'000;           ///< pixels of one frame
  std::uint64_t working_memory = 256'000'000;  ///< bytes held at one time, outputs included
  std::uint32_t scans = 100;                   ///< scans of a progressive JPEG
  std::uint32_t frames = 1'000;                ///< frames of an animation
  std::uint64_t metadata_bytes = 4'000'000;    ///< bytes of ICC, EXIF, XMP and text together
};

/// Refuses a size that is not positive (invalid_argument) or beyond `side` or `pixels`.
inline Result<void> check_size(Size size, const Limits& limits) {
  if (is_empty(size)) {
    return invalid_argument("a size of " + std::to_string(size.width) + "x" +
                            std::to_string(size.height) + " has no pixels");
  }
  const auto longer =
      static_cast<std::uint64_t>(size.width > size.height ? size.width : size.height);
  if (limits.side < 0 || longer > static_cast<std::uint64_t>(limits.side)) {
    return limit_exceeded(Limit::side, longer,
                          limits.side < 0 ? 0 : static_cast<std::uint64_t>(limits.side));
  }
  if (area(size) > limits.pixels) {
    return limit_exceeded(Limit::pixels, area(size), limits.pixels);
  }
  return {};
}

}  // namespace limen::inline LIMEN_ABI
