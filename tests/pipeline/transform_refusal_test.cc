// SPDX-License-Identifier: Apache-2.0

// What transform() refuses, by name, and that nothing half-made comes out.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <string>
#include <vector>

#include "tests/codec/png_builder.h"
#include "tests/pipeline/fixture.h"

namespace limen::test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

Bytes photo(Format format = Format::jpeg) {
  return file_of(scene({200, 150}, rgb8).const_view(), format);
}

Error refused(const Bytes& source, const std::vector<Recipe>& recipes,
              const TransformOptions& options = {}, const Execution& execution = {}) {
  Workspace workspace(options.limits.working_memory);
  Execution counted = execution;
  counted.workspace = &workspace;
  const auto variants = transform(source, recipes, options, counted);
  EXPECT_FALSE(variants.has_value());
  EXPECT_EQ(workspace.bytes_in_use(), 0u);
  if (variants) return {};
  EXPECT_THAT(variants.error().message, Not(HasSubstr("\n")));
  return variants.error();
}

Error refused(const std::string& query, const TransformOptions& options = {}) {
  return refused(photo(), {from_query(query)}, options);
}

TEST(TransformRefuses, CropBoxesThatStickOut) {
  EXPECT_EQ(refused("tl_px=0,0&br_px=201,150").code, ErrorCode::invalid_argument);
  EXPECT_THAT(refused("tl_px=0,0&br_px=201,150").message,
              HasSubstr("0,0 to 201,150 does not lie inside the upright source of 200x150"));
  EXPECT_EQ(refused("tl_px=200,0").code, ErrorCode::invalid_argument);
  EXPECT_EQ(refused("tl_px=0,150&w=5").code, ErrorCode::invalid_argument);
  EXPECT_EQ(refused("w=5&h=5&gravity=201,0").code, ErrorCode::invalid_argument);
  Recipe huge;
  huge.crop = CropBox{{std::numeric_limits<std::int32_t>::max() - 1, 0},
                      Point{std::numeric_limits<std::int32_t>::max(), 1}};
  EXPECT_EQ(refused(photo(), {huge}).code, ErrorCode::invalid_argument);
}

TEST(TransformRefuses, RecipesThatMakeNoSense) {
  std::vector<Recipe> recipes(4);
  recipes[2].width = -5;
  recipes[3].blur = std::numeric_limits<double>::quiet_NaN();
  const Error error = refused(photo(), recipes);
  EXPECT_EQ(error.code, ErrorCode::invalid_argument);
  EXPECT_THAT(error.message, StartsWith("recipe 2: "));
  EXPECT_THAT(error.message, HasSubstr("width -5"));
  EXPECT_EQ(refused(photo(), {}).code, ErrorCode::invalid_argument);
  Recipe lossless;
  lossless.fidelity = Lossless{};
  EXPECT_EQ(refused(photo(), {lossless}).code, ErrorCode::unsupported);
  EXPECT_TRUE(transform(photo(Format::png), lossless).has_value());
}

TEST(TransformRefuses, OutputsBeyondTheLimits) {
  const Error wide = refused("w=65535&h=65535");
  EXPECT_EQ(wide.code, ErrorCode::limit_exceeded);
  EXPECT_EQ(wide.limit, Limit::pixels);
  EXPECT_EQ(wide.asked, 65535u * 65535);
  EXPECT_EQ(wide.allowed, 50'000'000u);
  EXPECT_EQ(refused("w=65535&dpr=10").limit, Limit::side);
  TransformOptions small;
  small.limits.pixels = 40'000;  // the source has 30,000
  EXPECT_EQ(refused("w=400", small).limit, Limit::pixels);
  EXPECT_EQ(refused("r=45", small).limit, Limit::pixels);
  EXPECT_EQ(refused("w=50&h=900&func=fit", small).limit, Limit::pixels);
  EXPECT_TRUE(transform(photo(), from_query("w=210"), small).has_value());
}

