// SPDX-License-Identifier: Apache-2.0
#include "lib/quality/aims.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <vector>

#include "tests/pictures.h"

namespace limen::test {
namespace {

// Derivatives by samples, and their planes: what was lost, and something besides.
struct Slopes {
  Size size;
  std::vector<float> floats;

  Slopes(const ConstImageView& original, const ConstImageView& shown) : size(original.size) {
    Random random(3);
    const auto plane = static_cast<std::size_t>(area(size));
    floats.resize(3 * plane);
    for (std::size_t i = 0; i < floats.size(); ++i) {
      const auto x = static_cast<int>(i % plane % static_cast<std::size_t>(size.width));
      const auto y = static_cast<int>(i % plane / static_cast<std::size_t>(size.width));
      const double error = sample_error(original, shown, i / plane, x, y);
      floats[i] = static_cast<float>(1e-3 * error + 0.01 * (random.unit() - 0.5));
    }
  }
  FloatPlanes planes() const {
    const auto plane = static_cast<std::size_t>(area(size));
    const float* const first = floats.data();
    return {{first, first + plane, first + 2 * plane}, static_cast<std::size_t>(size.width)};
  }

  static double sample_error(const ConstImageView& original, const ConstImageView& shown,
                             std::size_t plane, int x, int y) {
    const double from_rgb[3][3] = {
        {0.299, 0.587, 0.114}, {-0.168736, -0.331264, 0.5}, {0.5, -0.418688, -0.081312}};
    if (original.format.channels() == 1) {
      return 255 * (get_sample(shown, x, y, 0) - get_sample(original, x, y, 0));
    }
    double sum = 0;
    for (int c = 0; c < 3; ++c) {
      sum +=
          from_rgb[plane][c] * 255 * (get_sample(shown, x, y, c) - get_sample(original, x, y, c));
    }
    return sum;
  }
};

StepTables steps_of(float step) {
  StepTables steps;
  for (auto& plane : steps) plane.fill(step);
  return steps;
}

double wave(int k, int at) {
  return (k == 0 ? std::sqrt(0.125) : 0.5) * std::cos((2 * at + 1) * k * std::numbers::pi / 16);
}

struct Place {
  std::size_t plane;
  int halving;
  int column;
  int row;
  int k;
};

// The sum of value(x, y) times what the place's coefficient adds to a sample there.
template <class Value>
double along(Size size, const Place& at, Value value) {
  double sum = 0;
  for (int y = 0; y < 8 * at.halving; ++y) {
    for (int x = 0; x < 8 * at.halving; ++x) {
      const int in_x = 8 * at.halving * at.column + x;
      const int in_y = 8 * at.halving * at.row + y;
      if (in_x >= size.width || in_y >= size.height) continue;
      sum += value(in_x, in_y) * wave(at.k % 8, x / at.halving) * wave(at.k / 8, y / at.halving);
    }
  }
  return sum;
}

struct Case {
  PixelFormat format;
  ChromaSubsampling chroma;
  int halving;
  std::size_t planes;
};
const Case kCases[] = {{rgb8, ChromaSubsampling::yuv420, 2, 3},
                       {rgb8, ChromaSubsampling::yuv444, 1, 3},
                       {gray8, ChromaSubsampling::gray, 1, 1}};

constexpr Size kSize = {45, 35};

Image shown_of(const ConstImageView& original) {
  return make_picture(original.size, original.format, [&](auto x, auto y, int c) {
    const double change = 0.05 * std::sin(x * 0.9 + y * 1.7 + c) + 0.02 * ((x * y) % 3);
    return std::clamp(get_sample(original, x, y, c) + change, 0.0, 1.0);
  });
}

// By the definition: each slope over its block's weight and over the regression of slopes on
// errors.
TEST(Aims, FollowTheDerivativeByCoefficients) {
  for (const Case& kind : kCases) {
    const Image original = scene(kSize, kind.format);
    const Image shown = shown_of(original.view());
    const Slopes slopes(original.view(), shown.view());
    const int luma_columns = 6, luma_rows = 5;
    std::vector<float> weights;
    for (int i = 0; i < luma_columns * luma_rows; ++i) {
      weights.push_back(0.5f + 0.1f * static_cast<float>(i % 7));
    }
    auto aims = Aims::create(original.view(), kind.chroma, nullptr);
    ASSERT_TRUE(aims.has_value());
    aims->follow(slopes.planes(), shown.view(), weights, steps_of(100),
                 {.share = 0.5f, .most = 100, .bound = 100});
    for (std::size_t p = 0; p < 3; ++p) {
      const auto moves = aims->moves()[p];
      if (p >= kind.planes) {
        EXPECT_TRUE(moves.empty());
        continue;
      }
      const int halving = p == 0 ? 1 : kind.halving;
      const int columns = (kSize.width + 8 * halving - 1) / (8 * halving);
      const int rows = (kSize.height + 8 * halving - 1) / (8 * halving);
      ASSERT_EQ(moves.size(), static_cast<std::size_t>(64 * columns * rows));
      const auto weight = [&](int column, int row) {
        double sum = 0;
        int count = 0;
        for (int y = row * halving; y < std::min((row + 1) * halving, luma_rows); ++y) {
          for (int x = column * halving; x < std::min((column + 1) * halving, luma_columns); ++x) {
            sum += static_cast<double>(weights[static_cast<std::size_t>(y * luma_columns + x)]);
            ++count;
          }
        }
        return sum / count;
      };
      for (int k = 0; k < 64; ++k) {
        std::vector<double> slope;
        double together = 0, errors = 0, squares = 0;
        for (int block = 0; block < columns * rows; ++block) {
          const Place at = {p, halving, block % columns, block / columns, k};
          slope.push_back(along(kSize, at, [&](int x, int y) {
            return static_cast<double>(slopes.planes().row(p, y)[x]);
          }));
          const double error = along(kSize, at, [&](int x, int y) {
            return Slopes::sample_error(original.view(), shown.view(), p, x, y) /
                   (halving * halving);
          });
          const double w = weight(at.column, at.row);
          together += slope.back() * error;
          errors += w * error * error;
          squares += slope.back() * slope.back() / w;
        }
        const double alike = std::sqrt(errors * squares);
        const double correlation = together / alike;
        const double steepness = std::max(together, 0.1 * alike) / errors;
        if (std::abs(correlation - 0.02) < 0.002) continue;  // either is right
        const bool tells = correlation > 0.02;
        for (int block = 0; block < columns * rows; ++block) {
          const double expected = tells ? -0.5 * slope[static_cast<std::size_t>(block)] /
                                              weight(block % columns, block / columns) / steepness
                                        : 0;
          ASSERT_NEAR(moves[static_cast<std::size_t>(64 * block + k)], expected,
                      1e-3 * (1 + std::abs(expected)))
              << "plane " << p << " block " << block << " coefficient " << k;
        }
      }
    }
  }
}

TEST(Aims, AddUpWithinTheirBounds) {
  const Image original = scene(kSize, rgb8);
  const Image shown = shown_of(original.view());
  const Slopes slopes(original.view(), shown.view());
  const std::vector<float> weights(30, 1);
  const auto follow = [&](int strides, const Stride& stride) {
    auto aims = Aims::create(original.view(), ChromaSubsampling::yuv420, nullptr);
    EXPECT_TRUE(aims.has_value());
    for (int i = 0; i < strides; ++i) {
      aims->follow(slopes.planes(), shown.view(), weights, steps_of(5), stride);
    }
    return std::vector<float>(aims->moves()[0].begin(), aims->moves()[0].end());
  };
  const auto free = follow(1, {.share = 0.5f, .most = 100, .bound = 100});
  const auto held = follow(1, {.share = 0.5f, .most = 0.4f, .bound = 100});
  const auto twice = follow(2, {.share = 0.5f, .most = 0.4f, .bound = 0.3f});
  const std::size_t blocks = free.size() / 64;
  bool is_held = false, is_bound = false;
  for (std::size_t k = 0; k < 64; ++k) {
    double squares = 0;
    for (std::size_t block = 0; block < blocks; ++block) {
      const Place at = {0, 1, static_cast<int>(block % 6), static_cast<int>(block / 6),
                        static_cast<int>(k)};
      const double error = along(kSize, at, [&](int x, int y) {
        return Slopes::sample_error(original.view(), shown.view(), 0, x, y);
      });
      squares += error * error;
    }
    const auto most = static_cast<float>(0.4 * std::sqrt(squares / static_cast<double>(blocks)));
    for (std::size_t i = k; i < free.size(); i += 64) {
      ASSERT_NEAR(held[i], std::clamp(free[i], -most, most), 1e-4);
      ASSERT_NEAR(twice[i], std::clamp(2 * held[i], -1.5f, 1.5f), 1e-4);
      is_held = is_held || std::abs(free[i]) > most;
      is_bound = is_bound || std::abs(twice[i]) == 1.5f;
    }
  }
  EXPECT_TRUE(is_held);
  EXPECT_TRUE(is_bound);
}

TEST(Aims, StayWhereNothingIsLost) {
  const Image original = scene(kSize, rgb8);
  const Slopes slopes(original.view(), original.view());
  const std::vector<float> weights(30, 1);
  auto aims = Aims::create(original.view(), ChromaSubsampling::yuv444, nullptr);
  ASSERT_TRUE(aims.has_value());
  aims->follow(slopes.planes(), original.view(), weights, steps_of(5), {});
  for (const auto& plane : aims->moves()) {
    for (const float move : plane) ASSERT_EQ(move, 0);
  }
}

}  // namespace
}  // namespace limen::test
