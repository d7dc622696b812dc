// SPDX-License-Identifier: Apache-2.0
#include "lib/quality/error_share.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>

#include "lib/codec/jpeg/shaped_tables.h"
#include "lib/quality/gradient.h"

namespace limen::inline LIMEN_ABI {

namespace {

constexpr std::int32_t kBlock = 8;

// The gradient takes some 65 bytes a pixel: of so many at a time.
constexpr std::uint64_t kStripPixels = 2'000'000;
// Strips end where cells of the metric's coarsest scale do, and the last has so many rows at least.
constexpr std::int32_t kStripRows = 64;

// Found on photographs, by the bytes of what came of it. What is added to a block's share and error
// in units of the picture's mean, since next to nothing is known where next to nothing is lost; how
// far the logarithm of a weight follows that of their ratio; its bound, to base two; and its steps.
constexpr double kFloor = 0.5;
constexpr double kTrust = 1.25;
constexpr int kMostLog = 4;
constexpr int kStepsOfTwo = 4;
constexpr double kPowers[kStepsOfTwo] = {1, 1.189207115002721, 1.4142135623730951,
                                         1.681792830507429};

std::int32_t blocks_across(std::int32_t pixels) { return (pixels + kBlock - 1) / kBlock; }

// One row of errors, by the derivatives along it, to the blocks that it runs through.
void add_row(const std::uint8_t* was, const std::uint8_t* is, int channels,
             const FloatPlanes& slopes, std::int32_t y, std::int32_t width, double* blocks) {
  const float* const by_luma = slopes.row(0, y);
  if (channels == 1) {
    for (std::int32_t x = 0; x < width; ++x) {
      blocks[x / kBlock] += static_cast<double>(static_cast<float>(is[x] - was[x]) * by_luma[x]);
    }
    return;
  }
  const float* const by_blue = slopes.row(1, y);
  const float* const by_red = slopes.row(2, y);
  for (std::int32_t x = 0; x < width; ++x, was += 3, is += 3) {
    const auto red = static_cast<float>(is[0] - was[0]);
    const auto green = static_cast<float>(is[1] - was[1]);
    const auto blue = static_cast<float>(is[2] - was[2]);
    // BT.601, full range.
    const float luma = 0.299f * red + 0.587f * green + 0.114f * blue;
    const float cb = (blue - luma) * (1 / 1.772f);
    const float cr = (red - luma) * (1 / 1.402f);
    blocks[x / kBlock] += static_cast<double>(luma * by_luma[x] + cb * by_blue[x] + cr * by_red[x]);
  }
}

// In units of the mean, and never far below it.
std::vector<double> in_means(std::span<const float> values) {
  double sum = 0;
  for (const float value : values) sum += static_cast<double>(value);
  const double mean = sum / static_cast<double>(values.size());
  std::vector<double> out;
  out.reserve(values.size());
  for (const float value : values) {
    out.push_back(mean > 0 ? static_cast<double>(value) / mean + kFloor : 1);
  }
  return out;
}

}  // namespace

Result<std::vector<float>> share_loss(const ConstImageView& original,
                                      const ConstImageView& candidate, const Execution& execution) {
  return contain_exceptions([&]() -> Result<std::vector<float>> {
    const Size size = original.size;
    const auto across = static_cast<std::size_t>(blocks_across(size.width));
    std::vector<double> sums(across * static_cast<std::size_t>(blocks_across(size.height)));
    const auto most = static_cast<std::int32_t>(std::max<std::uint64_t>(
        kStripPixels / static_cast<std::uint64_t>(size.width) / kStripRows, 1));
    for (std::int32_t top = 0; top < size.height;) {
      std::int32_t rows = std::min(most * kStripRows, size.height - top);
      if (size.height - top - rows < kStripRows) rows = size.height - top;
      const Rect strip{0, top, size.width, rows};
      const ConstImageView was = subview(original, strip);
      const ConstImageView is = subview(candidate, strip);
      LIMEN_ASSIGN(ScoreGradient gradient, ScoreGradient::prepare(was, execution));
      LIMEN_ASSIGN(const ScoreGradient::Reading reading, gradient.read(is, execution));
      std::vector<double> row(across);
      for (std::int32_t y = 0; y < rows; ++y) {
        double* const blocks = sums.data() + across * static_cast<std::size_t>((top + y) / kBlock);
        add_row(was.row_as<std::uint8_t>(y), is.row_as<std::uint8_t>(y), was.format.channels(),
                reading.by_sample, y, size.width, blocks);
      }
      // Of means over the strip, and wanted of means over the picture.
      const double part = static_cast<double>(rows) / size.height;
      const auto first = sums.begin() + static_cast<std::ptrdiff_t>(across) * (top / kBlock);
      const auto end = first + static_cast<std::ptrdiff_t>(across) * blocks_across(rows);
      std::for_each(first, end, [part](double& value) { value *= part; });
      top += rows;
    }
    std::vector<float> shares;
    shares.reserve(sums.size());
    for (const double sum : sums) shares.push_back(static_cast<float>(std::max(sum, 0.0)));
    return shares;
  });
}

std::vector<float> block_weights(std::span<const float> shares, std::span<const float> errors) {
  const std::vector<double> share = in_means(shares);
  const std::vector<double> error = in_means(errors);
  std::vector<double> logs(share.size());
  double mean = 0;
  for (std::size_t i = 0; i < logs.size(); ++i) {
    logs[i] = binary_logarithm(share[i] / error[i]);
    mean += logs[i];
  }
  mean /= static_cast<double>(std::max<std::size_t>(logs.size(), 1));
  std::vector<float> weights;
  weights.reserve(logs.size());
  for (const double log : logs) {
    const double steps = std::floor(kTrust * kStepsOfTwo * (log - mean) + 0.5);
    constexpr int kMost = kMostLog * kStepsOfTwo;
    const int at = static_cast<int>(std::clamp<double>(steps, -kMost, kMost)) + kMost;
    weights.push_back(
        static_cast<float>(std::ldexp(kPowers[at % kStepsOfTwo], at / kStepsOfTwo - kMostLog)));
  }
  return weights;
}

}  // namespace limen::inline LIMEN_ABI