TEST(TransformRefuses, SourcesBeyondTheLimits) {
  TransformOptions options;
  options.limits.pixels = 29'999;
  const Error pixels = refused("", options);
  EXPECT_EQ(pixels.limit, Limit::pixels);
  EXPECT_EQ(pixels.asked, 30'000u);
  options = {};
  options.limits.side = 199;
  EXPECT_EQ(refused("", options).limit, Limit::side);
  options = {};
  options.limits.input_bytes = 100;
  EXPECT_EQ(refused("", options).limit, Limit::input_bytes);
  options = {};
  options.limits.working_memory = 50'000;
  const Error memory = refused("", options);
  EXPECT_EQ(memory.limit, Limit::working_memory);
  EXPECT_EQ(memory.allowed, 50'000u);
  // Enough for the decoder, not for what the recipe makes of it.
  options.limits.working_memory = 2'000'000;
  EXPECT_EQ(refused("w=1200&force_format=png", options).limit, Limit::working_memory);
}

TEST(TransformRefuses, WhatIsNoPicture) {
  const std::string gif = "GIF89a\x01\x00\x01\x00 and so on and on and on";
  const Bytes bytes(reinterpret_cast<const std::byte*>(gif.data()),
                    reinterpret_cast<const std::byte*>(gif.data()) + gif.size());
  const Error error = refused(bytes, {Recipe{}, Recipe{}});
  EXPECT_EQ(error.code, ErrorCode::unsupported);
  EXPECT_THAT(error.message, HasSubstr("GIF"));
  EXPECT_THAT(error.message, Not(HasSubstr("recipe")));  // none of them is to blame
  EXPECT_EQ(refused(Bytes(), {Recipe{}}).code, ErrorCode::truncated);
}

TEST(TransformRefuses, DamageUnlessTheBestOfItIsAskedFor) {
  for (const Format format : {Format::jpeg, Format::png}) {
    Bytes source = photo(format);
    source.resize(source.size() * 2 / 3);
    const Error error = refused(source, {from_query("w=50"), Recipe{}});
    EXPECT_TRUE(error.code == ErrorCode::truncated || error.code == ErrorCode::malformed);
    TransformOptions options;
    options.on_damage = OnDamage::best_effort;
    const auto variant = transform(source, from_query("w=50"), options);
    ASSERT_TRUE(variant.has_value()) << variant.error().message;
    EXPECT_EQ(variant->size, (Size{50, 38}));
    EXPECT_NE(variant->damage, "");
  }
}

TEST(TransformRefuses, ToGoOnOnceCancelled) {
  CancelToken token;
  token.cancel();
  Execution execution;
  execution.cancel = &token;
  EXPECT_EQ(refused(photo(), {Recipe{}}, {}, execution).code, ErrorCode::cancelled);
  execution.threads = 3;
  EXPECT_EQ(refused(photo(), std::vector<Recipe>(5), {}, execution).code, ErrorCode::cancelled);

  // In the middle of the work: while variants are being handed out.
  class Canceller : public Executor {
   public:
    explicit Canceller(CancelToken& token) : token_(token) {}
    void run(std::size_t count, const std::function<void(std::size_t)>& task) override {
      for (std::size_t i = 0; i < count; ++i) {
        if (i == 2) token_.cancel();
        task(i);
      }
    }

   private:
    CancelToken& token_;
  };
  token.reset();
  Canceller canceller(token);
  Execution midway;
  midway.cancel = &token;
  midway.executor = &canceller;
  const Error error = refused(photo(), std::vector<Recipe>(5), {}, midway);
  EXPECT_EQ(error.code, ErrorCode::cancelled);
  EXPECT_THAT(error.message, StartsWith("recipe 2: "));
}

class MarkRefusals : public ::testing::Test {
 protected:
  Error refused_with(std::vector<NamedPicture> pictures, Limits limits = {}) {
    TransformOptions options;
    options.limits = limits;
    options.pictures = pictures;
    return refused(photo(), {Recipe{}, from_query("wat=1&wat_url=logo")}, options);
  }
};

TEST_F(MarkRefusals, NameTheMarkAndTheRecipe) {
  const Error missing = refused_with({});
  EXPECT_EQ(missing.code, ErrorCode::invalid_argument);
  EXPECT_THAT(missing.message, StartsWith("recipe 1: mark 'logo': "));
  const Bytes dot = file_of(solid({1, 1}, rgb8, {}).const_view(), Format::png);
  EXPECT_EQ(refused_with({{"Logo", ByteView(dot)}}).code, ErrorCode::invalid_argument);
  EXPECT_EQ(refused_with({{"logo", ByteView(dot)}, {"logo", ByteView(dot)}}).code,
            ErrorCode::invalid_argument);

  const std::string text = "not a picture at all, not at all";
  const ByteView junk(reinterpret_cast<const std::byte*>(text.data()), text.size());
  EXPECT_THAT(refused_with({{"logo", junk}}).message, StartsWith("recipe 1: mark 'logo': "));
  EXPECT_EQ(refused_with({{"logo", ByteView(dot).first(20)}}).code, ErrorCode::truncated);
}

TEST_F(MarkRefusals, ABombIsRefusedLikeAnySource) {
  const Bytes wide =
      PngBuilder().header(60'000, 60'000, 8, 2).chunk("IDAT", deflated_zeros(10'000)).end().bytes();
  const Error pixels = refused_with({{"logo", ByteView(wide)}});
  EXPECT_EQ(pixels.code, ErrorCode::limit_exceeded);
  EXPECT_EQ(pixels.limit, Limit::pixels);
  EXPECT_EQ(pixels.asked, 3'600'000'000u);
  EXPECT_THAT(pixels.message, StartsWith("recipe 1: mark 'logo': "));
  Limits limits;
  limits.working_memory = 3'000'000;
  const Bytes large = PngBuilder()
                          .header(2'000, 2'000, 8, 2)
                          .chunk("IDAT", deflated_zeros(6'001 * 2'000))
                          .end()
                          .bytes();
  const Error memory = refused_with({{"logo", ByteView(large)}}, limits);
  EXPECT_EQ(memory.limit, Limit::working_memory);
  EXPECT_THAT(memory.message, StartsWith("recipe 1: mark 'logo': "));
}

TEST_F(MarkRefusals, PixelsMustBeOnesThatCanBeBlended) {
  const Image floats = solid({4, 4}, rgb_f32, {});
  EXPECT_EQ(refused_with({{"logo", floats.const_view()}}).code, ErrorCode::unsupported);
  const Image inks = solid({4, 4}, cmyk8, {});
  EXPECT_EQ(refused_with({{"logo", inks.const_view()}}).code, ErrorCode::unsupported);
  EXPECT_EQ(refused_with({{"logo", ConstImageView()}}).code, ErrorCode::invalid_argument);
  Image premultiplied = solid({4, 4}, rgba8, {});
  premultiplied.relabel({SampleType::u8, Layout::rgba, AlphaMode::premultiplied});
  EXPECT_EQ(refused_with({{"logo", premultiplied.const_view()}}).code, ErrorCode::unsupported);
}

TEST_F(MarkRefusals, AMarkThatNobodyNamesIsNotEvenLookedAt) {
  const std::string text = "junk";
  const NamedPicture pictures[] = {
      {"other", ByteView(reinterpret_cast<const std::byte*>(text.data()), text.size())}};
  TransformOptions options;
  options.pictures = pictures;
  EXPECT_TRUE(transform(photo(), Recipe{}, options).has_value());
}

TEST(Plan, PredictsNoLessThanWhatIsHeld) {
  const std::vector<std::string> queries = {
      "",      "w=50",   "w=900",   "w=90&h=90", "w=300&h=300&func=fit",           "r=90&w=100",
      "r=33",  "blur=4", "sharp=2", "radius=20", "tl_px=20,20&br_px=120,100&w=60", "grey=1",
      "trim=4"};
  for (const Format from : {Format::jpeg, Format::png}) {
    for (const PixelFormat form : {rgb8, gray8, rgba8, rgb16}) {
      if (from == Format::jpeg && form != rgb8 && form != gray8) continue;
      // Blocks that compress to nothing: the encoder's growing output is not in the prediction.
      const Image blocks = make_picture(
          {400, 300}, form,
          [](std::int32_t x, std::int32_t y, int c) { return (x / 100 + y / 100 + c) % 3 / 2.0; });
      const Bytes source = file_of(blocks.const_view(), from);
      const auto info = probe(source);
      ASSERT_TRUE(info.has_value());
      for (const std::string& query : queries) {
        Recipe recipe = from_query(query);
        recipe.format = Format::png;  // its encoder works row by row
        recipe.effort = 0;
        const auto planned = plan(*info, recipe);
        ASSERT_TRUE(planned.has_value());
        Workspace workspace;
        Execution execution;
        execution.workspace = &workspace;
        const Variant variant = made(source, recipe, {}, execution);
        EXPECT_LE(variant.peak_bytes, planned->peak_bytes + variant.bytes.size() + 600'000)
            << name(from) << " " << query;
        EXPECT_GE(variant.peak_bytes, planned->peak_bytes / 8) << name(from) << " " << query;
      }
    }
  }
}

TEST(Plan, PredictsWhatASearchHolds) {
  const auto held = [](const Bytes& source, const Recipe& recipe) {
    Workspace workspace;
    Execution execution;
    execution.workspace = &workspace;
    return made(source, recipe, {}, execution).peak_bytes;
  };
  struct Wish {
    PixelFormat form;
    std::vector<Format> formats;
  };
  const std::vector<Wish> wishes = {{rgb8, {Format::jpeg}},
                                    {rgb8, {Format::webp}},
                                    {rgb8, {Format::jpeg, Format::webp}},
                                    {gray8, {Format::jpeg}},
                                    {rgba8, {Format::jpeg}},
                                    {rgba8, {Format::webp}},
                                    {rgb16, {Format::jpeg}},
                                    {rgba16, {Format::avif, Format::webp}}};
  for (const Wish& wish : wishes) {
    const Bytes source = file_of(scene({320, 240}, wish.form).const_view(), Format::png);
    const auto info = probe(source);
    ASSERT_TRUE(info.has_value());
    for (const double rotate : {0.0, 90.0}) {
      Recipe recipe;
      recipe.formats = wish.formats;
      recipe.rotate = rotate;
      recipe.effort = 0;
      const auto planned = plan(*info, recipe);
      ASSERT_TRUE(planned.has_value());
      // Encoders' own memory is not foretold: measured where nothing is searched for.
      std::uint64_t encoders = 300'000;
      for (const Format format : wish.formats) {
        if (format == Format::jpeg) continue;
        Recipe named = recipe;
        named.formats = {format};
        named.fidelity = Quality{80};
        encoders = std::max(encoders, held(source, named));
      }
      const std::uint64_t peak = held(source, recipe);
      EXPECT_LE(peak, planned->peak_bytes + encoders) << wish.form.channels() << " " << rotate;
      EXPECT_GE(peak, planned->peak_bytes / 2) << wish.form.channels() << " " << rotate;
    }
  }
}

}  // namespace
}  // namespace limen::test
