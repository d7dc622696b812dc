// SPDX-License-Identifier: Apache-2.0
#include "lib/quality/guard.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "lib/quality/guard.cc"
#include <hwy/foreach_target.h>
// After foreach_target.h.
#include "lib/quality/guard-inl.h"

#if HWY_ONCE
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string>
#include <utility>

#include "lib/codec/jpeg/quant_table.h"
#include "lib/core/dispatch.h"
#include "lib/quality/guard_blocks.h"

namespace limen::inline LIMEN_ABI {

HWY_EXPORT(MaskRow);
HWY_EXPORT(DamageRow);

namespace {

namespace terms = guard_terms;

// The tables of T.81 follow the eye's sensitivity near its threshold; what is seen of the larger
// errors of a photograph falls much more slowly with frequency. The exponent, the weight of a
// block's mean and all of kMasking were fitted to Butteraugli's maps (docs/jpeg-quantiser.md).
constexpr double kFlattening = 0.3;
constexpr double kLumaMean = 1.75;
constexpr double kChromaMean = 1.5;
constexpr terms::Masking kMasking{.share = {0.5f, 0.3f, 0.2f},
                                  .dark = 20,
                                  .light_scale = 1.0f / 140,
                                  .detail_scale = 1.0f / 9,
                                  .unit = 0.078f};

// Measured of whole pictures at 80, 85 and 90: 1.39, 1.01, 0.59. In proportion to the loss, so that
// what is below sight at 90 is not bounded as tightly.
constexpr double kMostWhole = 1.01;

// Nearer to a score of 100 nothing is told apart.
constexpr double kLeastLoss = 0.1;

terms::Sight make_sight() {
  terms::Sight sight;
  const auto sensitivity = [](const QuantTable& table, std::size_t place) {
    return std::pow(static_cast<double>(table[0]) / table[place], kFlattening);
  };
  for (std::size_t k = 0; k < 64; ++k) {
    sight.luma[k] = static_cast<float>(sensitivity(luminance_table(), k));
  }
  for (std::size_t k = 0; k < 16; ++k) {
    const std::size_t place = 8 * (k / 4) + k % 4;
    sight.chroma[k] = static_cast<float>(sensitivity(chrominance_table(), place));
  }
  sight.luma[0] *= static_cast<float>(kLumaMean);
  sight.chroma[0] *= static_cast<float>(kChromaMean);
  return sight;
}

const terms::Sight& sight() {
  static const terms::Sight sight = make_sight();
  return sight;
}

Size blocks_of(Size size) { return {(size.width + 7) / 8, (size.height + 7) / 8}; }

std::size_t padded_blocks(std::int32_t width) {
  return terms::group_count(static_cast<std::size_t>(width)) * terms::kGroup;
}

Result<void> check_picture(const ConstImageView& picture) {
  if (picture.data == nullptr || is_empty(picture.size)) {
    return invalid_argument("there are no pixels to guard");
  }
  if (picture.format.sample != SampleType::u8 ||
      (picture.format.layout != Layout::gray && picture.format.layout != Layout::rgb)) {
    return invalid_argument("the guard takes gray or RGB of 8 bits");
  }
  return {};
}

std::array<const std::uint8_t*, 8> rows_of(const ConstImageView& picture, std::int32_t block) {
  std::array<const std::uint8_t*, 8> rows;
  for (std::int32_t y = 0; y < 8; ++y) {
    const std::int32_t at = std::min(8 * block + y, picture.size.height - 1);
    rows[static_cast<std::size_t>(y)] = picture.row_as<std::uint8_t>(at);
  }
  return rows;
}

terms::BlockRow block_row(const ConstImageView& picture, std::int32_t block) {
  return {.original = rows_of(picture, block),
          .candidate = {},
          .width = static_cast<std::size_t>(picture.size.width),
          .is_gray = picture.format.layout == Layout::gray};
}

Result<Buffer> take_floats(std::size_t floats, const Execution& execution) {
  const std::uint64_t bytes = floats * sizeof(float);
  return execution.workspace != nullptr ? execution.workspace->allocate(bytes)
                                        : Buffer::create(bytes);
}

float fourth_power(float value) {
  const float square = value * value;
  return square * square;
}

// Each block's damage with its neighbours': errors side by side are seen together. The root of the
// mean fourth power; edges repeat.
Damage pool(const float* own, Size blocks, std::size_t stride) {
  const auto width = static_cast<std::size_t>(blocks.width);
  const auto height = static_cast<std::size_t>(blocks.height);
  Damage damage;
  damage.blocks.reserve(width * height);
  std::vector<float> column(width);  // sums of three rows
  double eighths = 0;
  for (std::size_t y = 0; y < height; ++y) {
    const float* const above = own + (y > 0 ? y - 1 : 0) * stride;
    const float* const here = own + y * stride;
    const float* const below = own + std::min(y + 1, height - 1) * stride;
    for (std::size_t x = 0; x < width; ++x) {
      column[x] = fourth_power(above[x]) + fourth_power(here[x]) + fourth_power(below[x]);
    }
    for (std::size_t x = 0; x < width; ++x) {
      const float sum = column[x > 0 ? x - 1 : 0] + column[x] + column[std::min(x + 1, width - 1)];
      const float mean = sum / 9;
      eighths += static_cast<double>(mean) * mean;
      damage.blocks.push_back(std::sqrt(std::sqrt(mean)));
    }
  }
  damage.whole = std::sqrt(std::sqrt(std::sqrt(eighths / static_cast<double>(width * height))));
  return damage;
}

}  // namespace

Result<Guard> Guard::prepare(const ConstImageView& original, const Execution& execution) {
  LIMEN_TRY(check_picture(original));
  Guard guard;
  guard.original_ = original;
  const Size blocks = guard.blocks();
  const std::size_t stride = padded_blocks(original.size.width);
  LIMEN_ASSIGN(guard.masks_,
               take_floats(stride * static_cast<std::size_t>(blocks.height), execution));
  auto* masks = reinterpret_cast<float*>(guard.masks_.data());
  for (std::int32_t y = 0; y < blocks.height; ++y, masks += stride) {
    if (execution.is_cancelled()) return cancelled();
    LIMEN_KERNEL(MaskRow)(block_row(original, y), kMasking, masks);
  }
  return guard;
}

Size Guard::blocks() const { return blocks_of(original_.size); }

Result<Damage> Guard::damage(const ConstImageView& candidate, const Execution& execution) const {
  LIMEN_TRY(check_picture(candidate));
  if (candidate.size != original_.size || candidate.format.layout != original_.format.layout) {
    return invalid_argument("a candidate of another size or format than the guarded original");
  }
  const Size blocks = this->blocks();
  const std::size_t stride = padded_blocks(original_.size.width);
  LIMEN_ASSIGN(Buffer memory,
               take_floats(stride * static_cast<std::size_t>(blocks.height), execution));
  auto* const own = reinterpret_cast<float*>(memory.data());
  const auto* const masks = reinterpret_cast<const float*>(masks_.data());
  for (std::int32_t y = 0; y < blocks.height; ++y) {
    if (execution.is_cancelled()) return cancelled();
    terms::BlockRow row = block_row(original_, y);
    row.candidate = rows_of(candidate, y);
    const std::size_t at = static_cast<std::size_t>(y) * stride;
    LIMEN_KERNEL(DamageRow)(row, sight(), masks + at, own + at);
  }
  return pool(own, blocks, stride);
}

double usual_damage(Score score) {
  // Measured at 80, 85 and 90: 1.28, 0.94, 0.62.
  return 0.94 * std::pow(std::max(100 - score.value, kLeastLoss) / 15, 1.06);
}

double usual_times(const Damage& by_libjpeg, Score score) {
  const double loss = std::max(100 - score.value, kLeastLoss) / 15;
  return std::max(1.0, by_libjpeg.whole / (kMostWhole * loss));
}

Score guarded_score(const Damage& damage, double times) {
  return Score{100 - 15 * damage.whole / (kMostWhole * times)};
}

std::size_t raise_weights(const Damage& damage, Score score, std::span<float> weights,
                          double times) {
  const auto usual = static_cast<float>(usual_damage(score) * times);
  std::size_t raised = 0;
  for (std::size_t i = 0; i < std::min(weights.size(), damage.blocks.size()); ++i) {
    const float excess = damage.blocks[i] / usual;
    if (!(excess > 1)) continue;
    weights[i] *= std::min(excess * excess, kMostRaise);
    ++raised;
  }
  return raised;
}

}  // namespace limen::inline LIMEN_ABI
#endif
