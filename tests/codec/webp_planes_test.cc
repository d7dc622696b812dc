// SPDX-License-Identifier: Apache-2.0

// WebP as Y, Cb and Cr.

#include <gtest/gtest.h>

#include <algorithm>
#include <array>

#include "limen/codec/decode.h"
#include "limen/codec/encode.h"
#include "tests/codec/rgba8.h"
#include "tests/codec/webp_there_and_back.h"
#include "tests/pictures.h"

namespace limen {
namespace {

using test::decoded;
using test::decoded_planar;
using test::encoded;
using test::mean_difference;
using test::with_mode;

// One pixel as libwebp shows it, from planes: chroma upsampled with weights 9:3:3:1 around centered
// samples, then BT.601 in limited range with 14-bit constants (libwebp, src/dsp/yuv.h).
std::array<int, 3> rgb_of(const PlanarImage& planes, std::int32_t x, std::int32_t y) {
  const auto sample = [&](std::size_t plane, std::int32_t cx, std::int32_t cy) {
    const Size size = planes.planes[plane].size();
    cx = std::clamp(cx, 0, size.width - 1);
    cy = std::clamp(cy, 0, size.height - 1);
    return static_cast<int>(planes.planes[plane].view().row_as<std::uint8_t>(cy)[cx]);
  };
  const auto upsampled = [&](std::size_t plane) {
    const std::int32_t nx = x / 2, ny = y / 2;
    const std::int32_t fx = x % 2 == 0 ? nx - 1 : nx + 1, fy = y % 2 == 0 ? ny - 1 : ny + 1;
    const int near = sample(plane, nx, ny), beside = sample(plane, fx, ny);
    const int above = sample(plane, nx, fy), across = sample(plane, fx, fy);
    return (((near + beside + above + across + 8 + 2 * (beside + above)) >> 3) + near) >> 1;
  };
  const int luma = sample(0, x, y), cb = upsampled(1), cr = upsampled(2);
  const auto scaled = [](int value, int factor) { return value * factor >> 8; };
  const auto clipped = [](int value) { return std::clamp(value >> 6, 0, 255); };
  return {clipped(scaled(luma, 19077) + scaled(cr, 26149) - 14234),
          clipped(scaled(luma, 19077) - scaled(cb, 6419) - scaled(cr, 13320) + 8708),
          clipped(scaled(luma, 19077) + scaled(cb, 33050) - 17685)};
}

TEST(WebP, PlanesAreThoseThatTheDecoderShows) {
  for (const PixelFormat format : {rgb8, rgba8}) {
    for (const Size size : {Size{1, 1}, Size{2, 2}, Size{33, 17}, Size{64, 48}}) {
      const Image image = test::zone_plate(size, format);
      const Bytes file = encoded(image.view(), with_mode(Quality{70}));
      const Decoded shown = decoded(file);
      const DecodedPlanar planar = decoded_planar(file);
      EXPECT_EQ(planar.image.size(), size);
      EXPECT_EQ(planar.image.horizontal_siting, Siting::centered);
      EXPECT_EQ(planar.image.vertical_siting, Siting::centered);
      EXPECT_EQ(planar.image.matrix, YcbcrMatrix::bt601);
      EXPECT_EQ(planar.image.range, YcbcrRange::limited);
      EXPECT_EQ(planar.image.has_alpha(), shown.info.has_alpha);
      const int channels = shown.image.format().channels();
      for (std::int32_t y = 0; y < size.height; ++y) {
        const auto* row = shown.image.view().row_as<std::uint8_t>(y);
        for (std::int32_t x = 0; x < size.width; ++x) {
          const auto rgb = rgb_of(planar.image, x, y);
          for (int c = 0; c < 3; ++c) {
            ASSERT_EQ(row[x * channels + c], rgb[static_cast<std::size_t>(c)]) << x << "," << y;
          }
          if (channels == 4) {
            ASSERT_EQ(row[x * channels + 3],
                      planar.image.planes[3].view().row_as<std::uint8_t>(y)[x]);
          }
        }
      }
    }
  }
}

TEST(WebP, PlanarWindowsGrowToWholeChromaSamples) {
  const Image image = test::scene({65, 47}, rgba8);
  const Bytes file = encoded(image.view(), with_mode(Quality{70}));
  const DecodedPlanar full = decoded_planar(file);
  for (const Rect& window : test::windows_of({65, 47})) {
    const DecodedPlanar part = decoded_planar(file, {.region = window});
    EXPECT_EQ(part.region.x % 2, 0);
    EXPECT_EQ(part.region.y % 2, 0);
    EXPECT_LE(part.region.x, window.x);
    EXPECT_GE(part.region.x + part.region.width, window.x + window.width);
    EXPECT_LE(part.region.width, window.width + 2);
    EXPECT_EQ(part.image.size(), size_of(part.region));
    for (std::size_t i = 0; i < 4; ++i) {
      const bool is_chroma = i == 1 || i == 2;
      const Size size = part.image.planes[i].size();
      const Rect there{is_chroma ? part.region.x / 2 : part.region.x,
                       is_chroma ? part.region.y / 2 : part.region.y, size.width, size.height};
      EXPECT_TRUE(test::is_identical(subview(full.image.planes[i].const_view(), there),
                                     part.image.planes[i].view()));
    }
  }
}

TEST(WebP, PlanesRoundTripClosely) {
  for (const PixelFormat format : {rgb8, rgba8}) {
    const Image image = test::scene({65, 47}, format);
    const DecodedPlanar planar = decoded_planar(encoded(image.view(), with_mode(Quality{100})));
    EncodeOptions options = with_mode(Quality{100});
    options.metadata.icc = Bytes(140, std::byte{3});
    const auto again = encode_planar(planar.image, options);
    ASSERT_TRUE(again) << again.error().message;
    const DecodedPlanar back = decoded_planar(*again, {.read_metadata = true});
    EXPECT_EQ(back.metadata.icc, options.metadata.icc);
    EXPECT_EQ(back.image.has_alpha(), format.has_alpha());
    for (std::size_t i = 0; i < 3; ++i) {
      EXPECT_LT(mean_difference(planar.image.planes[i].view(), back.image.planes[i].view()), 1.5);
    }
    if (format.has_alpha()) {
      EXPECT_TRUE(test::is_identical(planar.image.planes[3].view(), back.image.planes[3].view()));
    }
  }
}

TEST(WebP, OtherPlanesAreRefusedByName) {
  const Image image = test::scene({20, 20}, rgb8);
  DecodedPlanar planar = decoded_planar(encoded(image.view(), with_mode(Quality{90})));
  const auto refusal = [&](const EncodeOptions& options) {
    const auto result = encode_planar(planar.image, options);
    EXPECT_FALSE(result);
    return result ? ErrorCode::internal : result.error().code;
  };
  EXPECT_EQ(refusal(with_mode(Lossless{})), ErrorCode::unsupported);
  planar.image.range = YcbcrRange::full;
  EXPECT_EQ(refusal(with_mode(Quality{80})), ErrorCode::unsupported);
  planar.image.range = YcbcrRange::limited;
  planar.image.subsampling = ChromaSubsampling::yuv444;
  EXPECT_EQ(refusal(with_mode(Quality{80})), ErrorCode::unsupported);
  // A lossless file has no planes.
  EXPECT_EQ(decode_planar(encoded(image.view(), with_mode(Lossless{}))).error().code,
            ErrorCode::unsupported);
}

}  // namespace
}  // namespace limen
