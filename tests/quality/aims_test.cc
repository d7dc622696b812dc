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

// Derivatives by samples, and their planes.
struct Slopes {
  Size size;
  std::vector<float> floats;

  explicit Slopes(Size of) : size(of) {
    Random random(3);
    floats.resize(3 * static_cast<std::size_t>(area(size)));
    for (float& slope : floats) slope = static_cast<float>(random.unit() - 0.5);
  }
  FloatPlanes planes() const {
    const auto plane = static_cast<std::size_t>(area(size));
    const float* const first = floats.data();
    return {{first, first + plane, first + 2 * plane}, static_cast<std::size_t>(size.width)};
  }
};

StepTables steps_of(float step) {
  StepTables steps;
  for (auto& plane : steps) plane.fill(step);
  return steps;
}

// The derivative by a coefficient, from the definition: the sum over the samples that it makes up,
// of what it adds to each.
double by_coefficient(const Slopes& slopes, std::size_t plane, int halving, int column, int row,
                      int u, int v) {
  const auto wave = [](int k, int at) {
    return (k == 0 ? std::sqrt(0.125) : 0.5) * std::cos((2 * at + 1) * k * std::numbers::pi / 16);
  };
  double sum = 0;
  for (int y = 0; y < 8 * halving; ++y) {
    for (int x = 0; x < 8 * halving; ++x) {
      const int at_x = 8 * halving * column + x;
      const int at_y = 8 * halving * row + y;
      if (at_x >= slopes.size.width || at_y >= slopes.size.height) continue;
      sum += slopes.planes().row(plane, at_y)[at_x] * wave(u, x / halving) * wave(v, y / halving);
    }
  }
  return sum;
}

TEST(Aims, FollowTheDerivativeByCoefficients) {
  const Slopes slopes({45, 35});
  struct Case {
    ChromaSubsampling chroma;
    int halving;
    std::size_t planes;
  };
  for (const Case& at :
       {Case{ChromaSubsampling::yuv420, 2, 3}, Case{ChromaSubsampling::yuv444, 1, 3},
        Case{ChromaSubsampling::gray, 1, 1}}) {
    auto aims = Aims::create(slopes.size, at.chroma, nullptr);
    ASSERT_TRUE(aims.has_value());
    const Stride stride = {.length = 0.5f, .bound = 100};
    aims->follow(slopes.planes(), steps_of(4), stride);
    for (std::size_t p = 0; p < 3; ++p) {
      const auto moves = aims->moves()[p];
      if (p >= at.planes) {
        EXPECT_TRUE(moves.empty());
        continue;
      }
      const int halving = p == 0 ? 1 : at.halving;
      const int columns = (45 + 8 * halving - 1) / (8 * halving);
      const int rows = (35 + 8 * halving - 1) / (8 * halving);
      ASSERT_EQ(moves.size(), static_cast<std::size_t>(64 * columns * rows));
      for (int k = 0; k < 64; ++k) {
        std::vector<double> expected;
        double squares = 0;
        for (int block = 0; block < columns * rows; ++block) {
          expected.push_back(
              by_coefficient(slopes, p, halving, block % columns, block / columns, k % 8, k / 8));
          squares += expected.back() * expected.back();
        }
        const double factor = 0.5 * 4 / std::sqrt(squares / (columns * rows));
        for (int block = 0; block < columns * rows; ++block) {
          ASSERT_NEAR(moves[static_cast<std::size_t>(64 * block + k)],
                      -factor * expected[static_cast<std::size_t>(block)], 1e-4)
              << "plane " << p << " block " << block << " coefficient " << k;
        }
      }
    }
  }
}

TEST(Aims, AddUpToTheirBound) {
  const Slopes slopes({64, 64});
  auto aims = Aims::create(slopes.size, ChromaSubsampling::yuv420, nullptr);
  ASSERT_TRUE(aims.has_value());
  const Stride stride = {.length = 0.4f, .bound = 0.9f};
  aims->follow(slopes.planes(), steps_of(5), stride);
  const std::vector<float> once(aims->moves()[0].begin(), aims->moves()[0].end());
  aims->follow(slopes.planes(), steps_of(5), stride);
  bool is_bound = false;
  for (std::size_t i = 0; i < once.size(); ++i) {
    const float expected = std::clamp(2 * once[i], -4.5f, 4.5f);
    ASSERT_NEAR(aims->moves()[0][i], expected, 1e-5);
    is_bound = is_bound || std::abs(aims->moves()[0][i]) == 4.5f;
  }
  EXPECT_TRUE(is_bound);
}

TEST(Aims, StayWhereNothingIsGained) {
  Slopes slopes({24, 17});
  std::fill(slopes.floats.begin(), slopes.floats.end(), 0.0f);
  auto aims = Aims::create(slopes.size, ChromaSubsampling::yuv444, nullptr);
  ASSERT_TRUE(aims.has_value());
  aims->follow(slopes.planes(), steps_of(5), {});
  for (const auto& plane : aims->moves()) {
    for (const float move : plane) ASSERT_EQ(move, 0);
  }
}

}  // namespace
}  // namespace limen::test
