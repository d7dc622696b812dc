// SPDX-License-Identifier: Apache-2.0
#include "limen/quality/heatmap.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>

#include "tests/pictures.h"
#include "tests/reference/ssimulacra2_reference.h"

namespace limen::test {
namespace {

Result<ErrorMap> mapped(const ConstImageView& original, const ConstImageView& candidate) {
  LIMEN_ASSIGN(const Ssimulacra2 prepared, Ssimulacra2::prepare(original));
  return map_errors(prepared, candidate);
}

// Noise that grows to the right.
Image damaged(const ConstImageView& original) {
  Random random(11);
  return make_picture(original.size, original.format, [&](int x, int y, int c) {
    const double strength = 0.2 * x / original.size.width;
    const double v = get_sample(original, x, y, c) + strength * (random.unit() - 0.5);
    return std::min(1.0, std::max(0.0, v));
  });
}

using Rgb = std::array<int, 3>;
Rgb pixel(const Image& image, int x, int y) {
  const auto* at = image.const_view().row_as<std::uint8_t>(y) + 3 * x;
  return {at[0], at[1], at[2]};
}

// A map of one score everywhere.
ErrorMap uniform(Size size, double score) {
  ErrorMap map;
  map.cells = {(size.width + 15) / 16, (size.height + 15) / 16};
  map.scores.assign(area(map.cells), Score{score});
  map.comparison = {Score{score}, Score{score}, {0, 0, 1, 1}};
  return map;
}

TEST(ErrorMap, CellsEqualTheDefinition) {
  for (const Size size : {Size{1, 1}, Size{7, 5}, Size{33, 16}, Size{65, 47}, Size{130, 90}}) {
    for (const PixelFormat format : {rgb8, rgba8, gray16}) {
      const Image original = scene(size, format);
      const Image candidate = damaged(original.view());
      const auto map = mapped(original.view(), candidate.view());
      ASSERT_TRUE(map.has_value());
      const auto expected = local_scores(original.view(), candidate.view(), 16, 16);
      ASSERT_EQ(map->scores.size(), expected.size());
      ASSERT_EQ(map->scores.size(), area(map->cells));
      for (std::size_t i = 0; i < expected.size(); ++i) {
        const int cell = static_cast<int>(i);
        EXPECT_EQ(expected[i].window.x, cell % map->cells.width * 16);
        EXPECT_EQ(expected[i].window.y, cell / map->cells.width * 16);
        EXPECT_NEAR(map->scores[i].value, expected[i].score,
                    0.02 + 1e-4 * std::abs(expected[i].score))
            << size.width << "x" << size.height << " cell " << i;
      }
    }
  }
}

TEST(ErrorMap, ComparesLikeTheMetric) {
  const Image original = scene({150, 140}, rgba8);
  const Image candidate = damaged(original.view());
  const auto map = mapped(original.view(), candidate.view());
  const auto plain = ssimulacra2(original.view(), candidate.view());
  ASSERT_TRUE(map.has_value());
  EXPECT_EQ(map->comparison.score, plain->score);
  EXPECT_EQ(map->comparison.worst_block, plain->worst_block);
  EXPECT_EQ(map->comparison.worst_block_at, plain->worst_block_at);
}

TEST(ErrorMap, PassesTheMetricsErrorsOn) {
  const Image original = scene({30, 30}, rgb8), other = scene({30, 31}, rgb8);
  EXPECT_EQ(mapped(original.view(), other.view()).error().code, ErrorCode::invalid_argument);
}

TEST(Heatmap, CoversTheMoreTheLowerTheScore) {
  const Size size{40, 20};
  const Image original = make_picture(size, rgb8, [](auto, auto, auto) { return 0.5; });
  const auto color = [&](double score) {
    const auto image = heatmap(uniform(size, score), original.view());
    EXPECT_TRUE(image.has_value());
    EXPECT_EQ(image->size(), size);
    EXPECT_EQ(image->format(), rgb8);
    return pixel(*image, 30, 15);  // away from the frame
  };
  const Rgb none = color(100);
  EXPECT_EQ(none[0], none[1]);
  EXPECT_EQ(none[1], none[2]);
  EXPECT_GT(none[0], 150);
  EXPECT_EQ(color(90), none);
  EXPECT_EQ(color(std::nan("")), none);
  const Rgb yellow = color(70), red = color(50), dark = color(30);
  EXPECT_GT(yellow[0], 200);
  EXPECT_GT(yellow[1], 180);
  EXPECT_LT(yellow[2], 100);
  EXPECT_GT(red[0], 180);
  EXPECT_LT(red[1], 90);
  EXPECT_LT(dark[0], 140);
  EXPECT_LT(dark[1], 60);
  EXPECT_EQ(color(-1000), dark);
  // In between, between.
  const Rgb orange = color(60);
  EXPECT_LT(orange[1], yellow[1]);
  EXPECT_GT(orange[1], red[1]);
}

TEST(Heatmap, PaintsEachCellAndFramesTheWorstBlock) {
  const Size size{100, 70};
  const Image original = make_picture(size, gray8, [](auto, auto, auto) { return 0.2; });
  ErrorMap map = uniform(size, 95);
  map.scores[7 + 2].value = 40;  // second row of cells, third column
  map.comparison.worst_block.value = 40;
  map.comparison.worst_block_at = {10, 8, 60, 50};
  const auto image = heatmap(map, original.view());
  ASSERT_TRUE(image.has_value());
  const Rgb plain = pixel(*image, 99, 69), cell = pixel(*image, 32, 16);
  EXPECT_EQ(plain[0], plain[1]);
  EXPECT_GT(cell[0], cell[1] + 50);
  EXPECT_EQ(pixel(*image, 47, 31), cell);
  EXPECT_EQ(pixel(*image, 48, 31), plain);
  EXPECT_EQ(pixel(*image, 31, 31), plain);
  EXPECT_EQ(pixel(*image, 32, 15), plain);
  EXPECT_EQ(pixel(*image, 32, 32), plain);
  const Rgb frame = pixel(*image, 10, 8);
  EXPECT_GT(frame[2], frame[0] + 100);
  for (const Point at : {Point{69, 8}, Point{10, 57}, Point{69, 57}, Point{40, 9}, Point{11, 30}}) {
    EXPECT_EQ(pixel(*image, at.x, at.y), frame) << at.x << "," << at.y;
  }
  for (const Point at : {Point{9, 8}, Point{10, 7}, Point{70, 20}, Point{20, 58}, Point{12, 10}}) {
    EXPECT_EQ(pixel(*image, at.x, at.y), plain) << at.x << "," << at.y;
  }
  // Nothing to frame where nothing shows.
  map.comparison.worst_block.value = 95;
  EXPECT_EQ(pixel(*heatmap(map, original.view()), 10, 8), plain);
}

TEST(Heatmap, ShowsTheOriginalOnWhite) {
  const Size size{16, 16};
  const auto level = [&](PixelFormat format, double value, double alpha) {
    const Image picture = make_picture(size, format, [&](auto, auto, int c) {
      return format.has_alpha() && c == format.channels() - 1 ? alpha : value;
    });
    return pixel(*heatmap(uniform(size, 100), picture.view()), 3, 3)[1];
  };
  EXPECT_EQ(level(rgb8, 0, 1), 150);
  EXPECT_EQ(level(rgb8, 1, 1), 250);
  EXPECT_EQ(level(rgba16, 0, 1), 150);
  EXPECT_EQ(level(rgba8, 0, 0), 250);
  EXPECT_EQ(level(gray_alpha8, 0, 0), 250);
  EXPECT_EQ(level(gray16, 0.5, 1), 200);
}

TEST(Heatmap, MisuseIsNamed) {
  const Image picture = scene({40, 40}, rgb8), floats = scene({40, 40}, rgb_f32);
  const auto code = [](const ErrorMap& map, const ConstImageView& view,
                       const Execution& execution = {}) {
    const auto image = heatmap(map, view, execution);
    return image.has_value() ? ErrorCode::cancelled : image.error().code;
  };
  const ErrorMap map = uniform({40, 40}, 60);
  EXPECT_TRUE(heatmap(map, picture.view()).has_value());
  EXPECT_EQ(code(uniform({40, 50}, 60), picture.view()), ErrorCode::invalid_argument);
  EXPECT_EQ(code(map, floats.view()), ErrorCode::invalid_argument);
  EXPECT_EQ(code(map, {}), ErrorCode::invalid_argument);
  ErrorMap bad = map;
  bad.scores.pop_back();
  EXPECT_EQ(code(bad, picture.view()), ErrorCode::invalid_argument);
  bad = map;
  bad.comparison.worst_block_at = {30, 0, 11, 5};
  EXPECT_EQ(code(bad, picture.view()), ErrorCode::invalid_argument);
  Workspace small(1000);
  EXPECT_EQ(code(map, picture.view(), {.workspace = &small}), ErrorCode::limit_exceeded);
  CancelToken token;
  token.cancel();
  const auto stopped = heatmap(map, picture.view(), {.cancel = &token});
  ASSERT_FALSE(stopped.has_value());
  EXPECT_EQ(stopped.error().code, ErrorCode::cancelled);
}

}  // namespace
}  // namespace limen::test
