// SPDX-License-Identifier: Apache-2.0

#include "limen/codec/rewrite.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <string_view>

#include "limen/codec/decode.h"
#include "limen/codec/encode.h"
#include "tests/codec/exif_builder.h"
#include "tests/codec/jpeg_fixture.h"
#include "tests/codec/png_builder.h"
#include "tests/codec/rgba8.h"
#include "tests/codec/webp_builder.h"
#include "tests/pictures.h"

namespace limen {
namespace {

using test::is_identical;
using testing::HasSubstr;

Bytes bytes_of(std::string_view text) {
  const auto* begin = reinterpret_cast<const std::byte*>(text.data());
  return Bytes(begin, begin + text.size());
}

std::string text_of(const Bytes& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

// A header that says RGB and no tags: enough for a container.
Bytes profile(std::size_t size) {
  std::string icc(size, '\7');
  icc.replace(0, 132, std::string(132, '\0'));
  icc.replace(16, 4, "RGB ");
  icc.replace(36, 4, "acsp");
  return bytes_of(icc);
}

Metadata some_metadata() {
  Metadata metadata;
  metadata.icc = profile(70'000);  // two segments in JPEG
  metadata.exif = bytes_of(std::string("II*\0\x08\0\0\0\0\0\0\0\0\0", 14));
  metadata.xmp = bytes_of("<x:xmpmeta xmlns:x='adobe:ns:meta/'></x:xmpmeta>");
  metadata.iptc = bytes_of(std::string("\x1C\x02\x78\0\4word", 9));
  metadata.comment = bytes_of("a remark");
  return metadata;
}

Bytes encoded(const Image& image, const EncodeOptions& options) {
  auto file = encode(image.view(), options);
  EXPECT_TRUE(file) << file.error().message;
  return file ? *std::move(file) : Bytes();
}

Bytes rewritten(const Bytes& file, const RewriteOptions& options = {}) {
  auto result = rewrite(file, options);
  EXPECT_TRUE(result) << result.error().message;
  return result ? *std::move(result) : Bytes();
}

void expect_same_picture(const Bytes& a, const Bytes& b) {
  const auto before = decode(a);
  const auto after = decode(b);
  ASSERT_TRUE(before) << before.error().message;
  ASSERT_TRUE(after) << after.error().message;
  EXPECT_TRUE(is_identical(before->image.view(), after->image.view()));
}

Error error_of(const Bytes& file, const RewriteOptions& options = {}) {
  const auto result = rewrite(file, options);
  EXPECT_FALSE(result);
  return result ? Error{} : result.error();
}

TEST(Rewrite, GivesWhatEncodeWouldHaveWrittenWithThatMetadata) {
  struct Case {
    PixelFormat pixels;
    EncodeOptions options;
  };
  const Case cases[] = {
      {rgb8, {.format = Format::jpeg}},
      {rgb8, {.format = Format::jpeg, .effort = 0}},
      {rgb8, {.format = Format::jpeg, .mode = Quality{95}, .progressive = false}},
      {gray8, {.format = Format::jpeg}},
      {rgb8, {.format = Format::png}},
      {rgba16, {.format = Format::png}},
      {rgb8, {.format = Format::webp}},
      {rgba8, {.format = Format::webp}},
      {rgba8, {.format = Format::webp, .mode = Lossless{}}},
      {rgb8, {.format = Format::webp, .mode = Lossless{}}},
  };
  for (const Case& each : cases) {
    const Image image = test::scene({67, 41}, each.pixels);
    EncodeOptions with = each.options;
    with.metadata = some_metadata();
    const Bytes bare = encoded(image, each.options);
    const Bytes full = encoded(image, with);
    EXPECT_EQ(rewritten(bare, {.metadata = with.metadata}), full) << name(each.options.format);
    // encode() says sRGB in a PNG; rewrite() adds nothing.
    if (each.options.format != Format::png) {
      EXPECT_EQ(rewritten(full), bare);
    }
    EXPECT_EQ(rewritten(full, {.metadata = with.metadata}), full);
  }
}

TEST(Rewrite, RefusesByName) {
  const Image image = test::scene({16, 16}, rgb8);
  EXPECT_EQ(error_of({}).code, ErrorCode::truncated);
  EXPECT_EQ(error_of(bytes_of("GIF89a, and so on")).code, ErrorCode::unsupported);
  const Error avif = error_of(encoded(image, {.format = Format::avif, .effort = 0}));
  EXPECT_EQ(avif.code, ErrorCode::unsupported);
  EXPECT_EQ(avif.format, Format::avif);
  EXPECT_THAT(avif.message, HasSubstr("AVIF"));

  const Bytes png = encoded(image, {.format = Format::png});
  EXPECT_EQ(error_of(png, {.orientation = static_cast<Orientation>(0)}).code,
            ErrorCode::invalid_argument);
  EXPECT_EQ(error_of(png, {.orientation = static_cast<Orientation>(9)}).code,
            ErrorCode::invalid_argument);
  EXPECT_EQ(error_of(png, {.orientation = Orientation::right_top}).code, ErrorCode::unsupported);
  const Bytes webp = encoded(image, {.format = Format::webp});
  EXPECT_EQ(error_of(webp, {.orientation = Orientation::right_top}).code, ErrorCode::unsupported);

  Metadata too_much;
  too_much.xmp.resize(70'000);
  const Error large = error_of(encoded(image, {}), {.metadata = too_much});
  EXPECT_EQ(large.code, ErrorCode::unsupported);
}

TEST(Rewrite, HoldsLimitsAndHeedsTheToken) {
  const Image image = test::scene({64, 48}, rgb8);
  for (const Format format : {Format::jpeg, Format::png, Format::webp}) {
    const Bytes file = encoded(image, {.format = format});
    EXPECT_EQ(error_of(file, {.limits = {.input_bytes = file.size() - 1}}).limit,
              Limit::input_bytes);
    EXPECT_EQ(error_of(file, {.limits = {.pixels = 64 * 48 - 1}}).limit, Limit::pixels);
    EXPECT_EQ(error_of(file, {.limits = {.side = 63}}).limit, Limit::side);
    EXPECT_EQ(error_of(file, {.limits = {.working_memory = 100}}).limit, Limit::working_memory);
    EXPECT_TRUE(rewrite(file, {.limits = {.pixels = 64 * 48, .working_memory = 2'000'000}}));
    CancelToken token;
    token.cancel();
    const auto stopped = rewrite(file, {}, {.cancel = &token});
    ASSERT_FALSE(stopped);
    EXPECT_EQ(stopped.error().code, ErrorCode::cancelled);
  }
  const Bytes progressive = encoded(image, {});
  EXPECT_EQ(error_of(progressive, {.limits = {.scans = 3}}).limit, Limit::scans);
  EXPECT_EQ(
      error_of(progressive, {.orientation = Orientation::left_top, .limits = {.scans = 3}}).limit,
      Limit::scans);
  const Error memory = error_of(
      progressive, {.orientation = Orientation::left_top, .limits = {.working_memory = 400'000}});
  EXPECT_EQ(memory.limit, Limit::working_memory);
}

// From the first scan's header on.
Bytes scans_of(const Bytes& file) {
  const std::size_t at = test::find_segment(file, 0xDA);
  return Bytes(file.begin() + static_cast<std::ptrdiff_t>(at), file.end());
}

TEST(RewriteJpeg, ScansStayByteForByte) {
  for (const test::JpegFixture& fixture : test::jpeg_varieties()) {
    SCOPED_TRACE(fixture.name);
    const PixelFormat pixels = fixture.pixels == JCS_GRAYSCALE ? gray8
                               : fixture.pixels == JCS_CMYK    ? cmyk8
                                                               : rgb8;
    const Bytes file = test::make_jpeg(test::scene({61, 45}, pixels).view(), fixture);
    const Bytes result = rewritten(file, {.metadata = some_metadata()});
    EXPECT_EQ(scans_of(result), scans_of(file));
    expect_same_picture(file, result);
    EXPECT_EQ(rewritten(result), rewritten(file));
  }
}

TEST(RewriteJpeg, NothingStaysButWhatThePictureNeeds) {
  const Bytes plain = test::make_jpeg(test::scene({40, 24}, rgb8).view(), {});
  ASSERT_EQ(rewritten(plain), plain);
  const std::string jfxx = std::string("JFXX\0\x10", 6) + "secret";
  const std::string mpf = std::string("MPF\0", 4) + "secret";
  Bytes full = test::with_segments(
      plain,
      {test::make_segment(0xE1, std::string("Exif\0\0II*\0\x08\0\0\0\0\0secret", 22)),
       test::make_segment(0xE1, std::string("http://ns.adobe.com/xmp/extension/\0", 35) + "secret"),
       test::make_segment(0xE2, mpf), test::make_segment(0xEB, "secret"),
       test::make_segment(0xFE, "secret"), test::make_segment(0xE0, jfxx)});
  // Another picture and more behind the end.
  const Bytes behind = test::with_segments(plain, {test::make_segment(0xFE, "secret")});
  full.insert(full.end(), behind.begin(), behind.end());
  EXPECT_EQ(rewritten(full), plain);

  // Remarks between the scans, and bytes that are no segment.
  test::JpegFixture separate;
  separate.is_interleaved = false;
  const Bytes scans = test::make_jpeg(test::scene({40, 24}, rgb8).view(), separate);
  const std::string text = text_of(scans);
  const std::size_t second = text.find("\xFF\xDA", text.find("\xFF\xDA") + 2);
  ASSERT_NE(second, text.npos);
  const std::string remark = text_of(test::make_segment(0xFE, "secret"));
  const Bytes noisy = bytes_of(text.substr(0, second) + remark + "junk" + text.substr(second));
  expect_same_picture(scans, noisy);
  EXPECT_EQ(rewritten(noisy), scans);
}

TEST(RewriteJpeg, AThumbnailGoesAndTheDensityStays) {
  const Bytes plain = test::make_jpeg(test::scene({24, 16}, rgb8).view(), {});
  const std::size_t app0 = test::find_segment(plain, 0xE0);
  ASSERT_EQ(app0, 2u);
  std::string jfif("JFIF\0\1\2\1\0\x48\0\x60\1\1", 14);  // 72 by 96 an inch, 1x1 pixel
  jfif += "rgb";
  Bytes file = {plain[0], plain[1]};
  const Bytes segment = test::make_segment(0xE0, jfif);
  file.insert(file.end(), segment.begin(), segment.end());
  file.insert(file.end(), plain.begin() + 20, plain.end());

  const Bytes stripped = rewritten(file);
  EXPECT_EQ(text_of(stripped).substr(2, 18),
            std::string("\xFF\xE0\0\x10JFIF\0\1\2\1\0\x48\0\x60\0\0", 18));
  EXPECT_EQ(stripped.size(), file.size() - 3);
  // Turned by a quarter, the densities change places.
  const Bytes turned = rewritten(file, {.orientation = Orientation::right_top});
  EXPECT_EQ(text_of(turned).substr(2, 18),
            std::string("\xFF\xE0\0\x10JFIF\0\1\2\1\0\x60\0\x48\0\0", 18));
}

TEST(RewriteJpeg, WhatDecodersDoNotReadOfASequentialFileIsDropped) {
  const Bytes plain = test::make_jpeg(test::scene({24, 16}, rgb8).view(), {});
  Bytes longer(plain.begin(), plain.end() - 2);
  const Bytes scan = scans_of(plain);
  longer.insert(longer.end(), scan.begin(), scan.end());
  expect_same_picture(plain, longer);
  EXPECT_EQ(rewritten(longer), plain);
  // An end that is not there is not made up.
  const Bytes endless(plain.begin(), plain.end() - 2);
  EXPECT_EQ(rewritten(endless), endless);
}

std::string two_rows() { return std::string("\0\1\2\3\0\4\5\6", 8); }  // 3x2, gray of 8 bits

test::PngBuilder gray_png() {
  test::PngBuilder png;
  png.header(3, 2, 8, 0);
  return png;
}

TEST(RewritePng, NothingStaysButWhatThePictureNeeds) {
  const Bytes plain = gray_png().pixels(two_rows()).end().bytes();
  ASSERT_EQ(rewritten(plain), plain);
  const std::string packed = test::deflated(two_rows());
  const std::string begin = packed.substr(0, 5), rest = packed.substr(5);
  const Bytes full = gray_png()
                         .chunk("sBIT", "\5")
                         .chunk("tEXt", std::string("Author\0secret", 13))
                         .chunk("pHYs", test::be32(1) + test::be32(2) + std::string(1, '\0'))
                         .chunk("bKGD", std::string(2, '\0'))
                         .chunk("prVt", "secret")
                         .chunk("IDAT", begin)
                         .chunk("tIME", "secret!")
                         .chunk("IDAT", rest)
                         .chunk("eXIf", std::string("II*\0\x08\0\0\0\0\0", 10))
                         .chunk("zTXt", std::string("Author\0\0", 8) + test::deflated("secret"))
                         .end()
                         .chunk("prVt", "behind")
                         .bytes();
  const Bytes wanted = gray_png().chunk("IDAT", begin).chunk("IDAT", rest).end().bytes();
  EXPECT_EQ(rewritten(full), wanted);
  expect_same_picture(full, wanted);
}

TEST(RewritePng, PaletteAndTransparencyStayWhereTheyCount) {
  const std::string colors("\1\2\3\4\5\6\7\7\7", 9);
  const auto palette_png = [&](int color_type, std::string_view raw) {
    test::PngBuilder png;
    png.header(3, 1, 8, color_type).chunk("PLTE", colors);
    if (color_type == 3) png.chunk("tRNS", std::string("\x80\0", 2));
    return png.pixels(raw).end().bytes();
  };
  const Bytes indexed = palette_png(3, std::string("\0\0\1\2", 4));
  EXPECT_EQ(rewritten(indexed), indexed);
  // A palette that is but a suggestion goes.
  const Bytes suggested = palette_png(2, std::string("\0abcdefghi", 10));
  expect_same_picture(suggested, rewritten(suggested));
  EXPECT_EQ(rewritten(suggested).size(), suggested.size() - 12 - colors.size());
  test::PngBuilder none;
  EXPECT_EQ(error_of(none.header(3, 1, 8, 3).pixels(std::string(4, '\0')).end().bytes()).code,
            ErrorCode::malformed);
}

TEST(RewritePng, ColoursKeepTheirMeaning) {
  const std::string gamma = test::be32(100'000), srgb(1, '\0');
  std::string whites;
  for (const std::uint32_t x : {31270u, 32900u, 64000u, 33000u, 30000u, 60000u, 15000u, 6000u}) {
    whites += test::be32(x);
  }
  const std::string cicp("\1\x0D\0\1", 4);
  const Bytes icc = profile(300);
  Metadata with_profile;
  with_profile.icc = icc;
  const std::string iccp = std::string("p\0\0", 3) + test::deflated(text_of(icc));
  const auto info_after = [](const test::PngBuilder& png, const Metadata& metadata) {
    test::PngBuilder whole = png;
    const auto info =
        probe(rewritten(whole.pixels(two_rows()).end().bytes(), {.metadata = metadata}));
    EXPECT_TRUE(info);
    return info->color;
  };
  // Without a profile all that says something stays.
  test::PngBuilder tagged = gray_png();
  tagged.chunk("gAMA", gamma).chunk("cHRM", whites).chunk("cICP", cicp);
  ColorDescription color = info_after(tagged, {});
  EXPECT_EQ(color.gamma, 1.0);
  ASSERT_TRUE(color.chromaticities && color.cicp);
  EXPECT_NEAR(color.chromaticities->red_x, 0.64, 1e-9);
  EXPECT_EQ(color.cicp->transfer, 13);
  EXPECT_TRUE(info_after(gray_png().chunk("sRGB", srgb), {}).is_srgb);

  // A profile that goes takes along what was there for readers without profiles.
  test::PngBuilder profiled = gray_png();
  profiled.chunk("iCCP", iccp).chunk("gAMA", gamma).chunk("cHRM", whites);
  EXPECT_TRUE(info_after(profiled, {}).is_untagged());
  color = info_after(profiled, with_profile);
  EXPECT_EQ(color.icc, icc);
  EXPECT_EQ(color.gamma, 1.0);
  EXPECT_TRUE(color.chromaticities.has_value());
  // A damaged one was never in force.
  test::PngBuilder damaged = gray_png();
  damaged.chunk("iCCP", std::string("p\0\0junk", 7)).chunk("gAMA", gamma);
  EXPECT_EQ(info_after(damaged, {}).gamma, 1.0);
  // A profile from the caller rules out sRGB.
  color = info_after(gray_png().chunk("sRGB", srgb), with_profile);
  EXPECT_EQ(color.icc, icc);
  EXPECT_FALSE(color.is_srgb);
}

TEST(RewritePng, DamageIsSeenAndAnimationsAreRefused) {
  const std::string packed = test::deflated(two_rows());
  const Error sum = error_of(
      gray_png()
          .chunk_with(static_cast<std::uint32_t>(packed.size()), "IDAT" + packed, 0x12345678)
          .end()
          .bytes());
  EXPECT_EQ(sum.code, ErrorCode::malformed);
  EXPECT_THAT(sum.message, HasSubstr("checksum of IDAT"));
  const Bytes whole = gray_png().pixels(two_rows()).end().bytes();
  EXPECT_EQ(error_of(Bytes(whole.begin(), whole.end() - 14)).code, ErrorCode::truncated);
  const Bytes endless(whole.begin(), whole.end() - 12);
  EXPECT_EQ(rewritten(endless), endless);
  // Cut within IEND: no byte of it is made up, nor does another length there bring any in.
  for (int missing = 1; missing <= 4; ++missing) {
    const Bytes cut(whole.begin(), whole.end() - missing);
    EXPECT_EQ(rewritten(cut), cut) << missing;
  }
  Bytes longer = whole;
  longer[longer.size() - 9] = std::byte{100};
  EXPECT_EQ(rewritten(longer), whole);
  for (const std::uint32_t frames : {1u, 2u}) {
    const Error error = error_of(gray_png()
                                     .chunk("acTL", test::be32(frames) + test::be32(0))
                                     .pixels(two_rows())
                                     .end()
                                     .bytes());
    EXPECT_EQ(error.code, ErrorCode::unsupported);
    EXPECT_THAT(error.message, HasSubstr("animation"));
  }
}

// The chunks of a file of the simple format, without its header.
std::string picture_chunk(const Image& image, const EncodeOptions& options) {
  return text_of(encoded(image, options)).substr(12);
}

TEST(RewriteWebP, NothingStaysButWhatThePictureNeeds) {
  const Image image = test::scene({21, 13}, rgb8);
  for (const bool is_lossless : {false, true}) {
    EncodeOptions options{.format = Format::webp};
    if (is_lossless) options.mode = Lossless{};
    const std::string picture = picture_chunk(image, options);
    const Bytes plain = test::webp_file(picture);
    ASSERT_EQ(rewritten(plain), plain);
    Bytes full =
        test::webp_file(test::vp8x(0x2C, 21, 13) + test::riff_chunk("ICCP", "profile") +
                        test::riff_chunk("prVt", "secret") + picture +
                        test::riff_chunk("EXIF", "secret") + test::riff_chunk("XMP ", "secret"));
    const Bytes behind = bytes_of("trailing secret");
    full.insert(full.end(), behind.begin(), behind.end());
    EXPECT_EQ(rewritten(full), plain);
  }
}

TEST(RewriteWebP, AlphaStaysAsDecodersSeeIt) {
  const Image image = test::scene({20, 12}, rgba8);
  const Bytes file = encoded(image, {.format = Format::webp});
  ASSERT_EQ(text_of(file).substr(12, 4), "VP8X");
  EXPECT_EQ(rewritten(file), file);
  // Strangers between alpha and colours, and two alphas, of which the last counts.
  const std::string chunks = text_of(file).substr(30);
  const std::size_t colors = chunks.find("VP8 ");
  ASSERT_EQ(chunks.substr(0, 4), "ALPH");
  const Bytes mixed = test::webp_file(
      test::vp8x(test::kAlphaFlag, 20, 12) +
      test::riff_chunk("ALPH", std::string(1, '\0') + std::string(240, '\x40')) +
      chunks.substr(0, colors) + test::riff_chunk("prVt", "x") + chunks.substr(colors));
  expect_same_picture(mixed, rewritten(mixed));
  EXPECT_EQ(rewritten(mixed), file);
  // The flag without alpha gives an opaque channel, before and after.
  const std::string opaque = picture_chunk(test::scene({20, 12}, rgb8), {.format = Format::webp});
  const Bytes flagged = test::webp_file(test::vp8x(test::kAlphaFlag, 20, 12) + opaque);
  EXPECT_EQ(rewritten(flagged), flagged);
  // Alpha without the flag: the result says what is so.
  const Bytes unflagged = test::webp_file(test::vp8x(0, 20, 12) + chunks);
  expect_same_picture(unflagged, rewritten(unflagged));
  EXPECT_EQ(rewritten(unflagged), file);
}

// The byte that fills up a chunk of odd size is none of its data, whatever it holds.
TEST(RewriteWebP, PaddingIsNoPicture) {
  std::string data;
  for (std::uint32_t side = 1; data.size() % 2 == 0; ++side) {
    data = picture_chunk(test::scene({17, static_cast<std::int32_t>(side)}, rgb8),
                         {.format = Format::webp, .mode = Lossless{}})
               .substr(8);
    while (data.back() == '\0') data.pop_back();  // its own padding
    data.pop_back();                              // now it is damaged
  }
  std::string chunk = test::riff_chunk("VP8L", data);
  const Bytes zero = test::webp_file(chunk);
  chunk.back() = '\x5A';
  const Bytes other = test::webp_file(chunk);
  EXPECT_EQ(decode(zero).has_value(), decode(other).has_value());
  EXPECT_EQ(rewritten(other), zero);
}

TEST(RewriteWebP, AnimationsAndCutFilesAreRefused) {
  const std::string picture = picture_chunk(test::scene({20, 12}, rgb8), {.format = Format::webp});
  const std::string frame = test::anmf(0, 0, 20, 12, picture);
  for (const bool is_single : {true, false}) {
    const Error error = error_of(test::webp_file(test::vp8x(test::kAnimationFlag, 20, 12) +
                                                 test::anim() + frame + (is_single ? "" : frame)));
    EXPECT_EQ(error.code, ErrorCode::unsupported);
    EXPECT_THAT(error.message, HasSubstr("animation"));
  }
  const Bytes whole = test::webp_file(picture);
  EXPECT_EQ(error_of(Bytes(whole.begin(), whole.end() - 9)).code, ErrorCode::truncated);
}

}  // namespace
}  // namespace limen
