// SPDX-License-Identifier: Apache-2.0
#include "lib/quality/search_features.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numbers>

namespace limen::inline LIMEN_ABI::search {

namespace {

constexpr std::int32_t kBlock = 8;
constexpr std::int32_t kSide = kBlock + 1;  // with the pixels right and below of a block

// A block and what is right and below of it, where there is something.
struct Block {
  std::int32_t width = 0;
  std::int32_t height = 0;
  float luma[kSide][kSide] = {};
  float blue[kSide][kSide] = {};
  float red[kSide][kSide] = {};
};

template <class Sample>
void read_block(const ConstImageView& picture, std::int32_t left, std::int32_t top, Block& block) {
  constexpr float kScale = sizeof(Sample) == 1 ? 1.0f : 255.0f / 65535.0f;
  const int channels = picture.format.channels();
  const bool has_alpha = picture.format.has_alpha();
  const bool is_gray = channels < 3;
  block.width = std::min(kSide, picture.size.width - left);
  block.height = std::min(kSide, picture.size.height - top);
  for (std::int32_t y = 0; y < block.height; ++y) {
    const Sample* at =
        picture.row_as<Sample>(top + y) + static_cast<std::ptrdiff_t>(left) * channels;
    for (std::int32_t x = 0; x < block.width; ++x, at += channels) {
      float red = static_cast<float>(at[0]) * kScale;
      float green = is_gray ? red : static_cast<float>(at[1]) * kScale;
      float blue = is_gray ? red : static_cast<float>(at[2]) * kScale;
      if (has_alpha) {
        const float alpha = static_cast<float>(at[channels - 1]) * (kScale / 255.0f);
        const float ground = (1 - alpha) * 127.5f;
        red = red * alpha + ground;
        green = green * alpha + ground;
        blue = blue * alpha + ground;
      }
      // BT.601, full range.
      const float luma = 0.299f * red + 0.587f * green + 0.114f * blue;
      block.luma[y][x] = luma;
      block.blue[y][x] = (blue - luma) * (1 / 1.772f);
      block.red[y][x] = (red - luma) * (1 / 1.402f);
    }
  }
}

// Rows of the orthonormal DCT of 8 samples.
struct Cosines {
  float at[kBlock][kBlock];
  Cosines() {
    for (int u = 0; u < kBlock; ++u) {
      for (int x = 0; x < kBlock; ++x) {
        at[u][x] = static_cast<float>(std::cos((2 * x + 1) * u * std::numbers::pi / 16) *
                                      (u == 0 ? std::sqrt(0.125) : 0.5));
      }
    }
  }
};

struct Mean {
  double sum = 0;
  double count = 0;
  void add(double value) {
    sum += value;
    count += 1;
  }
  double value() const { return count > 0 ? sum / count : 0; }
};

double log_of(double value) { return std::log(value + 0.1); }

class Measurement {
 public:
  void add(const Block& block) {
    add_steps(block);
    if (block.width >= kBlock && block.height >= kBlock) {
      add_half_steps(block);
      add_frequencies(block);
    }
  }

  Features features() const {
    Features features{};
    features[kOne] = 1;
    features[kLogSteps] = log_of(step_.value());
    features[kMeanLogSteps] = log_step_.value();
    features[kFlatShare] = flat_.value();
    features[kLogEdges] = log_of(std::sqrt(squared_step_.value()));
    features[kLogCurvature] = log_of(curvature_.value());
    features[kLogHalfSteps] = log_of(half_step_.value());
    features[kLogChroma] = log_of(chroma_.value());
    features[kChromaEdges] = log_of(std::sqrt(squared_chroma_.value()));
    features[kLuma] = luma_.value() / 255;
    features[kLogLow] = log_of(zones_[0].value());
    features[kLogMiddle] = log_of(zones_[1].value());
    features[kLogHigh] = log_of(zones_[2].value());
    features[kMeanLogHigh] = log_high_.value();
    return features;
  }

