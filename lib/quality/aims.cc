// SPDX-License-Identifier: Apache-2.0
#include "lib/quality/aims.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numbers>

namespace limen::inline LIMEN_ABI {

namespace {

using Block = std::array<float, 64>;

// Rows of the orthonormal DCT-II of eight samples.
const Block& basis() {
  static const Block rows = [] {
    Block made;
    for (std::size_t u = 0; u < 8; ++u) {
      for (std::size_t x = 0; x < 8; ++x) {
        const double angle = static_cast<double>((2 * x + 1) * u) * std::numbers::pi / 16;
        const double scale = u == 0 ? std::sqrt(0.125) : 0.5;
        made[8 * u + x] = static_cast<float>(scale * std::cos(angle));
      }
    }
    return made;
  }();
  return rows;
}

// Columns of the same: what vectors of one row's results need.
const Block& columns() {
  static const Block turned = [] {
    Block made;
    for (std::size_t i = 0; i < 64; ++i) made[i] = basis()[i % 8 * 8 + i / 8];
    return made;
  }();
  return turned;
}

// The orthonormal DCT of a block of 8x8. Even frequencies are of what is the same in both halves of
// a row, odd ones of what differs.
void transform_block(const Block& in, float* out) {
  const Block& rows = basis();
  const Block& turned = columns();
  Block across;
  for (std::size_t y = 0; y < 8; ++y) {
    float sums[8] = {};
    for (std::size_t x = 0; x < 4; ++x) {
      const float same = in[8 * y + x] + in[8 * y + 7 - x];
      const float other = in[8 * y + x] - in[8 * y + 7 - x];
      const float halves[8] = {same, other, same, other, same, other, same, other};
      for (std::size_t u = 0; u < 8; ++u) sums[u] += halves[u] * turned[8 * x + u];
    }
    std::copy(sums, sums + 8, across.data() + 8 * y);
  }
  Block same;
  for (std::size_t i = 0; i < 32; ++i) {
    const std::size_t across_from = 8 * (7 - i / 8) + i % 8;
    same[i] = across[i] + across[across_from];
    same[32 + i] = across[i] - across[across_from];
  }
  for (std::size_t v = 0; v < 8; ++v) {
    const float* const half = same.data() + 32 * (v % 2);
    float sums[8] = {};
    for (std::size_t y = 0; y < 4; ++y) {
      for (std::size_t u = 0; u < 8; ++u) sums[u] += half[8 * y + u] * rows[8 * v + y];
    }
    std::copy(sums, sums + 8, out + 8 * v);
  }
}

// What of red, green and blue makes Y, Cb and Cr (JFIF: BT.601, full range).
constexpr float kFromRgb[3][3] = {
    {0.299f, 0.587f, 0.114f}, {-0.168736f, -0.331264f, 0.5f}, {0.5f, -0.418688f, -0.081312f}};

// The part of a picture that makes one block of a plane.
struct Patch {
  std::int32_t left = 0;
  std::int32_t top = 0;
  std::int32_t width = 0;
  std::int32_t height = 0;
};

Patch patch_of(Size picture, std::int32_t side, std::int32_t x, std::int32_t y) {
  return {x * side, y * side, std::min(side, picture.width - x * side),
          std::min(side, picture.height - y * side)};
}

// Derivatives by a block's samples: what a halved plane's sample is spread over is summed. Decoders
// that blend neighbours spread it a little further.
Block slopes_of(const FloatPlanes& by_sample, std::size_t plane, const Patch& patch,
                std::int32_t halving) {
  Block block{};
  for (std::int32_t y = 0; y < patch.height; ++y) {
    const float* const in = by_sample.row(plane, patch.top + y) + patch.left;
    float* const to = &block[8 * static_cast<std::size_t>(y / halving)];
    if (halving == 1) {
      for (std::int32_t x = 0; x < patch.width; ++x) to[x] = in[x];
    } else {
      for (std::int32_t x = 0; x < patch.width; ++x) to[x / 2] += in[x];
    }
  }
  return block;
}

// Errors of a block's samples; of a halved plane's, means.
Block errors_of(const ConstImageView& shown, const ConstImageView& original, std::size_t plane,
                const Patch& patch, std::int32_t halving) {
  Block block{};
  const std::ptrdiff_t step = original.format.layout == Layout::gray ? 1 : 3;
  const float* const of = kFromRgb[plane];
  const float share = halving == 1 ? 1.0f : 0.25f;
  for (std::int32_t y = 0; y < patch.height; ++y) {
    const auto* a = shown.row_as<std::uint8_t>(patch.top + y) + step * patch.left;
    const auto* b = original.row_as<std::uint8_t>(patch.top + y) + step * patch.left;
    float* const to = &block[8 * static_cast<std::size_t>(y / halving)];
    std::array<float, 16> row{};
    if (step == 1) {
      for (std::int32_t x = 0; x < patch.width; ++x) to[x] = static_cast<float>(a[x] - b[x]);
      continue;
    }
    for (std::ptrdiff_t x = 0; x < patch.width; ++x) {
      row[static_cast<std::size_t>(x)] = of[0] * static_cast<float>(a[3 * x] - b[3 * x]) +
                                         of[1] * static_cast<float>(a[3 * x + 1] - b[3 * x + 1]) +
                                         of[2] * static_cast<float>(a[3 * x + 2] - b[3 * x + 2]);
    }
    if (halving == 1) {
      std::copy(row.begin(), row.begin() + 8, to);
    } else {
      for (std::size_t x = 0; x < 8; ++x) to[x] += share * (row[2 * x] + row[2 * x + 1]);
    }
  }
  return block;
}

// Where slopes and errors go together less than this they tell nothing: photographs have 0.1 to
// 0.5, but for the highest frequencies of chroma.
constexpr double kLeastCorrelation = 0.02;
// Nor is a slope taken for flatter than this correlation would have it: strides would be leaps.
constexpr double kLeastSteep = 0.1;

std::int32_t rounded_up(std::int32_t value, std::int32_t by) { return (value + by - 1) / by; }

}  // namespace

Result<Aims> Aims::create(const ConstImageView& original, ChromaSubsampling chroma,
                          Workspace* workspace) {
  Aims aims;
  aims.original_ = original;
  const bool is_gray = original.format.layout == Layout::gray || chroma == ChromaSubsampling::gray;
  aims.plane_count_ = is_gray ? 1 : 3;
  std::size_t floats = 0;
  for (std::size_t p = 0; p < aims.plane_count_; ++p) {
    Plane& plane = aims.planes_[p];
    plane.halving = p > 0 && chroma == ChromaSubsampling::yuv420 ? 2 : 1;
    plane.blocks = {rounded_up(original.size.width, 8 * plane.halving),
                    rounded_up(original.size.height, 8 * plane.halving)};
    floats += 2 * plane.count() * 64;
  }
  const std::uint64_t bytes = std::uint64_t{floats} * sizeof(float);
  LIMEN_ASSIGN(aims.memory_,
               workspace != nullptr ? workspace->allocate(bytes) : Buffer::create(bytes));
  auto* free = reinterpret_cast<float*>(aims.memory_.data());
  for (std::size_t p = 0; p < aims.plane_count_; ++p) {
    Plane& plane = aims.planes_[p];
    plane.moves = free;
    plane.slopes = free + 64 * plane.count();
    free += 2 * plane.count() * 64;
    std::fill_n(plane.moves, 64 * plane.count(), 0.0f);
  }
  return aims;
}

// Of a plane's block the mean over luma's blocks that it covers.
float Aims::mean_over(std::span<const float> values, std::size_t p, std::int32_t x,
                      std::int32_t y) const {
  const Size luma = planes_[0].blocks;
  const std::int32_t side = planes_[p].halving;
  float sum = 0;
  float count = 0;
  for (std::int32_t v = y * side; v < std::min((y + 1) * side, luma.height); ++v) {
    for (std::int32_t u = x * side; u < std::min((x + 1) * side, luma.width); ++u) {
      sum += values[static_cast<std::size_t>(v) * static_cast<std::size_t>(luma.width) +
                    static_cast<std::size_t>(u)];
      count += 1;
    }
  }
  return sum / count;
}

// Leaves a plane's derivatives by coefficients, each over its block's weight, and tells how steeply
// they rise with the errors: the regression of one on the other.
Aims::Bands Aims::read_slopes(const FloatPlanes& by_sample, const ConstImageView& shown,
                              std::span<const float> weights, std::size_t p) {
  const Plane& plane = planes_[p];
  Bands bands;
  std::array<double, 64> together{};
  std::array<double, 64> errors{};
  std::array<double, 64> slopes{};
  float* out = plane.slopes;
  for (std::int32_t y = 0; y < plane.blocks.height; ++y) {
    Block row_together{};
    Block row_errors{};
    Block row_slopes{};
    for (std::int32_t x = 0; x < plane.blocks.width; ++x, out += 64) {
      const Patch patch = patch_of(original_.size, 8 * plane.halving, x, y);
      Block error;
      transform_block(slopes_of(by_sample, p, patch, plane.halving), out);
      transform_block(errors_of(shown, original_, p, patch, plane.halving), error.data());
      const float weighs = mean_over(weights, p, x, y);
      const float inverse = 1 / weighs;
      for (std::size_t k = 0; k < 64; ++k) {
        row_together[k] += out[k] * error[k];
        row_errors[k] += weighs * error[k] * error[k];
        row_slopes[k] += out[k] * out[k] * inverse;
        out[k] *= inverse;
      }
    }
    for (std::size_t k = 0; k < 64; ++k) {
      together[k] += static_cast<double>(row_together[k]);
      errors[k] += static_cast<double>(row_errors[k]);
      slopes[k] += static_cast<double>(row_slopes[k]);
    }
  }
  for (std::size_t k = 0; k < 64; ++k) {
    const double alike = std::sqrt(errors[k] * slopes[k]);
    const double steep = std::max(together[k], kLeastSteep * alike);
    if (together[k] > kLeastCorrelation * alike) bands.steepness[k] = steep / errors[k];
    bands.error[k] = std::sqrt(errors[k] / static_cast<double>(plane.count()));
  }
  return bands;
}

void Aims::follow(const FloatPlanes& by_sample, const ConstImageView& shown,
                  std::span<const float> weights, const StepTables& steps, const Stride& stride) {
  for (std::size_t p = 0; p < plane_count_; ++p) {
    const Bands bands = read_slopes(by_sample, shown, weights, p);
    const Plane& plane = planes_[p];
    Block factors{};
    Block most{};
    Block bounds{};
    for (std::size_t k = 0; k < 64; ++k) {
      if (bands.steepness[k] > 0) {
        factors[k] = static_cast<float>(stride.share / bands.steepness[k]);
      }
      most[k] = static_cast<float>(stride.most * bands.error[k]);
      bounds[k] = stride.bound * steps[p][k];
    }
    for (std::size_t at = 0; at < 64 * plane.count(); at += 64) {
      for (std::size_t k = 0; k < 64; ++k) {
        const float way = factors[k] * plane.slopes[at + k];
        const float held = std::min(std::max(way, -most[k]), most[k]);
        const float moved = plane.moves[at + k] - held;
        plane.moves[at + k] = std::min(std::max(moved, -bounds[k]), bounds[k]);
      }
    }
  }
}

void Aims::fade(float part) {
  for (std::size_t p = 0; p < plane_count_; ++p) {
    const std::span<float> moves(planes_[p].moves, 64 * planes_[p].count());
    for (float& move : moves) move *= part;
  }
}

std::array<std::span<const float>, 3> Aims::moves() const {
  std::array<std::span<const float>, 3> all;
  for (std::size_t p = 0; p < plane_count_; ++p) {
    all[p] = {planes_[p].moves, 64 * planes_[p].count()};
  }
  return all;
}

}  // namespace limen::inline LIMEN_ABI
