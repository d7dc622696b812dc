// SPDX-License-Identifier: Apache-2.0
#include "lib/quality/search_features.h"

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace limen::inline LIMEN_ABI::search {

namespace {

constexpr std::int32_t kBlock = 8;

struct Pixel {
  double luma = 0;
  double blue = 0;
  double red = 0;
};

template <class Sample>
Pixel pixel_at(const ConstImageView& picture, std::int32_t x, std::int32_t y) {
  constexpr double kMost = sizeof(Sample) == 1 ? 255.0 : 65535.0;
  const int channels = picture.format.channels();
  const Sample* at = picture.row_as<Sample>(y) + static_cast<std::ptrdiff_t>(x) * channels;
  const double alpha = picture.format.has_alpha() ? at[channels - 1] / kMost : 1;
  const auto value = [&](int channel) {
    return 255 * (alpha * (at[channel] / kMost) + (1 - alpha) * 0.5);
  };
  const double red = value(0);
  const double green = channels < 3 ? red : value(1);
  const double blue = channels < 3 ? red : value(2);
  // BT.601, full range.
  const double luma = 0.299 * red + 0.587 * green + 0.114 * blue;
  return {luma, (blue - luma) / 1.772, (red - luma) / 1.402};
}

struct Sums {
  double blocks = 0;
  double steps = 0;  ///< how many
  double luma = 0;
  double step = 0;
  double step_squared = 0;
  double chroma = 0;
  double chroma_squared = 0;
  double curvatures = 0;  ///< how many
  double curvature = 0;
  double log_step = 0;
  double flat = 0;
};

double log_of(double value) { return std::log(value + 0.1); }

// One block and the pixels right and below of it, where there are any.
template <class Sample>
void add_block(const ConstImageView& picture, std::int32_t left, std::int32_t top, Sums& sums) {
  Pixel grid[kBlock + 1][kBlock + 1];
  const std::int32_t width = std::min(kBlock + 1, picture.size.width - left);
  const std::int32_t height = std::min(kBlock + 1, picture.size.height - top);
  for (std::int32_t y = 0; y < height; ++y) {
    for (std::int32_t x = 0; x < width; ++x) {
      grid[y][x] = pixel_at<Sample>(picture, left + x, top + y);
    }
  }
  double steps = 0;
  double step_sum = 0;
  const auto add_step = [&](const Pixel& a, const Pixel& b) {
    const double luma = std::abs(a.luma - b.luma);
    const double blue = a.blue - b.blue;
    const double red = a.red - b.red;
    steps += 1;
    step_sum += luma;
    sums.step_squared += luma * luma;
    sums.chroma += std::abs(blue) + std::abs(red);
    sums.chroma_squared += blue * blue + red * red;
  };
  double luma = 0;
  for (std::int32_t y = 0; y < height; ++y) {
    for (std::int32_t x = 0; x < width; ++x) {
      const Pixel& at = grid[y][x];
      luma += at.luma;
      if (x + 1 < width) add_step(at, grid[y][x + 1]);
      if (y + 1 < height) add_step(at, grid[y + 1][x]);
      if (x + 2 < width) {
        sums.curvatures += 1;
        sums.curvature += std::abs(at.luma - 2 * grid[y][x + 1].luma + grid[y][x + 2].luma);
      }
      if (y + 2 < height) {
        sums.curvatures += 1;
        sums.curvature += std::abs(at.luma - 2 * grid[y + 1][x].luma + grid[y + 2][x].luma);
      }
    }
  }
  const double mean_step = steps > 0 ? step_sum / steps : 0;
  sums.blocks += 1;
  sums.luma += luma / (width * height);
  sums.steps += steps;
  sums.step += step_sum;
  sums.log_step += log_of(mean_step);
  if (mean_step < 0.5) sums.flat += 1;
}

template <class Sample>
Sums sums_of(const ConstImageView& picture) {
  const Size size = picture.size;
  constexpr std::uint64_t kSmall = 65'536;
  const std::int32_t stride = area(size) <= kSmall ? kBlock : 4 * kBlock;
  Sums sums;
  for (std::int32_t y = 0; y < size.height; y += stride) {
    for (std::int32_t x = 0; x < size.width; x += stride) add_block<Sample>(picture, x, y, sums);
  }
  return sums;
}

}  // namespace

Features measure(const ConstImageView& picture) {
  const Sums sums = picture.format.sample == SampleType::u8 ? sums_of<std::uint8_t>(picture)
                                                            : sums_of<std::uint16_t>(picture);
  const double steps = std::max(sums.steps, 1.0);
  const double curvatures = std::max(sums.curvatures, 1.0);
  Features features{};
  features[kOne] = 1;
  features[kLogSteps] = log_of(sums.step / steps);
  features[kMeanLogSteps] = sums.log_step / sums.blocks;
  features[kFlatShare] = sums.flat / sums.blocks;
  features[kLogEdges] = log_of(std::sqrt(sums.step_squared / steps));
  features[kLogCurvature] = log_of(sums.curvature / curvatures);
  features[kLogChroma] = log_of(sums.chroma / steps);
  features[kChromaEdges] = log_of(std::sqrt(sums.chroma_squared / steps));
  features[kLuma] = sums.luma / sums.blocks / 255;
  return features;
}

}  // namespace limen::inline LIMEN_ABI::search
