// SPDX-License-Identifier: Apache-2.0
#pragma once

// RGB to 4:2:0 the sharp way as libwebp 1.2.4 defines it (sharpyuv/sharpyuv.c and
// sharpyuv_gamma.c), pixel by pixel.

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <vector>

#include "limen/core/image_view.h"
#include "tests/pictures.h"

namespace limen::test {

/// Planes without gaps; chroma of half the size rounded up.
struct Halved {
  std::vector<std::uint8_t> y, cb, cr;
  int rounds = 0;
  bool operator==(const Halved&) const = default;
};

class SharpChroma {
 public:
  using Color = std::array<int, 3>;

  explicit SharpChroma(const ConstImageView& image)
      : width_(image.size.width),
        height_(image.size.height),
        columns_((width_ + 1) / 2),
        rows_((height_ + 1) / 2) {
    for (int i = 0; i <= 1024; ++i) {
      const double v = i / 1024.0;
      const double light =
          v <= kLinear * 4.5 ? v / 4.5 : std::pow((v + kOffset) / (1 + kOffset), 1 / 0.45);
      to_linear_.push_back(static_cast<std::int64_t>(65536 * light + 0.5));
    }
    for (int i = 0; i <= 512; ++i) {
      const double light = i / 512.0;
      const double v =
          light <= kLinear ? light * 4.5 : (1 + kOffset) * std::pow(light, 0.45) - kOffset;
      from_linear_.push_back(static_cast<std::int64_t>(65536 * v + 0.5) / 64);
    }
    for (int y = 0; y < 2 * rows_; ++y) {
      for (int x = 0; x < 2 * columns_; ++x) {
        Color color;
        for (int c = 0; c < 3; ++c) {
          const int channel = image.format.channels() < 3 ? 0 : c;
          const double v =
              get_sample(image, std::min(x, width_ - 1), std::min(y, height_ - 1), channel);
          color[static_cast<std::size_t>(c)] = 4 * static_cast<int>(std::lround(255 * v));
        }
        pixels_.push_back(color);
      }
    }
  }

  Halved convert() {
    luma_.clear();
    wanted_luma_.clear();
    chroma_.clear();
    for (int y = 0; y < 2 * rows_; ++y) {
      for (int x = 0; x < 2 * columns_; ++x) {
        luma_.push_back(gray(at(pixels_, x, y)));
        wanted_luma_.push_back(light_gray(at(pixels_, x, y)));
      }
    }
    for (int y = 0; y < rows_; ++y) {
      for (int x = 0; x < columns_; ++x) chroma_.push_back(mean_chroma(square(pixels_, x, y)));
    }
    const std::vector<Color> wanted_chroma = chroma_;
    int rounds = 0;
    for (std::int64_t before = 0; rounds < 4;) {
      const std::int64_t difference = refine(wanted_chroma);
      ++rounds;
      if (rounds > 1 && (difference < 12 * columns_ * rows_ || difference > before)) break;
      before = difference;
    }
    Halved out = coded();
    out.rounds = rounds;
    return out;
  }

 private:
  using Square = std::array<Color, 4>;

  static constexpr double kOffset = 0.09929682680944;
  static constexpr double kLinear = 0.018053968510807;

  template <class T>
  const T& at(const std::vector<T>& pixels, int x, int y) const {
    return pixels[static_cast<std::size_t>(y) * 2 * static_cast<std::size_t>(columns_) +
                  static_cast<std::size_t>(x)];
  }
  std::size_t column(int x, int y) const {
    return static_cast<std::size_t>(y) * static_cast<std::size_t>(columns_) +
           static_cast<std::size_t>(x);
  }
  Square square(const std::vector<Color>& pixels, int x, int y) const {
    return {at(pixels, 2 * x, 2 * y), at(pixels, 2 * x + 1, 2 * y), at(pixels, 2 * x, 2 * y + 1),
            at(pixels, 2 * x + 1, 2 * y + 1)};
  }

