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

// The orthonormal DCT of a block of 8x8.
void transform_block(const Block& in, float* out) {
  const Block& rows = basis();
  Block across;
  for (std::size_t y = 0; y < 8; ++y) {
    float sums[8] = {};
    for (std::size_t x = 0; x < 8; ++x) {
      for (std::size_t u = 0; u < 8; ++u) sums[u] += in[8 * y + x] * rows[8 * u + x];
    }
    std::copy(sums, sums + 8, across.data() + 8 * y);
  }
  for (std::size_t v = 0; v < 8; ++v) {
    float sums[8] = {};
    for (std::size_t y = 0; y < 8; ++y) {
      for (std::size_t u = 0; u < 8; ++u) sums[u] += across[8 * y + u] * rows[8 * v + y];
    }
    std::copy(sums, sums + 8, out + 8 * v);
  }
}

std::int32_t rounded_up(std::int32_t value, std::int32_t by) { return (value + by - 1) / by; }

}  // namespace

Result<Aims> Aims::create(Size picture, ChromaSubsampling chroma, Workspace* workspace) {
  Aims aims;
  aims.size_ = picture;
  aims.plane_count_ = chroma == ChromaSubsampling::gray ? 1 : 3;
  std::size_t floats = 0;
  for (std::size_t p = 0; p < aims.plane_count_; ++p) {
    Plane& plane = aims.planes_[p];
    plane.halving = p > 0 && chroma == ChromaSubsampling::yuv420 ? 2 : 1;
    plane.columns = rounded_up(rounded_up(picture.width, plane.halving), 8);
    plane.rows = rounded_up(rounded_up(picture.height, plane.halving), 8);
    floats += 2 * plane.count();
  }
  const std::uint64_t bytes = std::uint64_t{floats} * sizeof(float);
  LIMEN_ASSIGN(aims.memory_,
               workspace != nullptr ? workspace->allocate(bytes) : Buffer::create(bytes));
  auto* free = reinterpret_cast<float*>(aims.memory_.data());
  for (std::size_t p = 0; p < aims.plane_count_; ++p) {
    Plane& plane = aims.planes_[p];
    plane.moves = free;
    plane.slopes = free + plane.count();
    free += 2 * plane.count();
    std::fill_n(plane.moves, plane.count(), 0.0f);
  }
  return aims;
}

// From samples of the picture to coefficients of the plane. What a halved plane's sample is spread
// over is summed: decoders that blend neighbours spread it a little further.
void Aims::transform(const FloatPlanes& by_sample, std::size_t p) {
  const Plane& plane = planes_[p];
  float* out = plane.slopes;
  for (std::int32_t row = 0; row < plane.rows; ++row) {
    for (std::int32_t column = 0; column < plane.columns; ++column, out += 64) {
      Block block{};
      const std::int32_t side = 8 * plane.halving;
      const std::int32_t left = column * side;
      const std::int32_t top = row * side;
      const std::int32_t width = std::min(side, size_.width - left);
      const std::int32_t height = std::min(side, size_.height - top);
      for (std::int32_t y = 0; y < height; ++y) {
        const float* const in = by_sample.row(p, top + y) + left;
        float* const to = block.data() + 8 * (y / plane.halving);
        if (plane.halving == 1) {
          for (std::int32_t x = 0; x < width; ++x) to[x] = in[x];
        } else {
          for (std::int32_t x = 0; x < width; ++x) to[x / 2] += in[x];
        }
      }
      transform_block(block, out);
    }
  }
}

void Aims::follow(const FloatPlanes& by_sample, const StepTables& steps, const Stride& stride) {
  for (std::size_t p = 0; p < plane_count_; ++p) {
    transform(by_sample, p);
    const Plane& plane = planes_[p];
    std::array<double, 64> squares{};
    for (std::size_t at = 0; at < plane.count(); at += 64) {
      for (std::size_t k = 0; k < 64; ++k) {
        const double slope = plane.slopes[at + k];
        squares[k] += slope * slope;
      }
    }
    Block factors{};
    Block bounds{};
    for (std::size_t k = 0; k < 64; ++k) {
      const double mean = squares[k] / (static_cast<double>(plane.count()) / 64);
      if (mean > 0) factors[k] = stride.length * steps[p][k] / static_cast<float>(std::sqrt(mean));
      bounds[k] = stride.bound * steps[p][k];
    }
    for (std::size_t at = 0; at < plane.count(); at += 64) {
      for (std::size_t k = 0; k < 64; ++k) {
        const float moved = plane.moves[at + k] - factors[k] * plane.slopes[at + k];
        plane.moves[at + k] = std::min(std::max(moved, -bounds[k]), bounds[k]);
      }
    }
  }
}

std::array<std::span<const float>, 3> Aims::moves() const {
  std::array<std::span<const float>, 3> all;
  for (std::size_t p = 0; p < plane_count_; ++p) {
    all[p] = {planes_[p].moves, planes_[p].count()};
  }
  return all;
}

}  // namespace limen::inline LIMEN_ABI
