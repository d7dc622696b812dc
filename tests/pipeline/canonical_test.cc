// SPDX-License-Identifier: Apache-2.0

// The plainest form of a recipe, and its line.

#include <gtest/gtest.h>

#include <functional>
#include <set>
#include <string>
#include <vector>

#include "limen/pipeline/recipe.h"

namespace limen {
namespace {

using Change = std::function<void(Recipe&)>;

Recipe changed(const Change& change) {
  Recipe recipe;
  change(recipe);
  return recipe;
}

std::string key(const Recipe& recipe) {
  auto text = canonical(recipe);
  EXPECT_TRUE(text.has_value()) << text.error().message;
  return text ? *text : "";
}

Mark logo() {
  Mark mark;
  mark.name = "logo";
  return mark;
}

TEST(Canonical, SameWishSameKey) {
  const std::vector<std::pair<Change, Change>> pairs = {
      {[](Recipe&) {}, [](Recipe& r) { r.crop = CropBox{}; }},
      {[](Recipe& r) { r.width = 800; },
       [](Recipe& r) {
         r.width = 400;
         r.dpr = 2;
       }},
      {[](Recipe& r) { r.width = 401; },
       [](Recipe& r) {
         r.width = 267;  // 400.5, half up
         r.dpr = 1.5;
       }},
      {[](Recipe& r) { r.rotate = 90; }, [](Recipe& r) { r.rotate = -270; }},
      {[](Recipe& r) { r.rotate = 12.5; }, [](Recipe& r) { r.rotate = 372.5; }},
      {[](Recipe&) {}, [](Recipe& r) { r.rotate = -720; }},
      {[](Recipe& r) { r.rotate = 180; },
       [](Recipe& r) { r.flip_horizontal = r.flip_vertical = true; }},
      {[](Recipe& r) { r.flip_vertical = true; },
       [](Recipe& r) {
         r.flip_horizontal = true;
         r.rotate = 180;
       }},
      {[](Recipe&) {},
       [](Recipe& r) {
         r.rotate = 180;
         r.flip_horizontal = r.flip_vertical = true;
       }},
      {[](Recipe& r) { r.width = 9; },
       [](Recipe& r) {
         r.width = 9;
         r.fit = Fit::contain;
         r.fit_if_smaller = Fit::fill;
         r.gravity = Compass::north;
       }},
      {[](Recipe&) {},
       [](Recipe& r) {
         r.fit = Fit::fill;
         r.enlarge = true;
         r.filter = Filter::box;
         r.linear_light = true;
         r.shrink = ShrinkAccuracy::coarse;
       }},
      {[](Recipe&) {}, [](Recipe& r) { r.sharpen = SharpenOptions{.amount = 0}; }},
      {[](Recipe&) {},
       [](Recipe& r) {
         r.marks.push_back(logo());
         r.marks[0].opacity = 0;
       }},
      {[](Recipe& r) {
         r.marks.push_back(logo());
         r.marks[0].of_output = 0.25;
       },
       [](Recipe& r) {
         r.marks.push_back(logo());
         r.marks[0].of_output = 0.25;
         r.marks[0].scale = 3;
       }},
      {[](Recipe& r) {
         r.marks.push_back(logo());
         r.marks[0].pad_x = {30};
         r.marks[0].offset = {-4, 6};
         r.radius = 8;
       },
       [](Recipe& r) {
         r.dpr = 2;
         r.marks.push_back(logo());
         r.marks[0].pad_x = {15};
         r.marks[0].offset = {-2, 3};
         r.radius = 4;
       }},
      {[](Recipe& r) { r.format = Format::png; },
       [](Recipe& r) {
         r.format = Format::png;
         r.fidelity = Quality{12};
         r.chroma = ChromaSubsampling::yuv444;
         r.progressive = false;
       }},
      {[](Recipe& r) { r.format = Format::png; },
       [](Recipe& r) {
         r.formats = {Format::png};
         r.fidelity = TargetScore{{60}};
         r.worst_block = Score{50};
       }},
      {[](Recipe& r) {
         r.formats = {Format::png, Format::webp};
         r.fidelity = Lossless{};
       },
       [](Recipe& r) {
         r.formats = {Format::png, Format::jpeg, Format::webp};
         r.fidelity = Lossless{};
         r.chroma = ChromaSubsampling::yuv444;
         r.progressive = false;
         r.worst_block = Score{50};
       }},
      {[](Recipe& r) {
         r.format = Format::webp;
         r.fidelity = NearLossless{};
       },
       [](Recipe& r) {
         r.formats = {Format::avif, Format::webp};
         r.fidelity = NearLossless{};
         r.always_encode = true;
       }},
      {[](Recipe& r) {
         r.formats = {Format::jpeg, Format::webp};
         r.fidelity = Quality{50};
       },
       [](Recipe& r) {
         r.formats = {Format::jpeg, Format::webp};
         r.fidelity = Quality{50};
         r.depth = OutputDepth::eight;
         r.always_encode = true;
         r.worst_block = Score{50};
       }},
      {[](Recipe& r) {
         r.format = Format::avif;
         r.fidelity = TargetBytes{700};
       },
       [](Recipe& r) {
         r.format = Format::avif;
         r.fidelity = TargetBytes{700};
         r.progressive = false;
         r.always_encode = true;
         r.worst_block = Score{50};
       }},
      {[](Recipe& r) {
         r.width = r.height = 5;
         r.fit = Fit::cover;
       },
       [](Recipe& r) {
         r.width = r.height = 5;
         r.fit_if_smaller = Fit::cover;
       }},
      {[](Recipe& r) {
         r.width = r.height = 5;
         r.fit = Fit::inside;
       },
       [](Recipe& r) {
         r.width = r.height = 5;
         r.fit = Fit::inside;
         r.gravity = Focus{0.1, 0.2};
       }},
  };
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    EXPECT_EQ(key(changed(pairs[i].first)), key(changed(pairs[i].second))) << "pair " << i;
  }
}

TEST(Canonical, OtherWishOtherKey) {
  const std::vector<Change> changes = {
      [](Recipe&) {},
      [](Recipe& r) { r.width = 1; },
      [](Recipe& r) { r.height = 1; },
      [](Recipe& r) { r.width = r.height = 1; },
      [](Recipe& r) { r.width = r.height = 1, r.fit = Fit::contain; },
      [](Recipe& r) { r.width = r.height = 1, r.fit = Fit::fill; },
      [](Recipe& r) { r.width = r.height = 1, r.fit = Fit::inside; },
      [](Recipe& r) { r.width = r.height = 1, r.fit = Fit::outside; },
      [](Recipe& r) { r.width = r.height = 1, r.fit_if_smaller = Fit::contain; },
      [](Recipe& r) { r.width = r.height = 1, r.enlarge = true; },
      [](Recipe& r) { r.width = r.height = 1, r.gravity = Compass::north; },
      [](Recipe& r) {
        r.width = r.height = 1, r.gravity = Focus{0.5, 0.5};
      },
      [](Recipe& r) {
        r.width = r.height = 1, r.gravity = Focus{1, 1};
      },
      [](Recipe& r) {
        r.width = r.height = 1, r.gravity = Focus{1, 1, FocusUnit::source_pixels};
      },
      [](Recipe& r) {
        r.width = r.height = 1, r.gravity = Focus{1, 1, FocusUnit::resized_fraction};
      },
      [](Recipe& r) { r.width = 1, r.filter = Filter::box; },
      [](Recipe& r) { r.width = 1, r.linear_light = true; },
      [](Recipe& r) { r.width = 1, r.shrink = ShrinkAccuracy::fine; },
      [](Recipe& r) { r.width = 1, r.shrink = ShrinkAccuracy::coarse; },
      [](Recipe& r) {
        r.crop = CropBox{{1, 0}, std::nullopt};
      },
      [](Recipe& r) {
        r.crop = CropBox{{1, 0}, Point{2, 1}};
      },
      [](Recipe& r) {
        r.crop = CropBox{{0, 0}, Point{2, 1}};
      },
      [](Recipe& r) { r.trim = 0; },
      [](Recipe& r) { r.trim = 10; },
      [](Recipe& r) { r.rotate = 90; },
      [](Recipe& r) { r.rotate = 0.1; },
      [](Recipe& r) { r.flip_horizontal = true; },
      [](Recipe& r) { r.flip_vertical = true; },
      [](Recipe& r) { r.sharpen = SharpenOptions{}; },
      [](Recipe& r) { r.sharpen = SharpenOptions{.threshold = 0.1}; },
      [](Recipe& r) { r.blur = 1; },
      [](Recipe& r) { r.adjust.brightness = 0.1; },
      [](Recipe& r) { r.adjust.contrast = 0.1; },
      [](Recipe& r) { r.adjust.gamma = 2; },
      [](Recipe& r) { r.adjust.saturation = 0; },
      [](Recipe& r) { r.adjust.greyscale = true; },
      [](Recipe& r) { r.marks = {logo()}; },
      [](Recipe& r) {
        r.marks = {logo(), logo()};
      },
      [](Recipe& r) { r.marks = {logo()}, r.marks[0].name = "logo;x"; },
      [](Recipe& r) { r.marks = {logo()}, r.marks[0].scale = 0.5; },
      [](Recipe& r) { r.marks = {logo()}, r.marks[0].of_output = 0.5; },
      [](Recipe& r) { r.marks = {logo()}, r.marks[0].gravity = Compass::east; },
      [](Recipe& r) { r.marks = {logo()}, r.marks[0].pad_x = {1}; },
      [](Recipe& r) {
        r.marks = {logo()}, r.marks[0].pad_x = {1, Length::Unit::fraction};
      },
      [](Recipe& r) { r.marks = {logo()}, r.marks[0].pad_y = {1}; },
      [](Recipe& r) {
        r.marks = {logo()}, r.marks[0].offset = {1, 0};
      },
      [](Recipe& r) { r.marks = {logo()}, r.marks[0].opacity = 0.5; },
      [](Recipe& r) { r.marks = {logo()}, r.marks[0].tile = true; },
      [](Recipe& r) { r.radius = 1; },
      [](Recipe& r) {
        r.background = Color{255, 255, 255};
      },
      [](Recipe& r) {
        r.background = Color{255, 255, 255, 0};
      },
      [](Recipe& r) { r.format = Format::jpeg; },
      [](Recipe& r) { r.format = Format::webp; },
      [](Recipe& r) {
        r.formats = {Format::jpeg, Format::webp};
      },
      [](Recipe& r) {
        r.formats = {Format::webp, Format::jpeg};
      },
      [](Recipe& r) {
        r.formats = {Format::webp, Format::jpeg, Format::avif};
      },
      [](Recipe& r) { r.fidelity = Quality{80}; },
      [](Recipe& r) { r.fidelity = FlickerProof{}; },
      [](Recipe& r) { r.fidelity = TargetScore{{80}}; },
      [](Recipe& r) { r.fidelity = TargetScore{{80.1}}; },
      [](Recipe& r) { r.fidelity = TargetBytes{80}; },
      [](Recipe& r) {
        r.fidelity = FlickerProof{};
        r.worst_block = Score{80};
      },
      [](Recipe& r) {
        r.fidelity = FlickerProof{};
        r.worst_block = Score{-80};
      },
      [](Recipe& r) {
        r.fidelity = FlickerProof{};
        r.always_encode = true;
      },
      [](Recipe& r) { r.format = Format::png; },
      [](Recipe& r) {
        r.format = Format::png;
        r.always_encode = true;
      },
      [](Recipe& r) {
        r.format = Format::png;
        r.fidelity = TargetBytes{80};
      },
      [](Recipe& r) { r.fidelity = Quality{81}; },
      [](Recipe& r) { r.fidelity = Quality{80.5F}; },
      [](Recipe& r) { r.fidelity = Lossless{}; },
      [](Recipe& r) { r.fidelity = NearLossless{80}; },
      [](Recipe& r) { r.effort = 5; },
      [](Recipe& r) { r.chroma = ChromaSubsampling::yuv444; },
      [](Recipe& r) { r.progressive = false; },
      [](Recipe& r) { r.depth = OutputDepth::eight; },
      [](Recipe& r) { r.metadata = MetadataPolicy::none; },
      [](Recipe& r) { r.metadata = MetadataPolicy::keep; },
      [](Recipe& r) { r.keep_profile = true; },
  };
  std::set<std::string> keys;
  for (std::size_t i = 0; i < changes.size(); ++i) {
    const std::string text = key(changed(changes[i]));
    EXPECT_TRUE(keys.insert(text).second) << "change " << i << " has a key seen before: " << text;
    for (const char c : text) EXPECT_TRUE(c > ' ' && c <= '~') << text;
  }
}

TEST(Canonical, TheNormalFormIsItsOwnNormalForm) {
  Recipe recipe;
  recipe.width = 333;
  recipe.height = 200;
  recipe.dpr = 1.5;
  recipe.rotate = -33.3;
  recipe.flip_vertical = true;
  recipe.radius = 7;
  recipe.marks = {logo()};
  recipe.marks[0].pad_x = {3};
  recipe.format = Format::webp;
  const auto normal = normalized(recipe);
  ASSERT_TRUE(normal.has_value());
  EXPECT_EQ(normal->width, 500);  // 499.5, half up
  EXPECT_EQ(normal->height, 300);
  EXPECT_EQ(normal->dpr, 1);
  EXPECT_NEAR(normal->rotate, 146.7, 1e-9);
  EXPECT_TRUE(normal->flip_horizontal);
  EXPECT_FALSE(normal->flip_vertical);
  EXPECT_EQ(normal->radius, 10.5);
  EXPECT_EQ(normal->marks[0].pad_x.value, 4.5);
  EXPECT_EQ(key(*normal), key(recipe));
}

TEST(Canonical, IsStable) {
  // Keys lie in caches: a change of this text is a change of every cache.
  EXPECT_EQ(key(Recipe{}), "limen=1;fidelity=invisible");
  Recipe recipe;
  recipe.width = 800;
  recipe.height = 600;
  recipe.format = Format::webp;
  recipe.fidelity = Quality{80};
  recipe.marks = {logo()};
  recipe.marks[0].gravity = Compass::southeast;
  recipe.marks[0].opacity = 0.1;
  recipe.background = Color{1, 2, 255, 128};
  EXPECT_EQ(key(recipe),
            "limen=1;width=800;height=600;mark=(name=logo;at=southeast;opacity=0.1);"
            "background=0102ff80;format=webp;fidelity=q80");
  Recipe searched;
  searched.formats = {Format::avif, Format::jpeg};
  searched.fidelity = TargetScore{{82.5}};
  searched.worst_block = Score{60};
  searched.always_encode = true;
  searched.effort = 6;
  EXPECT_EQ(key(searched),
            "limen=1;formats=avif,jpeg;fidelity=score82.5;worst_block=60;always_encode=1;effort=6");
  searched.fidelity = TargetBytes{30'000};
  EXPECT_EQ(key(searched),
            "limen=1;formats=avif,jpeg;fidelity=bytes30000;always_encode=1;effort=6");
  searched = {};
  searched.format = Format::png;
  EXPECT_EQ(key(searched), "limen=1;format=png;fidelity=lossless");
  searched.format = Format::jpeg;
  searched.fidelity = FlickerProof{};
  EXPECT_EQ(key(searched), "limen=1;format=jpeg;fidelity=flicker-proof");
  searched.fidelity = Lossless{};
  searched.format.reset();
  EXPECT_EQ(key(searched), "limen=1;fidelity=lossless");
}

}  // namespace
}  // namespace limen
