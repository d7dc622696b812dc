// SPDX-License-Identifier: Apache-2.0
#pragma once

// The guard's measure as docs/jpeg-quantiser.md defines it, in double precision and block by block.

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <numbers>
#include <vector>

#include "lib/codec/jpeg/quant_table.h"
#include "limen/core/image_view.h"

namespace limen::test {

class GuardReference {
 public:
  /// Both gray8 or rgb8.
  GuardReference(const ConstImageView& original, const ConstImageView& candidate)
      : original_(original), candidate_(candidate) {}

  /// Of each block of 8 by 8 and its neighbours, row by row.
  std::vector<double> blocks() const {
    const int width = (original_.size.width + 7) / 8;
    const int height = (original_.size.height + 7) / 8;
    std::vector<double> own;
    for (int y = 0; y < height; ++y) {
      for (int x = 0; x < width; ++x) own.push_back(own_damage(8 * x, 8 * y));
    }
    std::vector<double> pooled;
    for (int y = 0; y < height; ++y) {
      for (int x = 0; x < width; ++x) {
        double sum = 0;
        for (int dy = -1; dy <= 1; ++dy) {
          for (int dx = -1; dx <= 1; ++dx) {
            const int at =
                std::clamp(y + dy, 0, height - 1) * width + std::clamp(x + dx, 0, width - 1);
            sum += std::pow(own[static_cast<std::size_t>(at)], 4);
          }
        }
        pooled.push_back(std::pow(sum / 9, 0.25));
      }
    }
    return pooled;
  }

  static double whole(const std::vector<double>& blocks) {
    double sum = 0;
    for (const double block : blocks) sum += std::pow(block, 8);
    return std::pow(sum / static_cast<double>(blocks.size()), 1.0 / 8);
  }

 private:
  static constexpr int kLuma = 0;

  // Y, Cb or Cr of T.871, without the offset of chroma.
  static double sample(const ConstImageView& picture, int x, int y, int plane) {
    const int channels = picture.format.channels();
    const std::uint8_t* at = picture.row_as<std::uint8_t>(std::min(y, picture.size.height - 1)) +
                             std::min(x, picture.size.width - 1) * channels;
    if (channels == 1) return plane == kLuma ? at[0] : 0;
    const double luma = 0.299 * at[0] + 0.587 * at[1] + 0.114 * at[2];
    if (plane == kLuma) return luma;
    return plane == 1 ? (at[2] - luma) / 1.772 : (at[0] - luma) / 1.402;
  }

  double error(int x, int y, int plane) const {
    return sample(candidate_, x, y, plane) - sample(original_, x, y, plane);
  }

  // Squares of the orthonormal DCT's coefficients, each times its sensitivity.
  template <class At>
  static double energy(int side, double mean_weight, const QuantTable& table, At at) {
    double sum = 0;
    for (int v = 0; v < side; ++v) {
      for (int u = 0; u < side; ++u) {
        double coefficient = 0;
        for (int y = 0; y < side; ++y) {
          for (int x = 0; x < side; ++x) {
            coefficient += at(x, y) * std::cos((2 * x + 1) * u * std::numbers::pi / (2 * side)) *
                           std::cos((2 * y + 1) * v * std::numbers::pi / (2 * side));
          }
        }
        coefficient *= (u == 0 ? std::sqrt(1.0 / side) : std::sqrt(2.0 / side)) *
                       (v == 0 ? std::sqrt(1.0 / side) : std::sqrt(2.0 / side));
        const double step = table[static_cast<std::size_t>(8 * v + u)];
        double sensitivity = std::pow(table[0] / step, 0.3);
        if (u == 0 && v == 0) sensitivity *= mean_weight;
        sum += std::pow(coefficient * sensitivity, 2);
      }
    }
    return sum;
  }

  double own_damage(int left, int top) const {
    double sum = energy(8, 1.75, luminance_table(),
                        [&](int x, int y) { return error(left + x, top + y, kLuma); });
    for (int plane = 1; plane < 3; ++plane) {
      sum += energy(4, 1.5, chrominance_table(), [&](int x, int y) {
        double quad = 0;
        for (int i = 0; i < 4; ++i) quad += error(left + 2 * x + i % 2, top + 2 * y + i / 2, plane);
        return quad / 4;
      });
    }
    return std::sqrt(sum) * visibility(left, top);
  }

  double visibility(int left, int top) const {
    std::array<double, 4> variances;
    double mean = 0;
    for (int quarter = 0; quarter < 4; ++quarter) {
      double sum = 0;
      double squares = 0;
      for (int i = 0; i < 16; ++i) {
        const double value = sample(original_, left + 4 * (quarter % 2) + i % 4,
                                    top + 4 * (quarter / 2) + i / 4, kLuma);
        sum += value;
        squares += value * value;
      }
      variances[static_cast<std::size_t>(quarter)] = squares / 16 - sum * sum / 256;
      mean += sum / 64;
    }
    std::sort(variances.begin(), variances.end());
    const double detail = 0.5 * variances[0] + 0.3 * variances[1] + 0.2 * variances[2];
    return 0.078 * std::pow(std::sqrt((mean + 20) / 140) / (1 + detail / 9), 0.25);
  }

  ConstImageView original_;
  ConstImageView candidate_;
};

}  // namespace limen::test
