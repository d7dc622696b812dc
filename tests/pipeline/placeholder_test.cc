// SPDX-License-Identifier: Apache-2.0
#include "limen/pipeline/placeholder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "lib/pipeline/base64.h"
#include "tests/codec/exif_builder.h"
#include "tests/pipeline/fixture.h"

namespace limen::test {
namespace {

using ::testing::StartsWith;

ByteView bytes_of(std::string_view text) {
  return {reinterpret_cast<const std::byte*>(text.data()), text.size()};
}

// A slow reader of what base64() writes.
Bytes from_base64(std::string_view text) {
  constexpr std::string_view kAlphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  Bytes bytes;
  unsigned bits = 0;
  int count = 0;
  for (const char c : text) {
    if (c == '=') break;
    bits = bits << 6 | static_cast<unsigned>(kAlphabet.find(c));
    count += 6;
    if (count >= 8) {
      count -= 8;
      bytes.push_back(static_cast<std::byte>(bits >> count & 255));
    }
  }
  return bytes;
}

Image decoded_uri(const Placeholder& placeholder) {
  constexpr std::string_view kHead = "data:image/webp;base64,";
  EXPECT_THAT(placeholder.data_uri, StartsWith(std::string(kHead)));
  return pixels_of(from_base64(std::string_view(placeholder.data_uri).substr(kHead.size())));
}

TEST(Base64, TheVectorsOfRfc4648) {
  EXPECT_EQ(base64(bytes_of("")), "");
  EXPECT_EQ(base64(bytes_of("f")), "Zg==");
  EXPECT_EQ(base64(bytes_of("fo")), "Zm8=");
  EXPECT_EQ(base64(bytes_of("foo")), "Zm9v");
  EXPECT_EQ(base64(bytes_of("foob")), "Zm9vYg==");
  EXPECT_EQ(base64(bytes_of("fooba")), "Zm9vYmE=");
  EXPECT_EQ(base64(bytes_of("foobar")), "Zm9vYmFy");
  EXPECT_EQ(base64(bytes_of("\xFB\xEF\xFF")), "++//");
}

TEST(Placeholder, IsASmallPictureOfTheWhole) {
  // Left half red, right half blue.
  const Image picture = make_picture({160, 80}, rgb8, [](std::int32_t x, auto, int c) {
    return c == (x < 80 ? 0 : 2) ? 1.0 : 0.0;
  });
  const auto placeholder = make_placeholder(file_of(picture.const_view(), Format::jpeg));
  ASSERT_TRUE(placeholder.has_value()) << placeholder.error().message;
  EXPECT_EQ(placeholder->upright, (Size{160, 80}));
  EXPECT_EQ(placeholder->size, (Size{16, 8}));
  EXPECT_LT(placeholder->data_uri.size(), 600u);
  const Image tiny = decoded_uri(*placeholder);
  ASSERT_EQ(tiny.size(), (Size{16, 8}));
  const Color left = pixel(tiny.const_view(), 2, 4);
  const Color right = pixel(tiny.const_view(), 13, 4);
  EXPECT_GT(left.red, 200);
  EXPECT_LT(left.blue, 60);
  EXPECT_GT(right.blue, 200);
  EXPECT_LT(right.red, 60);
  // Blurred: the edge is a slope.
  EXPECT_NEAR(pixel(tiny.const_view(), 8, 4).red + pixel(tiny.const_view(), 7, 4).red, 255, 60);
  // Half the light of each: 188 in sRGB.
  EXPECT_NEAR(placeholder->average.red, 188, 3);
  EXPECT_NEAR(placeholder->average.blue, 188, 3);
  EXPECT_LT(placeholder->average.green, 20);
}

TEST(Placeholder, StandsUprightAndKeepsTransparency) {
  const Image picture = make_picture({60, 120}, rgba8, [](auto, std::int32_t y, int c) {
    return c == 1 ? 1.0 : c == 3 ? (y < 60 ? 1.0 : 0.0) : 0.0;
  });
  Metadata metadata;
  metadata.exif = camera_exif(true, 8).bytes();  // the stored right side is its top
  const auto placeholder = make_placeholder(file_of(picture.const_view(), Format::png, metadata));
  ASSERT_TRUE(placeholder.has_value()) << placeholder.error().message;
  EXPECT_EQ(placeholder->upright, (Size{120, 60}));
  EXPECT_EQ(placeholder->size, (Size{16, 8}));
  EXPECT_NEAR(placeholder->average.alpha, 128, 1);
  EXPECT_EQ(placeholder->average.green, 255);
  const Image tiny = decoded_uri(*placeholder);
  EXPECT_EQ(pixel(tiny.const_view(), 1, 4).alpha, 255);
  EXPECT_EQ(pixel(tiny.const_view(), 14, 4).alpha, 0);
}

TEST(Placeholder, IsNeverEnlarged) {
  const Image dot = solid({3, 2}, rgb8, {9, 99, 199});
  const auto placeholder = make_placeholder(dot.const_view());
  ASSERT_TRUE(placeholder.has_value()) << placeholder.error().message;
  EXPECT_EQ(placeholder->size, (Size{3, 2}));
  EXPECT_EQ(placeholder->average, (Color{9, 99, 199}));
}

TEST(Placeholder, RefusesWhatDecodeRefuses) {
  EXPECT_EQ(make_placeholder(bytes_of("GIF89a..........")).error().code, ErrorCode::unsupported);
  EXPECT_EQ(make_placeholder(ConstImageView()).error().code, ErrorCode::invalid_argument);
  Limits limits;
  limits.pixels = 5;
  const Bytes file = file_of(solid({3, 2}, rgb8, {}).const_view(), Format::png);
  EXPECT_EQ(make_placeholder(file, limits).error().limit, Limit::pixels);
}

}  // namespace
}  // namespace limen::test
