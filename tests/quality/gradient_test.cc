// SPDX-License-Identifier: Apache-2.0
#include "lib/quality/gradient.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <string>
#include <vector>

#include "tests/pictures.h"
#include "tests/quality/on_target.h"
#include "tests/reference/ssimulacra2_reference.h"

namespace limen::test {
namespace {

namespace terms = ssimulacra2_terms;

Image disturbed(const ConstImageView& picture, double strength) {
  Random random(11);
  return make_picture(picture.size, picture.format, [&](auto x, auto y, int c) {
    const double v = get_sample(picture, x, y, c) + strength * (random.unit() - 0.5);
    return std::min(1.0, std::max(0.0, v));
  });
}

// The oracle: how the definition's weighted sum moves, in double precision, when one sample of Y,
// Cb or Cr does, by a central difference.
class Oracle {
 public:
  Oracle(const ConstImageView& original, const ConstImageView& candidate)
      : original_(original),
        samples_(make_picture(candidate.size, rgb_f32(), [&](auto x, auto y, int c) {
          return get_sample(candidate, x, y, candidate.format.channels() == 1 ? 0 : c);
        })) {}

  double score() {
    return score_of_maps(make_maps(original_, samples_.view(), 0), kEverywhere, true);
  }

  double by_sample(int x, int y, int plane) {
    constexpr double kStep = 0.02;
    const double above = moved(x, y, plane, kStep);
    const double below = moved(x, y, plane, -kStep);
    return (above - below) / (2 * kStep);
  }

 private:
  static PixelFormat rgb_f32() {
    PixelFormat format = rgb8;
    format.sample = SampleType::f32;
    return format;
  }

  double moved(int x, int y, int plane, double step) {
    const double to_rgb[3][3] = {{1, 1, 1}, {0, -0.344136286, 1.772}, {1.402, -0.714136286, 0}};
    float* const pixel = samples_.view().row_as<float>(y) + 3 * x;
    const float was[3] = {pixel[0], pixel[1], pixel[2]};
    for (int c = 0; c < 3; ++c) {
      pixel[c] = static_cast<float>(pixel[c] + step * to_rgb[plane][c] / 255);
    }
    const double moved = score();
    std::copy(was, was + 3, pixel);
    return moved;
  }

