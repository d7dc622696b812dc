// SPDX-License-Identifier: Apache-2.0

// Recipes by struct: each field means what its C++ namesake means, and no value is undefined.

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "tests/c_api/fixture.h"

namespace limen::test {
namespace {

using Options = limen_recipe_options;

std::string canonical_of(const Options* options) {
  limen_recipe* recipe = nullptr;
  limen_error* error = nullptr;
  const limen_status status = limen_recipe_create(options, &recipe, &error);
  std::string text = status == LIMEN_OK ? limen_recipe_canonical(recipe)
                                        : std::string("refused: ") + limen_error_message(error);
  limen_error_free(error);
  limen_recipe_free(recipe);
  return text;
}

// Both APIs set the same thing.
struct Pair {
  std::function<void(Options&)> in_c;
  std::function<void(Recipe&)> in_cpp;
};

const std::int32_t kTwoFormats[] = {LIMEN_FORMAT_WEBP, LIMEN_FORMAT_JPEG};

limen_mark full_mark() {
  limen_mark mark = defaults(limen_mark_init);
  mark.name = "logo";
  mark.gravity = LIMEN_GRAVITY_SOUTHEAST;
  mark.of_output = 0.25;
  mark.pad_x = 16;
  mark.pad_y = 8;
  mark.offset_x = -3;
  mark.offset_y = 4;
  mark.opacity = 0.5;
  return mark;
}

std::vector<Pair> pairs() {
  static const limen_mark kMarks[] = {full_mark(),
                                      [] {
                                        limen_mark mark = defaults(limen_mark_init);
                                        mark.name = "tile";
                                        mark.scale = 2;
                                        mark.pad_x = 0.1;
                                        mark.pad_is_fraction = 1;
                                        mark.tile = 1;
                                        return mark;
                                      }(),
                                      [] {
                                        limen_mark mark = defaults(limen_mark_init);
                                        mark.name = "focal";
                                        mark.gravity = LIMEN_GRAVITY_FOCUS;
                                        mark.focus_x = 0.2;
                                        mark.focus_y = 0.7;
                                        return mark;
                                      }()};
  const auto cover = [](Options& o) { o.width = o.height = 50; };
  const auto cpp_cover = [](Recipe& r) { r.width = r.height = 50; };
  return {
      {[](Options& o) {
         o.crop = {3, 4, 0, 0};
       },
       [](Recipe& r) {
         r.crop = CropBox{{3, 4}, std::nullopt};
       }},
      {[](Options& o) {
         o.crop = {3, 4, 20, 10};
       },
       [](Recipe& r) {
         r.crop = crop_box({3, 4, 20, 10});
       }},
      {[](Options& o) { o.trim = 0; }, [](Recipe& r) { r.trim = 0; }},
      {[](Options& o) { o.trim = 255; }, [](Recipe& r) { r.trim = 255; }},
      {[](Options& o) { o.rotate = -33.5; }, [](Recipe& r) { r.rotate = -33.5; }},
      {[](Options& o) { o.flip_horizontal = 7; }, [](Recipe& r) { r.flip_horizontal = true; }},
      {[](Options& o) { o.flip_vertical = -1; }, [](Recipe& r) { r.flip_vertical = true; }},
      {[](Options& o) { o.width = 99; }, [](Recipe& r) { r.width = 99; }},
      {[](Options& o) { o.height = 98; }, [](Recipe& r) { r.height = 98; }},
      {[=](Options& o) { cover(o), o.fit = LIMEN_FIT_CONTAIN; },
       [=](Recipe& r) { cpp_cover(r), r.fit = Fit::contain; }},
      {[=](Options& o) { cover(o), o.fit = LIMEN_FIT_FILL; },
       [=](Recipe& r) { cpp_cover(r), r.fit = Fit::fill; }},
      {[=](Options& o) { cover(o), o.fit = LIMEN_FIT_OUTSIDE; },
       [=](Recipe& r) { cpp_cover(r), r.fit = Fit::outside; }},
      {[=](Options& o) { cover(o), o.fit_if_smaller = LIMEN_FIT_INSIDE; },
       [=](Recipe& r) { cpp_cover(r), r.fit_if_smaller = Fit::inside; }},
      {[=](Options& o) { cover(o), o.enlarge = 1; },
       [=](Recipe& r) { cpp_cover(r), r.enlarge = true; }},
      {[=](Options& o) { cover(o), o.gravity = LIMEN_GRAVITY_NORTHWEST; },
       [=](Recipe& r) { cpp_cover(r), r.gravity = Compass::northwest; }},
      {[=](Options& o) {
         cover(o), o.gravity = LIMEN_GRAVITY_FOCUS, o.focus_x = 0.25, o.focus_y = 0.75,
                   o.focus_unit = LIMEN_UNIT_RESIZED_FRACTION;
       },
       [=](Recipe& r) {
         cpp_cover(r), r.gravity = Focus{0.25, 0.75, FocusUnit::resized_fraction};
       }},
      {[=](Options& o) { cover(o), o.dpr = 2; }, [=](Recipe& r) { cpp_cover(r), r.dpr = 2; }},
      {[=](Options& o) { cover(o), o.filter = LIMEN_FILTER_MITCHELL; },
       [=](Recipe& r) { cpp_cover(r), r.filter = Filter::mitchell; }},
      {[=](Options& o) { cover(o), o.linear_light = 1; },
       [=](Recipe& r) { cpp_cover(r), r.linear_light = true; }},
      {[=](Options& o) { cover(o), o.shrink = LIMEN_SHRINK_COARSE; },
       [=](Recipe& r) { cpp_cover(r), r.shrink = ShrinkAccuracy::coarse; }},
      {[](Options& o) { o.sharpen_amount = 0.5, o.sharpen_sigma = 2, o.sharpen_threshold = 0.1; },
       [](Recipe& r) { r.sharpen = SharpenOptions{.sigma = 2, .amount = 0.5, .threshold = 0.1}; }},
      {[](Options& o) { o.blur = 3; }, [](Recipe& r) { r.blur = 3; }},
      {[](Options& o) { o.brightness = -0.5; }, [](Recipe& r) { r.adjust.brightness = -0.5; }},
      {[](Options& o) { o.contrast = 2; }, [](Recipe& r) { r.adjust.contrast = 2; }},
      {[](Options& o) { o.gamma = 2; }, [](Recipe& r) { r.adjust.gamma = 2; }},
      {[](Options& o) { o.saturation = 0; }, [](Recipe& r) { r.adjust.saturation = 0; }},
      {[](Options& o) { o.greyscale = 1; }, [](Recipe& r) { r.adjust.greyscale = true; }},
      {[](Options& o) { o.marks = kMarks, o.mark_count = 3; },
       [](Recipe& r) {
         r.marks = {Mark{.name = "logo",
                         .gravity = Compass::southeast,
                         .of_output = 0.25,
                         .pad_x = {16},
                         .pad_y = {8},
                         .offset = {-3, 4},
                         .opacity = 0.5},
                    Mark{.name = "tile",
                         .scale = 2,
                         .pad_x = {0.1, Length::Unit::fraction},
                         .pad_y = {0, Length::Unit::fraction},
                         .tile = true},
                    Mark{.name = "focal", .gravity = FocalPoint{0.2, 0.7}}};
       }},
      {[](Options& o) { o.radius = 12; }, [](Recipe& r) { r.radius = 12; }},
      {[](Options& o) {
         o.has_background = 1, o.background = {1, 2, 3, 4};
       },
       [](Recipe& r) {
         r.background = Color{1, 2, 3, 4};
       }},
      {[](Options& o) { o.format = LIMEN_FORMAT_AVIF; },
       [](Recipe& r) { r.format = Format::avif; }},
      {[](Options& o) { o.formats = kTwoFormats, o.format_count = 2; },
       [](Recipe& r) {
         r.formats = {Format::webp, Format::jpeg};
       }},
      {[](Options& o) { o.fidelity = LIMEN_FIDELITY_FLICKER_PROOF; },
       [](Recipe& r) { r.fidelity = FlickerProof{}; }},
      {[](Options& o) { o.fidelity = LIMEN_FIDELITY_SCORE, o.fidelity_value = 71.5; },
       [](Recipe& r) { r.fidelity = TargetScore{{71.5}}; }},
      {[](Options& o) { o.fidelity = LIMEN_FIDELITY_BYTES, o.fidelity_value = 20'000; },
       [](Recipe& r) { r.fidelity = TargetBytes{20'000}; }},
      {[](Options& o) { o.fidelity = LIMEN_FIDELITY_QUALITY, o.fidelity_value = 33; },
       [](Recipe& r) { r.fidelity = Quality{33}; }},
      {[](Options& o) { o.fidelity = LIMEN_FIDELITY_LOSSLESS; },
       [](Recipe& r) { r.fidelity = Lossless{}; }},
      {[](Options& o) { o.fidelity = LIMEN_FIDELITY_NEAR_LOSSLESS, o.fidelity_value = 40; },
       [](Recipe& r) { r.fidelity = NearLossless{40}; }},
      {[](Options& o) { o.worst_block = 0; }, [](Recipe& r) { r.worst_block = Score{0}; }},
      {[](Options& o) { o.worst_block = 80; }, [](Recipe& r) { r.worst_block = Score{80}; }},
      {[](Options& o) { o.always_encode = 1; }, [](Recipe& r) { r.always_encode = true; }},
      {[](Options& o) { o.effort = 9; }, [](Recipe& r) { r.effort = 9; }},
      {[](Options& o) { o.chroma = LIMEN_CHROMA_444; },
       [](Recipe& r) { r.chroma = ChromaSubsampling::yuv444; }},
      {[](Options& o) { o.progressive = 0; }, [](Recipe& r) { r.progressive = false; }},
      {[](Options& o) { o.depth = LIMEN_DEPTH_EIGHT; },
       [](Recipe& r) { r.depth = OutputDepth::eight; }},
      {[](Options& o) { o.metadata = LIMEN_METADATA_KEEP; },
       [](Recipe& r) { r.metadata = MetadataPolicy::keep; }},
      {[](Options& o) { o.keep_profile = 1; }, [](Recipe& r) { r.keep_profile = true; }},
  };
}

TEST(RecipeOptions, AreTheCppOnes) {
  const std::string plain = *canonical(Recipe{});
  EXPECT_EQ(canonical_of(nullptr), plain);
  const Options untouched = defaults(limen_recipe_options_init);
  EXPECT_EQ(canonical_of(&untouched), plain);
  std::size_t index = 0;
  for (const Pair& pair : pairs()) {
    Options options = untouched;
    pair.in_c(options);
    Recipe recipe;
    pair.in_cpp(recipe);
    const auto expected = canonical(recipe);
    ASSERT_TRUE(expected.has_value()) << index << ": " << expected.error().message;
    EXPECT_EQ(canonical_of(&options), *expected) << "pair " << index;
    EXPECT_NE(*expected, plain) << "pair " << index << " has no effect, so it tests nothing";
    ++index;
  }
}

TEST(RecipeOptions, ComeBackFromTheRecipe) {
  for (const Pair& pair : pairs()) {
    Options options = defaults(limen_recipe_options_init);
    pair.in_c(options);
    limen_recipe* recipe = nullptr;
    ASSERT_EQ(limen_recipe_create(&options, &recipe, nullptr), LIMEN_OK);
    const CRecipe held(recipe);
    Options read{};
    read.struct_size = sizeof read;
    limen_recipe_read(recipe, &read);
    EXPECT_EQ(canonical_of(&read), limen_recipe_canonical(recipe));
  }
  Options read{};
  read.struct_size = sizeof read;
  limen_recipe_read(nullptr, &read);
  EXPECT_EQ(canonical_of(&read), *canonical(Recipe{}));
  limen_recipe_read(nullptr, nullptr);
}

TEST(RecipeOptions, PadsMayMixTheirUnits) {
  limen_mark mark = defaults(limen_mark_init);
  mark.name = "logo";
  mark.pad_x = mark.pad_y = 0.5;
  Options options = defaults(limen_recipe_options_init);
  options.marks = &mark;
  options.mark_count = 1;
  using Unit = Length::Unit;
  const std::pair<Unit, Unit> units[] = {{Unit::pixels, Unit::pixels},
                                         {Unit::fraction, Unit::fraction},
                                         {Unit::fraction, Unit::pixels},
                                         {Unit::pixels, Unit::fraction}};
  for (std::int32_t i = LIMEN_PAD_PIXELS; i <= LIMEN_PAD_Y_FRACTION; ++i) {
    mark.pad_is_fraction = i;
    Recipe recipe;
    recipe.marks = {
        Mark{.name = "logo", .pad_x = {0.5, units[i].first}, .pad_y = {0.5, units[i].second}}};
    EXPECT_EQ(canonical_of(&options), *canonical(recipe));
  }
  for (const std::int32_t wild : {-1, 4}) {
    mark.pad_is_fraction = wild;
    EXPECT_EQ(canonical_of(&options).rfind("refused: ", 0), 0u);
  }
}

TEST(RecipeOptions, EnumerationsTakeTheirValuesAlone) {
  for (std::int32_t Options::*field :
       {&Options::fit, &Options::gravity, &Options::filter, &Options::shrink, &Options::fidelity,
        &Options::chroma, &Options::depth, &Options::metadata, &Options::format,
        &Options::fit_if_smaller}) {
    for (const std::int32_t value : {-2, 10, 99, std::numeric_limits<std::int32_t>::min(),
                                     std::numeric_limits<std::int32_t>::max()}) {
      Options options = defaults(limen_recipe_options_init);
      options.*field = value;
      EXPECT_EQ(limen_recipe_create(&options, nullptr, nullptr), LIMEN_INVALID_ARGUMENT);
      EXPECT_EQ(canonical_of(&options).rfind("refused: ", 0), 0u) << value;
    }
  }
  Options options = defaults(limen_recipe_options_init);
  options.gravity = LIMEN_GRAVITY_FOCUS;
  options.focus_unit = 3;
  EXPECT_EQ(canonical_of(&options).rfind("refused: ", 0), 0u);
}

TEST(RecipeOptions, NumbersThatAreNoneAreRefused) {
  const double wild[] = {std::nan(""), HUGE_VAL, -HUGE_VAL, 1e300, -1e300};
  for (double Options::*field : {&Options::rotate, &Options::dpr, &Options::sharpen_amount,
                                 &Options::blur, &Options::brightness, &Options::contrast,
                                 &Options::gamma, &Options::saturation, &Options::radius}) {
    for (const double value : wild) {
      if (field == &Options::rotate && std::isfinite(value)) continue;  // any finite angle
      Options options = defaults(limen_recipe_options_init);
      options.*field = value;
      EXPECT_EQ(canonical_of(&options).rfind("refused: ", 0), 0u) << value;
    }
  }
  for (const std::int32_t fidelity : {LIMEN_FIDELITY_SCORE, LIMEN_FIDELITY_BYTES,
                                      LIMEN_FIDELITY_QUALITY, LIMEN_FIDELITY_NEAR_LOSSLESS}) {
    for (const double value : wild) {
      Options options = defaults(limen_recipe_options_init);
      options.fidelity = fidelity;
      options.fidelity_value = value;
      EXPECT_EQ(canonical_of(&options).rfind("refused: ", 0), 0u) << fidelity << " " << value;
    }
  }
  Options options = defaults(limen_recipe_options_init);
  options.worst_block = std::nan("");
  EXPECT_EQ(canonical_of(&options).rfind("refused: ", 0), 0u);
  options = defaults(limen_recipe_options_init);
  options.fidelity = LIMEN_FIDELITY_BYTES;
  options.fidelity_value = 1000.5;
  EXPECT_EQ(canonical_of(&options).rfind("refused: ", 0), 0u);
}

TEST(RecipeOptions, SidesAndWindowsOverflowNowhere) {
  constexpr std::int32_t kLow = std::numeric_limits<std::int32_t>::min();
  constexpr std::int32_t kHigh = std::numeric_limits<std::int32_t>::max();
  for (const limen_rect& crop :
       {limen_rect{kHigh, 0, kHigh, 1}, limen_rect{0, kHigh, 1, kHigh}, limen_rect{-1, 0, 5, 5},
        limen_rect{0, 0, -1, 5}, limen_rect{0, 0, 5, 0}, limen_rect{kLow, kLow, kLow, kLow}}) {
    Options options = defaults(limen_recipe_options_init);
    options.crop = crop;
    EXPECT_EQ(canonical_of(&options).rfind("refused: ", 0), 0u);
  }
  for (std::int32_t Options::*field :
       {&Options::width, &Options::height, &Options::trim, &Options::effort}) {
    for (const std::int32_t value : {kLow, -2, kHigh}) {
      Options options = defaults(limen_recipe_options_init);
      options.*field = value;
      EXPECT_EQ(canonical_of(&options).rfind("refused: ", 0), 0u) << value;
    }
  }
}

TEST(RecipeOptions, ListsAreWhereTheirCountSays) {
  Options options = defaults(limen_recipe_options_init);
  options.mark_count = 1;
  EXPECT_EQ(canonical_of(&options).rfind("refused: ", 0), 0u);
  options = defaults(limen_recipe_options_init);
  options.format_count = 1;
  EXPECT_EQ(canonical_of(&options).rfind("refused: ", 0), 0u);
  const std::int32_t formats[] = {0, 1, 2, 3, 0};
  options.formats = formats;
  options.format_count = 5;
  EXPECT_EQ(canonical_of(&options).rfind("refused: ", 0), 0u);
  options.format_count = 4;
  EXPECT_EQ(canonical_of(&options).rfind("refused: ", 0), std::string::npos);
  limen_mark mark = defaults(limen_mark_init);  // without a name
  options = defaults(limen_recipe_options_init);
  options.marks = &mark;
  options.mark_count = 1;
  EXPECT_EQ(canonical_of(&options).rfind("refused: ", 0), 0u);
}

TEST(RecipeOptions, AreCopied) {
  std::string name = "logo";
  limen_mark mark = defaults(limen_mark_init);
  mark.name = name.c_str();
  Options options = defaults(limen_recipe_options_init);
  options.marks = &mark;
  options.mark_count = 1;
  limen_recipe* recipe = nullptr;
  ASSERT_EQ(limen_recipe_create(&options, &recipe, nullptr), LIMEN_OK);
  const std::string before = limen_recipe_canonical(recipe);
  name = "else";
  mark = {};
  EXPECT_EQ(limen_recipe_canonical(recipe), before);
  limen_recipe_free(recipe);
}

TEST(RecipeQuery, IsTheDialect) {
  for (const std::string query : {"", "w=800&h=600&func=crop&q=invisible", "?r=90&grey=1"}) {
    const CRecipe recipe = parsed(query);
    EXPECT_EQ(limen_recipe_canonical(recipe.get()), *canonical(*parse_cloudimage_query(query)));
  }
  limen_recipe* recipe = reinterpret_cast<limen_recipe*>(1);
  limen_error* error = nullptr;
  EXPECT_EQ(limen_recipe_parse("w=no", &recipe, &error), LIMEN_INVALID_ARGUMENT);
  EXPECT_EQ(recipe, nullptr);
  EXPECT_EQ(limen_error_message(error), parse_cloudimage_query("w=no").error().message);
  limen_error_free(error);
  EXPECT_EQ(limen_recipe_parse(nullptr, &recipe, nullptr), LIMEN_INVALID_ARGUMENT);
  EXPECT_EQ(limen_recipe_parse("w=1", nullptr, nullptr), LIMEN_INVALID_ARGUMENT);
  EXPECT_EQ(limen_recipe_parse("func=face", &recipe, nullptr), LIMEN_UNSUPPORTED);
}

}  // namespace
}  // namespace limen::test
