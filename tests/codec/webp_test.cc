// SPDX-License-Identifier: Apache-2.0

// WebP on pictures of our own: round trips, windows, damage, metadata.

#include <gtest/gtest.h>

#include <cmath>

#include "lib/codec/codec.h"
#include "limen/codec/decode.h"
#include "limen/codec/encode.h"
#include "tests/codec/rgba8.h"
#include "tests/codec/webp_builder.h"
#include "tests/codec/webp_there_and_back.h"
#include "tests/pictures.h"

namespace limen {
namespace {

using test::decoded;
using test::decoded_planar;
using test::encoded;
using test::mean_difference;
using test::with_mode;

constexpr PixelFormat kFormats8[] = {gray8, gray_alpha8, rgb8, rgba8};

TEST(WebP, LosslessComesBackExactly) {
  for (const PixelFormat format : kFormats8) {
    for (const Size size : {Size{1, 1}, Size{1, 9}, Size{9, 1}, Size{17, 13}, Size{64, 33}}) {
      for (const int effort : {0, 4, 9}) {
        for (const Image& image : {test::noise(size, format), test::scene(size, format)}) {
          const Bytes file = encoded(image.view(), with_mode(Lossless{}, effort));
          const Decoded back = decoded(file);
          EXPECT_TRUE(test::shows_the_same(image.view(), back.image.view()));
          EXPECT_TRUE(back.info.is_lossless);
          bool is_opaque = true;
          for (std::int32_t y = 0; y < size.height; ++y) {
            for (std::int32_t x = 0; x < size.width; ++x) {
              is_opaque = is_opaque && test::sample16(image.view(), x, y, 3) == 65535;
            }
          }
          EXPECT_EQ(back.info.has_alpha, !is_opaque);
          EXPECT_TRUE(test::shows_the_same(
              image.view(),
              decoded(encoded(image.view(), with_mode(NearLossless{100}))).image.view()));
        }
      }
    }
  }
}

TEST(WebP, SixteenBitsAreRounded) {
  const Image image = test::noise({30, 20}, rgba16);
  const Decoded back = decoded(encoded(image.view(), with_mode(Lossless{})));
  ASSERT_EQ(back.image.format(), rgba8);
  for (int y = 0; y < 20; ++y) {
    for (int x = 0; x < 120; ++x) {
      const unsigned wide = image.view().row_as<std::uint16_t>(y)[x];
      EXPECT_EQ(back.image.view().row_as<std::uint8_t>(y)[x], std::lround(wide / 257.0));
    }
  }
}

TEST(WebP, HiddenColoursSurviveLossless) {
  const Image image = test::make_picture(
      {16, 16}, rgba8, [](auto x, auto y, int c) { return c == 3 ? x % 2 * 1.0 : y / 16.0; });
  EXPECT_TRUE(test::is_identical(
      image.view(), decoded(encoded(image.view(), with_mode(Lossless{}))).image.view()));
}

TEST(WebP, LossyIsCloseAndFinerWithMoreQuality) {
  for (const PixelFormat format : {gray8, gray_alpha8, rgb8, rgba8, rgb16, rgba16}) {
    const Image image = test::scene({97, 61}, format);
    double before = 100;
    for (const float quality : {5.f, 50.f, 95.f}) {
      const Bytes file = encoded(image.view(), with_mode(Quality{quality}));
      EXPECT_EQ(file, encoded(image.view(), with_mode(Quality{quality})));
      const Decoded back = decoded(file);
      EXPECT_FALSE(back.info.is_lossless);
      EXPECT_EQ(back.info.model, ColorModel::ycbcr);
      EXPECT_EQ(back.info.subsampling, ChromaSubsampling::yuv420);
      EXPECT_EQ(back.image.format(), format.has_alpha() ? rgba8 : rgb8);
      const double now = mean_difference(image.view(), back.image.view());
      EXPECT_LT(now, before);
      before = now;
    }
    EXPECT_LT(before, 3.0);
  }
}

TEST(WebP, EffortAndNearLosslessMakeSmallerFiles) {
  const Image scene = test::scene({200, 150}, rgb8);
  EXPECT_LT(encoded(scene.view(), with_mode(Quality{60}, 9)).size(),
            encoded(scene.view(), with_mode(Quality{60}, 0)).size());
  EXPECT_LT(encoded(scene.view(), with_mode(Lossless{}, 5)).size(),
            encoded(scene.view(), with_mode(Lossless{}, 0)).size());
  // Only what is not smooth is made simpler: noise is where that shows.
  const Image noise = test::noise({80, 70}, rgb8);
  const std::size_t exact = encoded(noise.view(), with_mode(Lossless{})).size();
  const Bytes near = encoded(noise.view(), with_mode(NearLossless{20}));
  EXPECT_LT(near.size(), exact * 3 / 4);
  const double difference = mean_difference(noise.view(), decoded(near).image.view());
  EXPECT_GT(difference, 0.0);
  EXPECT_LT(difference, 8.0);
}

// Letters, as it were: one colour on another, with edges that chroma of half the size blurs.
Image colored_edges(Size size, PixelFormat format) {
  return test::make_picture(size, format, [&](std::int32_t x, std::int32_t y, int c) {
    if (format.has_alpha() && c == format.channels() - 1) return x < 8 ? 0.5 : 1.0;
    const bool is_ink = (x / 3 + y / 5) % 2 == 0;
    return is_ink == (c == 0) ? 0.9 : 0.1;
  });
}

TEST(WebP, SharpChromaIsCloserToThePicture) {
  for (const PixelFormat format : {rgb8, rgba8, rgb16, rgba16}) {
    const Image image = colored_edges({67, 45}, format);
    EncodeOptions options = with_mode(Quality{90});
    options.sharp_yuv = false;
    const Bytes plain = encoded(image.view(), options);
    EXPECT_EQ(encoded(image.view(), with_mode(Quality{90})), plain);
    options.sharp_yuv = true;
    const Bytes sharp = encoded(image.view(), options);
    const double before = mean_difference(image.view(), decoded(plain).image.view());
    const double now = mean_difference(image.view(), decoded(sharp).image.view());
    EXPECT_LT(now, 0.9 * before);
  }
  // Pictures that have too few pixels for it have a file all the same.
  for (const Size size : {Size{1, 1}, Size{3, 5}, Size{5, 3}, Size{4, 4}}) {
    EncodeOptions options = with_mode(Quality{90});
    options.sharp_yuv = true;
    EXPECT_EQ(decoded(encoded(colored_edges(size, rgb8).view(), options)).image.size(), size);
  }
}

TEST(WebP, EffortDecidesOnSharpChromaWhereTheCallerDoesNot) {
  for (const PixelFormat format : {rgb8, gray8}) {
    const Image image = colored_edges({67, 45}, format);
    for (int effort = 0; effort <= 9; ++effort) {
      EncodeOptions options = with_mode(Quality{80}, effort);
      const Bytes own = encoded(image.view(), options);
      options.sharp_yuv = effort >= 7;
      EXPECT_EQ(own, encoded(image.view(), options)) << effort;
      options.sharp_yuv = effort < 7;
      // Gray has no chroma.
      EXPECT_EQ(own == encoded(image.view(), options), format == gray8) << effort;
    }
  }
}

TEST(WebP, AnyWindowIsACropOfTheWhole) {
  for (const PixelFormat format : {rgb8, rgba8}) {
    for (const Image& image : {test::scene({65, 47}, format), test::noise({65, 47}, format)}) {
      for (const auto& options : {with_mode(Quality{70}), with_mode(Lossless{})}) {
        const Bytes file = encoded(image.view(), options);
        const Decoded full = decoded(file);
        for (const Rect& window : test::windows_of({65, 47})) {
          EXPECT_TRUE(test::is_identical(subview(full.image.const_view(), window),
                                         decoded(file, {.region = window}).image.view()));
        }
      }
    }
  }
}

TEST(WebP, TooLongASideIsUnsupportedAndNamed) {
  const Image image = test::make_picture({16384, 1}, gray8, [](auto, auto, int) { return 0.5; });
  for (const auto& options : {with_mode(Quality{80}), with_mode(Lossless{})}) {
    const auto result = encode(image.view(), options);
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, ErrorCode::unsupported);
    EXPECT_NE(result.error().message.find("16383"), std::string::npos);
  }
  const Image longest = test::make_picture({16383, 1}, gray8, [](auto, auto, int) { return 0.5; });
  EXPECT_EQ(decoded(encoded(longest.view(), with_mode(Quality{80}))).image.size(), longest.size());
}

TEST(WebP, MetadataComesBack) {
  const Image image = test::scene({20, 10}, rgba8);
  for (const auto& mode : {with_mode(Quality{80}), with_mode(Lossless{})}) {
    EncodeOptions options = mode;
    options.metadata.icc = Bytes(201, std::byte{7});
    const std::string_view exif("MM\0*\0\0\0\x08\0\1\1\x12\0\3\0\0\0\1\0\6\0\0\0\0\0\0", 26);
    options.metadata.exif.assign(reinterpret_cast<const std::byte*>(exif.data()),
                                 reinterpret_cast<const std::byte*>(exif.data()) + exif.size());
    options.metadata.xmp = Bytes(33, std::byte{'x'});
    const Bytes file = encoded(image.view(), options);
    const Decoded back = decoded(file, {.read_metadata = true});
    EXPECT_EQ(back.metadata.icc, options.metadata.icc);
    EXPECT_EQ(back.info.color.icc, options.metadata.icc);
    EXPECT_EQ(back.metadata.exif, options.metadata.exif);
    EXPECT_EQ(back.metadata.xmp, options.metadata.xmp);
    EXPECT_EQ(back.info.orientation, Orientation::right_top);
    EXPECT_TRUE(back.info.has_exif);
    EXPECT_TRUE(back.info.has_xmp);
    EXPECT_TRUE(decoded(file).metadata.is_empty());
    // The blocks leave the pixels alone.
    EXPECT_TRUE(
        test::is_identical(back.image.view(), decoded(encoded(image.view(), mode)).image.view()));
    EXPECT_EQ(probe(file, {.metadata_bytes = 100}).error().limit, Limit::metadata_bytes);
  }
}

TEST(WebP, AnimationsGiveTheirFirstFrameOnItsCanvas) {
  const Image scene = test::scene({20, 14}, rgb8);
  const Bytes lossy = encoded(scene.view(), with_mode(Quality{90}));
  const std::string lossy_chunk(reinterpret_cast<const char*>(lossy.data()) + 12,
                                lossy.size() - 12);
  const std::string solid = test::riff_chunk("VP8L", test::solid_vp8l(20, 14, 9, 8, 7, 6));
  for (const std::string& picture : {lossy_chunk, solid}) {
    const Bytes file = test::webp_file(test::vp8x(test::kAnimationFlag, 50, 40) + test::anim() +
                                       test::anmf(10, 6, 20, 14, picture) +
                                       test::anmf(0, 0, 20, 14, "garbage, never looked at"));
    const Decoded full = decoded(file);
    EXPECT_EQ(full.info.frames, 2u);
    EXPECT_EQ(full.image.size(), (Size{50, 40}));
    EXPECT_EQ(full.image.format(), rgba8);  // for what the frame leaves free
    const Decoded alone = decoded(test::webp_file(picture));
    for (std::int32_t y = 0; y < 40; ++y) {
      for (std::int32_t x = 0; x < 50; ++x) {
        const bool is_inside = x >= 10 && x < 30 && y >= 6 && y < 20;
        for (int c = 0; c < 4; ++c) {
          ASSERT_EQ(test::sample16(full.image.view(), x, y, c),
                    is_inside ? test::sample16(alone.image.view(), x - 10, y - 6, c) : 0u);
        }
      }
    }
    for (const Rect& window : test::windows_of({50, 40})) {
      EXPECT_TRUE(test::is_identical(subview(full.image.const_view(), window),
                                     decoded(file, {.region = window}).image.view()));
    }
    if (full.info.is_lossless) continue;
    const DecodedPlanar planar = decoded_planar(file);
    const DecodedPlanar inner = decoded_planar(lossy);
    EXPECT_EQ(planar.image.planes[0].view().row_as<std::uint8_t>(0)[0], 16);
    EXPECT_EQ(planar.image.planes[3].view().row_as<std::uint8_t>(0)[0], 0);
    EXPECT_EQ(planar.image.planes[3].view().row_as<std::uint8_t>(6)[10], 255);
    EXPECT_TRUE(test::is_identical(subview(planar.image.planes[1].const_view(), {5, 3, 10, 7}),
                                   inner.image.planes[1].view()));
  }
}

TEST(WebP, EveryTruncationIsTyped) {
  const Image image = test::scene({60, 50}, rgba8);
  for (const auto& options : {with_mode(Quality{80}), with_mode(Lossless{})}) {
    const Bytes file = encoded(image.view(), options);
    const Decoded whole_picture = decoded(file);
    for (std::size_t length = 0; length < file.size(); ++length) {
      const ByteView part = ByteView(file).first(length);
      const auto result = decode(part);
      if (result) {
        EXPECT_GT(length, file.size() - 16);
        EXPECT_TRUE(test::is_identical(whole_picture.image.view(), result->image.view()));
      } else if (length >= 4) {
        EXPECT_EQ(result.error().code, ErrorCode::truncated)
            << length << " " << result.error().message;
      }
    }
  }
}

TEST(WebP, BestEffortKeepsTheRowsThatCame) {
  for (const auto& options : {with_mode(Quality{90}), with_mode(Lossless{})}) {
    const Image image = test::noise({100, 120}, rgb8);
    const Bytes file = encoded(image.view(), options);
    const Decoded whole_picture = decoded(file);
    int pictures = 0;
    for (std::size_t length = 60; length < file.size(); length += file.size() / 20) {
      const ByteView part = ByteView(file).first(length);
      const DecodeOptions best{.on_damage = OnDamage::best_effort};
      const auto result = decode(part, best);
      if (!result) continue;
      ++pictures;
      EXPECT_NE(result->damage, "");
      std::int32_t good = 0;
      while (good < 120 && std::memcmp(whole_picture.image.view().row(good),
                                       result->image.view().row(good), 300) == 0) {
        ++good;
      }
      EXPECT_GT(good, 0);
      for (std::int32_t y = good; y < 120; ++y) {
        ASSERT_EQ(std::to_integer<int>(result->image.view().row(y)[7]), 0x80) << y << " " << good;
      }
    }
    EXPECT_GT(pictures, 10);
  }
}

TEST(WebP, CancelEndsEveryCall) {
  const Image image = test::noise({50, 50}, rgb8);
  const Bytes file = encoded(image.view(), with_mode(Quality{80}));
  const DecodedPlanar planar = decoded_planar(file);
  CancelToken token;
  token.cancel();
  Workspace workspace;
  const Execution execution{.workspace = &workspace, .cancel = &token};
  // The codec itself, since the public functions look at the token before they call it.
  const Codec& codec = *find_codec(Format::webp);
  const ImageInfo info = *probe(file);
  EXPECT_EQ(codec.decode(file, info, {}, execution).error().code, ErrorCode::cancelled);
  EXPECT_EQ(codec.decode_planar(file, info, {}, execution).error().code, ErrorCode::cancelled);
  for (const auto& options :
       {with_mode(Quality{80}), with_mode(Quality{80}, 7), with_mode(Lossless{})}) {
    EXPECT_EQ(codec.encode(image.view(), options, execution).error().code, ErrorCode::cancelled);
  }
  EXPECT_EQ(codec.encode_planar(planar.image, with_mode(Quality{80}), execution).error().code,
            ErrorCode::cancelled);
}

// What libwebp takes by itself is counted beforehand, so that it keeps to a worker's limit.
TEST(WebP, LosslessEncodingCountsWhatLibwebpTakes) {
  constexpr std::uint64_t kUsual = 256 * 1024 * 1024;
  const auto outcome = [](const Image& image, int effort, std::uint64_t limit) {
    Workspace workspace(limit);
    return encode(image.view(), with_mode(Lossless{}, effort), {.workspace = &workspace});
  };
  const auto large = Image::create({2600, 2500}, gray8);
  ASSERT_TRUE(large.has_value());
  EXPECT_TRUE(outcome(*large, 4, kUsual).has_value());
  // The slowest method takes more, less is too little for either.
  for (const auto& refused : {outcome(*large, 9, kUsual), outcome(*large, 4, kUsual / 2)}) {
    ASSERT_FALSE(refused.has_value());
    EXPECT_EQ(refused.error().code, ErrorCode::limit_exceeded);
  }
  EXPECT_TRUE(outcome(test::scene({64, 64}, rgb8), 4, kUsual / 32).has_value());
}

TEST(WebP, MemoryStaysBelowWhatWasPredictedAndWithinTheLimit) {
  const Image image = test::noise({301, 203}, rgba8);
  for (const auto& mode : {with_mode(Quality{80}), with_mode(Lossless{})}) {
    const Bytes file = encoded(image.view(), mode);
    for (const Rect& window : test::windows_of(image.size())) {
      const DecodeOptions options{.region = window};
      const std::uint64_t predicted = predicted_decode_bytes(*probe(file), options);
      Workspace workspace;
      ASSERT_TRUE(decode(file, options, {.workspace = &workspace}));
      EXPECT_LE(workspace.peak_bytes(), predicted);
      Workspace small(predicted - 1);
      const auto refused = decode(file, options, {.workspace = &small});
      ASSERT_FALSE(refused);
      EXPECT_EQ(refused.error().limit, Limit::working_memory);
      EXPECT_EQ(small.peak_bytes(), 0u);
      if (mode.mode.index() == 0) {
        Workspace planar;
        ASSERT_TRUE(decode_planar(file, options, {.workspace = &planar}));
        EXPECT_LE(planar.peak_bytes(), predicted);
      }
    }
    Workspace small(1'000'000);
    EXPECT_EQ(encode(image.view(), mode, {.workspace = &small}).error().limit,
              Limit::working_memory);
  }
}

}  // namespace
}  // namespace limen
