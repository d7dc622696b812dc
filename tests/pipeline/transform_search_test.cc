// SPDX-License-Identifier: Apache-2.0

// Recipes that say how much may be seen, or how large the file may be. Sources are PNG and outputs
// another format, so that the source's own picture cannot be the answer: keep_source_test.cc.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "tests/pipeline/fixture.h"

namespace limen::test {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

Bytes png(const Image& image) { return file_of(image.const_view(), Format::png); }

Recipe searched(const Fidelity& fidelity, Format format, std::int32_t width = 0) {
  Recipe recipe;
  recipe.fidelity = fidelity;
  recipe.format = format;
  recipe.width = width;
  return recipe;
}

// What the search compares with: the same recipe's picture before it is encoded.
Image finished(const Bytes& source, Recipe recipe) {
  recipe.format = Format::png;
  recipe.formats.clear();
  recipe.always_encode = true;
  return pixels_of(made(source, recipe).bytes);
}

Comparison compared(const Image& original, const Bytes& file) {
  const auto comparison = ssimulacra2(original.const_view(), pixels_of(file).const_view());
  EXPECT_TRUE(comparison.has_value()) << comparison.error().message;
  return comparison ? *comparison : Comparison();
}

float quality_of(const Variant& variant) {
  const auto* quality = variant.mode ? std::get_if<Quality>(&*variant.mode) : nullptr;
  EXPECT_NE(quality, nullptr);
  return quality == nullptr ? -1 : quality->value;
}

TEST(TransformSearch, TheFileReachesTheTargetAndTheNextLowerQualityDoesNot) {
  const Bytes source = png(scene({230, 170}, rgb8));
  for (const Format format : {Format::jpeg, Format::webp}) {
    for (const Fidelity& fidelity :
         {Fidelity(Invisible{}), Fidelity(FlickerProof{}), Fidelity(TargetScore{{70}})}) {
      Recipe recipe = searched(fidelity, format, 150);
      recipe.effort = 1;  // what is found can be encoded again
      const Variant variant = made(source, recipe);
      SCOPED_TRACE(*canonical(recipe));
      ASSERT_TRUE(variant.search.has_value());
      const SearchReport& report = *variant.search;
      EXPECT_EQ(variant.format, format);
      EXPECT_FALSE(variant.kept_source);
      EXPECT_TRUE(report.reached);
      EXPECT_TRUE(report.certified);
      EXPECT_GT(report.evaluations, 0);
      EXPECT_GT(report.encodes, 0);
      EXPECT_GE(report.trials.size(), 2u);

      const Image original = finished(source, recipe);
      const Comparison seen = compared(original, variant.bytes);
      EXPECT_DOUBLE_EQ(seen.score.value, report.score.value);
      EXPECT_DOUBLE_EQ(seen.worst_block.value, report.worst_block.value);
      Target target = TargetScore{{70}};
      if (std::holds_alternative<Invisible>(fidelity)) target = Invisible{};
      if (std::holds_alternative<FlickerProof>(fidelity)) target = FlickerProof{};
      EXPECT_GE(seen.score, *target_score(target));
      EXPECT_GE(seen.worst_block, *default_worst_block(target));

      EXPECT_EQ(report.quantizer, JpegQuantizer::libjpeg);
      EncodeOptions options;
      options.format = format;
      options.mode = Quality{quality_of(variant)};
      options.effort = 1;
      options.chroma = format == Format::jpeg ? variant.chroma : ChromaSubsampling::automatic;
      options.sharp_yuv = variant.sharp_yuv;
      const auto same = encode(original.const_view(), options);
      ASSERT_TRUE(same.has_value());
      EXPECT_EQ(*same, variant.bytes);
      options.mode = Quality{quality_of(variant) - 1};
      const auto lower = encode(original.const_view(), options);
      ASSERT_TRUE(lower.has_value());
      const Comparison below = compared(original, *lower);
      EXPECT_TRUE(below.score < *target_score(target) ||
                  below.worst_block < *default_worst_block(target));
    }
  }
}

TEST(TransformSearch, LimensOwnQuantiserIsTheDefaultAndSaid) {
  const Bytes source = png(scene({460, 340}, rgb8));
  Recipe recipe = searched(Invisible{}, Format::jpeg, 400);
  const Variant own = made(source, recipe);
  EXPECT_EQ(own.search->quantizer, JpegQuantizer::limen);
  EXPECT_TRUE(own.search->certified);
  const Comparison seen = compared(finished(source, recipe), own.bytes);
  EXPECT_DOUBLE_EQ(seen.score.value, own.search->score.value);
  recipe.effort = 1;
  EXPECT_LT(own.bytes.size(), made(source, recipe).bytes.size());
}

TEST(TransformSearch, AFileOfAGivenSizeIsTheFinestThatFits) {
  const Bytes source = png(scene({180, 140}, rgb8));
  for (const Format format : {Format::jpeg, Format::webp}) {
    for (const std::uint64_t bytes : {1'500u, 6'000u}) {
      Recipe recipe = searched(TargetBytes{bytes}, format);
      recipe.chroma = ChromaSubsampling::yuv420;
      recipe.effort = 1;  // what is found can be encoded again
      const Variant variant = made(source, recipe);
      SCOPED_TRACE(*canonical(recipe));
      ASSERT_TRUE(variant.search.has_value());
      EXPECT_TRUE(variant.search->reached);
      EXPECT_LE(variant.bytes.size(), bytes);
      if (quality_of(variant) == 100) continue;
      EncodeOptions options;
      options.format = format;
      options.mode = Quality{quality_of(variant) + 1};
      options.effort = 1;
      options.chroma = recipe.chroma;
      options.sharp_yuv = variant.sharp_yuv;
      const auto finer = encode(finished(source, recipe).const_view(), options);
      ASSERT_TRUE(finer.has_value());
      EXPECT_GT(finer->size(), bytes);
    }
  }
}

TEST(TransformSearch, WhatCannotBeReachedSaysSoAndIsNoError) {
  const Bytes source = png(noise({64, 48}, rgb8));
  const Variant fine = made(source, searched(TargetScore{{99.99}}, Format::jpeg));
  EXPECT_FALSE(fine.search->reached);
  EXPECT_FALSE(fine.search->certified);
  EXPECT_THAT(fine.notes, Contains(HasSubstr("not reached")));
  EXPECT_TRUE(probe(fine.bytes).has_value());
  // WebP has a lossless mode to fall back on.
  const Variant lossless = made(source, searched(TargetScore{{99.99}}, Format::webp));
  EXPECT_TRUE(lossless.search->reached);
  EXPECT_TRUE(std::holds_alternative<Lossless>(*lossless.mode));
  EXPECT_THAT(lossless.notes, Not(Contains(HasSubstr("not reached"))));

  for (const Format format : {Format::jpeg, Format::webp, Format::png}) {
    const Variant small = made(source, searched(TargetBytes{60}, format));
    EXPECT_FALSE(small.search->reached) << name(format);
    EXPECT_THAT(small.notes, Contains(HasSubstr("not reached")));
  }
}

TEST(TransformSearch, OfSeveralFormatsTheSmallestThatReachesTheTargetComesOut) {
  const Image blocks = make_picture({96, 64}, rgb8, [](std::int32_t x, std::int32_t y, int c) {
    return (x / 24 + y / 16 + c) % 3 / 2.0;  // no codec is better at this than PNG's palette
  });
  for (const Bytes& source : {png(scene({120, 90}, rgb8)), png(blocks)}) {
    Recipe recipe;
    recipe.width = 96;
    recipe.formats = {Format::jpeg, Format::webp, Format::png};
    const Variant chosen = made(source, recipe);
    EXPECT_TRUE(chosen.search->reached);
    std::size_t smallest = static_cast<std::size_t>(-1);
    Format best = Format::avif;
    for (const Format format : recipe.formats) {
      Recipe single = recipe;
      single.formats = {format};
      const Variant variant = made(source, single);
      EXPECT_EQ(variant.format, format);
      if (variant.search->reached && variant.bytes.size() < smallest) {
        smallest = variant.bytes.size();
        best = format;
      }
    }
    EXPECT_EQ(chosen.bytes.size(), smallest);
    EXPECT_EQ(chosen.format, best);
    EXPECT_EQ(chosen.mime_type, mime_type(best));
    EXPECT_EQ(probe(chosen.bytes)->format, best);
  }
}

TEST(TransformSearch, TransparencyIsNotLostForASmallerFile) {
  Recipe recipe;
  recipe.formats = {Format::jpeg, Format::webp};
  const Variant clear = made(png(scene({80, 60}, rgba8)), recipe);
  EXPECT_EQ(clear.format, Format::webp);
  EXPECT_TRUE(clear.has_alpha);
  EXPECT_TRUE(probe(clear.bytes)->has_alpha);
  for (const Trial& trial : clear.search->trials) EXPECT_NE(trial.format, Format::jpeg);

  // Alpha that hides nothing is nothing to lose; nor is what an opaque background fills.
  const Image opaque = make_picture({80, 60}, rgba8, [](std::int32_t x, std::int32_t y, int c) {
    return c == 3 ? 1.0 : (x + y + 20 * c) / 200.0;
  });
  const auto tries_jpeg = [](const Variant& variant) {
    return std::ranges::any_of(variant.search->trials,
                               [](const Trial& trial) { return trial.format == Format::jpeg; });
  };
  const Variant full = made(png(opaque), recipe);
  EXPECT_TRUE(tries_jpeg(full));
  EXPECT_FALSE(full.has_alpha);
  recipe.background = Color{0, 64, 128};
  EXPECT_TRUE(tries_jpeg(made(png(scene({80, 60}, rgba8)), recipe)));
  // Rounded corners are transparency, too.
  recipe.background.reset();
  recipe.radius = 12;
  const Variant rounded = made(png(scene({80, 60}, rgb8)), recipe);
  EXPECT_EQ(rounded.format, Format::webp);
  EXPECT_TRUE(rounded.has_alpha);
}

TEST(TransformSearch, JpegIsComparedWithThePictureOnItsMatte) {
  const Bytes source = png(scene({120, 90}, rgba8));
  Recipe recipe = searched(Invisible{}, Format::jpeg);
  const Variant variant = made(source, recipe);
  EXPECT_TRUE(variant.search->reached);
  EXPECT_FALSE(variant.has_alpha);
  recipe.background = Color{255, 255, 255};  // the same matte, named
  const Image original = finished(source, recipe);
  EXPECT_FALSE(original.format().has_alpha());
  EXPECT_DOUBLE_EQ(compared(original, variant.bytes).score.value, variant.search->score.value);
}

TEST(TransformSearch, WithoutASearchTheSourcesFormatIsTakenWhereItIsListed) {
  const Bytes source = file_of(scene({40, 30}, rgb8).const_view(), Format::webp);
  Recipe recipe;
  recipe.fidelity = Quality{60};
  recipe.formats = {Format::jpeg, Format::webp};
  EXPECT_EQ(made(source, recipe).format, Format::webp);
  recipe.formats = {Format::png, Format::jpeg};
  const Variant first = made(source, recipe);
  EXPECT_EQ(first.format, Format::png);
  EXPECT_TRUE(std::holds_alternative<Lossless>(*first.mode));
  recipe.formats = {Format::jpeg, Format::png};
  const Variant jpeg = made(source, recipe);
  EXPECT_EQ(jpeg.format, Format::jpeg);
  EXPECT_EQ(quality_of(jpeg), 60);
  EXPECT_FALSE(jpeg.search.has_value());
  // A JPEG can have no transparency and nothing without loss.
  const Bytes clear = file_of(scene({40, 30}, rgba8).const_view(), Format::webp);
  EXPECT_EQ(made(clear, recipe).format, Format::png);
  recipe.fidelity = Lossless{};
  EXPECT_EQ(made(source, recipe).format, Format::png);
  recipe.formats = {Format::jpeg};
  recipe.fidelity = Quality{60};
  EXPECT_EQ(made(clear, recipe).format, Format::jpeg);
}

TEST(TransformSearch, TheWorstBlockIsBoundToo) {
  // Nearly all of it is flat: the mean says little of the detail in one corner.
  const Image detail = noise({64, 64}, rgb8);
  Image picture = solid({512, 384}, rgb8, {200, 190, 180});
  copy_pixels(detail.const_view(), subview(picture.view(), {448, 320, 64, 64}));
  Recipe recipe = searched(TargetScore{{70}}, Format::jpeg);
  recipe.worst_block = Score{-1000};
  const Variant unbound = made(png(picture), recipe);
  ASSERT_TRUE(unbound.search->reached);
  recipe.worst_block = Score{unbound.search->worst_block.value + 10};
  const Variant bound = made(png(picture), recipe);
  ASSERT_TRUE(bound.search->reached);
  EXPECT_GE(bound.search->worst_block, *recipe.worst_block);
  EXPECT_GT(bound.bytes.size(), unbound.bytes.size());
  const Rect at = unbound.search->worst_block_at;
  EXPECT_GT(at.x + at.width, 448);
  EXPECT_GT(at.y + at.height, 320);
}

TEST(TransformSearch, ChromaThatIsNamedStays) {
  const Bytes source = png(scene({80, 60}, rgb8));
  for (const ChromaSubsampling chroma : {ChromaSubsampling::yuv444, ChromaSubsampling::yuv420}) {
    Recipe recipe = searched(Invisible{}, Format::jpeg);
    recipe.chroma = chroma;
    const Variant variant = made(source, recipe);
    EXPECT_EQ(variant.chroma, chroma);
    EXPECT_EQ(probe(variant.bytes)->subsampling, chroma);
  }
  const Variant gray = made(png(scene({80, 60}, gray8)), searched(Invisible{}, Format::jpeg));
  EXPECT_EQ(gray.chroma, ChromaSubsampling::automatic);
}

TEST(TransformSearch, MoreThanEightBitsStayWhereTheFormatThatIsFoundHoldsThem) {
  const Bytes source = png(scene({40, 32}, rgb16));
  Recipe recipe = searched(Invisible{}, Format::avif);
  recipe.effort = 1;
  const Variant avif = made(source, recipe);
  EXPECT_EQ(avif.bit_depth, 10);
  EXPECT_EQ(probe(avif.bytes)->bit_depth, 10);
  EXPECT_TRUE(avif.search->reached);
  recipe.format.reset();
  recipe.formats = {Format::avif, Format::webp};
  const Variant either = made(source, recipe);
  EXPECT_EQ(either.bit_depth, probe(either.bytes)->bit_depth);
  const Variant jpeg = made(source, searched(Invisible{}, Format::jpeg));
  EXPECT_EQ(jpeg.bit_depth, 8);
  EXPECT_TRUE(jpeg.search->reached);
}

TEST(TransformSearch, MetadataAndProfilesAreThoseOfAnyOtherOutput) {
  Metadata metadata;
  metadata.comment = {std::byte{'h'}, std::byte{'i'}};
  const Bytes source = file_of(scene({60, 40}, rgb8).const_view(), Format::png, metadata);
  const Variant variant = made(source, searched(Invisible{}, Format::webp));
  EXPECT_THAT(variant.dropped_metadata, ElementsAre("comment"));
}

TEST(TransformSearch, PlansSaySo) {
  const Bytes source = png(scene({60, 40}, rgba8));
  const auto info = probe(source);
  ASSERT_TRUE(info.has_value());
  Recipe recipe;
  recipe.formats = {Format::jpeg, Format::webp};
  const auto planned = plan(*info, recipe);
  ASSERT_TRUE(planned.has_value()) << planned.error().message;
  EXPECT_TRUE(planned->searches);
  EXPECT_THAT(planned->formats, ElementsAre(Format::jpeg, Format::webp));
  EXPECT_FALSE(planned->flattens);
  EXPECT_THAT(planned->steps, Contains("search"));
  recipe.fidelity = Quality{50};
  const auto named = plan(*info, recipe);
  ASSERT_TRUE(named.has_value());
  EXPECT_FALSE(named->searches);
  EXPECT_THAT(named->formats, ElementsAre(Format::webp));
  EXPECT_THAT(named->steps, Not(Contains("search")));
  // PNG leaves nothing to look for.
  const auto png_plan = plan(*info, searched(Invisible{}, Format::png));
  ASSERT_TRUE(png_plan.has_value());
  EXPECT_FALSE(png_plan->searches);
  const Variant variant = made(source, searched(Invisible{}, Format::png, 30));
  ASSERT_TRUE(variant.search.has_value());
  EXPECT_EQ(variant.search->score, Score{100});
  EXPECT_TRUE(variant.search->reached);
}

TEST(TransformSearch, TinyPicturesAreSearchedLikeAnyOther) {
  for (const Size size : {Size{1, 1}, Size{7, 5}, Size{8, 8}, Size{9, 17}, Size{3, 200}}) {
    for (const PixelFormat form : {rgb8, gray8, rgba8, gray_alpha8}) {
      for (const Format format : {Format::jpeg, Format::webp}) {
        const Variant variant = made(png(scene(size, form)), searched(Invisible{}, format));
        ASSERT_TRUE(variant.search.has_value());
        EXPECT_EQ(variant.size, size);
        EXPECT_LE(variant.search->score.value, 100);
        if (format == Format::webp) {
          EXPECT_TRUE(variant.search->reached) << size.width << "x" << size.height;
        }
      }
    }
  }
}

TEST(TransformSearch, NeedsMemoryWithinTheLimit) {
  const Bytes source = png(scene({160, 120}, rgb8));
  Workspace measured;
  Execution execution;
  execution.workspace = &measured;
  Recipe named = searched(Quality{80}, Format::jpeg);
  const Variant plain = made(source, named, {}, execution);
  Workspace tight(plain.peak_bytes + 200'000);
  execution.workspace = &tight;
  const auto refused = transform(source, searched(Invisible{}, Format::jpeg), {}, execution);
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().limit, Limit::working_memory);
  EXPECT_EQ(tight.bytes_in_use(), 0u);
  EXPECT_TRUE(transform(source, named, {}, execution).has_value());
}

}  // namespace
}  // namespace limen::test
