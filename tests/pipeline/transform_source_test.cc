// SPDX-License-Identifier: Apache-2.0

// What becomes of a source's orientation, metadata, colours and depth.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/codec/exif_builder.h"
#include "tests/codec/jpeg_fixture.h"
#include "tests/codec/webp_builder.h"
#include "tests/color/profiles.h"
#include "tests/pipeline/fixture.h"

namespace limen::test {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

// Turning by this after turning by `orientation` gives the picture back.
Orientation undo(Orientation orientation) {
  if (orientation == Orientation::right_top) return Orientation::left_bottom;
  if (orientation == Orientation::left_bottom) return Orientation::right_top;
  return orientation;
}

Bytes stored_turned(const ConstImageView& upright, std::uint16_t value, Format format) {
  auto stored = orient(upright, undo(static_cast<Orientation>(value)));
  EXPECT_TRUE(stored.has_value());
  Metadata metadata;
  metadata.exif = camera_exif(value % 2 == 0, value).bytes();
  return file_of(stored->const_view(), format, metadata);
}

TEST(TransformSource, AllEightOrientationsComeOutUprightAndEqual) {
  const Image picture = scene({90, 61}, rgb8);
  const std::vector<std::string> queries = {"",
                                            "w=40",
                                            "w=30&h=30&gravity=northwest",
                                            "tl_px=11,7&br_px=80,50&w=33",
                                            "r=90&w=31",
                                            "flip=h&h=20&gravity=10p,90p"};
  for (const std::string& query : queries) {
    Recipe recipe = from_query(query);
    for (const Format format : {Format::png, Format::webp}) {
      recipe.format = Format::png;
      const Variant first = made(stored_turned(picture.const_view(), 1, format), recipe);
      for (std::uint16_t value = 2; value <= 8; ++value) {
        const Variant other = made(stored_turned(picture.const_view(), value, format), recipe);
        EXPECT_EQ(other.size, first.size) << query << " orientation " << value;
        EXPECT_EQ(largest_difference_of(pixels_of(other.bytes).const_view(),
                                        pixels_of(first.bytes).const_view()),
                  0)
            << query << " orientation " << value;
        const auto info = probe(other.bytes);
        ASSERT_TRUE(info.has_value());
        EXPECT_EQ(info->orientation, Orientation::top_left);
      }
    }
  }
}

TEST(TransformSource, TurnedJpegsComeOutUpright) {
  const Image picture = scene({96, 64}, rgb8);
  for (std::uint16_t value = 1; value <= 8; ++value) {
    const Bytes source = stored_turned(picture.const_view(), value, Format::jpeg);
    const Image variant = shown(source, "");
    ASSERT_EQ(variant.size(), picture.size()) << value;
    EXPECT_GT(psnr(variant.const_view(), picture.const_view()), 30) << value;
  }
}

TEST(TransformSource, KeptMetadataNoLongerAsksForATurn) {
  const Image picture = scene({40, 30}, rgb8);
  Recipe recipe;
  recipe.metadata = MetadataPolicy::keep;
  for (const Format format : {Format::jpeg, Format::png, Format::webp}) {
    const Variant variant = made(stored_turned(picture.const_view(), 6, format), recipe);
    const auto info = probe(variant.bytes);
    ASSERT_TRUE(info.has_value());
    EXPECT_TRUE(info->has_exif);
    EXPECT_EQ(info->orientation, Orientation::top_left);
    EXPECT_EQ(info->size, picture.size());
  }
}

TEST(TransformSource, PersonalDataGoesCopyrightStaysAndTheResultSaysSo) {
  const Bytes source = stored_turned(scene({40, 30}, rgb8).const_view(), 1, Format::jpeg);
  ASSERT_TRUE(contains(source, "GPS-DATE"));
  for (const Format format : {Format::jpeg, Format::png, Format::webp, Format::avif}) {
    Recipe recipe;
    recipe.format = format;
    const Variant variant = made(source, recipe);
    EXPECT_THAT(variant.dropped_metadata, Contains("gps"));
    EXPECT_THAT(variant.dropped_metadata, Contains("serial_number"));
    EXPECT_THAT(variant.dropped_metadata, Contains("thumbnail"));
    EXPECT_TRUE(contains(variant.bytes, "(c) 2024 Jane Photographer")) << name(format);
    for (const char* secret : {"GPS-DATE", "GPS1", "SERIAL-BODY", "OWNER-NAME", "THUMBNAIL",
                               "MAKER-NOTE", "USER-COMMENT"}) {
      EXPECT_FALSE(contains(variant.bytes, secret)) << name(format) << " keeps " << secret;
    }
  }
  Recipe none;
  none.metadata = MetadataPolicy::none;
  EXPECT_FALSE(contains(made(source, none).bytes, "Jane"));
  Recipe keep;
  keep.metadata = MetadataPolicy::keep;
  const Variant kept = made(source, keep);
  EXPECT_TRUE(contains(kept.bytes, "GPS-DATE"));
  EXPECT_THAT(kept.dropped_metadata, Not(Contains("gps")));
}

// Pixels of a tagged PNG against what Little CMS says of them.
void expect_lcms_colors(const Image& picture, const Bytes& profile, const std::string& description,
                        double tolerance) {
  Metadata metadata;
  metadata.icc = profile;
  const Bytes source = file_of(picture.const_view(), Format::png, metadata);
  Recipe recipe;
  const Variant variant = made(source, recipe);
  EXPECT_EQ(variant.color_action, ColorAction::icc);
  EXPECT_EQ(variant.color_source, description);
  const Image converted = pixels_of(variant.bytes);
  EXPECT_EQ(converted.format().sample, picture.format().sample);
  EXPECT_LE(largest_difference(converted.const_view(), lcms_oracle(profile, picture.const_view())),
            tolerance);
  const auto info = probe(variant.bytes);
  ASSERT_TRUE(info.has_value());
  EXPECT_TRUE(info->color.icc.empty());
}

TEST(TransformSource, TaggedPicturesGetTheColorsThatLittleCmsGives) {
  const Bytes p3 = rgb_profile(kDisplayP3, 0, L"Display P3");
  const Bytes adobe = rgb_profile(kAdobeRgb, 2.19921875, L"Adobe RGB");
  expect_lcms_colors(noise({33, 21}, rgb8), p3, "Display P3", 1.01 / 255);
  expect_lcms_colors(noise({33, 21}, rgb8), adobe, "Adobe RGB", 1.01 / 255);
  expect_lcms_colors(noise({33, 21}, rgb16), p3, "Display P3", 1.01 / 65535);
  expect_lcms_colors(noise({33, 21}, rgb16), adobe, "Adobe RGB", 1.01 / 65535);
}

TEST(TransformSource, ColorsAreConvertedAfterTheReductionUnlessThatWouldBeWrong) {
  Metadata metadata;
  metadata.icc = rgb_profile(kDisplayP3, 0, L"Display P3");
  const Image picture = scene({80, 60}, rgb8);
  const Bytes source = file_of(picture.const_view(), Format::png, metadata);
  Recipe recipe;
  recipe.width = 31;
  const auto info = probe(source);
  ASSERT_TRUE(info.has_value());
  EXPECT_FALSE(plan(*info, recipe)->converts_before_resize);
  auto small = Image::create({31, 23}, rgb8);
  ASSERT_TRUE(small.has_value());
  ASSERT_TRUE(resize(picture.const_view(), small->view()).has_value());
  const auto after = to_srgb(small->const_view(), info->color);
  ASSERT_TRUE(after.has_value());
  EXPECT_EQ(largest_difference_of(pixels_of(made(source, recipe).bytes).const_view(),
                                  after->const_view()),
            0);

  recipe.linear_light = true;
  EXPECT_TRUE(plan(*info, recipe)->converts_before_resize);
  const auto before = to_srgb(picture.const_view(), info->color);
  ASSERT_TRUE(before.has_value());
  ResizeOptions linear;
  linear.linear_light = true;
  ASSERT_TRUE(resize(before->const_view(), small->view(), linear).has_value());
  EXPECT_EQ(largest_difference_of(pixels_of(made(source, recipe).bytes).const_view(),
                                  small->const_view()),
            0);
}

TEST(TransformSource, AProfileCanBeKept) {
  Metadata metadata;
  metadata.icc = rgb_profile(kAdobeRgb, 2.2, L"Adobe RGB");
  const Image picture = noise({16, 16}, rgb8);
  const Bytes source = file_of(picture.const_view(), Format::png, metadata);
  for (const Format format : {Format::png, Format::jpeg, Format::webp, Format::avif}) {
    Recipe recipe;
    recipe.keep_profile = true;
    recipe.format = format;
    const Variant variant = made(source, recipe);
    EXPECT_TRUE(variant.keeps_profile);
    EXPECT_EQ(variant.color_action, ColorAction::none);
    const auto info = probe(variant.bytes);
    ASSERT_TRUE(info.has_value());
    EXPECT_EQ(info->color.icc, metadata.icc) << name(format);
    if (format == Format::png) {
      EXPECT_EQ(largest_difference_of(pixels_of(variant.bytes).const_view(), picture.const_view()),
                0);
    }
  }
  Recipe recipe;
  recipe.keep_profile = true;
  const Variant untagged = made(file_of(picture.const_view(), Format::png), recipe);
  EXPECT_FALSE(untagged.keeps_profile);
  EXPECT_THAT(untagged.notes, Contains(HasSubstr("no profile")));
}

TEST(TransformSource, CmykWithoutAProfileIsConvertedAndFlagged) {
  const Image inks = scene({48, 32}, cmyk8);
  JpegFixture fixture;
  fixture.pixels = JCS_CMYK;
  fixture.coded = JCS_CMYK;
  fixture.has_adobe = true;
  const Bytes source = make_jpeg(inks.const_view(), fixture);
  for (const bool keep : {false, true}) {
    Recipe recipe;
    recipe.width = 20;
    recipe.keep_profile = keep;  // there is none that an RGB file could carry
    const Variant variant = made(source, recipe);
    EXPECT_EQ(variant.color_action, ColorAction::approximate_cmyk);
    EXPECT_THAT(variant.notes, Contains(HasSubstr("CMYK without a profile")));
    const auto info = probe(variant.bytes);
    ASSERT_TRUE(info.has_value());
    EXPECT_EQ(info->model, ColorModel::ycbcr);
    EXPECT_TRUE(plan(*probe(source), recipe)->converts_before_resize);
  }
}

TEST(TransformSource, SixteenBitsStayWhereTheFormatHoldsThem) {
  const Image picture = scene({40, 30}, rgb16);
  const Bytes source = file_of(picture.const_view(), Format::png);
  Recipe recipe;
  const Variant png = made(source, recipe);
  EXPECT_EQ(png.bit_depth, 16);
  EXPECT_EQ(probe(png.bytes)->bit_depth, 16);
  EXPECT_EQ(largest_difference_of(pixels_of(png.bytes).const_view(), picture.const_view()), 0);

  recipe.format = Format::avif;
  const Variant avif = made(source, recipe);
  EXPECT_EQ(avif.bit_depth, 10);
  EXPECT_EQ(probe(avif.bytes)->bit_depth, 10);

  recipe.format = Format::jpeg;
  EXPECT_EQ(made(source, recipe).bit_depth, 8);

  recipe.format = Format::png;
  recipe.depth = OutputDepth::eight;
  const Variant eight = made(source, recipe);
  EXPECT_EQ(eight.bit_depth, 8);
  EXPECT_EQ(probe(eight.bytes)->bit_depth, 8);
  EXPECT_LE(largest_difference_of(pixels_of(eight.bytes).const_view(), picture.const_view()),
            0.501);
}

TEST(TransformSource, SixteenBitsAreReducedAfterTheWorkNotBefore) {
  // A ramp so gentle that 8 bits show eight steps of it and 16 bits a slope.
  const Image ramp = make_picture(
      {256, 4}, gray16, [](std::int32_t x, auto, auto) { return 0.5 + x / 255.0 * 8 / 255; });
  Recipe recipe;
  recipe.adjust.contrast = 10;
  recipe.depth = OutputDepth::eight;
  const Image steep = pixels_of(made(file_of(ramp.const_view(), Format::png), recipe).bytes);
  int levels = 1;
  for (std::int32_t x = 1; x < 256; ++x) {
    levels += pixel(steep.const_view(), x, 0) != pixel(steep.const_view(), x - 1, 0) ? 1 : 0;
  }
  EXPECT_GT(levels, 60);
}

TEST(TransformSource, OfAnAnimationTheFirstFrameIsUsedAndANoteSaysSo) {
  const auto frame = [](std::uint32_t red) {
    return riff_chunk("ANMF", little_endian(0, 3) + little_endian(0, 3) + little_endian(11, 3) +
                                  little_endian(7, 3) + little_endian(100, 3) + std::string(1, 2) +
                                  riff_chunk("VP8L", solid_vp8l(12, 8, red, 20, 30, 255)));
  };
  const Bytes source =
      webp_file(vp8x(2, 12, 8) + riff_chunk("ANIM", std::string(6, '\0')) + frame(200) + frame(90));
  const auto info = probe(source);
  ASSERT_TRUE(info.has_value()) << info.error().message;
  ASSERT_EQ(info->frames, 2u);
  Recipe recipe;
  recipe.format = Format::png;
  const Variant variant = made(source, recipe);
  EXPECT_EQ(variant.size, (Size{12, 8}));
  EXPECT_EQ(pixel(pixels_of(variant.bytes).const_view(), 3, 3), (Color{200, 20, 30}));
  EXPECT_THAT(variant.notes, Contains("the first of 2 frames is used"));
}

TEST(TransformSource, EveryFormatBecomesEveryFormat) {
  const Image picture = scene({64, 48}, rgb8);
  constexpr Format kAll[] = {Format::jpeg, Format::png, Format::webp, Format::avif};
  for (const Format from : kAll) {
    const Bytes source = file_of(picture.const_view(), from);
    for (const Format to : kAll) {
      Recipe recipe;
      recipe.format = to;
      recipe.fidelity = Quality{90};
      const Variant variant = made(source, recipe);
      const auto info = probe(variant.bytes);
      ASSERT_TRUE(info.has_value()) << info.error().message;
      EXPECT_EQ(info->format, to);
      EXPECT_EQ(variant.format, to);
      EXPECT_EQ(variant.mime_type, mime_type(to));
      EXPECT_EQ(info->size, picture.size());
      EXPECT_GT(psnr(pixels_of(variant.bytes).const_view(), picture.const_view()), 28)
          << name(from) << " to " << name(to);
    }
    const Variant same = made(source, Recipe{});
    EXPECT_EQ(same.format, from);
    EXPECT_THAT(same.damage, IsEmpty());
  }
}

TEST(TransformSource, WhatIsMadeSaysHowItsScansAre) {
  JpegFixture sequential, progressive;
  progressive.is_progressive = true;
  const Image picture = scene({200, 150}, rgb8);
  Recipe kept = from_query("q=100");
  Recipe coded = from_query("w=160&q=80");
  for (const bool wants_progressive : {false, true}) {
    kept.progressive = coded.progressive = wants_progressive;
    const Bytes source =
        make_jpeg(picture.const_view(), wants_progressive ? progressive : sequential);
    for (const Recipe& recipe : {kept, coded}) {
      const Variant variant = made(source, recipe);
      EXPECT_EQ(variant.progressive, wants_progressive);
      EXPECT_EQ(probe(variant.bytes)->is_progressive, wants_progressive);
    }
    coded.format = Format::webp;
    EXPECT_FALSE(made(source, coded).progressive);
    coded.format.reset();
  }
}

TEST(TransformSource, OnePixelGoesThroughEverything) {
  const Bytes source = file_of(solid({1, 1}, rgba8, {10, 200, 30, 128}).const_view(), Format::png);
  for (const std::string query : {"q=80", "", "w=7", "w=1&h=1", "w=9&h=4&func=fit", "r=90", "r=45",
                                  "flip=hv", "blur=3", "sharp=2", "grey=1", "trim=10", "radius=5",
                                  "tl_px=0,0&br_px=1,1", "w=3&h=2&func=boundmin"}) {
    for (const std::string format : {"png", "jpeg", "webp", "avif"}) {
      const std::string rest = query.empty() ? "" : "&" + query;
      const Variant variant = made(source, from_query("force_format=" + format + rest));
      EXPECT_TRUE(probe(variant.bytes).has_value()) << query;
    }
  }
}

}  // namespace
}  // namespace limen::test
