// SPDX-License-Identifier: Apache-2.0

// What each step does to pixels, by way of the query dialect where it has a key for it.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

#include "tests/codec/exif_builder.h"
#include "tests/pipeline/fixture.h"

namespace limen::test {
namespace {

constexpr Color kGray{128, 128, 128};
constexpr Color kRed{255, 0, 0};
constexpr Color kGreen{0, 255, 0};
constexpr Color kBlue{0, 0, 255};
constexpr Color kWhite{255, 255, 255};
constexpr Color kClear{0, 0, 0, 0};

Bytes png(const Image& image) { return file_of(image.const_view(), Format::png); }

// Quarters: red green / blue white.
Image quarters(Size size) {
  return make_picture(size, rgb8, [&](std::int32_t x, std::int32_t y, int c) {
    const bool right = x >= size.width / 2;
    const bool low = y >= size.height / 2;
    const Color color = low ? (right ? kWhite : kBlue) : (right ? kGreen : kRed);
    return (c == 0 ? color.red : c == 1 ? color.green : color.blue) / 255.0;
  });
}

// True where all pixels of the window have the color, and the pixels around it have not.
::testing::AssertionResult is_exactly(const ConstImageView& view, const Rect& window, Color color) {
  for (std::int32_t y = 0; y < view.size.height; ++y) {
    for (std::int32_t x = 0; x < view.size.width; ++x) {
      const bool inside = x >= window.x && x < window.x + window.width && y >= window.y &&
                          y < window.y + window.height;
      if ((pixel(view, x, y) == color) != inside) {
        return ::testing::AssertionFailure() << "at " << x << "," << y;
      }
    }
  }
  return ::testing::AssertionSuccess();
}

TEST(TransformEffects, TurnsAndFlips) {
  const Bytes source = png(quarters({20, 10}));
  struct Turn {
    const char* query;
    Size size;
    Color top_left, top_right, bottom_left;
  };
  const Turn turns[] = {
      {"", {20, 10}, kRed, kGreen, kBlue},
      {"r=90", {10, 20}, kGreen, kWhite, kRed},  // counter-clockwise: right becomes top
      {"r=180", {20, 10}, kWhite, kBlue, kGreen},
      {"r=-90", {10, 20}, kBlue, kRed, kWhite},
      {"r=270", {10, 20}, kBlue, kRed, kWhite},
      {"flip=h", {20, 10}, kGreen, kRed, kWhite},
      {"flip=v", {20, 10}, kBlue, kWhite, kRed},
      {"flip=hv", {20, 10}, kWhite, kBlue, kGreen},
      {"r=90&flip=h", {10, 20}, kWhite, kGreen, kBlue},  // first the turn, then the mirror
      {"r=90&flip=v", {10, 20}, kRed, kBlue, kGreen},
  };
  for (const Turn& turn : turns) {
    const Image image = shown(source, turn.query);
    ASSERT_EQ(image.size(), turn.size) << turn.query;
    const auto view = image.const_view();
    EXPECT_EQ(pixel(view, 0, 0), turn.top_left) << turn.query;
    EXPECT_EQ(pixel(view, turn.size.width - 1, 0), turn.top_right) << turn.query;
    EXPECT_EQ(pixel(view, 0, turn.size.height - 1), turn.bottom_left) << turn.query;
  }
}

TEST(TransformEffects, AnyAngleOpensCornersInTheBackground) {
  const Bytes source = png(solid({40, 40}, rgb8, kRed));
  const Image white = shown(source, "r=45");
  EXPECT_GE(white.size().width, 56);
  EXPECT_EQ(pixel(white.const_view(), 0, 0), kWhite);
  EXPECT_EQ(pixel(white.const_view(), white.size().width / 2, white.size().height / 2), kRed);
  EXPECT_EQ(pixel(shown(source, "r=45&bg_color=navy").const_view(), 0, 0), (Color{0, 0, 128}));
  EXPECT_EQ(pixel(shown(source, "r=45&bg_color=transparent").const_view(), 0, 0).alpha, 0);
  // On gray, too, the background has its colour.
  const Bytes gray = png(solid({40, 40}, gray8, kGray));
  EXPECT_EQ(pixel(shown(gray, "r=30&bg_color=red").const_view(), 0, 0), kRed);
}

TEST(TransformEffects, FitPadsInExactlyTheColorAskedFor) {
  const Bytes source = png(solid({40, 20}, rgb8, kRed));
  for (const std::string looks : {"", "&grey=1", "&blur=2", "&sharp=3"}) {
    const Image image = shown(source, "w=40&h=40&func=fit&bg_color=0a6496" + looks);
    const auto view = image.const_view();
    for (std::int32_t x = 0; x < 40; ++x) {
      EXPECT_EQ(pixel(view, x, 9), (Color{10, 100, 150})) << looks;
      EXPECT_EQ(pixel(view, x, 30), (Color{10, 100, 150})) << looks;
      EXPECT_NE(pixel(view, x, 10), (Color{10, 100, 150})) << looks;
    }
  }
  const Image image = shown(source, "w=60&h=20&func=fit&gravity=east");
  EXPECT_TRUE(is_exactly(image.const_view(), {20, 0, 40, 20}, kRed));
  EXPECT_EQ(pixel(image.const_view(), 0, 0), kWhite);
  EXPECT_EQ(pixel(shown(source, "w=40&h=40&func=fit&bg_color=transparent").const_view(), 0, 0),
            kClear);
}

TEST(TransformEffects, WhichPartACropKeeps) {
  const Bytes source = png(quarters({40, 40}));
  EXPECT_TRUE(
      is_exactly(shown(source, "tl_px=0,0&br_px=20,20").const_view(), {0, 0, 20, 20}, kRed));
  EXPECT_TRUE(
      is_exactly(shown(source, "tl_px=20,0&br_px=40,20&w=5").const_view(), {0, 0, 5, 5}, kGreen));
  EXPECT_TRUE(
      is_exactly(shown(source, "tl_px=0,20&br_px=40,40&w=20&h=20&gravity=west").const_view(),
                 {0, 0, 20, 20}, kBlue));
  EXPECT_TRUE(
      is_exactly(shown(source, "tl_px=0,20&br_px=40,40&w=20&h=20&gravity=39,0").const_view(),
                 {0, 0, 20, 20}, kWhite));
}

TEST(TransformEffects, TrimCutsTheBorderBeforeAnythingIsFitted) {
  Image picture = solid({60, 50}, rgb8, kWhite);
  const Image inner = solid({30, 20}, rgb8, kBlue);
  copy_pixels(inner.const_view(), subview(picture.view(), {11, 9, 30, 20}));
  const Bytes source = png(picture);
  const Image trimmed = shown(source, "trim=10");
  ASSERT_EQ(trimmed.size(), (Size{30, 20}));
  EXPECT_TRUE(is_exactly(trimmed.const_view(), {0, 0, 30, 20}, kBlue));
  EXPECT_EQ(shown(source, "trim=10&w=15").size(), (Size{15, 10}));
  EXPECT_EQ(shown(source, "trim=10&r=90").size(), (Size{20, 30}));
  // The crop box counts pixels of the source, so it comes first.
  EXPECT_EQ(shown(source, "tl_px=5,5&br_px=20,50&trim=10").size(), (Size{9, 20}));
  EXPECT_EQ(shown(png(solid({9, 7}, rgb8, kRed)), "trim=10").size(), (Size{9, 7}));
}

TEST(TransformEffects, RoundCornersAreTransparentOrFilled) {
  const Bytes source = png(solid({40, 40}, rgb8, kRed));
  const Image clear = shown(source, "radius=10");
  EXPECT_EQ(pixel(clear.const_view(), 0, 0).alpha, 0);
  EXPECT_EQ(pixel(clear.const_view(), 39, 39).alpha, 0);
  EXPECT_EQ(pixel(clear.const_view(), 20, 0), kRed);
  EXPECT_EQ(pixel(clear.const_view(), 20, 20), kRed);
  const Image filled = shown(source, "radius=10&bg_color=blue");
  EXPECT_FALSE(filled.format().has_alpha());
  EXPECT_EQ(pixel(filled.const_view(), 0, 0), kBlue);
  // dpr multiplies the radius.
  EXPECT_EQ(largest_difference_of(shown(source, "radius=10&dpr=2&w=40").const_view(),
                                  shown(source, "radius=20&w=80").const_view()),
            0);
  const Image jpeg = pixels_of(made(source, from_query("radius=10&q=80&force_format=jpeg")).bytes);
  EXPECT_GT(pixel(jpeg.const_view(), 0, 0).green, 240);
}

TEST(TransformEffects, GreyBlurAndSharpen) {
  const Bytes source = png(scene({60, 40}, rgb8));
  const Image grey = shown(source, "grey=1");
  for (std::int32_t x = 0; x < 60; ++x) {
    const Color color = pixel(grey.const_view(), x, x / 2);
    EXPECT_EQ(color.red, color.green);
    EXPECT_EQ(color.green, color.blue);
  }
  const auto roughness = [](const Image& image) {
    double sum = 0;
    for (std::int32_t y = 0; y < image.size().height; ++y) {
      for (std::int32_t x = 1; x < image.size().width; ++x) {
        sum += std::abs(get_sample(image.const_view(), x, y, 0) -
                        get_sample(image.const_view(), x - 1, y, 0));
      }
    }
    return sum;
  };
  const double plain = roughness(shown(source, ""));
  EXPECT_LT(roughness(shown(source, "blur=3")), 0.8 * plain);
  EXPECT_GT(roughness(shown(source, "sharp=2")), 1.2 * plain);
}

TEST(TransformEffects, JpegLaysTransparencyOnWhiteOrTheBackground) {
  const Bytes source = png(solid({32, 32}, rgba8, {255, 0, 0, 0}));
  const auto jpeg = [&](const std::string& query) {
    const Variant variant = made(source, from_query(query + "q=80&force_format=jpeg"));
    EXPECT_FALSE(variant.has_alpha);
    return pixel(pixels_of(variant.bytes).const_view(), 16, 16);
  };
  EXPECT_EQ(jpeg(""), kWhite);
  EXPECT_EQ(jpeg("bg_color=transparent&"), kWhite);
  EXPECT_EQ(jpeg("bg_color=000&"), (Color{0, 0, 0}));
  const Color half = jpeg("bg_color=00000080&");
  EXPECT_NEAR(half.green, 127, 2);
  // Elsewhere transparency stays, unless an opaque background is named.
  EXPECT_EQ(pixel(shown(source, "").const_view(), 3, 3).alpha, 0);
  EXPECT_EQ(pixel(shown(source, "bg_color=blue").const_view(), 3, 3), kBlue);
  EXPECT_EQ(pixel(shown(source, "bg_color=0000ff80").const_view(), 3, 3).alpha, 0);
  const Bytes gray = png(solid({8, 8}, gray_alpha8, {90, 90, 90, 0}));
  EXPECT_EQ(pixel(shown(gray, "bg_color=red").const_view(), 3, 3), kRed);
}

TEST(TransformEffects, EdgesOfTransparencyHaveNoFringe) {
  // Opaque red beside transparent green: no green may come in.
  const Image picture = make_picture({64, 64}, rgba8, [](std::int32_t x, auto y, int c) {
    const bool opaque = std::hypot(x - 31.5, y - 31.5) < 25;
    return c == 3 ? (opaque ? 1.0 : 0.0) : (c == (opaque ? 0 : 1) ? 1.0 : 0.0);
  });
  for (const std::string query : {"w=20", "w=100", "w=33&blur=1", "w=23&h=40&func=cover"}) {
    const Image image = shown(png(picture), query);
    int partly = 0;
    for (std::int32_t y = 0; y < image.size().height; ++y) {
      for (std::int32_t x = 0; x < image.size().width; ++x) {
        const Color color = pixel(image.const_view(), x, y);
        if (color.alpha == 0) continue;
        partly += color.alpha < 255 ? 1 : 0;
        // Divided by a small alpha, one step of rounding weighs more.
        const int tolerance = 1 + 255 / color.alpha;
        EXPECT_LE(color.green, tolerance) << query << " at " << x << "," << y;
        EXPECT_GE(color.red, 255 - tolerance) << query << " at " << x << "," << y;
      }
    }
    EXPECT_GT(partly, 20) << query;
  }
}

class Marks : public ::testing::Test {
 protected:
  // Lays `mark` on a gray picture of 100 x 80.
  Image laid(const std::string& query, const Image& mark) {
    mark_file_ = png(mark);
    pictures_ = {{"logo", ByteView(mark_file_)}};
    TransformOptions options;
    options.pictures = pictures_;
    return shown(source_, "wat=1&wat_url=logo" + query, options);
  }

