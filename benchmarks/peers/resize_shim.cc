// SPDX-License-Identifier: Apache-2.0

// limen's resize() as a C function, for resize.py.

#include <cstddef>
#include <cstdint>

#include "limen/core/execution.h"
#include "limen/core/image_view.h"
#include "limen/resample/resize.h"

namespace {

// A worker's: kept from picture to picture.
limen::Workspace& workspace() {
  static limen::Workspace kept;
  return kept;
}

}  // namespace

// Lanczos3 of u8; `alpha` != 0: the fourth channel is straight alpha. 0 on success.
extern "C" __attribute__((visibility("default"))) int limen_peer_resize(
    int channels, int alpha, int linear, unsigned threads, int from_width, int from_height,
    const std::uint8_t* from, int to_width, int to_height, std::uint8_t* to) {
  const limen::PixelFormat premultiplied{limen::SampleType::u8, limen::Layout::rgba,
                                         limen::AlphaMode::premultiplied};
  const limen::PixelFormat format = channels == 1   ? limen::gray8
                                    : channels == 3 ? limen::rgb8
                                    : alpha != 0    ? limen::rgba8
                                                    : premultiplied;
  const limen::ConstImageView source(reinterpret_cast<const std::byte*>(from),
                                     {from_width, from_height},
                                     std::ptrdiff_t{from_width} * channels, format);
  const limen::ImageView target(reinterpret_cast<std::byte*>(to), {to_width, to_height},
                                std::ptrdiff_t{to_width} * channels, format);
  return limen::resize(source, target, {.linear_light = linear != 0},
                       {.workspace = &workspace(), .threads = threads})
                 .has_value()
             ? 0
             : 1;
}
