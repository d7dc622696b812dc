// SPDX-License-Identifier: Apache-2.0

// One decode for many variants, and that no variant can tell.

#include <gtest/gtest.h>

#include <atomic>
#include <cmath>
#include <functional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "tests/codec/exif_builder.h"
#include "tests/codec/jpeg_fixture.h"
#include "tests/color/profiles.h"
#include "tests/pipeline/fixture.h"

namespace limen::test {
namespace {

Recipe width(std::int32_t pixels, Format format = Format::jpeg) {
  Recipe recipe;
  recipe.width = pixels;
  recipe.format = format;
  recipe.fidelity = Quality{80};
  return recipe;
}

// Recipes that have nothing in common but their source. Some of them search.
std::vector<Recipe> motley() {
  std::vector<Recipe> recipes = {width(160),
                                 width(320, Format::webp),
                                 width(75, Format::png),
                                 from_query("w=99&h=99&q=60"),
                                 from_query("tl_px=13,21&br_px=300,240&w=80&force_format=png"),
                                 from_query("tl_px=200,100&r=90&w=50&q=70"),
                                 from_query("r=17&w=90&bg_color=navy"),
                                 from_query("trim=4&w=64&q=flicker-proof"),
                                 from_query("flip=h&grey=1&w=70&q=80"),
                                 from_query("w=120&h=120&func=fit&bg_color=teal&radius=9&q=80"),
                                 from_query("q=90")};
  Recipe linear = width(123, Format::png);
  linear.linear_light = true;
  recipes.push_back(linear);
  Recipe kept = width(60, Format::png);
  kept.keep_profile = true;
  recipes.push_back(kept);
  return recipes;
}

Bytes photo(Format format = Format::jpeg) {
  Metadata metadata;
  metadata.icc = rgb_profile(kDisplayP3, 0, L"Display P3");
  return file_of(scene({401, 303}, rgb8).const_view(), format, metadata);
}

void expect_same_as_alone(const Bytes& source, const std::vector<Recipe>& recipes,
                          const std::vector<Variant>& together) {
  ASSERT_EQ(together.size(), recipes.size());
  for (std::size_t i = 0; i < recipes.size(); ++i) {
    const Variant alone = made(source, recipes[i]);
    EXPECT_EQ(together[i].bytes, alone.bytes) << "recipe " << i;
    EXPECT_EQ(together[i].size, alone.size) << "recipe " << i;
    EXPECT_EQ(alone.source_decodes, 1u);
  }
}

TEST(TransformSharing, FiveWidthsOfTwoMegapixelsDecodeOnce) {
  const Bytes source = file_of(scene({1632, 1224}, rgb8).const_view(), Format::jpeg);
  std::vector<Recipe> recipes;
  for (const std::int32_t pixels : {160, 320, 480, 640, 960}) recipes.push_back(width(pixels));
  const auto variants = transform(source, recipes);
  ASSERT_TRUE(variants.has_value()) << variants.error().message;
  for (const Variant& variant : *variants) EXPECT_EQ(variant.source_decodes, 1u);
  EXPECT_EQ((*variants)[0].size, (Size{160, 120}));
  EXPECT_EQ((*variants)[4].size, (Size{960, 720}));
  expect_same_as_alone(source, recipes, *variants);
}

TEST(TransformSharing, AMotleySetDecodesOnceAFormAndEachIsAsAlone) {
  for (const Format format : {Format::jpeg, Format::png}) {
    const Bytes source = photo(format);
    const auto variants = transform(source, motley());
    ASSERT_TRUE(variants.has_value()) << variants.error().message;
    // Of a JPEG some start from planes, some from pixels.
    EXPECT_EQ(variants->front().source_decodes, format == Format::jpeg ? 2u : 1u);
    expect_same_as_alone(source, motley(), *variants);
  }
}

TEST(TransformSharing, CropsOfOneCornerDecodeThatCornerAlone) {
  const Bytes source = photo();
  const std::vector<Recipe> recipes = {from_query("tl_px=10,10&br_px=90,70"),
                                       from_query("tl_px=33,41&br_px=120,99&w=40")};
  const auto variants = transform(source, recipes);
  ASSERT_TRUE(variants.has_value()) << variants.error().message;
  EXPECT_EQ(variants->front().source_decodes, 1u);
  expect_same_as_alone(source, recipes, *variants);
}

TEST(TransformSharing, ADecoderThatReducesDecodesApartAndTheSameWhoeverIsBeside) {
  const Bytes source = photo();
  std::vector<Recipe> recipes = {width(300), width(40), width(90), width(41)};
  recipes[1].shrink = ShrinkAccuracy::fine;
  recipes[2].shrink = ShrinkAccuracy::coarse;
  recipes[3].shrink = ShrinkAccuracy::fine;
  for (Recipe& recipe : recipes) recipe.linear_light = true;  // not by planes, which share scales
  const auto variants = transform(source, recipes);
  ASSERT_TRUE(variants.has_value()) << variants.error().message;
  EXPECT_EQ(variants->front().source_decodes, 4u);
  expect_same_as_alone(source, recipes, *variants);
}

// But of files that libjpeg decodes.
TEST(TransformSharing, PlanesOfSeveralScalesComeFromOneDecode) {
  std::vector<Recipe> recipes = {width(300), width(40), from_query("tl_px=33,41&br_px=320,99&w=40"),
                                 width(90),  width(41), from_query("w=60&h=60&func=crop")};
  for (std::size_t i = 1; i < recipes.size(); ++i) {
    recipes[i].shrink = i == 3 ? ShrinkAccuracy::coarse : ShrinkAccuracy::fine;
    recipes[i].fidelity = Quality{80};
  }
  recipes[0].fidelity = Quality{80};
  const Image picture = scene({401, 303}, rgb8);
  JpegFixture sequential, progressive, by_component;
  progressive.is_progressive = true;
  by_component.is_interleaved = false;
  for (const JpegFixture& fixture : {sequential, progressive, by_component}) {
    const Bytes source = make_jpeg(picture.const_view(), fixture);
    for (const unsigned threads : {1u, 3u}) {
      Execution execution;
      execution.threads = threads;
      const auto variants = transform(source, recipes, {}, execution);
      ASSERT_TRUE(variants.has_value()) << variants.error().message;
      EXPECT_EQ(variants->front().source_decodes, fixture.is_interleaved ? 1u : 3u);
      expect_same_as_alone(source, recipes, *variants);
    }
  }
}

// Where the planes of all scales do not fit at once, they are made one after the other.
TEST(TransformSharing, ScalesThatDoNotFitTogetherAreMadeApart) {
  std::vector<Recipe> recipes = {width(400), width(200), width(100)};
  for (Recipe& recipe : recipes) {
    recipe.shrink = ShrinkAccuracy::fine;
    recipe.fidelity = Quality{80};
    recipe.progressive = false;
  }
  EncodeOptions options;
  options.progressive = false;
  const auto source = encode(scene({1600, 1200}, rgb8).const_view(), options);
  ASSERT_TRUE(source.has_value());
  const auto all = transform(*source, recipes);
  ASSERT_TRUE(all.has_value());
  EXPECT_EQ(all->front().source_decodes, 1u);
  TransformOptions scarce;
  std::uint32_t most = 0;
  for (scarce.limits.working_memory = 500'000; scarce.limits.working_memory < 6'000'000;
       scarce.limits.working_memory += 100'000) {
    bool fits_alone = true;
    for (const Recipe& recipe : recipes)
      fits_alone &= transform(*source, recipe, scarce).has_value();
    const auto variants = transform(*source, recipes, scarce);
    if (!variants) {
      EXPECT_EQ(variants.error().limit, Limit::working_memory);
      continue;
    }
    EXPECT_TRUE(fits_alone);
    most = std::max(most, variants->front().source_decodes);
    for (std::size_t i = 0; i < recipes.size(); ++i) {
      EXPECT_EQ((*variants)[i].bytes, (*all)[i].bytes);
    }
  }
  EXPECT_GT(most, 1u);
}

TEST(TransformSharing, ThreadsChangeNothing) {
  const Bytes source = photo();
  const std::vector<Recipe> recipes = motley();
  const auto one = transform(source, recipes);
  ASSERT_TRUE(one.has_value()) << one.error().message;
  Execution threads;
  threads.threads = 4;
  const auto four = transform(source, recipes, {}, threads);
  ASSERT_TRUE(four.has_value()) << four.error().message;

  class Backwards : public Executor {
   public:
    void run(std::size_t count, const std::function<void(std::size_t)>& task) override {
      for (std::size_t i = count; i-- > 0;) {
        ++calls;
        std::thread(task, i).join();
      }
    }
    std::size_t calls = 0;
  } executor;
  Execution custom;
  custom.executor = &executor;
  const auto backwards = transform(source, recipes, {}, custom);
  ASSERT_TRUE(backwards.has_value()) << backwards.error().message;
  EXPECT_EQ(executor.calls, recipes.size());
  for (std::size_t i = 0; i < recipes.size(); ++i) {
    EXPECT_EQ((*one)[i].bytes, (*four)[i].bytes) << i;
    EXPECT_EQ((*one)[i].bytes, (*backwards)[i].bytes) << i;
  }
}

TEST(TransformSharing, WhatDoesNotFitBesideOthersIsMadeAlone) {
  const Bytes source = file_of(scene({300, 200}, rgb8).const_view(), Format::png);
  std::vector<Recipe> recipes(6);
  for (Recipe& recipe : recipes) {
    recipe.width = 700;
    recipe.enlarge = true;
    recipe.format = Format::png;
    recipe.effort = 0;
  }
  // Room for one at a time: measured, not guessed, so that the test keeps its point.
  Workspace roomy;
  Execution execution;
  execution.workspace = &roomy;
  const auto alone = transform(source, recipes, {}, execution);
  ASSERT_TRUE(alone.has_value()) << alone.error().message;
  std::uint64_t peak = 0;
  for (const Variant& variant : *alone) peak = std::max(peak, variant.peak_bytes);
  Workspace tight(peak + 6 * (*alone)[0].bytes.size() + 100'000);
  execution.workspace = &tight;
  execution.threads = 6;
  const auto variants = transform(source, recipes, {}, execution);
  ASSERT_TRUE(variants.has_value()) << variants.error().message;
  EXPECT_EQ(variants->back().bytes, alone->back().bytes);
}

TEST(TransformSharing, PixelsAreThoseOfAFullDecodeResized) {
  const Bytes source = file_of(scene({640, 427}, rgb8).const_view(), Format::jpeg);
  const Image full = pixels_of(source);
  for (const std::int32_t pixels : {320, 99, 31}) {
    const Image variant = pixels_of(made(source, width(pixels, Format::png)).bytes);
    auto direct = Image::create(variant.size(), full.format());
    ASSERT_TRUE(direct.has_value());
    ASSERT_TRUE(resize(full.const_view(), direct->view()).has_value());
    EXPECT_EQ(largest_difference_of(variant.const_view(), direct->const_view()), 0) << pixels;
  }
}

// By how many pixels `b` lies to the right of and below `a`, to first order: the least-squares fit
// of b - a by a's gradient (Lucas and Kanade 1981), each axis for itself.
std::pair<double, double> displacement(const ConstImageView& a, const ConstImageView& b) {
  double along_x = 0, along_y = 0, weight_x = 0, weight_y = 0;
  for (std::int32_t y = 1; y + 1 < a.size.height; ++y) {
    for (std::int32_t x = 1; x + 1 < a.size.width; ++x) {
      const double slope_x = (get_sample(a, x + 1, y, 0) - get_sample(a, x - 1, y, 0)) / 2;
      const double slope_y = (get_sample(a, x, y + 1, 0) - get_sample(a, x, y - 1, 0)) / 2;
      const double change = get_sample(b, x, y, 0) - get_sample(a, x, y, 0);
      along_x -= change * slope_x;
      along_y -= change * slope_y;
      weight_x += slope_x * slope_x;
      weight_y += slope_y * slope_y;
    }
  }
  return {along_x / weight_x, along_y / weight_y};
}

// A file whose stored sides are no multiple of 8, with this orientation.
Bytes turned_photo(std::uint16_t orientation) {
  Metadata metadata;
  metadata.exif = camera_exif(true, orientation).bytes();
  return file_of(scene({1203, 1001}, rgb8).const_view(), Format::jpeg, metadata);
}

TEST(TransformSharing, AReducingDecoderStaysCloseToTheFullDecode) {
  const std::vector<std::string> queries = {"w=100",      "w=240",       "tl_px=101,53&w=120&h=80",
                                            "r=90&w=100", "flip=h&w=77", "r=180&h=150"};
  for (const std::uint16_t orientation : {1, 3, 6, 7}) {
    const Bytes source = turned_photo(orientation);
    const auto info = probe(source);
    ASSERT_TRUE(info.has_value());
    for (const std::string& query : queries) {
      SCOPED_TRACE(query + ", orientation " + std::to_string(orientation));
      Recipe exact = from_query(query);
      exact.format = Format::png;
      Recipe fine = exact;
      fine.shrink = ShrinkAccuracy::fine;
      const auto planned = plan(*info, fine);
      ASSERT_TRUE(planned.has_value());
      EXPECT_LT(planned->scale_eighths, 8);
      const Image reference = pixels_of(made(source, exact).bytes);
      const Image quick = pixels_of(made(source, fine).bytes);
      EXPECT_GT(psnr(reference.const_view(), quick.const_view()), 40);
      // Half a pixel of the reduced picture would be a sixth of an output pixel or more.
      const auto [right, down] = displacement(reference.const_view(), quick.const_view());
      EXPECT_LT(std::abs(right), 0.05);
      EXPECT_LT(std::abs(down), 0.05);
    }
  }
}

TEST(TransformSharing, ACropIsAsThoughTheRestHadNeverBeenThere) {
  const Image picture = noise({120, 90}, rgb8);
  const Rect window{31, 17, 50, 40};
  auto cropped = Image::create(size_of(window), rgb8);
  ASSERT_TRUE(cropped.has_value());
  copy_pixels(subview(picture.const_view(), window), cropped->view());
  const Bytes whole_file = file_of(picture.const_view(), Format::png);
  const Bytes cropped_file = file_of(cropped->const_view(), Format::png);
  for (const std::string rest : {"w=21", "w=20&h=20", "r=33&w=30", "trim=3", "w=70&blur=2"}) {
    const Image a = shown(whole_file, "tl_px=31,17&br_px=81,57&" + rest);
    const Image b = shown(cropped_file, rest);
    EXPECT_EQ(largest_difference_of(a.const_view(), b.const_view()), 0) << rest;
  }
}

TEST(TransformSharing, AWorkspaceServesManyCallsWithoutGrowing) {
  const Bytes source = photo();
  Workspace workspace;
  Execution execution;
  execution.workspace = &workspace;
  std::vector<std::uint64_t> peaks;
  for (int round = 0; round < 4; ++round) {
    const auto variants = transform(source, motley(), {}, execution);
    ASSERT_TRUE(variants.has_value()) << variants.error().message;
    EXPECT_EQ(workspace.bytes_in_use(), 0u);
    std::uint64_t peak = 0;
    for (const Variant& variant : *variants) peak = std::max(peak, variant.peak_bytes);
    EXPECT_GT(peak, 401u * 303 * 3);
    peaks.push_back(peak);
  }
  // A kept block that serves counts as large as it is, so peaks differ by how well blocks fit.
  for (const std::uint64_t peak : peaks) {
    EXPECT_NEAR(static_cast<double>(peak), static_cast<double>(peaks[0]),
                0.05 * static_cast<double>(peaks[0]));
  }
}

TEST(TransformSharing, TimesAreToldByStage) {
  const Variant searched = made(photo(), from_query("w=50"));
  EXPECT_GT(searched.times.search.count(), 0);
  const Variant variant = made(photo(), from_query("w=100&blur=1&r=90&q=80"));
  EXPECT_EQ(variant.times.search.count(), 0);
  EXPECT_GT(variant.times.decode.count(), 0);
  EXPECT_GT(variant.times.orient.count(), 0);
  EXPECT_GT(variant.times.resize.count(), 0);
  EXPECT_GT(variant.times.color.count(), 0);
  EXPECT_GT(variant.times.compose.count(), 0);
  EXPECT_GT(variant.times.encode.count(), 0);
}

}  // namespace
}  // namespace limen::test
