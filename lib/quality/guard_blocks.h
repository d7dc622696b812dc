// SPDX-License-Identifier: Apache-2.0
#pragma once

// What the guard's kernels take: rows of blocks of 8 by 8 pixels, and how the eye sees each
// frequency of one.

#include <array>
#include <cstddef>
#include <cstdint>

#include "limen/core/abi.h"

namespace limen::inline LIMEN_ABI::guard_terms {

/// Blocks side by side that are worked on together, one a lane; rows of masks and damage are filled
/// up to whole groups.
inline constexpr std::size_t kGroup = 16;
inline constexpr std::size_t kGroupWidth = 8 * kGroup;

constexpr std::size_t group_count(std::size_t width) {
  return (width + kGroupWidth - 1) / kGroupWidth;
}

/// How errors of each frequency are seen, row-major: 8 by 8 of luma, 4 by 4 of chroma at half the
/// resolution.
struct Sight {
  std::array<float, 64> luma;
  std::array<float, 16> chroma;
};

/// How the original's own detail hides errors: they are seen `unit` * ((light / hidden) ^ 1/4),
/// where light is the root of (mean + dark) * light_scale and hidden 1 + detail * detail_scale.
struct Masking {
  std::array<float, 3> share;  ///< of the quarters' variances in detail, the lowest first
  float dark;
  float light_scale;
  float detail_scale;
  float unit;
};

/// A row of blocks: eight rows of pixels, those below the picture repeating its last.
struct BlockRow {
  std::array<const std::uint8_t*, 8> original;
  std::array<const std::uint8_t*, 8> candidate;
  std::size_t width = 0;  ///< pixels
  bool is_gray = false;
};

}  // namespace limen::inline LIMEN_ABI::guard_terms
