// SPDX-License-Identifier: Apache-2.0

// The pipeline's ends without a file: pixels in, pixels out, and the steps that others may poll.

#include "limen/pipeline/pixels.h"

#include <gtest/gtest.h>

#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include "tests/pipeline/fixture.h"

namespace limen::test {
namespace {

// Each names its format and nothing else of the file's, so that a PNG of the pixels does the same.
std::vector<Recipe> recipes_for_anything() {
  std::vector<Recipe> recipes;
  for (const char* query :
       {"", "w=90&q=70&force_format=jpeg", "w=90&h=90&q=70&force_format=webp",
        "tl_px=13,21&br_px=100,80&force_format=png", "r=17&bg_color=navy&q=60&force_format=jpeg",
        "r=90&flip=h&w=64&force_format=png", "trim=4&w=50&q=invisible&force_format=webp",
        "w=120&h=120&func=fit&bg_color=ffffff80&radius=9&sharp=1&force_format=png",
        "w=75&grey=1&blur=2&force_format=avif&q=50"}) {
    recipes.push_back(from_query(query));
    recipes.back().always_encode = true;
  }
  recipes.front().format = Format::png;
  return recipes;
}

std::vector<Image> pictures() {
  std::vector<Image> made;
  for (const PixelFormat format :
       {gray8, gray_alpha8, rgb8, rgba8, gray16, gray_alpha16, rgb16, rgba16}) {
    made.push_back(scene({140, 103}, format));
  }
  return made;
}

Image same_pixels(const ConstImageView& view) {
  auto copy = Image::create(view.size, view.format);
  EXPECT_TRUE(copy.has_value());
  copy_pixels(view, copy->view());
  return *std::move(copy);
}

bool are_equal(const ConstImageView& a, const ConstImageView& b) {
  if (a.size != b.size || a.format != b.format) return false;
  for (std::int32_t y = 0; y < a.size.height; ++y) {
    if (std::memcmp(a.row(y), b.row(y), row_bytes(a.size, a.format)) != 0) return false;
  }
  return true;
}

TEST(Pixels, GiveTheBytesOfAPngOfThem) {
  const std::vector<Recipe> recipes = recipes_for_anything();
  for (const Image& picture : pictures()) {
    const Image before = same_pixels(picture.const_view());
    const auto from_pixels = transform(picture.const_view(), recipes);
    ASSERT_TRUE(from_pixels.has_value()) << from_pixels.error().message;
    const auto from_file = transform(file_of(picture.const_view(), Format::png), recipes);
    ASSERT_TRUE(from_file.has_value()) << from_file.error().message;
    for (std::size_t i = 0; i < recipes.size(); ++i) {
      EXPECT_EQ((*from_pixels)[i].bytes, (*from_file)[i].bytes) << "recipe " << i;
      EXPECT_EQ((*from_pixels)[i].bit_depth, (*from_file)[i].bit_depth) << "recipe " << i;
      EXPECT_EQ((*from_pixels)[i].source_decodes, 0u);
    }
    EXPECT_TRUE(are_equal(before.const_view(), picture.const_view())) << "the caller's pixels";
  }
}

TEST(Pixels, MayBeAWindowOfOthers) {
  const Image large = scene({200, 160}, rgb8);
  const ConstImageView window = subview(large.const_view(), {31, 17, 90, 70});
  const Image alone = same_pixels(window);
  Recipe recipe = from_query("w=45&q=80&force_format=jpeg");
  const auto of_window = transform(window, recipe);
  const auto of_copy = transform(alone.const_view(), recipe);
  ASSERT_TRUE(of_window && of_copy);
  EXPECT_EQ(of_window->bytes, of_copy->bytes);
}

TEST(Pixels, HaveNoFormatOfTheirOwn) {
  const Image opaque = scene({40, 30}, rgb8);
  const Image clear = scene({40, 30}, rgba8);
  const auto format_of = [](const Image& picture, std::vector<Format> formats, Fidelity fidelity) {
    Recipe recipe;
    recipe.formats = std::move(formats);
    recipe.fidelity = fidelity;
    const auto variant = transform(picture.const_view(), recipe);
    EXPECT_TRUE(variant.has_value()) << variant.error().message;
    return variant ? variant->format : Format::avif;
  };
  const Quality quality{80};
  EXPECT_EQ(format_of(opaque, {}, quality), Format::png);
  EXPECT_EQ(format_of(opaque, {}, Invisible{}), Format::png);
  EXPECT_EQ(format_of(opaque, {Format::webp, Format::png}, quality), Format::webp);
  EXPECT_EQ(format_of(opaque, {Format::jpeg, Format::png, Format::webp, Format::avif}, quality),
            Format::jpeg);
  EXPECT_EQ(format_of(clear, {Format::jpeg, Format::webp, Format::png, Format::avif}, quality),
            Format::webp);
  EXPECT_EQ(format_of(clear, {Format::jpeg}, quality), Format::jpeg);
  EXPECT_EQ(format_of(opaque, {Format::jpeg, Format::webp}, Lossless{}), Format::webp);
}

TEST(Pixels, ThatThePipelineDoesNotTakeAreRefused) {
  const Recipe recipe;
  const auto code = [&](const ConstImageView& view, TransformOptions options = {}) {
    const auto variant = transform(view, recipe, options);
    const auto picture = render(view, recipe, options);
    EXPECT_FALSE(variant.has_value());
    EXPECT_FALSE(picture.has_value());
    if (variant || picture) return ErrorCode::internal;
    EXPECT_EQ(variant.error().code, picture.error().code);
    return variant.error().code;
  };
  const Image floats = scene({8, 8}, rgb_f32);
  EXPECT_EQ(code(floats.const_view()), ErrorCode::unsupported);
  const Image cmyk = scene({8, 8}, cmyk8);
  EXPECT_EQ(code(cmyk.const_view()), ErrorCode::unsupported);
  const Image premultiplied =
      scene({8, 8}, {SampleType::u8, Layout::rgba, AlphaMode::premultiplied});
  EXPECT_EQ(code(premultiplied.const_view()), ErrorCode::unsupported);
  EXPECT_EQ(code(ConstImageView()), ErrorCode::invalid_argument);
  TransformOptions few;
  few.limits.pixels = 63;
  const Image small = scene({8, 8}, rgb8);
  EXPECT_EQ(code(small.const_view(), few), ErrorCode::limit_exceeded);
}

TEST(Render, GivesThePictureThatAPngHolds) {
  std::vector<Recipe> recipes = recipes_for_anything();
  for (const Image& picture : pictures()) {
    const Bytes file = file_of(picture.const_view(), Format::png);
    for (Recipe& recipe : recipes) {
      recipe.format = Format::png;
      recipe.fidelity = Lossless{};
      const auto rendered = render(file, recipe);
      ASSERT_TRUE(rendered.has_value()) << rendered.error().message;
      const auto of_pixels = render(picture.const_view(), recipe);
      ASSERT_TRUE(of_pixels.has_value()) << of_pixels.error().message;
      EXPECT_TRUE(are_equal(rendered->const_view(), of_pixels->const_view()));
      // PNG's encoder may find that alpha or colour is not needed; what is seen is the same.
      const Image shown = pixels_of(made(file, recipe).bytes);
      EXPECT_EQ(largest_difference_of(rendered->const_view(), shown.const_view()), 0);
    }
  }
}

TEST(Render, LeavesFormatAndFidelityAside) {
  const Image picture = scene({90, 60}, rgba8);
  const Bytes file = file_of(picture.const_view(), Format::png);
  const auto plain = render(file, from_query("w=45"));
  ASSERT_TRUE(plain.has_value());
  EXPECT_TRUE(plain->format().has_alpha());
  Recipe jpeg = from_query("w=45&q=3&force_format=jpeg");
  const auto as_jpeg = render(file, jpeg);
  ASSERT_TRUE(as_jpeg.has_value());
  EXPECT_TRUE(are_equal(plain->const_view(), as_jpeg->const_view()));
}

TEST(Render, UntouchedPixelsAreACopy) {
  const Image picture = scene({33, 22}, rgb8);
  const auto rendered = render(picture.const_view(), Recipe{});
  ASSERT_TRUE(rendered.has_value());
  EXPECT_TRUE(are_equal(rendered->const_view(), picture.const_view()));
  EXPECT_NE(rendered->const_view().data, picture.const_view().data);
}

TEST(Render, RefusesWhatNoRecipeMayBe) {
  const Image picture = scene({8, 8}, rgb8);
  Recipe recipe;
  recipe.fidelity = Quality{1000};  // of no effect, and wrong all the same
  const auto rendered = render(picture.const_view(), recipe);
  ASSERT_FALSE(rendered.has_value());
  EXPECT_EQ(rendered.error().code, ErrorCode::invalid_argument);
}

TEST(Progress, CountsDecodesAndVariants) {
  const Image picture = scene({160, 120}, rgb8);
  const Bytes file = file_of(picture.const_view(), Format::jpeg);
  std::vector<Recipe> recipes(4, from_query("w=40&force_format=png"));
  for (const unsigned threads : {1u, 3u}) {
    Progress progress;
    Execution execution;
    execution.progress = &progress;
    execution.threads = threads;
    ASSERT_TRUE(transform(file, recipes, {}, execution).has_value());
    EXPECT_EQ(progress.steps(), 5u);
    EXPECT_EQ(progress.done(), 5u);
    ASSERT_TRUE(transform(picture.const_view(), recipes, {}, execution).has_value());
    EXPECT_EQ(progress.steps(), 4u);
    EXPECT_EQ(progress.done(), 4u);
    ASSERT_TRUE(render(file, recipes.front(), {}, execution).has_value());
    EXPECT_EQ(progress.steps(), 2u);
    EXPECT_EQ(progress.done(), 2u);
  }
}

TEST(Progress, CountsEachDecodeThatIsApart) {
  const Bytes file = file_of(scene({400, 300}, rgb8).const_view(), Format::jpeg);
  std::vector<Recipe> recipes(3, from_query("w=40&force_format=png"));
  recipes[1].shrink = ShrinkAccuracy::coarse;
  Progress progress;
  Execution execution;
  execution.progress = &progress;
  const auto variants = transform(file, recipes, {}, execution);
  ASSERT_TRUE(variants.has_value());
  EXPECT_EQ(variants->front().source_decodes, 2u);
  EXPECT_EQ(progress.steps(), 5u);
  EXPECT_EQ(progress.done(), 5u);
}

TEST(Progress, OfACallThatFailsBeforeItsFirstStepIsNothing) {
  Progress progress;
  progress.start(7);
  progress.step();
  Execution execution;
  execution.progress = &progress;
  EXPECT_FALSE(transform(ByteView(), Recipe{}, {}, execution).has_value());
  EXPECT_EQ(progress.steps(), 0u);
  EXPECT_EQ(progress.done(), 0u);
}

}  // namespace
}  // namespace limen::test
