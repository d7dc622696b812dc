// SPDX-License-Identifier: Apache-2.0

// What limen's JPEG encoder writes, read back by probe and decode, and compared with libjpeg's own.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>

#include "limen/codec/decode.h"
#include "limen/codec/encode.h"
#include "tests/codec/jpeg_fixture.h"
#include "tests/pictures.h"

namespace limen::test {
namespace {

using namespace std::string_literals;

EncodeOptions at_quality(float quality) {
  EncodeOptions options;
  options.mode = Quality{quality};
  return options;
}

Bytes encoded(const ConstImageView& image, const EncodeOptions& options) {
  auto file = encode(image, options);
  EXPECT_TRUE(file) << file.error().message;
  return file ? *std::move(file) : Bytes();
}

ImageInfo probed(const Bytes& file) {
  const auto info = probe(file);
  EXPECT_TRUE(info) << info.error().message;
  return info ? *info : ImageInfo{};
}

Image decoded(const Bytes& file) {
  auto result = decode(file);
  EXPECT_TRUE(result) << result.error().message;
  return result ? std::move(result->image) : Image();
}

double mean_difference(const ConstImageView& a, const ConstImageView& b) {
  EXPECT_EQ(a.size, b.size);
  double sum = 0;
  const int channels = std::min(a.format.channels(), b.format.channels());
  for (std::int32_t y = 0; y < a.size.height; ++y) {
    for (std::int32_t x = 0; x < a.size.width; ++x) {
      for (int c = 0; c < channels; ++c) {
        sum += std::abs(get_sample(a, x, y, c) - get_sample(b, x, y, c));
      }
    }
  }
  return 255 * sum / (static_cast<double>(area(a.size)) * channels);
}

TEST(JpegEncode, ComesBackClose) {
  for (const Size size : {Size{1, 1}, Size{7, 9}, Size{64, 64}, Size{123, 77}}) {
    const Image picture = scene(size, rgb8);
    double last = 20;
    for (const float quality : {30.0f, 60.0f, 85.0f, 95.0f, 100.0f}) {
      EncodeOptions options = at_quality(quality);
      options.chroma = ChromaSubsampling::yuv444;
      const Image back = decoded(encoded(picture.view(), options));
      const double difference = mean_difference(picture.view(), back.view());
      EXPECT_LT(difference, last + 0.3) << size.width << " at " << quality;
      last = difference;
    }
    EXPECT_LT(last, 0.8);
  }
}

// The same settings give libjpeg's own bytes: nothing was lost on the way to it.
TEST(JpegEncode, IsLibjpegsOwnFile) {
  const Image picture = scene({90, 61}, rgb8);
  struct Case {
    ChromaSubsampling chroma;
    int columns, rows;
  };
  for (const Case& c :
       {Case{ChromaSubsampling::yuv444, 1, 1}, Case{ChromaSubsampling::yuv422, 2, 1},
        Case{ChromaSubsampling::yuv420, 2, 2}, Case{ChromaSubsampling::yuv440, 1, 2},
        Case{ChromaSubsampling::yuv411, 4, 1}, Case{ChromaSubsampling::yuv410, 4, 2}}) {
    EncodeOptions options = at_quality(71);
    options.chroma = c.chroma;
    options.effort = 0;
    JpegFixture fixture;
    fixture.quality = 71;
    fixture.sampling = {{{c.columns, c.rows}, {1, 1}, {1, 1}}};
    EXPECT_EQ(encoded(picture.view(), options), make_jpeg(picture.view(), fixture));
    options.effort = 4;
    fixture.is_progressive = true;
    EXPECT_EQ(encoded(picture.view(), options), make_jpeg(picture.view(), fixture));
    EXPECT_EQ(probed(encoded(picture.view(), options)).subsampling, c.chroma);
  }
}

TEST(JpegEncode, QualityRoundsHalfUpAndZeroIsOne) {
  const Image picture = scene({16, 16}, rgb8);
  const auto written = [&](float quality) {
    return *probed(encoded(picture.view(), at_quality(quality))).jpeg_quality;
  };
  EXPECT_EQ(written(0), 1);
  EXPECT_EQ(written(0.4f), 1);
  EXPECT_EQ(written(1), 1);
  EXPECT_EQ(written(1.5f), 2);
  EXPECT_EQ(written(79.49f), 79);
  EXPECT_EQ(written(79.5f), 80);
  EXPECT_EQ(written(99.5f), 100);
  EXPECT_EQ(written(100), 100);
}

TEST(JpegEncode, AutomaticChromaDependsOnQuality) {
  const Image picture = scene({16, 16}, rgb8);
  const auto chroma = [&](float quality) {
    return probed(encoded(picture.view(), at_quality(quality))).subsampling;
  };
  EXPECT_EQ(chroma(10), ChromaSubsampling::yuv420);
  EXPECT_EQ(chroma(89.9f), ChromaSubsampling::yuv420);
  EXPECT_EQ(chroma(90), ChromaSubsampling::yuv444);
}

TEST(JpegEncode, EffortAndProgressiveChooseTheProcess) {
  const Image picture = scene({200, 150}, rgb8);
  const auto file = [&](int effort, bool progressive) {
    EncodeOptions options = at_quality(80);
    options.effort = effort;
    options.progressive = progressive;
    return encoded(picture.view(), options);
  };
  for (const int effort : {0, 1}) {
    EXPECT_FALSE(probed(file(effort, true)).is_progressive);
    EXPECT_EQ(file(effort, true), file(effort, false));
  }
  for (const int effort : {2, 3, 9}) {
    EXPECT_TRUE(probed(file(effort, true)).is_progressive);
    EXPECT_FALSE(probed(file(effort, false)).is_progressive);
  }
  EXPECT_LT(file(1, false).size(), file(0, false).size());
  EXPECT_NE(file(2, true), file(3, true));
  EXPECT_EQ(file(3, true), file(9, true));
  // None of it changes a pixel.
  EXPECT_EQ(mean_difference(decoded(file(0, false)).view(), decoded(file(9, true)).view()), 0);
}

TEST(JpegEncode, GrayHasOneComponent) {
  for (const PixelFormat format : {gray8, gray16, gray_alpha8}) {
    const Image picture = scene({33, 21}, format);
    EncodeOptions options = at_quality(95);
    const ImageInfo info = probed(encoded(picture.view(), options));
    EXPECT_EQ(info.model, ColorModel::gray);
    options.matte = {255, 0, 0};  // no gray
    EXPECT_EQ(probed(encoded(picture.view(), options)).model,
              format.has_alpha() ? ColorModel::ycbcr : ColorModel::gray);
  }
  EncodeOptions options = at_quality(95);
  options.chroma = ChromaSubsampling::gray;
  const Bytes file = encoded(scene({33, 21}, rgb8).view(), options);
  EXPECT_EQ(probed(file).model, ColorModel::gray);
  EXPECT_EQ(decoded(file).format(), gray8);
}

// Alpha goes onto the matte, at the pixels' own depth, rounded to nearest.
TEST(JpegEncode, AlphaIsFlattenedOntoTheMatte) {
  const Size size{48, 40};
  for (const PixelFormat format : {rgba8, rgba16, gray_alpha8, gray_alpha16}) {
    const Image picture = scene(size, format);
    EncodeOptions options = at_quality(93);
    options.matte = {200, 200, 200};
    const int colors = format.channels() - 1;
    const PixelFormat opaque = colors == 1 ? gray8 : rgb8;
    const Image flat = make_picture(size, opaque, [&](std::int32_t x, std::int32_t y, int c) {
      const double alpha = get_sample(picture.view(), x, y, colors);
      const double value = get_sample(picture.view(), x, y, c);
      return value * alpha + 200.0 / 255 * (1 - alpha);
    });
    const Image back = decoded(encoded(picture.view(), options));
    const Image wanted = decoded(encoded(flat.view(), options));
    EXPECT_LT(mean_difference(back.view(), wanted.view()), 0.02) << format.channels();
  }
  // Fully transparent pixels are the matte, whatever their colour was.
  const Image clear =
      make_picture({16, 16}, rgba8, [](auto x, auto, int c) { return c == 3 ? 0.0 : x / 16.0; });
  EncodeOptions options = at_quality(100);
  options.matte = {255, 128, 0};
  const Image back = decoded(encoded(clear.view(), options));
  EXPECT_NEAR(get_sample(back.view(), 5, 5, 0) * 255, 255, 1.5);
  EXPECT_NEAR(get_sample(back.view(), 5, 5, 1) * 255, 128, 1.5);
  EXPECT_NEAR(get_sample(back.view(), 5, 5, 2) * 255, 0, 1.5);
}

TEST(JpegEncode, SixteenBitsAreRounded) {
  Image wide = *Image::create({256, 3}, rgb16);
  Image narrow = *Image::create({256, 3}, rgb8);
  for (std::int32_t y = 0; y < 3; ++y) {
    for (std::int32_t x = 0; x < 256; ++x) {
      for (int c = 0; c < 3; ++c) {
        // Around each multiple of 257 the nearest 8-bit value is the same.
        const int value = std::clamp(x * 257 + (y - 1) * 128, 0, 65535);
        wide.view().row_as<std::uint16_t>(y)[3 * x + c] = static_cast<std::uint16_t>(value);
        narrow.view().row_as<std::uint8_t>(y)[3 * x + c] = static_cast<std::uint8_t>(x);
      }
    }
  }
  EXPECT_EQ(encoded(wide.view(), at_quality(80)), encoded(narrow.view(), at_quality(80)));
}

TEST(JpegEncode, PaddedRowsAndWindowsGiveTheSameFile) {
  const Image picture = scene({60, 50}, rgb8);
  const Rect window{11, 7, 33, 29};
  Image copy = *Image::create(size_of(window), rgb8);
  copy_pixels(subview(picture.const_view(), window), copy.view());
  EXPECT_EQ(encoded(subview(picture.const_view(), window), at_quality(75)),
            encoded(copy.view(), at_quality(75)));
}

Bytes bytes_of(const std::string& text) {
  const auto* data = reinterpret_cast<const std::byte*>(text.data());
  return Bytes(data, data + text.size());
}

TEST(JpegEncode, MetadataComesBackAsItWas) {
  EncodeOptions options = at_quality(80);
  options.metadata.exif = bytes_of("MM\0*\0\0\0\x08\0\0\0\0\0\0"s);
  options.metadata.xmp = bytes_of("<x:xmpmeta xmlns:x='adobe:ns:meta/'/>");
  options.metadata.iptc = bytes_of("\x1C\x02\x74\0\x03(c)"s);
  options.metadata.comment = bytes_of("made by a test");
  // Three segments of a profile.
  Random random(1);
  for (int i = 0; i < 150'000; ++i) {
    options.metadata.icc.push_back(static_cast<std::byte>(random.below(256)));
  }
  DecodeOptions reading;
  reading.read_metadata = true;
  const auto back = decode(encoded(scene({20, 20}, rgb8).view(), options), reading);
  ASSERT_TRUE(back);
  EXPECT_EQ(back->metadata.exif, options.metadata.exif);
  EXPECT_EQ(back->metadata.xmp, options.metadata.xmp);
  EXPECT_EQ(back->metadata.iptc, options.metadata.iptc);
  EXPECT_EQ(back->metadata.comment, options.metadata.comment);
  EXPECT_EQ(back->metadata.icc, options.metadata.icc);
  EXPECT_EQ(back->info.color.icc, options.metadata.icc);
  EXPECT_TRUE(back->info.has_exif && back->info.has_xmp && back->info.has_iptc);
}

TEST(JpegEncode, MetadataThatDoesNotFitIsRefused) {
  const Image picture = scene({8, 8}, rgb8);
  const auto refuses = [&](auto change, std::size_t most) {
    EncodeOptions options = at_quality(80);
    change(options.metadata).resize(most);
    EXPECT_TRUE(encode(picture.view(), options)) << most;
    change(options.metadata).resize(most + 1);
    const auto refused = encode(picture.view(), options);
    ASSERT_FALSE(refused) << most;
    EXPECT_EQ(refused.error().code, ErrorCode::unsupported);
  };
  refuses([](Metadata& m) -> Bytes& { return m.exif; }, 65533 - 6);
  refuses([](Metadata& m) -> Bytes& { return m.xmp; }, 65533 - 29);
  refuses([](Metadata& m) -> Bytes& { return m.iptc; }, 65533 - 26);
  refuses([](Metadata& m) -> Bytes& { return m.comment; }, 65533);
  refuses([](Metadata& m) -> Bytes& { return m.icc; }, 255 * (65533 - 14));
}

TEST(JpegEncode, WhatJpegCannotHoldIsRefused) {
  const Image wide = make_picture({65501, 1}, gray8, [](auto, auto, auto) { return 0.5; });
  const auto refused = encode(wide.view(), at_quality(80));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::unsupported);
  const Image widest = make_picture({65500, 1}, gray8, [](auto, auto, auto) { return 0.5; });
  EXPECT_EQ(probed(encoded(widest.view(), at_quality(80))).size, (Size{65500, 1}));
  EncodeOptions options;
  options.mode = Lossless{};
  EXPECT_EQ(encode(scene({8, 8}, rgb8).view(), options).error().code, ErrorCode::unsupported);
}

TEST(JpegEncode, MemoryIsLimitedAndGivenBack) {
  const Image picture = noise({1000, 800}, rgb8);
  Workspace small(1'000'000);
  const auto refused = encode(picture.view(), at_quality(95), {.workspace = &small});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().limit, Limit::working_memory);
  EXPECT_EQ(small.bytes_in_use(), 0u);
  // Enough for libjpeg, too little for the file.
  EncodeOptions fast = at_quality(100);
  fast.effort = 0;
  const auto too_long = encode(picture.view(), fast, {.workspace = &small});
  ASSERT_FALSE(too_long);
  EXPECT_EQ(too_long.error().limit, Limit::working_memory);
  EXPECT_EQ(small.bytes_in_use(), 0u);
  Workspace large;
  EXPECT_TRUE(encode(picture.view(), at_quality(95), {.workspace = &large}));
  EXPECT_EQ(large.bytes_in_use(), 0u);
}

