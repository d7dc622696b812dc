// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

#include "limen/core/abi.h"

// What the kernels are given. In the 16-bit kernels a sample between the passes ("mid") is
// (v - 128) * 128 for v of 0 to 255: seven bits of fraction and, because weights sum to exactly
// one, room for overshoot to both sides without a clamp.

namespace limen::inline LIMEN_ABI {

namespace resample {

inline constexpr int kMidBits = 7;
inline constexpr int kMidZero = 128 << kMidBits;
/// How many output rows share each load.
inline constexpr int kRowsTogether = 4;

/// Up to four output rows from the input rows `rows[0]`, `rows[1]`, … Output r takes the pairs of
/// rows begin[r] to end[r] - 1, both of which do not fall as r rises.
struct FixedVerticalRows {
  const void* const* rows = nullptr;
  int outputs = 0;
  std::int32_t begin[kRowsTogether] = {};
  std::int32_t end[kRowsTogether] = {};
  const std::int16_t* weights[kRowsTogether] = {};
  std::int32_t bits[kRowsTogether] = {};
  void* out[kRowsTogether] = {};
  std::size_t samples = 0;
};

/// Up to four rows of the same width. Input: pairs of neighbouring pixels interleaved per channel,
/// (c0 of 2k, c0 of 2k + 1), (c1 …), …; three channels take the room of four.
struct FixedHorizontalRows {
  const std::int16_t* paired[kRowsTogether] = {};
  int rows = 0;
  void* out[kRowsTogether] = {};
  int channels = 0;
  std::int32_t outputs = 0;
  const std::int32_t* first = nullptr;
  const std::int32_t* pairs = nullptr;
  const std::int32_t* bits = nullptr;
  const std::int16_t* weights = nullptr;
  std::int32_t pair_stride = 0;
};

/// Lanes that a pixel takes in the kernels: 3 channels travel as 4.
constexpr int lanes_of(int channels) { return channels == 3 ? 4 : channels; }

}  // namespace resample

}  // namespace limen::inline LIMEN_ABI
