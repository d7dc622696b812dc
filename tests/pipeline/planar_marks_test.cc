// SPDX-License-Identifier: Apache-2.0

// Marks on planes: what they change, what they leave alone, and how far that is from RGB.

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "lib/pipeline/looks.h"
#include "lib/pipeline/marks.h"
#include "lib/pipeline/plane_marks.h"
#include "limen/color/ycbcr.h"
#include "tests/pipeline/planar_fixture.h"

namespace limen::test {
namespace {

Mark mark_at(Gravity gravity, Point offset, double opacity) {
  Mark mark;
  mark.name = "mark";
  if (const auto* compass = std::get_if<Compass>(&gravity)) mark.gravity = *compass;
  mark.offset = offset;
  mark.opacity = opacity;
  return mark;
}

double y_of(const ConstImageView& rgb, std::int32_t x, std::int32_t y) {
  return 255 * (0.299 * get_sample(rgb, x, y, 0) + 0.587 * get_sample(rgb, x, y, 1) +
                0.114 * get_sample(rgb, x, y, 2));
}

// Marked planes beside the same planes as RGB with the mark on them: what it changes is that, what
// it does not change is left alone.
void expect_marked(const Bytes& file, const Recipe& recipe, const ConstImageView& picture) {
  ASSERT_TRUE(planned(file, recipe).encodes_planes);
  const NamedPicture pictures[] = {{"mark", picture}};
  MarkShelf shelf(pictures, Limits{});
  const Recipe normal = *normalized(recipe);
  ASSERT_TRUE(shelf.prepare(normal, {}).has_value());
  const PlanarImage before = reduced(file, recipe).planes;
  PlanarImage after = reduced(file, recipe).planes;
  ASSERT_TRUE(mark_planes(after, normal, shelf, {}).has_value());
  auto shown = rgb_from_planes(before);
  ASSERT_TRUE(shown.has_value());
  const auto plain = rgb_from_planes(before);
  for (const Mark& mark : normal.marks) {
    const auto placed = place_mark(mark, picture, before.size(), SampleType::u8, {});
    ASSERT_TRUE(placed.has_value());
    ASSERT_TRUE(lay_on(shown->view(), *placed, {}, {}).has_value());
  }
  const auto changed = [&](std::int32_t x, std::int32_t y) {
    return !(pixel(shown->const_view(), x, y) == pixel(plain->const_view(), x, y));
  };
  const Size size = before.size();
  int count = 0;
  for (std::int32_t y = 0; y < size.height; ++y) {
    for (std::int32_t x = 0; x < size.width; ++x) {
      const int is = after.planes[0].view().row_as<std::uint8_t>(y)[x];
      if (changed(x, y)) {
        ++count;
        ASSERT_NEAR(is, y_of(shown->const_view(), x, y), 1) << x << "," << y;
      } else {
        ASSERT_EQ(is, before.planes[0].view().row_as<std::uint8_t>(y)[x]) << x << "," << y;
      }
    }
  }
  EXPECT_GT(count, 20);
  const Size step = size.width == after.planes[1].size().width ? Size{1, 1} : Size{2, 2};
  for (std::int32_t y = 0; y < after.planes[1].size().height; ++y) {
    for (std::int32_t x = 0; x < after.planes[1].size().width; ++x) {
      double blue = 0, red = 0;
      int touched = 0;
      for (std::int32_t j = 0; j < step.height; ++j) {
        for (std::int32_t i = 0; i < step.width; ++i) {
          const std::int32_t at_x = std::min(x * step.width + i, size.width - 1);
          const std::int32_t at_y = std::min(y * step.height + j, size.height - 1);
          const double luma = y_of(shown->const_view(), at_x, at_y);
          blue += (255 * get_sample(shown->const_view(), at_x, at_y, 2) - luma) / 1.772;
          red += (255 * get_sample(shown->const_view(), at_x, at_y, 0) - luma) / 1.402;
          touched += changed(at_x, at_y) ? 1 : 0;
        }
      }
      const double parts = step.width * step.height;
      const int cb = after.planes[1].view().row_as<std::uint8_t>(y)[x];
      const int cr = after.planes[2].view().row_as<std::uint8_t>(y)[x];
      if (touched > 0) {
        ASSERT_NEAR(cb, 128 + blue / parts, 2) << x << "," << y;
        ASSERT_NEAR(cr, 128 + red / parts, 2) << x << "," << y;
      } else {
        ASSERT_EQ(cb, before.planes[1].view().row_as<std::uint8_t>(y)[x]) << x << "," << y;
        ASSERT_EQ(cr, before.planes[2].view().row_as<std::uint8_t>(y)[x]) << x << "," << y;
      }
    }
  }
}

TEST(PlanarPath, MarksChangeWhatLiesUnderThemAndNothingElse) {
  const Bytes file = jpeg_of(scene({211, 157}, rgb8).const_view(), kSamplings[0]);
  for (const PixelFormat form : {rgba8, rgb8, gray_alpha8, rgba16}) {
    const Image picture = scene({23, 14}, form, 7);
    for (const std::string query : {"w=101", "w=100", "w=77&h=77"}) {
      for (const float quality : {80.0f, 95.0f}) {
        for (const Mark& mark :
             {mark_at(Compass::southeast, {}, 1), mark_at(Compass::northwest, {-7, -3}, 0.6),
              mark_at(Compass::center, {3, 5}, 1), mark_at(Compass::southeast, {9, 9}, 0.3)}) {
          SCOPED_TRACE(query + " " + std::to_string(mark.offset.x));
          Recipe recipe = lossy(query, quality);
          recipe.marks = {mark};
          expect_marked(file, recipe, picture.const_view());
        }
        Recipe several = lossy(query, quality);
        several.marks = {mark_at(Compass::west, {1, 1}, 1), mark_at(Compass::east, {-1, 2}, 0.5)};
        expect_marked(file, several, picture.const_view());
        several.marks.resize(1);
        several.marks[0].tile = true;
        several.marks[0].pad_x = {9, Length::Unit::pixels};
        expect_marked(file, several, picture.const_view());
      }
    }
  }
}

TEST(PlanarPath, AMarkOutsideIsNoMark) {
  const Bytes file = jpeg_of(scene({211, 157}, rgb8).const_view(), kSamplings[0]);
  const Image picture = solid({9, 9}, rgb8, {255, 0, 0});
  const NamedPicture pictures[] = {{"mark", picture.const_view()}};
  TransformOptions options;
  options.pictures = pictures;
  const Bytes plain = made(file, lossy("w=100")).bytes;
  for (const Point offset : {Point{100, 0}, Point{0, -100}, Point{1'000'000, 0}}) {
    Recipe recipe = lossy("w=100");
    recipe.marks = {mark_at(Compass::northeast, offset, 1)};
    EXPECT_EQ(made(file, recipe, options).bytes, plain) << offset.x;
  }
}

TEST(PlanarPath, AVariantIsTheSameWhoeverIsBeside) {
  const Bytes source = jpeg_of(noise({301, 227}, rgb8).const_view(), kSamplings[0], 6);
  std::vector<Recipe> recipes;
  for (const std::string query :
       {"w=90", "tl_px=33,41&br_px=120,99&w=40", "tl_px=101,7&br_px=200,210&h=50", "w=50&h=50",
        "w=31&flip=h", "r=90&w=77", "w=64&sharp=1", "w=31&q=95"}) {
    recipes.push_back(lossy(query));
    recipes.push_back(lossy(query));
    recipes.back().shrink = ShrinkAccuracy::coarse;
  }
  for (const std::size_t i : {3u, 5u}) recipes[i].format = Format::webp;
  const auto together = transform(source, recipes);
  ASSERT_TRUE(together.has_value()) << together.error().message;
  for (std::size_t i = 0; i < recipes.size(); ++i) {
    EXPECT_EQ((*together)[i].bytes, made(source, recipes[i]).bytes) << i;
  }
}

TEST(PlanarPath, TellsItsSteps) {
  const Bytes source = jpeg_of(scene({120, 90}, rgb8).const_view(), kSamplings[0], 6);
  EXPECT_EQ(planned(source, lossy("w=30&r=90")).steps,
            (std::vector<std::string>{"decode", "resize", "orient", "turn", "encode"}));
  EXPECT_EQ(planned(source, lossy("w=30&sharp=1")).steps,
            (std::vector<std::string>{"decode", "resize", "orient", "rgb", "sharpen", "encode"}));
}

TEST(PlanarPath, PredictsNoLessThanWhatIsHeld) {
  for (const Sampling& sampling : kSamplings) {
    const Bytes source = jpeg_of(scene({601, 403}, rgb8).const_view(), sampling, 6);
    for (const std::string query : {"w=100", "w=400", "r=90&w=333", "w=300&sharp=1", ""}) {
      for (const ShrinkAccuracy shrink : {ShrinkAccuracy::exact, ShrinkAccuracy::fine}) {
        Recipe recipe = lossy(query);
        recipe.shrink = shrink;
        recipe.effort = 0;
        const Plan plan = planned(source, recipe);
        Workspace workspace;
        const Execution execution{.workspace = &workspace};
        const Variant variant = made(source, recipe, {}, execution);
        // The encoder's own memory is not foretold.
        EXPECT_LE(variant.peak_bytes, plan.peak_bytes + 600'000) << sampling.name << " " << query;
        EXPECT_GE(variant.peak_bytes, plan.peak_bytes / 8) << sampling.name << " " << query;
      }
    }
  }
}

}  // namespace
}  // namespace limen::test