TEST(JpegEncode, StopsWhenCancelled) {
  CancelToken cancel;
  cancel.cancel();
  const auto refused = encode(scene({64, 64}, rgb8).view(), at_quality(80), {.cancel = &cancel});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::cancelled);
}

PlanarImage planes_of(Size size, ChromaSubsampling subsampling) {
  PlanarImage image;
  image.subsampling = subsampling;
  image.planes[0] = scene(size, gray8, 1);
  if (subsampling != ChromaSubsampling::gray) {
    image.planes[1] = scene(chroma_size(size, subsampling), gray8, 2);
    image.planes[2] = scene(chroma_size(size, subsampling), gray8, 3);
  }
  return image;
}

TEST(JpegEncodePlanar, PlanesComeBackClose) {
  for (const ChromaSubsampling subsampling :
       {ChromaSubsampling::yuv444, ChromaSubsampling::yuv422, ChromaSubsampling::yuv420,
        ChromaSubsampling::yuv440, ChromaSubsampling::yuv411, ChromaSubsampling::yuv410,
        ChromaSubsampling::gray}) {
    for (const Size size : {Size{1, 1}, Size{2, 5}, Size{16, 16}, Size{67, 45}, Size{128, 33}}) {
      for (const int effort : {0, 4}) {
        const PlanarImage image = planes_of(size, subsampling);
        EncodeOptions options = at_quality(100);
        options.effort = effort;
        const auto file = encode_planar(image, options);
        ASSERT_TRUE(file) << file.error().message;
        EXPECT_EQ(probed(*file).subsampling, subsampling);
        const auto back = decode_planar(*file);
        ASSERT_TRUE(back) << back.error().message;
        EXPECT_EQ(back->image.subsampling, subsampling);
        for (std::size_t c = 0; c < 3; ++c) {
          ASSERT_EQ(back->image.planes[c].size(), image.planes[c].size());
          if (!image.planes[c].has_pixels()) continue;
          EXPECT_LT(mean_difference(back->image.planes[c].view(), image.planes[c].view()), 0.6)
              << name(subsampling) << ' ' << size.width << 'x' << size.height << " plane " << c;
        }
      }
    }
  }
}

