// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

#include "limen/core/pixel_format.h"

// Porter and Duff's "over" on rows of straight-alpha integer samples.

namespace limen::inline LIMEN_ABI {
namespace compose {

/// An opacity of 1.
inline constexpr std::uint32_t kFullOpacity = 65535;

/// Blends `count` pixels of the mark over the picture's, in place. `opacity`: 0 to kFullOpacity.
template <class Sample>
using OverRow = void (*)(Sample* picture, const Sample* mark, std::size_t count,
                         std::uint32_t opacity);

/// The one for these layouts; neither may be cmyk.
template <class Sample>
OverRow<Sample> over_row(PixelFormat picture, PixelFormat mark);

}  // namespace compose
}  // namespace limen::inline LIMEN_ABI
