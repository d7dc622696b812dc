// SPDX-License-Identifier: Apache-2.0

// WebP files that are made to hurt.

#include <gtest/gtest.h>

#include "limen/codec/decode.h"
#include "limen/codec/encode.h"
#include "tests/codec/rgba8.h"
#include "tests/codec/webp_builder.h"
#include "tests/data.h"
#include "tests/pictures.h"

namespace limen {
namespace {

using test::anim;
using test::anmf;
using test::riff_chunk;
using test::solid_vp8l;
using test::vp8x;
using test::webp_file;

void expect_refused(const Bytes& file, Limit limit) {
  Workspace workspace;
  const auto result = decode(file, {}, {.workspace = &workspace});
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::limit_exceeded) << result.error().message;
  EXPECT_EQ(result.error().limit, limit);
  EXPECT_GT(result.error().asked, result.error().allowed);
  EXPECT_EQ(workspace.peak_bytes(), 0u);
}

ErrorCode code_of(const Bytes& file) {
  const auto result = decode(file);
  EXPECT_FALSE(result);
  return result ? ErrorCode::internal : result.error().code;
}

std::string solid_chunk(std::uint32_t width, std::uint32_t height) {
  return riff_chunk("VP8L", solid_vp8l(width, height, 1, 2, 3, 255));
}

TEST(WebPBombs, HugePicturesInFewBytes) {
  const Bytes largest = webp_file(solid_chunk(16383, 16383));
  EXPECT_LE(largest.size(), 46u);
  expect_refused(largest, Limit::pixels);
  expect_refused(webp_file(solid_chunk(7000, 7000)), Limit::working_memory);
  // What fits decodes.
  const auto result = decode(webp_file(solid_chunk(3000, 2000)));
  ASSERT_TRUE(result) << result.error().message;
  EXPECT_EQ(std::to_integer<int>(result->image.view().row(1999)[2999 * 3 + 1]), 2);
}

TEST(WebPBombs, AnimationsDecodeNoFrameBeyondTheFirst) {
  std::string frames;
  const std::string frame = anmf(0, 0, 7000, 7000, solid_chunk(7000, 7000));
  for (int i = 0; i < 500; ++i) frames += frame;
  expect_refused(webp_file(vp8x(test::kAnimationFlag, 7000, 7000) + anim() + frames),
                 Limit::working_memory);
  const std::string small = anmf(0, 0, 2000, 2000, solid_chunk(2000, 2000));
  frames = small;
  for (int i = 1; i < 500; ++i) frames += frame;  // each larger than the canvas, had one looked
  const Bytes file = webp_file(vp8x(test::kAnimationFlag, 2000, 2000) + anim() + frames);
  Workspace workspace;
  const auto result = decode(file, {}, {.workspace = &workspace});
  ASSERT_TRUE(result) << result.error().message;
  EXPECT_EQ(result->info.frames, 500u);
  frames.clear();
  for (int i = 0; i < 1001; ++i) frames += small;
  expect_refused(webp_file(vp8x(test::kAnimationFlag, 2000, 2000) + frames), Limit::frames);
}

TEST(WebPBombs, LyingContainers) {
  const std::string picture = solid_chunk(4, 4);
  expect_refused(
      webp_file(vp8x(test::kAnimationFlag, 1 << 24, 1 << 24) + anim() + anmf(0, 0, 4, 4, picture)),
      Limit::side);
  EXPECT_EQ(code_of(webp_file(vp8x(0, 1 << 24, 1 << 24) + picture)), ErrorCode::malformed);
  EXPECT_EQ(code_of(webp_file(vp8x(test::kAnimationFlag, 8, 8) + anmf(6, 0, 4, 4, picture))),
            ErrorCode::malformed);
  EXPECT_EQ(code_of(webp_file(vp8x(test::kAnimationFlag, 8, 8) +
                              anmf(0xFFFFFE, 0xFFFFFE, 4, 4, picture))),
            ErrorCode::malformed);
  EXPECT_EQ(code_of(webp_file(vp8x(test::kAnimationFlag, 8, 8) + anmf(0, 0, 5, 4, picture))),
            ErrorCode::malformed);
  EXPECT_EQ(code_of(webp_file(vp8x(test::kAnimationFlag, 8, 8) + anmf(0, 0, 4, 4, ""))),
            ErrorCode::malformed);
  EXPECT_EQ(code_of(webp_file(vp8x(test::kAnimationFlag, 8, 8) + riff_chunk("ANMF", "short"))),
            ErrorCode::malformed);
  EXPECT_EQ(code_of(webp_file(vp8x(test::kAnimationFlag, 8, 8) +
                              anmf(0, 0, 4, 4, anmf(0, 0, 4, 4, picture)))),
            ErrorCode::malformed);
  EXPECT_EQ(code_of(webp_file(riff_chunk("ALPH", "\1abc") + picture)), ErrorCode::malformed);
  EXPECT_EQ(code_of(webp_file(riff_chunk("RIFF", "WEBP"))), ErrorCode::malformed);
  EXPECT_EQ(code_of(webp_file(riff_chunk("VP8X", "1234"))), ErrorCode::malformed);
  EXPECT_EQ(code_of(webp_file(riff_chunk("VP8L", "\x2F"))), ErrorCode::malformed);
  EXPECT_EQ(code_of(webp_file("")), ErrorCode::truncated);
  EXPECT_EQ(code_of(webp_file(picture, 0)), ErrorCode::malformed);
  // An odd or too large a size of the whole hurts nobody; too small a one cuts the picture.
  EXPECT_TRUE(decode(webp_file(picture, static_cast<std::uint32_t>(picture.size() + 5))));
  EXPECT_TRUE(decode(webp_file(picture, 0xFFFFFFFF)));
  EXPECT_EQ(code_of(webp_file(picture, 17)), ErrorCode::truncated);
  std::string flood = vp8x(0, 4, 4);
  for (int i = 0; i < 100'000; ++i) flood += riff_chunk("junk", "");
  EXPECT_TRUE(decode(webp_file(flood + picture)));
}

TEST(WebPBombs, AlphaOfAnotherSizeThanItsPicture) {
  // A lossy picture by hand is more than a test wants; a conforming one gets its alpha replaced.
  const Image image = test::scene({16, 16}, rgba8);
  const auto file = encode(image.view(), {.format = Format::webp});
  ASSERT_TRUE(file);
  const std::string text(reinterpret_cast<const char*>(file->data()), file->size());
  const std::size_t picture = text.find("VP8 ");
  ASSERT_NE(picture, text.npos);
  for (const std::string& alpha :
       {std::string("\0", 1) + std::string(3, 'a'),                       // raw, too short
        std::string("\1", 1) + solid_vp8l(3, 3, 0, 9, 0, 255).substr(5),  // packed, of any size
        std::string("\2", 1) + "method 2", std::string()}) {
    const auto result = decode(webp_file(vp8x(test::kAlphaFlag, 16, 16) +
                                         riff_chunk("ALPH", alpha) + text.substr(picture)));
    if (!result) {
      EXPECT_EQ(result.error().code, ErrorCode::malformed) << result.error().message;
    }
  }
}

TEST(WebPBombs, PrefixCodesOfRandomBits) {
  test::Random random(3);
  for (int i = 0; i < 5000; ++i) {
    test::BitString bits = test::vp8l_header(1 + random.below(64), 1 + random.below(64), i % 2);
    const std::uint32_t length = 4 + random.below(200);
    // Transforms are rare in random bits, so most begin without one.
    if (i % 3 != 0) bits.put(0, 1);
    for (std::uint32_t n = 0; n < length; ++n) bits.put(random.below(256) & random.below(256), 8);
    const auto result = decode(webp_file(riff_chunk("VP8L", bits.bytes())),
                               {.on_damage = i % 2 == 0 ? OnDamage::error : OnDamage::best_effort});
    if (!result) {
      EXPECT_NE(result.error().code, ErrorCode::internal);
    }
  }
}

TEST(WebPBombs, FlippedBitsAnywhereEndWell) {
  test::Random random(11);
  const Image image = test::scene({40, 40}, rgba8);
  for (const std::variant<Quality, Lossless, NearLossless> mode :
       {std::variant<Quality, Lossless, NearLossless>(Quality{50}),
        std::variant<Quality, Lossless, NearLossless>(Lossless{})}) {
    const auto whole_file = encode(image.view(), {.format = Format::webp, .mode = mode});
    ASSERT_TRUE(whole_file);
    for (int i = 0; i < 1500; ++i) {
      Bytes file = *whole_file;
      for (std::uint32_t n = 0; n <= random.below(4); ++n) {
        file[random.below(static_cast<std::uint32_t>(file.size()))] ^=
            static_cast<std::byte>(1u << random.below(8));
      }
      const DecodeOptions options{.on_damage = OnDamage::best_effort, .read_metadata = true};
      const auto result = decode(file, options);
      if (!result) {
        EXPECT_NE(result.error().message, "");
      }
      (void)decode_planar(file, options);
    }
  }
}

TEST(WebPHostile, EveryFileEndsInAPictureOrATypedError) {
  LIMEN_NEEDS_DATA();
  int seen = 0;
  for (const auto& row : test::read_table("hostile/manifest.tsv")) {
    const std::string& file = row.at("file");
    if (!file.starts_with("webp/")) continue;
    SCOPED_TRACE(file);
    ++seen;
    const Bytes bytes = test::read_file(test::data_folder() / "hostile" / file);
    for (const OnDamage on_damage : {OnDamage::error, OnDamage::best_effort}) {
      const DecodeOptions options{.on_damage = on_damage, .read_metadata = true};
      const auto result = decode(bytes, options);
      if (result) {
        EXPECT_EQ(result->image.size(), result->info.size);
      } else {
        EXPECT_NE(result.error().code, ErrorCode::internal) << result.error().message;
        EXPECT_NE(result.error().message, "");
        EXPECT_EQ(result.error().message.find('\n'), std::string::npos);
      }
      if (on_damage == OnDamage::error && row.at("expected") == "clean_error") {
        EXPECT_FALSE(result);
      }
      (void)decode_planar(bytes, options);
    }
  }
  EXPECT_GT(seen, 30);
}

}  // namespace
}  // namespace limen