  static std::int64_t weighed(std::int64_t r, std::int64_t g, std::int64_t b) {
    return (13933 * r + 46871 * g + 4732 * b + 32768) >> 16;
  }
  static int gray(const Color& c) { return static_cast<int>(weighed(c[0], c[1], c[2])); }
  std::int64_t linear(int v) const { return to_linear_[static_cast<std::size_t>(v)]; }
  int shown(std::int64_t light) const {
    const auto piece = static_cast<std::size_t>(light / 128);
    const std::int64_t rise = from_linear_[piece + 1] - from_linear_[piece];
    return static_cast<int>(from_linear_[piece] + (rise * (light % 128) + 64) / 128);
  }
  int light_gray(const Color& c) const {
    return shown(weighed(linear(c[0]), linear(c[1]), linear(c[2])));
  }
  Color mean_chroma(const Square& square) const {
    Color mean;
    for (std::size_t c = 0; c < 3; ++c) {
      mean[c] = shown((linear(square[0][c]) + linear(square[1][c]) + linear(square[2][c]) +
                       linear(square[3][c]) + 2) /
                      4);
    }
    const int of_mean = gray(mean);
    return {mean[0] - of_mean, mean[1] - of_mean, mean[2] - of_mean};
  }

  // A pixel from luma and the chroma around it.
  Color decoded(int x, int y) const {
    const int column_beside = std::clamp(x % 2 == 0 ? x / 2 - 1 : x / 2 + 1, 0, columns_ - 1);
    const int row_beside = std::clamp(y % 2 == 0 ? y / 2 - 1 : y / 2 + 1, 0, rows_ - 1);
    Color out;
    for (std::size_t c = 0; c < 3; ++c) {
      const int blend =
          9 * chroma_[column(x / 2, y / 2)][c] + 3 * chroma_[column(column_beside, y / 2)][c] +
          3 * chroma_[column(x / 2, row_beside)][c] + chroma_[column(column_beside, row_beside)][c];
      out[c] = std::clamp(at(luma_, x, y) + ((blend + 8) >> 4), 0, 1023);
    }
    return out;
  }

  // Row by row of chroma: each sees what has become of the one above.
  std::int64_t refine(const std::vector<Color>& wanted_chroma) {
    std::int64_t sum = 0;
    for (int y = 0; y < rows_; ++y) {
      std::vector<Square> squares;
      for (int x = 0; x < columns_; ++x) {
        squares.push_back({decoded(2 * x, 2 * y), decoded(2 * x + 1, 2 * y),
                           decoded(2 * x, 2 * y + 1), decoded(2 * x + 1, 2 * y + 1)});
      }
      for (int x = 0; x < columns_; ++x) {
        const Square& seen = squares[static_cast<std::size_t>(x)];
        for (int i = 0; i < 4; ++i) {
          const std::size_t to =
              column(0, 2 * (2 * y + i / 2)) + static_cast<std::size_t>(2 * x + i % 2);
          const int difference = wanted_luma_[to] - light_gray(seen[static_cast<std::size_t>(i)]);
          luma_[to] = std::clamp(luma_[to] + difference, 0, 1023);
          sum += std::abs(difference);
        }
        const Color is = mean_chroma(seen);
        for (std::size_t c = 0; c < 3; ++c) {
          chroma_[column(x, y)][c] += wanted_chroma[column(x, y)][c] - is[c];
        }
      }
    }
    return sum;
  }

  static std::uint8_t sample(std::int64_t v) {
    return static_cast<std::uint8_t>(std::clamp<std::int64_t>((v + (1 << 17)) >> 18, 0, 255));
  }

  Halved coded() const {
    Halved out;
    for (int y = 0; y < height_; ++y) {
      for (int x = 0; x < width_; ++x) {
        const Color& c = chroma_[column(x / 2, y / 2)];
        const std::int64_t w = at(luma_, x, y);
        out.y.push_back(sample(16839 * (c[0] + w) + 33059 * (c[1] + w) + 6420 * (c[2] + w) +
                               (std::int64_t{16} << 18)));
      }
    }
    for (const Color& c : chroma_) {
      const std::int64_t r = c[0], g = c[1], b = c[2];
      out.cb.push_back(sample(-9719 * r - 19081 * g + 28800 * b + (std::int64_t{128} << 18)));
      out.cr.push_back(sample(28800 * r - 24116 * g - 4684 * b + (std::int64_t{128} << 18)));
    }
    return out;
  }

  int width_, height_;
  int columns_, rows_;  // of chroma
  std::vector<std::int64_t> to_linear_, from_linear_;
  std::vector<Color> pixels_;  // of 10 bits, filled up to whole squares
  std::vector<int> luma_, wanted_luma_;
  std::vector<Color> chroma_;
};

}  // namespace limen::test
