// SPDX-License-Identifier: Apache-2.0
#include "limen/pipeline/recipe.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <limits>
#include <set>
#include <string>
#include <type_traits>
#include <vector>

namespace limen {
namespace {

using ::testing::HasSubstr;

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

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

struct Refusal {
  Change change;
  ErrorCode code;
  std::string says;
};

TEST(Recipe, RefusesWhatNoSourceCouldMakeSenseOf) {
  const auto with_mark = [](std::function<void(Mark&)> change) {
    return [change](Recipe& r) {
      r.marks.push_back(logo());
      change(r.marks.back());
    };
  };
  constexpr ErrorCode kInvalid = ErrorCode::invalid_argument;
  const std::vector<Refusal> refusals = {
      {[](Recipe& r) { r.width = -1; }, kInvalid, "width -1"},
      {[](Recipe& r) { r.height = std::numeric_limits<std::int32_t>::min(); }, kInvalid, "height"},
      {[](Recipe& r) { r.width = std::numeric_limits<std::int32_t>::max(); }, kInvalid,
       "width 2147483647"},
      {[](Recipe& r) { r.dpr = 0; }, kInvalid, "dpr 0"},
      {[](Recipe& r) { r.dpr = -1; }, kInvalid, "dpr"},
      {[](Recipe& r) { r.dpr = kNaN; }, kInvalid, "dpr nan"},
      {[](Recipe& r) { r.dpr = 10.5; }, kInvalid, "above 0 to 10"},
      {[](Recipe& r) { r.rotate = kNaN; }, kInvalid, "rotate nan"},
      {[](Recipe& r) { r.rotate = kInfinity; }, kInvalid, "rotate inf"},
      {[](Recipe& r) {
         r.crop = crop_box({-1, 0, 5, 5});
       },
       kInvalid, "crop from -1,0"},
      {[](Recipe& r) {
         r.crop = crop_box({5, 5, 0, 5});
       },
       kInvalid, "crop to"},
      {[](Recipe& r) {
         r.crop = CropBox{{5, 5}, Point{6, 4}};
       },
       kInvalid, "crop to 6,4"},
      {[](Recipe& r) { r.trim = 256; }, kInvalid, "trim 256"},
      {[](Recipe& r) { r.trim = -1; }, kInvalid, "trim"},
      {[](Recipe& r) {
         r.gravity = Focus{1.5, 0};
       },
       kInvalid, "gravity x"},
      {[](Recipe& r) {
         r.gravity = Focus{0, kNaN};
       },
       kInvalid, "gravity y nan"},
      {[](Recipe& r) {
         r.gravity = Focus{-1, 0, FocusUnit::source_pixels};
       },
       kInvalid, "gravity"},
      {[](Recipe& r) { r.blur = 0.1; }, kInvalid, "blur 0.1"},
      {[](Recipe& r) { r.blur = -2; }, kInvalid, "blur"},
      {[](Recipe& r) { r.blur = kNaN; }, kInvalid, "blur"},
      {[](Recipe& r) { r.sharpen = SharpenOptions{.sigma = 0}; }, kInvalid, "sharpen sigma"},
      {[](Recipe& r) { r.sharpen = SharpenOptions{.amount = 11}; }, kInvalid, "sharpen amount"},
      {[](Recipe& r) { r.sharpen = SharpenOptions{.threshold = 2}; }, kInvalid, "threshold"},
      {[](Recipe& r) { r.adjust.gamma = 0; }, kInvalid, "gamma"},
      {[](Recipe& r) { r.adjust.contrast = kNaN; }, kInvalid, "contrast"},
      {[](Recipe& r) { r.adjust.brightness = 1.1; }, kInvalid, "brightness"},
      {[](Recipe& r) { r.adjust.saturation = -0.1; }, kInvalid, "saturation"},
      {[](Recipe& r) { r.radius = -1; }, kInvalid, "radius -1"},
      {[](Recipe& r) { r.radius = kInfinity; }, kInvalid, "radius"},
      {[](Recipe& r) { r.effort = 10; }, kInvalid, "effort 10"},
      {[](Recipe& r) { r.fidelity = Quality{101}; }, kInvalid, "quality 101"},
      {[](Recipe& r) { r.fidelity = Quality{-1}; }, kInvalid, "quality"},
      {[](Recipe& r) { r.fidelity = Quality{std::nanf("")}; }, kInvalid, "quality"},
      {[](Recipe& r) { r.fidelity = NearLossless{101}; }, kInvalid, "near-lossless level"},
      {[](Recipe& r) { r.chroma = ChromaSubsampling::yuv411; }, kInvalid, "chroma"},
      {[](Recipe& r) { r.fit = static_cast<Fit>(9); }, kInvalid, "fit 9"},
      {[](Recipe& r) { r.filter = static_cast<Filter>(99); }, kInvalid, "filter 99"},
      {[](Recipe& r) { r.format = static_cast<Format>(7); }, kInvalid, "format 7"},
      {with_mark([](Mark& m) { m.name = ""; }), kInvalid, "mark 0: name"},
      {with_mark([](Mark& m) { m.scale = 0; }), kInvalid, "mark 0: scale"},
      {with_mark([](Mark& m) { m.scale = kNaN; }), kInvalid, "mark 0: scale"},
      {with_mark([](Mark& m) { m.of_output = 1.5; }), kInvalid, "mark 0: of_output"},
      {with_mark([](Mark& m) { m.pad_x = {-1}; }), kInvalid, "mark 0: pad_x"},
      {with_mark([](Mark& m) {
         m.pad_y = {1.1, Length::Unit::fraction};
       }),
       kInvalid, "pad_y"},
      {with_mark([](Mark& m) { m.opacity = 1.1; }), kInvalid, "mark 0: opacity"},
      {with_mark([](Mark& m) { m.offset.x = 2'000'000; }), kInvalid, "mark 0: offset"},
      {with_mark([](Mark& m) {
         m.gravity = FocalPoint{2, 0};
       }),
       kInvalid, "mark 0: gravity"},
      {[](Recipe& r) {
         r.format = Format::jpeg;
         r.fidelity = Lossless{};
       },
       ErrorCode::unsupported, "lossless"},
      {[](Recipe& r) {
         r.format = Format::avif;
         r.fidelity = NearLossless{};
       },
       ErrorCode::unsupported, "near-lossless"},
      {[](Recipe& r) {
         r.formats = {Format::png, Format::avif};
         r.fidelity = NearLossless{};
       },
       ErrorCode::unsupported, "near-lossless"},
      {[](Recipe& r) {
         r.formats = {Format::jpeg};
         r.fidelity = Lossless{};
       },
       ErrorCode::unsupported, "lossless"},
      {[](Recipe& r) {
         r.format = Format::png;
         r.formats = {Format::png};
       },
       kInvalid, "format and formats"},
      {[](Recipe& r) {
         r.formats = {Format::png, Format::webp, Format::png};
       },
       kInvalid, "formats png twice"},
      {[](Recipe& r) { r.formats = {static_cast<Format>(4)}; }, kInvalid, "formats 4"},
      {[](Recipe& r) { r.fidelity = TargetScore{{0}}; }, kInvalid, "target score 0"},
      {[](Recipe& r) { r.fidelity = TargetScore{{-3}}; }, kInvalid, "target score -3"},
      {[](Recipe& r) { r.fidelity = TargetScore{{100.5}}; }, kInvalid, "target score 100.5"},
      {[](Recipe& r) { r.fidelity = TargetScore{{kNaN}}; }, kInvalid, "target score nan"},
      {[](Recipe& r) { r.fidelity = TargetBytes{0}; }, kInvalid, "target bytes 0"},
      {[](Recipe& r) { r.worst_block = Score{100.1}; }, kInvalid, "worst block 100.1"},
      {[](Recipe& r) { r.worst_block = Score{kNaN}; }, kInvalid, "worst block nan"},
      {[](Recipe& r) { r.worst_block = Score{-kInfinity}; }, kInvalid, "worst block -inf"},
  };
  for (const Refusal& refusal : refusals) {
    const Recipe recipe = changed(refusal.change);
    const auto checked = validate(recipe);
    ASSERT_FALSE(checked.has_value()) << refusal.says;
    EXPECT_EQ(checked.error().code, refusal.code) << checked.error().message;
    EXPECT_THAT(checked.error().message, HasSubstr(refusal.says));
    EXPECT_FALSE(canonical(recipe).has_value()) << refusal.says;
    EXPECT_FALSE(normalized(recipe).has_value()) << refusal.says;
  }
  EXPECT_TRUE(validate(Recipe{}).has_value());
}

// Nothing is taken for what it is not: a knob is no score, a number neither.
static_assert(!std::is_convertible_v<Quality, Score> && !std::is_convertible_v<Score, Quality>);
static_assert(!std::is_constructible_v<Target, Quality>);

TEST(Recipe, TellsWhatHasToBeSearchedFor) {
  for (const Fidelity& fidelity : {Fidelity(Invisible{}), Fidelity(FlickerProof{}),
                                   Fidelity(TargetScore{{70}}), Fidelity(TargetBytes{9'000})}) {
    EXPECT_TRUE(searches(fidelity));
  }
  for (const Fidelity& fidelity :
       {Fidelity(Quality{70}), Fidelity(Lossless{}), Fidelity(NearLossless{})}) {
    EXPECT_FALSE(searches(fidelity));
  }
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