// At quality 100 a file's own planes, coded again, hardly move; and no chroma is shifted on the
// way.
TEST(JpegEncodePlanar, DecodedPlanesSurviveAnotherRound) {
  const Bytes file = encoded(scene({90, 70}, rgb8).view(), at_quality(75));
  const auto first = decode_planar(file);
  ASSERT_TRUE(first);
  const auto again = encode_planar(first->image, at_quality(100));
  ASSERT_TRUE(again);
  EXPECT_LT(mean_difference(decoded(file).view(), decoded(*again).view()), 0.7);
}

TEST(JpegEncodePlanar, OtherPlanesAreRefused) {
  const auto code_of = [](auto change) {
    PlanarImage image = planes_of({20, 20}, ChromaSubsampling::yuv420);
    EncodeOptions options;
    change(image, options);
    const auto file = encode_planar(image, options);
    EXPECT_FALSE(file);
    return file ? ErrorCode::internal : file.error().code;
  };
  EXPECT_EQ(code_of([](PlanarImage& i, EncodeOptions&) { i.range = YcbcrRange::limited; }),
            ErrorCode::unsupported);
  EXPECT_EQ(code_of([](PlanarImage& i, EncodeOptions&) { i.matrix = YcbcrMatrix::bt709; }),
            ErrorCode::unsupported);
  EXPECT_EQ(code_of([](PlanarImage& i, EncodeOptions&) { i.horizontal_siting = Siting::cosited; }),
            ErrorCode::unsupported);
  EXPECT_EQ(code_of([](PlanarImage& i, EncodeOptions&) {
              i.planes[3] = scene({20, 20}, gray8);
            }),
            ErrorCode::unsupported);
  EXPECT_EQ(
      code_of([](PlanarImage& i, EncodeOptions&) { i.subsampling = ChromaSubsampling::other; }),
      ErrorCode::unsupported);
  EXPECT_EQ(code_of([](PlanarImage&, EncodeOptions& o) { o.chroma = ChromaSubsampling::yuv444; }),
            ErrorCode::unsupported);
  EXPECT_EQ(code_of([](PlanarImage& i, EncodeOptions&) {
              i.planes[2] = scene({20, 20}, gray8);
            }),
            ErrorCode::invalid_argument);
  EXPECT_EQ(code_of([](PlanarImage& i, EncodeOptions&) { i.planes[2] = Image(); }),
            ErrorCode::invalid_argument);
  EXPECT_EQ(code_of([](PlanarImage& i, EncodeOptions&) {
              i.planes[1] = scene({10, 10}, gray16);
            }),
            ErrorCode::unsupported);
  EXPECT_EQ(code_of([](PlanarImage& i, EncodeOptions&) { i = PlanarImage(); }),
            ErrorCode::invalid_argument);
}

}  // namespace
}  // namespace limen::test