  Bytes source_ = png(solid({100, 80}, rgb8, kGray));
  Bytes mark_file_;
  std::vector<NamedPicture> pictures_;
};

TEST_F(Marks, StandWhereGravityAndPaddingSay) {
  const Image mark = solid({20, 10}, rgb8, kRed);
  EXPECT_TRUE(is_exactly(laid("", mark).const_view(), {40, 35, 20, 10}, kRed));
  EXPECT_TRUE(is_exactly(laid("&wat_gravity=northwest", mark).const_view(), {0, 0, 20, 10}, kRed));
  EXPECT_TRUE(is_exactly(laid("&wat_gravity=southeast&wat_pad=5", mark).const_view(),
                         {75, 65, 20, 10}, kRed));
  EXPECT_TRUE(is_exactly(laid("&wat_gravity=southwest&wat_pad=5,10p", mark).const_view(),
                         {5, 62, 20, 10}, kRed));
  EXPECT_TRUE(
      is_exactly(laid("&wat_gravity=east&wat_pad=3,7", mark).const_view(), {77, 35, 20, 10}, kRed));
  // dpr multiplies the output and the padding, not the mark.
  EXPECT_TRUE(is_exactly(laid("&wat_gravity=southeast&wat_pad=5&w=100&dpr=2", mark).const_view(),
                         {170, 140, 20, 10}, kRed));
}

TEST_F(Marks, HaveTheSizeThatIsAskedForAndAlwaysFit) {
  const Image mark = solid({20, 10}, rgb8, kRed);
  EXPECT_TRUE(is_exactly(laid("&wat_gravity=northwest&wat_scale=50", mark).const_view(),
                         {0, 0, 10, 5}, kRed));
  EXPECT_TRUE(is_exactly(laid("&wat_gravity=northwest&wat_scale=40p", mark).const_view(),
                         {0, 0, 40, 20}, kRed));
  // Larger than the picture: reduced first, inside the padding.
  const Image large = solid({400, 200}, rgb8, kRed);
  EXPECT_TRUE(is_exactly(laid("", large).const_view(), {0, 15, 100, 50}, kRed));
  EXPECT_TRUE(is_exactly(laid("&wat_pad=10", large).const_view(), {10, 20, 80, 40}, kRed));
  EXPECT_TRUE(is_exactly(laid("&wat_pad=60000", large).const_view(), {49, 39, 1, 1}, kRed));
}

TEST_F(Marks, BlendByAlphaAndOpacity) {
  const Image opaque = solid({100, 80}, rgb8, kRed);
  EXPECT_EQ(pixel(laid("&wat_opacity=0.5", opaque).const_view(), 5, 5), (Color{192, 64, 64}));
  const Image half = solid({100, 80}, rgba8, {255, 0, 0, 128});
  EXPECT_EQ(pixel(laid("", half).const_view(), 5, 5), (Color{192, 64, 64}));
  EXPECT_EQ(pixel(laid("&wat_opacity=0.5", half).const_view(), 5, 5), (Color{160, 96, 96}));
  EXPECT_EQ(pixel(laid("&wat_opacity=0", half).const_view(), 5, 5), kGray);
}

TEST_F(Marks, TileTheOutput) {
  const Bytes file = png(solid({7, 5}, rgb8, kRed));
  const NamedPicture pictures[] = {{"dot", ByteView(file)}};
  TransformOptions options;
  options.pictures = pictures;
  Recipe recipe;
  Mark mark;
  mark.name = "dot";
  mark.tile = true;
  mark.pad_x = {3};
  mark.pad_y = {0.125, Length::Unit::fraction};  // of 80: 10
  recipe.marks = {mark};
  const Image image = pixels_of(made(source_, recipe, options).bytes);
  for (std::int32_t y = 0; y < 80; ++y) {
    for (std::int32_t x = 0; x < 100; ++x) {
      const bool marked = x % 10 < 7 && y % 15 < 5;
      ASSERT_EQ(pixel(image.const_view(), x, y), marked ? kRed : kGray) << x << "," << y;
    }
  }
}

TEST_F(Marks, OfEveryFormGoOnPicturesOfEveryForm) {
  const Color values{200, 200, 200, 255};
  for (const PixelFormat picture : {gray8, gray_alpha8, rgb8, rgba8, gray16, rgb16, rgba16}) {
    const Bytes source = png(solid({30, 30}, picture, kGray));
    for (const PixelFormat form :
         {gray8, gray_alpha8, rgb8, rgba8, gray16, gray_alpha16, rgb16, rgba16}) {
      const Image pixels = solid({10, 10}, form, values);
      const Bytes file = png(pixels);
      const NamedPicture as_file[] = {{"m", ByteView(file)}};
      const NamedPicture as_pixels[] = {{"m", pixels.const_view()}};
      for (const auto& pictures : {std::span(as_file), std::span(as_pixels)}) {
        TransformOptions options;
        options.pictures = pictures;
        const Image image = shown(source, "wat=1&wat_url=m&wat_gravity=northwest", options);
        EXPECT_TRUE(is_exactly(image.const_view(), {0, 0, 10, 10}, values));
      }
    }
  }
  // A coloured mark keeps its colour on a gray picture.
  source_ = png(solid({100, 80}, gray8, kGray));
  EXPECT_TRUE(is_exactly(laid("&wat_gravity=north", solid({20, 10}, rgb8, kGreen)).const_view(),
                         {40, 0, 20, 10}, kGreen));
}

TEST_F(Marks, StandUpright) {
  // Stored lying on its side: green is left once it stands.
  Image mark = solid({10, 20}, rgb8, kRed);
  copy_pixels(solid({10, 10}, rgb8, kGreen).const_view(), subview(mark.view(), {0, 10, 10, 10}));
  Metadata metadata;
  metadata.exif = camera_exif(true, 6).bytes();
  const Bytes file = file_of(mark.const_view(), Format::png, metadata);
  const NamedPicture pictures[] = {{"logo", ByteView(file)}};
  TransformOptions options;
  options.pictures = pictures;
  const Image image = shown(source_, "wat=1&wat_url=logo&wat_gravity=northwest", options);
  EXPECT_TRUE(is_exactly(image.const_view(), {0, 0, 10, 10}, kGreen));
  EXPECT_EQ(pixel(image.const_view(), 15, 5), kRed);
}

TEST_F(Marks, AreLaidOnInTheirOrderBelowTheRoundCorners) {
  const Bytes red = png(solid({20, 20}, rgb8, kRed));
  const Bytes blue = png(solid({10, 10}, rgb8, kBlue));
  const NamedPicture pictures[] = {{"red", ByteView(red)}, {"blue", ByteView(blue)}};
  TransformOptions options;
  options.pictures = pictures;
  Recipe recipe;
  recipe.marks.resize(2);
  recipe.marks[0].name = "red";
  recipe.marks[1].name = "blue";
  recipe.marks[0].gravity = recipe.marks[1].gravity = Compass::northwest;
  recipe.marks[1].offset = {3, 4};
  recipe.radius = 8;
  const Image image = pixels_of(made(source_, recipe, options).bytes);
  EXPECT_TRUE(is_exactly(image.const_view(), {3, 4, 10, 10}, kBlue));
  EXPECT_EQ(pixel(image.const_view(), 18, 18), kRed);
  EXPECT_EQ(pixel(image.const_view(), 0, 0).alpha, 0);
}

}  // namespace
}  // namespace limen::test
