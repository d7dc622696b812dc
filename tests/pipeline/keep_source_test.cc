// SPDX-License-Identifier: Apache-2.0

// Never worse: when the source's own coded picture comes out, and when it must not.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

#include "limen/codec/rewrite.h"
#include "tests/codec/exif_builder.h"
#include "tests/codec/jpeg_fixture.h"
#include "tests/codec/webp_builder.h"
#include "tests/color/profiles.h"
#include "tests/pipeline/fixture.h"

namespace limen::test {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;

Bytes coded(const ConstImageView& picture, Format format, const EncodeOptions& like = {},
            Metadata metadata = {}) {
  EncodeOptions options = like;
  options.format = format;
  options.metadata = std::move(metadata);
  auto bytes = encode(picture, options);
  EXPECT_TRUE(bytes.has_value()) << bytes.error().message;
  return bytes ? *std::move(bytes) : Bytes();
}

Bytes jpeg(const ConstImageView& picture, float quality, Metadata metadata = {}) {
  return coded(picture, Format::jpeg, {.mode = Quality{quality}}, std::move(metadata));
}

// The source without what a policy of `copyright` drops: what no output may be larger than.
Bytes stripped(const Bytes& source) {
  DecodeOptions options;
  options.read_metadata = true;
  const auto decoded = decode(source, options);
  EXPECT_TRUE(decoded.has_value());
  if (!decoded) return {};
  RewriteOptions rewriting;
  rewriting.metadata = filter_metadata(decoded->metadata, MetadataPolicy::copyright).kept;
  rewriting.metadata.icc.clear();
  auto bytes = rewrite(source, rewriting);
  EXPECT_TRUE(bytes.has_value()) << bytes.error().message;
  return bytes ? *std::move(bytes) : Bytes();
}

void expect_same_pixels(const Bytes& a, const Bytes& b) {
  EXPECT_EQ(largest_difference_of(pixels_of(a).const_view(), pixels_of(b).const_view()), 0);
}

// So near to the source that encoding it again is of no use, unless it has much to lose.
Recipe nearly_all() {
  Recipe recipe;
  recipe.fidelity = TargetScore{{99.5}};
  return recipe;
}

void expect_kept(const Variant& variant, bool is_turned = false) {
  EXPECT_TRUE(variant.kept_source);
  ASSERT_TRUE(variant.search.has_value());
  if (is_turned) {  // coefficients, which decoders round otherwise than pixels
    EXPECT_GT(variant.search->score.value, 95);
    EXPECT_GT(variant.search->worst_block.value, 95);
  } else {
    EXPECT_EQ(variant.search->score, Score{100});
    EXPECT_EQ(variant.search->worst_block, Score{100});
  }
  EXPECT_TRUE(variant.search->reached);
}

Metadata camera(std::uint16_t orientation = 1) {
  Metadata metadata;
  metadata.exif = camera_exif(true, orientation).bytes();
  return metadata;
}

TEST(KeepSource, NoJpegGrowsNorIsQuantisedFinerThanItWas) {
  const Image picture = scene({144, 96}, rgb8);
  int kept = 0;
  int coded_again = 0;
  for (const float quality : {30.0f, 75.0f, 100.0f}) {
    for (const int effort : {0, 4}) {
      const auto chroma = effort == 0 ? ChromaSubsampling::yuv420 : ChromaSubsampling::yuv444;
      const Bytes source =
          coded(picture.const_view(), Format::jpeg,
                {.mode = Quality{quality}, .effort = effort, .chroma = chroma}, camera());
      const Bytes own = stripped(source);
      for (const double score : {80.0, 97.0}) {
        SCOPED_TRACE(std::to_string(quality) + " effort " + std::to_string(effort) + " to " +
                     std::to_string(score));
        Recipe recipe;
        recipe.fidelity = TargetScore{{score}};
        const Variant variant = made(source, recipe);
        EXPECT_TRUE(variant.search->reached);
        const float found = std::get<Quality>(*variant.mode).value;
        EXPECT_LE(found, static_cast<float>(*probe(source)->jpeg_quality));
        if (variant.kept_source) {
          ++kept;
          expect_kept(variant);
          EXPECT_EQ(variant.bytes, own);
          EXPECT_EQ(variant.chroma, chroma);
          expect_same_pixels(variant.bytes, source);
        } else {
          ++coded_again;
          EXPECT_LT(variant.bytes.size(), own.size());
          EXPECT_GE(variant.search->score.value, score);
        }
      }
    }
  }
  EXPECT_GE(kept, 2);
  EXPECT_GE(coded_again, 2);
}

// Each generation of loss is invisible beside the one before, and many of them are not.
TEST(KeepSource, AnotherGenerationOfLossMustSaveAnEighth) {
  for (const Size size : {Size{144, 96}, Size{230, 170}, Size{320, 256}}) {
    Recipe recipe;
    recipe.format = Format::jpeg;
    Variant variant =
        made(coded(scene(size, rgb8).const_view(), Format::png, {.mode = Lossless{}}), recipe);
    EXPECT_FALSE(variant.kept_source);
    int generations = 0;
    for (; !variant.kept_source && generations < 4; ++generations) {
      const Bytes before = std::move(variant.bytes);
      variant = made(before, recipe);
      if (variant.kept_source) {
        EXPECT_EQ(variant.bytes, before);
      } else {
        EXPECT_LE(variant.bytes.size(), before.size() - before.size() / 8);
      }
    }
    EXPECT_LE(generations, 3);
    EXPECT_TRUE(variant.kept_source) << size.width;
  }
}

// A file of limen's own that saves much is no finer than a source of libjpeg's with a lower
// quality.
TEST(KeepSource, QualitiesOfDifferentQuantisersAreNotCompared) {
  const Image picture = scene({460, 340}, rgb8);
  int finer_by_name = 0;
  for (const float quality : {55.0f, 65.0f, 70.0f, 75.0f, 80.0f, 85.0f}) {
    const Bytes source =
        coded(picture.const_view(), Format::jpeg,
              {.mode = Quality{quality}, .effort = 0, .chroma = ChromaSubsampling::yuv444});
    for (const double score : {75.0, 80.0, 85.0}) {
      Recipe recipe;
      recipe.fidelity = TargetScore{{score}};
      const Variant variant = made(source, recipe);
      if (variant.kept_source || variant.search->quantizer != JpegQuantizer::limen) continue;
      EXPECT_LE(variant.bytes.size(), source.size() - source.size() / 4);
      if (std::get<Quality>(*variant.mode).value > quality) ++finer_by_name;
    }
  }
  EXPECT_GE(finer_by_name, 1);
}

TEST(KeepSource, PersonalDataGoesAllTheSame) {
  const Bytes source = jpeg(scene({96, 64}, rgb8).const_view(), 40, camera());
  ASSERT_TRUE(contains(source, "GPS-DATE"));
  const Variant variant = made(source, nearly_all());
  expect_kept(variant);
  EXPECT_THAT(variant.dropped_metadata, Contains("gps"));
  EXPECT_TRUE(contains(variant.bytes, "(c) 2024 Jane Photographer"));
  for (const char* secret : {"GPS-DATE", "GPS1", "SERIAL-BODY", "THUMBNAIL", "MAKER-NOTE"}) {
    EXPECT_FALSE(contains(variant.bytes, secret)) << secret;
  }
  Recipe recipe = nearly_all();
  recipe.metadata = MetadataPolicy::none;
  const Variant bare = made(source, recipe);
  expect_kept(bare);
  EXPECT_FALSE(contains(bare.bytes, "Jane"));
  EXPECT_LT(bare.bytes.size(), variant.bytes.size());
  recipe.metadata = MetadataPolicy::keep;
  const Variant all = made(source, recipe);
  expect_kept(all);
  EXPECT_TRUE(contains(all.bytes, "GPS-DATE"));
}

TEST(KeepSource, JpegsAreTurnedByTheirCoefficientsWhereTheirSidesAllowIt) {
  for (const Size size : {Size{96, 64}, Size{90, 61}}) {
    const Image picture = scene(size, rgb8);
    for (std::uint16_t value = 1; value <= 8; ++value) {
      const Bytes source = jpeg(picture.const_view(), 50, camera(value));
      SCOPED_TRACE(std::to_string(size.width) + " orientation " + std::to_string(value));
      for (const MetadataPolicy policy : {MetadataPolicy::copyright, MetadataPolicy::keep}) {
        Recipe recipe = nearly_all();
        recipe.metadata = policy;
        const Variant variant = made(source, recipe);
        const auto info = probe(variant.bytes);
        ASSERT_TRUE(info.has_value());
        EXPECT_EQ(info->orientation, Orientation::top_left);
        const auto orientation = static_cast<Orientation>(value);
        EXPECT_EQ(info->size, upright_size(size, orientation));
        EXPECT_EQ(variant.size, info->size);
        // Without whole MCUs only a transposition loses nothing.
        const bool is_whole = size.width % 16 == 0 && size.height % 16 == 0;
        if (is_whole || value == 1 || value == 5) expect_kept(variant, value != 1);
        const Image stored = pixels_of(source);
        const auto upright = orient(stored.const_view(), orientation);
        ASSERT_TRUE(upright.has_value());
        const Image shown = pixels_of(variant.bytes);
        if (variant.kept_source) {
          // Turning coefficients and turning pixels round differently, by a step or two.
          EXPECT_GT(psnr(shown.const_view(), upright->const_view()), 45);
        } else {
          EXPECT_GT(psnr(shown.const_view(), upright->const_view()), 30);
        }
      }
    }
  }
}

TEST(KeepSource, OtherFormatsAreKeptUprightOnly) {
  const Image picture = noise({40, 30}, rgb8);
  for (const Format format : {Format::png, Format::webp}) {
    EncodeOptions lossy;
    lossy.mode = Quality{20};
    const Bytes upright = coded(picture.const_view(), format, lossy, camera(1));
    expect_kept(made(upright, nearly_all()));
    const Bytes turned = coded(picture.const_view(), format, lossy, camera(6));
    const Variant variant = made(turned, nearly_all());
    EXPECT_FALSE(variant.kept_source);
    EXPECT_EQ(variant.size, (Size{30, 40}));
    EXPECT_FALSE(plan(*probe(turned), nearly_all())->may_keep_source);
  }
}

TEST(KeepSource, PngAndWebpComeOutNoLargerAndUnchanged) {
  const Image blocks = make_picture({120, 90}, rgb8, [](std::int32_t x, std::int32_t y, int c) {
    return (x / 20 + y / 15 + c) % 3 / 2.0;
  });
  for (const Image& picture : {scene({120, 90}, rgb8), scene({120, 90}, rgba8),
                               scene({64, 48}, gray8), scene({30, 20}, rgb16)}) {
    for (const int effort : {0, 9}) {
      const Bytes source = coded(picture.const_view(), Format::png, {.effort = effort}, camera());
      for (const int again : {0, 4, 9}) {
        Recipe recipe;
        recipe.effort = again;
        const Variant variant = made(source, recipe);
        EXPECT_LE(variant.bytes.size(), stripped(source).size());
        expect_same_pixels(variant.bytes, source);
        EXPECT_EQ(variant.search->score, Score{100});
        EXPECT_EQ(variant.kept_source, variant.bytes == stripped(source));
        // The same, whatever fidelity is asked of a format that loses nothing.
        recipe.fidelity = Quality{10};
        EXPECT_EQ(made(source, recipe).bytes, variant.bytes);
      }
    }
  }
  for (const Fidelity& fidelity : {nearly_all().fidelity, Fidelity(Lossless{})}) {
    Recipe recipe;
    recipe.fidelity = fidelity;
    const Bytes lossless = coded(blocks.const_view(), Format::webp, {.mode = Lossless{}});
    const Variant first = made(lossless, recipe);
    EXPECT_LE(first.bytes.size(), stripped(lossless).size());
    // Lossless on top of a lossy file is larger by far, and shows the same.
    const Bytes lossy =
        coded(scene({120, 90}, rgb8).const_view(), Format::webp, {.mode = Quality{30}});
    const Variant second = made(lossy, recipe);
    expect_kept(second);
    expect_same_pixels(second.bytes, lossy);
  }
}

TEST(KeepSource, OnlyWhereNoStepTouchesThePixels) {
  const Image picture = scene({96, 64}, rgb8);
  const Bytes source = jpeg(picture.const_view(), 40);
  const auto info = probe(source);
  ASSERT_TRUE(info.has_value());
  const auto may_keep = [&](const Recipe& recipe) {
    const auto planned = plan(*info, recipe);
    EXPECT_TRUE(planned.has_value());
    return planned && planned->may_keep_source;
  };
  for (const std::string query :
       {"", "w=96&org_if_sml=1", "w=96", "w=96&h=64", "w=500&org_if_sml=1", "force_format=jpeg",
        "q=flicker-proof", "bg_color=red", "r=360", "blur=0"}) {
    Recipe recipe = from_query(query);
    EXPECT_TRUE(may_keep(recipe)) << query;
    recipe.fidelity = nearly_all().fidelity;
    expect_kept(made(source, recipe));
  }
  for (const std::string query : {"w=95", "w=97", "tl_px=1,0", "trim=3", "r=90", "r=1", "flip=h",
                                  "sharp=1", "blur=1", "grey=1", "radius=3", "wat=1&wat_url=logo",
                                  "force_format=webp", "w=96&h=96&func=fit", "w=50&h=64", "q=40"}) {
    EXPECT_FALSE(may_keep(from_query(query))) << query;
  }
  Recipe always = nearly_all();
  always.always_encode = true;
  EXPECT_FALSE(may_keep(always));
  EXPECT_FALSE(made(source, always).kept_source);
  Recipe baseline;
  baseline.progressive = false;
  EXPECT_FALSE(may_keep(baseline));  // the source is progressive
  Recipe full_chroma;
  full_chroma.chroma = ChromaSubsampling::yuv444;
  EXPECT_FALSE(may_keep(full_chroma));  // the source's is halved
  full_chroma.chroma = ChromaSubsampling::yuv420;
  EXPECT_TRUE(may_keep(full_chroma));
}

TEST(KeepSource, ColorsDecideToo) {
  const Image picture = scene({64, 48}, rgb8);
  Metadata wide;
  wide.icc = rgb_profile(kDisplayP3, 0, L"Display P3");
  for (const Format format : {Format::jpeg, Format::png, Format::webp}) {
    const Bytes source = coded(picture.const_view(), format, {.mode = Quality{30}}, wide);
    const Variant converted = made(source, nearly_all());
    EXPECT_FALSE(converted.kept_source) << name(format);
    EXPECT_TRUE(probe(converted.bytes)->color.icc.empty());
    Recipe keep = nearly_all();
    keep.keep_profile = true;
    const Variant kept = made(source, keep);
    expect_kept(kept);
    EXPECT_TRUE(kept.keeps_profile);
    EXPECT_EQ(probe(kept.bytes)->color.icc, wide.icc) << name(format);
    expect_same_pixels(kept.bytes, source);
  }
  // A profile that says sRGB changes nothing, and is left out.
  Metadata srgb;
  srgb.icc = rgb_profile(kBt709, 0, L"sRGB");
  const Bytes tagged = jpeg(picture.const_view(), 30, srgb);
  ASSERT_FALSE(probe(tagged)->color.icc.empty());
  const Variant variant = made(tagged, nearly_all());
  if (variant.color_action == ColorAction::none) {
    expect_kept(variant);
    EXPECT_TRUE(probe(variant.bytes)->color.icc.empty());
  }
}

TEST(KeepSource, NotWhatBrowsersCannotShowNorWhatIsDamaged) {
  const Image picture = scene({96, 64}, rgb8);
  JpegFixture arithmetic;
  arithmetic.is_arithmetic = true;
  const Bytes coded_so = make_jpeg(picture.const_view(), arithmetic);
  ASSERT_TRUE(probe(coded_so)->is_arithmetic);
  const Variant shown = made(coded_so, nearly_all());
  EXPECT_FALSE(shown.kept_source);
  EXPECT_FALSE(probe(shown.bytes)->is_arithmetic);

  Bytes cut = jpeg(picture.const_view(), 40);
  cut.resize(cut.size() * 2 / 3);
  TransformOptions best_effort;
  best_effort.on_damage = OnDamage::best_effort;
  const Variant rescued = made(cut, nearly_all(), best_effort);
  EXPECT_NE(rescued.damage, "");
  EXPECT_FALSE(rescued.kept_source);
  const auto whole_again = decode(rescued.bytes);
  EXPECT_TRUE(whole_again.has_value());

  Recipe eight;
  eight.depth = OutputDepth::eight;
  const Bytes deep = coded(scene({30, 20}, rgb16).const_view(), Format::png, {});
  const Variant reduced = made(deep, eight);
  EXPECT_FALSE(reduced.kept_source);
  EXPECT_EQ(probe(reduced.bytes)->bit_depth, 8);

  const Bytes avif =
      coded(scene({32, 24}, rgb8).const_view(), Format::avif, {.mode = Quality{30}, .effort = 0});
  EXPECT_FALSE(plan(*probe(avif), Recipe{})->may_keep_source);
}

TEST(KeepSource, AmongSeveralFormatsTheSourceIsOneMoreCandidate) {
  for (const float quality : {30.0f, 95.0f}) {
    const Bytes source = jpeg(scene({176, 132}, rgb8).const_view(), quality, camera());
    Recipe recipe;
    recipe.formats = {Format::webp, Format::jpeg};
    const Variant variant = made(source, recipe);
    EXPECT_LE(variant.bytes.size(), stripped(source).size());
    EXPECT_EQ(probe(variant.bytes)->format, variant.format);
    recipe.formats = {Format::webp, Format::png};
    EXPECT_FALSE(made(source, recipe).kept_source);
  }
}

TEST(KeepSource, ASourceThatFitsIsTheFinestFileThatFits) {
  const Bytes source = jpeg(scene({176, 132}, rgb8).const_view(), 60, camera());
  const std::uint64_t size = stripped(source).size();
  Recipe recipe;
  recipe.fidelity = TargetBytes{size};
  const Variant kept = made(source, recipe);
  expect_kept(kept);
  EXPECT_EQ(kept.search->evaluations, 0);
  recipe.fidelity = TargetBytes{size - 1};
  const Variant coarser = made(source, recipe);
  EXPECT_FALSE(coarser.kept_source);
  EXPECT_TRUE(coarser.search->reached);
  EXPECT_LT(coarser.bytes.size(), size);
  recipe.fidelity = TargetBytes{10};
  EXPECT_FALSE(made(source, recipe).search->reached);
}

TEST(KeepSource, WhatCannotBeReachedByEncodingIsKept) {
  const Bytes source = coded(noise({64, 48}, rgb8).const_view(), Format::jpeg,
                             {.mode = Quality{100}, .chroma = ChromaSubsampling::yuv444});
  Recipe recipe;
  recipe.fidelity = TargetScore{{99.99}};
  expect_kept(made(source, recipe));
  recipe.always_encode = true;
  EXPECT_FALSE(made(source, recipe).search->reached);
}

TEST(KeepSource, TinySources) {
  for (const Size size : {Size{1, 1}, Size{2, 9}, Size{8, 8}, Size{17, 3}}) {
    for (const Format format : {Format::jpeg, Format::png, Format::webp}) {
      for (const std::uint16_t orientation : {1, 6}) {
        const Bytes source = coded(scene(size, rgb8).const_view(), format, {.mode = Quality{40}},
                                   camera(orientation));
        const Variant variant = made(source, Recipe{});
        const auto info = probe(variant.bytes);
        ASSERT_TRUE(info.has_value());
        EXPECT_EQ(info->size, upright_size(size, static_cast<Orientation>(orientation)));
        EXPECT_FALSE(contains(variant.bytes, "GPS-DATE"));
        if (orientation == 1) {
          EXPECT_LE(variant.bytes.size(), stripped(source).size());
        }
      }
    }
  }
}

TEST(KeepSource, OneVariantsLuckIsNoneOfTheOthersBusiness) {
  const Bytes source = jpeg(scene({96, 64}, rgb8).const_view(), 40, camera());
  std::vector<Recipe> recipes = {nearly_all(), from_query("w=40&q=80"), from_query("q=50"),
                                 from_query("force_format=webp&q=80"), nearly_all()};
  recipes[4].metadata = MetadataPolicy::none;
  Execution threads;
  threads.threads = 3;
  const auto variants = transform(source, recipes, {}, threads);
  ASSERT_TRUE(variants.has_value()) << variants.error().message;
  for (std::size_t i = 0; i < recipes.size(); ++i) {
    EXPECT_EQ((*variants)[i].bytes, made(source, recipes[i]).bytes) << i;
    EXPECT_EQ((*variants)[i].kept_source, i == 0 || i == 4) << i;
  }
}

}  // namespace
}  // namespace limen::test
