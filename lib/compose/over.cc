// SPDX-License-Identifier: Apache-2.0
#include "lib/compose/over.h"

#include <algorithm>

#include "lib/compose/arguments.h"
#include "lib/compose/rows.h"
#include "lib/compose/samples.h"

namespace limen::inline LIMEN_ABI {
namespace compose {

namespace {

// A mark pixel's weight is A / D, where A = alpha * opacity and D = M * 65535, M the largest
// sample. Nothing is rounded before the last division. Where a picture's pixel is opaque,
//   out = (c_mark * A + c_picture * (D - A)) / D,
// which for u8 fits in 32 bits: 255 * 255 * 65535 + D / 2 < 2^32. Else, with its alpha a,
//   N = A * M + a * (D - A),   alpha_out = N / D,
//   out = (c_mark * A * M + c_picture * a * (D - A)) / N,
// which for u16 fits in 64 bits: (2^16 - 1)^4 + N / 2 < 2^64.

template <class Sample>
struct Weights {
  std::uint64_t mark = 0;     // A
  std::uint64_t picture = 0;  // D - A
};

template <class Sample>
constexpr std::uint64_t kWhole = std::uint64_t{kMost<Sample>} * kFullOpacity;

template <class Sample>
Sample over_opaque_sample(std::uint64_t mark, std::uint64_t picture, Weights<Sample> weights) {
  constexpr std::uint64_t kD = kWhole<Sample>;
  const std::uint64_t sum = mark * weights.mark + picture * weights.picture + kD / 2;
  if constexpr (sizeof(Sample) == 1) {
    return static_cast<Sample>(static_cast<std::uint32_t>(sum) / static_cast<std::uint32_t>(kD));
  } else {
    return static_cast<Sample>(sum / kD);
  }
}

// A mark's pixel in the picture's colour channels: 1 or 3.
template <class Sample, int Mark, int Colors>
void mark_colors(const Sample* mark, Sample* colors) {
  if constexpr (Mark >= 3 && Colors == 1) {
    colors[0] = static_cast<Sample>(luma(mark[0], mark[1], mark[2]));
  } else {
    for (int c = 0; c < Colors; ++c) colors[c] = mark[Mark >= 3 ? c : 0];
  }
}

template <class Sample, int Picture, int Mark>
void over_pixels(Sample* picture, const Sample* mark, std::size_t count, std::uint32_t opacity) {
  constexpr int kColors = Picture >= 3 ? 3 : 1;
  constexpr std::uint64_t kM = kMost<Sample>;
  for (; count != 0; --count, picture += Picture, mark += Mark) {
    const std::uint64_t alpha = Mark % 2 == 0 ? mark[Mark - 1] : kM;
    Weights<Sample> weights;
    weights.mark = alpha * opacity;
    weights.picture = kWhole<Sample> - weights.mark;
    if (weights.mark == 0) continue;
    Sample colors[kColors];
    mark_colors<Sample, Mark, kColors>(mark, colors);
    if (Picture % 2 == 1 || picture[Picture - 1] == kM) {
      for (int c = 0; c < kColors; ++c) {
        picture[c] = over_opaque_sample<Sample>(colors[c], picture[c], weights);
      }
      continue;
    }
    const std::uint64_t mark_share = weights.mark * kM;
    const std::uint64_t picture_share = weights.picture * picture[Picture - 1];
    const std::uint64_t total = mark_share + picture_share;
    for (int c = 0; c < kColors; ++c) {
      picture[c] = static_cast<Sample>(
          (colors[c] * mark_share + picture[c] * picture_share + total / 2) / total);
    }
    picture[Picture - 1] = static_cast<Sample>((total + kWhole<Sample> / 2) / kWhole<Sample>);
  }
}

// 8-bit RGBA marks are the usual case: whole vectors of opaque pixels by a kernel, the rest as
// above.
template <int Picture>
void over_pixels_by_kernel(std::uint8_t* picture, const std::uint8_t* mark, std::size_t count,
                           std::uint32_t opacity) {
  constexpr std::size_t kBlock = 64;
  while (count != 0) {
    const std::size_t done = over_opaque(picture, Picture, mark, count, opacity);
    const std::size_t block = std::min(kBlock, count - done);
    picture += done * Picture;
    mark += done * 4;
    over_pixels<std::uint8_t, Picture, 4>(picture, mark, block, opacity);
    picture += block * Picture;
    mark += block * 4;
    count -= done + block;
  }
}

template <class Sample, int Picture, int Mark>
constexpr OverRow<Sample> chosen() {
  if constexpr (sizeof(Sample) == 1 && Picture >= 3 && Mark == 4) {
    return over_pixels_by_kernel<Picture>;
  } else {
    return over_pixels<Sample, Picture, Mark>;
  }
}

}  // namespace

template <class Sample>
OverRow<Sample> over_row(PixelFormat picture, PixelFormat mark) {
  return with_channels(picture.channels(), [&](auto picture_channels) {
    return with_channels(mark.channels(), [](auto mark_channels) {
      return chosen<Sample, decltype(picture_channels)::value, decltype(mark_channels)::value>();
    });
  });
}

template OverRow<std::uint8_t> over_row(PixelFormat picture, PixelFormat mark);
template OverRow<std::uint16_t> over_row(PixelFormat picture, PixelFormat mark);

}  // namespace compose
}  // namespace limen::inline LIMEN_ABI
