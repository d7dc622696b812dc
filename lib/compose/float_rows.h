// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>

#include "lib/compose/samples.h"

// Rows of integer samples as floats of the same range for a filter, colour multiplied by alpha, and
// back. Plain loops: each operation is rounded alike everywhere, and compilers vectorise them.

namespace limen::inline LIMEN_ABI {
namespace compose {

/// Where a Gaussian may be cut, in standard deviations: what lies beyond is 6e-5 of its weight at 4
/// and 6e-7 at 5, far below a step of 8 bits and of 16.
template <class Sample>
constexpr double reach_for() {
  return sizeof(Sample) == 1 ? 4.0 : 5.0;
}

template <class Sample, int Channels>
void premultiplied_floats(const Sample* from, float* to, std::size_t pixels) {
  if constexpr (Channels % 2 == 1) {
    for (std::size_t i = 0; i < pixels * Channels; ++i) to[i] = static_cast<float>(from[i]);
  } else {
    constexpr auto kFull = static_cast<float>(kMost<Sample>);
    for (std::size_t i = 0; i < pixels * Channels; i += Channels) {
      const auto alpha = static_cast<float>(from[i + Channels - 1]);
      const float share = alpha / kFull;
      for (std::size_t c = 0; c + 1 < Channels; ++c)
        to[i + c] = static_cast<float>(from[i + c]) * share;
      to[i + Channels - 1] = alpha;
    }
  }
}

/// Half up, clamped. NaN, which no caller makes, would become 0.
template <class Sample>
Sample to_sample(float value) {
  constexpr auto kFull = static_cast<float>(kMost<Sample>);
  return static_cast<Sample>(
      static_cast<std::int32_t>(std::min(std::max(0.0f, value), kFull) + 0.5f));
}

/// Where alpha rounds to nothing, colour becomes 0 too.
template <class Sample, int Channels>
void straight_samples(const float* from, Sample* to, std::size_t pixels) {
  if constexpr (Channels % 2 == 1) {
    for (std::size_t i = 0; i < pixels * Channels; ++i) to[i] = to_sample<Sample>(from[i]);
  } else {
    constexpr auto kFull = static_cast<float>(kMost<Sample>);
    for (std::size_t i = 0; i < pixels * Channels; i += Channels) {
      const float alpha = from[i + Channels - 1];
      const float scale = alpha < 0.5f ? 0.0f : kFull / alpha;
      for (std::size_t c = 0; c + 1 < Channels; ++c)
        to[i + c] = to_sample<Sample>(from[i + c] * scale);
      to[i + Channels - 1] = to_sample<Sample>(alpha);
    }
  }
}

}  // namespace compose
}  // namespace limen::inline LIMEN_ABI
