// SPDX-License-Identifier: Apache-2.0
#pragma once

// Samples as libwebp takes them.

#include <cstdint>

#include "limen/core/abi.h"

namespace limen::inline LIMEN_ABI::webp {

inline std::uint8_t to_8_bits(std::uint8_t sample) { return sample; }
/// The nearest of 256 levels.
inline std::uint8_t to_8_bits(std::uint16_t sample) {
  return static_cast<std::uint8_t>((sample * 255u + 32767u) / 65535u);
}

}  // namespace limen::inline LIMEN_ABI::webp
