// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "limen/core/abi.h"

namespace limen::inline LIMEN_ABI {

/// One sRGB colour, straight alpha, 8 bits each.
struct Color {
  std::uint8_t red = 0;
  std::uint8_t green = 0;
  std::uint8_t blue = 0;
  std::uint8_t alpha = 255;

  friend constexpr bool operator==(Color, Color) = default;
};

}  // namespace limen::inline LIMEN_ABI