 private:
  void add_steps(const Block& block) {
    float steps = 0;
    float step = 0;
    float squared_step = 0;
    float chroma = 0;
    float squared_chroma = 0;
    float luma = 0;
    float curvatures = 0;
    float curvature = 0;
    const auto add_step = [&](std::int32_t y, std::int32_t x, std::int32_t y2, std::int32_t x2) {
      const float own = std::abs(block.luma[y][x] - block.luma[y2][x2]);
      const float blue = block.blue[y][x] - block.blue[y2][x2];
      const float red = block.red[y][x] - block.red[y2][x2];
      steps += 1;
      step += own;
      squared_step += own * own;
      chroma += std::abs(blue) + std::abs(red);
      squared_chroma += blue * blue + red * red;
    };
    const auto add_curvature = [&](float a, float b, float c) {
      curvatures += 1;
      curvature += std::abs(a - 2 * b + c);
    };
    for (std::int32_t y = 0; y < block.height; ++y) {
      for (std::int32_t x = 0; x < block.width; ++x) {
        const auto& at = block.luma;
        luma += at[y][x];
        if (x + 1 < block.width) add_step(y, x, y, x + 1);
        if (y + 1 < block.height) add_step(y, x, y + 1, x);
        if (x + 2 < block.width) add_curvature(at[y][x], at[y][x + 1], at[y][x + 2]);
        if (y + 2 < block.height) add_curvature(at[y][x], at[y + 1][x], at[y + 2][x]);
      }
    }
    const auto add = [](Mean& mean, float sum, float count) {
      mean.sum += sum;
      mean.count += count;
    };
    add(step_, step, steps);
    add(squared_step_, squared_step, steps);
    add(chroma_, chroma, steps);
    add(squared_chroma_, squared_chroma, steps);
    add(curvature_, curvature, curvatures);
    luma_.add(luma / static_cast<float>(block.width * block.height));
    const double mean = steps > 0 ? step / steps : 0;
    log_step_.add(log_of(mean));
    flat_.add(mean < 0.5 ? 1 : 0);
  }

  void add_half_steps(const Block& block) {
    constexpr std::size_t kHalf = kBlock / 2;
    float half[kHalf][kHalf];
    for (std::size_t y = 0; y < kHalf; ++y) {
      for (std::size_t x = 0; x < kHalf; ++x) {
        half[y][x] = 0.25f * (block.luma[2 * y][2 * x] + block.luma[2 * y][2 * x + 1] +
                              block.luma[2 * y + 1][2 * x] + block.luma[2 * y + 1][2 * x + 1]);
      }
    }
    for (std::size_t y = 0; y < kHalf; ++y) {
      for (std::size_t x = 0; x + 1 < kHalf; ++x) {
        half_step_.add(std::abs(half[y][x] - half[y][x + 1]));
        half_step_.add(std::abs(half[x][y] - half[x + 1][y]));
      }
    }
  }

  void add_frequencies(const Block& block) {
    float across[kBlock][kBlock];
    for (int y = 0; y < kBlock; ++y) {
      for (int u = 0; u < kBlock; ++u) {
        float sum = 0;
        for (int x = 0; x < kBlock; ++x) sum += cosines_.at[u][x] * block.luma[y][x];
        across[y][u] = sum;
      }
    }
    float sums[3] = {};
    float counts[3] = {};
    for (int v = 0; v < kBlock; ++v) {
      for (int u = v == 0 ? 1 : 0; u < kBlock; ++u) {
        float sum = 0;
        for (int y = 0; y < kBlock; ++y) sum += cosines_.at[v][y] * across[y][u];
        const int zone = u + v <= 3 ? 0 : u + v <= 7 ? 1 : 2;
        sums[zone] += std::abs(sum);
        counts[zone] += 1;
      }
    }
    for (int zone = 0; zone < 3; ++zone) zones_[zone].add(sums[zone] / counts[zone]);
    log_high_.add(log_of(sums[2] / counts[2]));
  }

  Cosines cosines_;
  Mean step_;
  Mean squared_step_;
  Mean log_step_;
  Mean flat_;
  Mean curvature_;
  Mean half_step_;
  Mean chroma_;
  Mean squared_chroma_;
  Mean luma_;
  Mean zones_[3];
  Mean log_high_;
};

// From one block to the next, in blocks.
std::int32_t stride_for(Size size) {
  constexpr std::uint64_t kSmall = 65'536;
  constexpr std::uint64_t kMostBlocks = 16'384;
  if (area(size) <= kSmall) return 1;
  std::int32_t stride = 4;
  while (area(size) / static_cast<std::uint64_t>(kBlock * kBlock * stride * stride) > kMostBlocks) {
    stride *= 2;
  }
  return stride;
}

template <class Sample>
Features features_of(const ConstImageView& picture) {
  const std::int32_t step = stride_for(picture.size) * kBlock;
  Measurement measurement;
  Block block;
  // Not the blocks of a few columns alone: each row of them starts elsewhere.
  std::int32_t shift = 0;
  for (std::int32_t y = 0; y < picture.size.height; y += step) {
    for (std::int32_t x = std::min(shift, (picture.size.width - 1) / kBlock * kBlock);
         x < picture.size.width; x += step) {
      read_block<Sample>(picture, x, y, block);
      measurement.add(block);
    }
    shift = (shift + kBlock) % step;
  }
  return measurement.features();
}

}  // namespace

Features measure(const ConstImageView& picture) {
  return picture.format.sample == SampleType::u8 ? features_of<std::uint8_t>(picture)
                                                 : features_of<std::uint16_t>(picture);
}

}  // namespace limen::inline LIMEN_ABI::search
