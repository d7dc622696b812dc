// SPDX-License-Identifier: Apache-2.0
#pragma once

// From sums over cells to scores: of the whole picture, of its worst block, of every cell.

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#include "limen/core/abi.h"
#include "limen/core/geometry.h"
#include "limen/quality/score.h"
#include "limen/quality/ssimulacra2_terms.h"

namespace limen::inline LIMEN_ABI {

namespace ssimulacra2_terms {

/// A block's side in cells, and how far apart blocks start.
inline constexpr std::int32_t kBlockCells = 4;
inline constexpr std::int32_t kBlockStep = 2;

/// Cells of the picture's grid: columns x to x + width - 1, and rows likewise.
using CellRect = Rect;

/// The kept terms' sums over cells, read only: the plane of kKept[k] is `sums` from k * cells on,
/// row by row. Terms of scales from `scales` on do not exist.
class CellSums {
 public:
  CellSums(const float* sums, Size size, int scales)
      : sums_(sums), size_(size), grid_(cell_grid(size)), scales_(scales) {}

  Size grid() const { return grid_; }

  /// The weighted sum of norms over all pixels of these cells: see score_of_sum().
  double total(const CellRect& cells) const {
    double total = 0;
    for (std::size_t k = 0; k < kKeptTerms; ++k) {
      if (kKept[k].scale >= scales_) continue;
      double sum = 0;
      for (std::int32_t y = cells.y; y < cells.y + cells.height; ++y) {
        const float* row = plane(k) + index(cells.x, y);
        for (std::int32_t x = 0; x < cells.width; ++x) sum += static_cast<double>(row[x]);
      }
      const int scale = kKept[k].scale;
      const double pixels = static_cast<double>(extent(cells.x, cells.width, size_.width, scale)) *
                            static_cast<double>(extent(cells.y, cells.height, size_.height, scale));
      total += weight(k) * norm(k, sum / pixels);
    }
    return total;
  }

  /// The block with the largest total.
  CellRect worst_block() const {
    const Size side = {std::min(kBlockCells, grid_.width), std::min(kBlockCells, grid_.height)};
    const std::vector<std::int32_t> lefts = starts(grid_.width), tops = starts(grid_.height);
    std::vector<float> column(static_cast<std::size_t>(grid_.width)), totals(lefts.size());
    CellRect worst = {0, 0, side.width, side.height};
    float most = -1;
    for (const std::int32_t top : tops) {
      std::fill(totals.begin(), totals.end(), 0.0f);
      for (std::size_t k = 0; k < kKeptTerms; ++k) {
        const int scale = kKept[k].scale;
        if (scale >= scales_) continue;
        sum_rows(plane(k) + index(0, top), side.height, column);
        const std::int64_t rows = extent(top, side.height, size_.height, scale);
        for (std::size_t i = 0; i < lefts.size(); ++i) {
          float sum = 0;
          for (std::int32_t x = 0; x < side.width; ++x) {
            sum += column[static_cast<std::size_t>(lefts[i] + x)];
          }
          const std::int64_t pixels = rows * extent(lefts[i], side.width, size_.width, scale);
          totals[i] += static_cast<float>(weight(k)) * norm(k, sum / static_cast<float>(pixels));
        }
      }
      for (std::size_t i = 0; i < lefts.size(); ++i) {
        if (totals[i] <= most) continue;
        most = totals[i];
        worst.x = lefts[i];
        worst.y = top;
      }
    }
    return worst;
  }

 private:
  static double weight(std::size_t k) {
    return kWeights[static_cast<std::size_t>(kKept[k].channel)]
                   [static_cast<std::size_t>(kKept[k].scale)][kKept[k].term];
  }

  template <class Float>
  static Float norm(std::size_t k, Float mean) {
    return kKept[k].term >= ssim_4 ? std::sqrt(std::sqrt(mean)) : mean;
  }

  /// Pixels at a scale of `cells` cells from `first` on, of a side that has `full` at the finest.
  static std::int64_t extent(std::int32_t first, std::int32_t cells, std::int32_t full, int scale) {
    const std::int64_t side = kCellSide >> scale;
    const std::int64_t end = (static_cast<std::int64_t>(full) + (1 << scale) - 1) >> scale;
    return std::min((first + static_cast<std::int64_t>(cells)) * side, end) - first * side;
  }

  /// Where blocks start along a side: every kBlockStep cells, and one that ends with the picture.
  static std::vector<std::int32_t> starts(std::int32_t cells) {
    std::vector<std::int32_t> at;
    const std::int32_t last = std::max(0, cells - kBlockCells);
    for (std::int32_t start = 0; start < last; start += kBlockStep) at.push_back(start);
    at.push_back(last);
    return at;
  }

  void sum_rows(const float* first, std::int32_t rows, std::vector<float>& out) const {
    std::copy(first, first + grid_.width, out.begin());
    for (std::int32_t y = 1; y < rows; ++y) {
      const float* row =
          first + static_cast<std::size_t>(y) * static_cast<std::size_t>(grid_.width);
      for (std::size_t x = 0; x < out.size(); ++x) out[x] += row[x];
    }
  }

  const float* plane(std::size_t k) const {
    return sums_ + k * static_cast<std::size_t>(area(grid_));
  }
  std::size_t index(std::int32_t x, std::int32_t y) const {
    return static_cast<std::size_t>(y) * static_cast<std::size_t>(grid_.width) +
           static_cast<std::size_t>(x);
  }

  const float* sums_;
  Size size_;
  Size grid_;
  int scales_;
};

/// The pixels that cells cover of a picture.
inline Rect pixels_of(const CellRect& cells, Size picture) {
  const auto end = [](std::int32_t first, std::int32_t count, std::int32_t full) {
    return static_cast<std::int32_t>(
        std::min<std::int64_t>((static_cast<std::int64_t>(first) + count) * kCellSide, full));
  };
  const std::int32_t x = cells.x * kCellSide, y = cells.y * kCellSide;
  return {x, y, end(cells.x, cells.width, picture.width) - x,
          end(cells.y, cells.height, picture.height) - y};
}

}  // namespace ssimulacra2_terms

}  // namespace limen::inline LIMEN_ABI