  ConstImageView original_;
  Image samples_;
};

// d score / d sum.
double score_slope(double sum) {
  const double step = 1e-4 * sum;
  return (terms::score_of_sum(sum + step) - terms::score_of_sum(sum - step)) / (2 * step);
}

void expect_derivative(const ConstImageView& original, const ConstImageView& candidate,
                       const std::string& what) {
  auto gradient = ScoreGradient::prepare(original, {});
  ASSERT_TRUE(gradient.has_value()) << what;
  const auto read = gradient->read(candidate, {});
  ASSERT_TRUE(read.has_value()) << what;
  Oracle oracle(original, candidate);
  EXPECT_NEAR(read->score.value, oracle.score(), 0.01) << what;
  EXPECT_DOUBLE_EQ(read->score.value, terms::score_of_sum(read->sum)) << what;
  const double slope = score_slope(read->sum);
  const Size size = original.size;
  Random random(5);
  const int planes = original.format.channels();
  for (int plane = 0; plane < planes; ++plane) {
    double error = 0, total = 0;
    const auto look = [&](int x, int y) {
      const double expected = oracle.by_sample(x, y, plane);
      const double found = slope * read->by_sample.row(static_cast<std::size_t>(plane), y)[x];
      error += (found - expected) * (found - expected);
      total += expected * expected;
    };
    // Corners and borders, where blurs and halving are different, and places between.
    for (const int x : {0, 1, size.width - 1}) {
      for (const int y : {0, size.height / 2, size.height - 1}) look(x, y);
    }
    for (int i = 0; i < 12; ++i) {
      look(static_cast<int>(random.below(static_cast<std::uint32_t>(size.width))),
           static_cast<int>(random.below(static_cast<std::uint32_t>(size.height))));
    }
    EXPECT_GT(total, 0) << what;
    EXPECT_LT(std::sqrt(error / total), 0.01) << what << " plane " << plane;
  }
}

TEST(ScoreGradient, IsTheDefinitionsDerivative) {
  for (const Size size : {Size{8, 8}, Size{17, 9}, Size{33, 40}, Size{50, 31}}) {
    for (const PixelFormat format : {rgb8, gray8}) {
      const Image original = scene(size, format);
      for (const double strength : {0.05, 0.3}) {
        const Image candidate = disturbed(original.view(), strength);
        expect_derivative(original.view(), candidate.view(),
                          std::to_string(size.width) + "x" + std::to_string(size.height) + " of " +
                              std::to_string(format.channels()) + " channels, noise " +
                              std::to_string(strength));
      }
    }
  }
}

TEST(ScoreGradient, OfLostDetailToo) {
  const Size size = {40, 37};
  const Image original = hard_edges(size, rgb8);
  const Image candidate = make_picture(size, rgb8, [&](auto x, auto y, int c) {
    return 0.25 + 0.5 * get_sample(original.view(), x, y, c) + 0.002 * ((x * 7 + y * 3) % 11);
  });
  expect_derivative(original.view(), candidate.view(), "edges of half the contrast");
}

TEST(ScoreGradient, IsZeroWhereNothingDiffers) {
  const Image original = scene({45, 33}, rgb8);
  auto gradient = ScoreGradient::prepare(original.view(), {});
  ASSERT_TRUE(gradient.has_value());
  const auto read = gradient->read(original.view(), {});
  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(read->score.value, 100);
  for (std::size_t plane = 0; plane < 3; ++plane) {
    for (int y = 0; y < 33; ++y) {
      for (int x = 0; x < 45; ++x) ASSERT_EQ(read->by_sample.row(plane, y)[x], 0) << x << " " << y;
    }
  }
}

TEST(ScoreGradient, HasTheSameBitsEverywhere) {
  const Size size = {131, 67};
  const Image original = scene(size, rgb8);
  const Image candidate = disturbed(original.view(), 0.1);
  std::vector<float> first;
  double first_sum = 0;
  for (const std::string& target : targets()) {
    const OnTarget on(target);
    auto gradient = ScoreGradient::prepare(original.view(), {});
    ASSERT_TRUE(gradient.has_value());
    // A second reading finds what the first one left behind.
    ASSERT_TRUE(gradient->read(original.view(), {}).has_value());
    const auto read = gradient->read(candidate.view(), {});
    ASSERT_TRUE(read.has_value());
    std::vector<float> all;
    for (std::size_t plane = 0; plane < 3; ++plane) {
      for (int y = 0; y < size.height; ++y) {
        const float* const row = read->by_sample.row(plane, y);
        all.insert(all.end(), row, row + size.width);
      }
    }
    if (first.empty()) {
      first = all;
      first_sum = read->sum;
    }
    EXPECT_EQ(std::memcmp(first.data(), all.data(), all.size() * sizeof(float)), 0) << target;
    EXPECT_EQ(read->sum, first_sum) << target;
    const auto score = gradient->score(candidate.view(), {});
    ASSERT_TRUE(score.has_value());
    EXPECT_EQ(score->value, read->score.value) << target;
  }
}

TEST(ScoreGradient, RefusesWhatItCannotRead) {
  const Image picture = scene({20, 20}, rgb8);
  const Image small = scene({20, 7}, rgb8);
  const Image deep = scene({20, 20}, rgb16);
  EXPECT_FALSE(ScoreGradient::prepare(small.view(), {}).has_value());
  EXPECT_FALSE(ScoreGradient::prepare(deep.view(), {}).has_value());
  auto gradient = ScoreGradient::prepare(picture.view(), {});
  ASSERT_TRUE(gradient.has_value());
  EXPECT_FALSE(gradient->read(scene({21, 20}, rgb8).view(), {}).has_value());
  CancelToken cancel;
  cancel.cancel();
  Execution execution;
  execution.cancel = &cancel;
  const auto stopped = gradient->read(picture.view(), execution);
  ASSERT_FALSE(stopped.has_value());
  EXPECT_EQ(stopped.error().code, ErrorCode::cancelled);
}

}  // namespace
}  // namespace limen::test
