// SPDX-License-Identifier: Apache-2.0
#pragma once

// The Gaussian filter as its definition reads: double, no cut, the edge pixels going on for ever.

#include <algorithm>
#include <cmath>
#include <vector>

#include "limen/core/geometry.h"

namespace limen::reference {

/// Samples of one channel, row by row.
using Plane = std::vector<double>;

/// Weight of each input for each output of one side: row `to`, column `from`.
inline std::vector<Plane> gaussian_matrix(int length, double sigma) {
  // Beyond ten standard deviations lies 1e-23 of the weight.
  const int radius = static_cast<int>(std::ceil(10 * sigma));
  std::vector<Plane> matrix(static_cast<std::size_t>(length),
                            Plane(static_cast<std::size_t>(length)));
  double sum = 0;
  for (int k = -radius; k <= radius; ++k) sum += std::exp(-0.5 * k * k / (sigma * sigma));
  for (int to = 0; to < length; ++to) {
    for (int k = -radius; k <= radius; ++k) {
      const int from = std::clamp(to + k, 0, length - 1);
      matrix[static_cast<std::size_t>(to)][static_cast<std::size_t>(from)] +=
          std::exp(-0.5 * k * k / (sigma * sigma)) / sum;
    }
  }
  return matrix;
}

inline Plane gaussian(const Plane& plane, Size size, double sigma) {
  const auto width = static_cast<std::size_t>(size.width);
  const auto height = static_cast<std::size_t>(size.height);
  const auto across = gaussian_matrix(size.width, sigma);
  const auto down = gaussian_matrix(size.height, sigma);
  Plane middle(plane.size());
  for (std::size_t y = 0; y < height; ++y) {
    for (std::size_t x = 0; x < width; ++x) {
      for (std::size_t i = 0; i < width; ++i) {
        middle[y * width + x] += across[x][i] * plane[y * width + i];
      }
    }
  }
  Plane result(plane.size());
  for (std::size_t y = 0; y < height; ++y) {
    for (std::size_t i = 0; i < height; ++i) {
      for (std::size_t x = 0; x < width; ++x) {
        result[y * width + x] += down[y][i] * middle[i * width + x];
      }
    }
  }
  return result;
}

}  // namespace limen::reference
