// SPDX-License-Identifier: Apache-2.0

// PNG files that are made to hurt: small files of huge pictures, floods of chunks, lying lengths.

#include <gtest/gtest.h>

#include "limen/codec/decode.h"
#include "tests/codec/png_builder.h"
#include "tests/codec/rgba8.h"
#include "tests/data.h"
#include "tests/pictures.h"

namespace limen {
namespace {

using test::be32;
using test::PngBuilder;

const std::string kGrayPixel{"\0\x40", 2};

PngBuilder one_pixel() { return PngBuilder().header(1, 1, 8, 0); }

// Refused by this limit, and nothing allocated on the way.
void expect_refused(const Bytes& file, Limit limit, const DecodeOptions& options = {}) {
  Workspace workspace(options.limits.working_memory);
  const auto result = decode(file, options, {.workspace = &workspace});
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::limit_exceeded) << result.error().message;
  EXPECT_EQ(result.error().limit, limit);
  EXPECT_GT(result.error().asked, result.error().allowed);
  EXPECT_EQ(workspace.peak_bytes(), 0u);
}

TEST(PngBombs, HugePicturesInSmallFiles) {
  expect_refused(PngBuilder().header(65535, 65535, 1, 0).pixels("").end().bytes(), Limit::pixels);
  expect_refused(PngBuilder().header(20000, 20000, 8, 2).pixels("").end().bytes(), Limit::pixels);
  expect_refused(PngBuilder().header(16000, 16000, 8, 6).pixels("").end().bytes(), Limit::pixels);
  expect_refused(PngBuilder().header(0x7FFFFFFF, 0x7FFFFFFF, 8, 6).pixels("").end().bytes(),
                 Limit::side);
  expect_refused(PngBuilder().header(1000000, 1, 8, 2).pixels("").end().bytes(), Limit::side);
  expect_refused(PngBuilder().header(1, 1000000, 8, 2).pixels("").end().bytes(), Limit::side);
}

TEST(PngBombs, InterlacedJustBelowThePixelLimit) {
  const Bytes file = PngBuilder().header(7000, 7000, 16, 6, 1).pixels("").end().bytes();
  expect_refused(file, Limit::working_memory, {.keep_16_bit = true});
  // Reduced to 8 bits it fits in 256 MB; its pixels are missing.
  const auto result = decode(file);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::malformed) << result.error().message;
}

TEST(PngBombs, LongThinPicturesDecode) {
  Limits limits;
  limits.side = 1'000'000;
  for (const bool is_wide : {false, true}) {
    const std::uint64_t raw = is_wide ? 1 + 1'000'000 : 2 * 1'000'000;
    const Bytes file = PngBuilder()
                           .header(is_wide ? 1'000'000 : 1, is_wide ? 1 : 1'000'000, 8, 0)
                           .chunk("IDAT", test::deflated_zeros(raw))
                           .end()
                           .bytes();
    const auto result = decode(file, {.limits = limits});
    ASSERT_TRUE(result) << result.error().message;
    EXPECT_EQ(area(result->image.size()), 1'000'000u);
  }
}

TEST(PngBombs, InflatingProfilesAndTexts) {
  const std::string zeros = test::deflated_zeros(100'000'000);
  const std::string packed = std::string("x\0\0", 3) + zeros;
  expect_refused(one_pixel().chunk("iCCP", packed).pixels(kGrayPixel).end().bytes(),
                 Limit::metadata_bytes);
  const std::string international = std::string("x\0\1\0\0\0", 6) + zeros;
  const std::string xmp = std::string("XML:com.adobe.xmp\0\1\0\0\0", 22) + zeros;
  for (const auto& [type, data] : {std::pair<std::string, std::string>{"zTXt", packed},
                                   {"iTXt", international},
                                   {"iTXt", xmp}}) {
    const Bytes file = one_pixel().chunk(type, data).pixels(kGrayPixel).end().bytes();
    EXPECT_TRUE(decode(file)) << type;  // no text is touched unless asked for
    expect_refused(file, Limit::metadata_bytes, {.read_metadata = true});
  }
  PngBuilder many = one_pixel();
  const std::string seven = std::string("x\0\0", 3) + test::deflated_zeros(3'000'000);
  for (int i = 0; i < 1000; ++i) many.chunk("zTXt", seven);
  const Bytes file = many.pixels(kGrayPixel).end().bytes();
  EXPECT_TRUE(decode(file));
  expect_refused(file, Limit::metadata_bytes, {.read_metadata = true});
}

TEST(PngBombs, FloodsOfChunks) {
  PngBuilder texts = one_pixel();
  for (int i = 0; i < 200'000; ++i) texts.chunk("tEXt", std::string("k\0v", 3));
  EXPECT_TRUE(decode(texts.pixels(kGrayPixel).end().bytes(), {.read_metadata = true}));
  PngBuilder idats = one_pixel();
  for (int i = 0; i < 250'000; ++i) idats.chunk("IDAT", "");
  EXPECT_TRUE(decode(idats.pixels(kGrayPixel).end().bytes()));
  const Bytes excess = one_pixel().chunk("IDAT", test::deflated_zeros(200'000'000)).end().bytes();
  const auto result = decode(excess);  // what is more than the pixels is not looked at
  ASSERT_TRUE(result) << result.error().message;
}

TEST(PngBombs, Animations) {
  const auto animated = [](std::uint32_t frames) {
    return one_pixel().chunk("acTL", be32(frames) + be32(0));
  };
  expect_refused(animated(0x7FFFFFFF).pixels(kGrayPixel).end().bytes(), Limit::frames);
  PngBuilder many = animated(20'000 / 40);
  many.pixels(kGrayPixel);
  for (std::uint32_t i = 0; i < 20'000; ++i) {
    // A frame outside the picture, with operations that do not exist.
    many.chunk("fcTL", be32(i) + be32(100) + be32(100) + be32(5) + be32(5) +
                           std::string("\0\1\0\1\x09\x09", 6));
    many.chunk("fdAT", be32(i) + "junk");
  }
  const auto result = decode(many.end().bytes());
  ASSERT_TRUE(result) << result.error().message;
  EXPECT_EQ(result->info.frames, 500u);
  EXPECT_EQ(probe(animated(0).pixels(kGrayPixel).end().bytes())->frames, 1u);
}

TEST(PngBombs, Palettes) {
  EXPECT_EQ(decode(PngBuilder()
                       .header(1, 1, 8, 3)
                       .chunk("PLTE", std::string(257 * 3, 'a'))
                       .pixels(kGrayPixel)
                       .end()
                       .bytes())
                .error()
                .code,
            ErrorCode::malformed);
  EXPECT_EQ(decode(PngBuilder().header(1, 1, 8, 3).pixels(kGrayPixel).end().bytes()).error().code,
            ErrorCode::malformed);
  for (const int depth : {1, 2, 4, 8}) {
    // One colour only, and indices far beyond; an alpha table that is longer than the palette.
    const Bytes file = PngBuilder()
                           .header(8, 1, depth, 3)
                           .chunk("PLTE", "abc")
                           .chunk("tRNS", std::string(9, '\1'))
                           .pixels(std::string(1, '\0') + std::string(8, '\xFF'))
                           .end()
                           .bytes();
    const auto result = decode(file);
    ASSERT_TRUE(result) << result.error().message;
    EXPECT_EQ(result->image.format(), rgb8);
    EXPECT_EQ(result->image.view().row_as<std::uint8_t>(0)[0], 0);
  }
}

TEST(PngBombs, LyingLengthsAndChecksums) {
  for (const std::uint32_t length : {0x7FFFFFFFu, 0xFFFFFFFFu, 0x80000000u}) {
    for (const char* type : {"eXIf", "iCCP", "tEXt", "PLTE", "IDAT"}) {
      const auto result = decode(one_pixel().chunk_with(length, type, 0).bytes());
      ASSERT_FALSE(result);
      EXPECT_TRUE(result.error().code == ErrorCode::malformed ||
                  result.error().code == ErrorCode::truncated);
    }
  }
  // Each chunk's checksum wrong in turn.
  const Bytes whole_file = PngBuilder()
                               .header(2, 1, 8, 3)
                               .chunk("gAMA", be32(45455))
                               .chunk("PLTE", "abcdef")
                               .chunk("tRNS", "\x10")
                               .pixels(std::string("\0\0\1", 3))
                               .chunk("tEXt", std::string("k\0v", 3))
                               .end()
                               .bytes();
  std::size_t offset = 8;
  std::string outcome;
  while (offset < whole_file.size()) {
    const std::size_t length = std::to_integer<std::size_t>(whole_file[offset + 3]);
    Bytes file = whole_file;
    file[offset + 8 + length] ^= std::byte{0x55};
    const auto result = decode(file);
    outcome += result ? (result->info.has_alpha ? 'a' : 'o') : 'x';
    offset += length + 12;
  }
  // IHDR, PLTE and IDAT matter; a tRNS that is not to be trusted is left out.
  EXPECT_EQ(outcome, "xaxoxaa");
}

TEST(PngBombs, FlippedBitsAnywhereEndWell) {
  test::Random random(11);
  const Bytes whole_file = PngBuilder()
                               .header(16, 16, 4, 3, 1)
                               .chunk("PLTE", std::string(48, '\x33'))
                               .chunk("tRNS", std::string(5, '\x44'))
                               .pixels(std::string(300, '\0'))
                               .end()
                               .bytes();
  for (int i = 0; i < 4000; ++i) {
    Bytes file = whole_file;
    for (std::uint32_t n = 0; n <= random.below(4); ++n) {
      file[random.below(static_cast<std::uint32_t>(file.size()))] ^=
          static_cast<std::byte>(1u << random.below(8));
    }
    const auto result = decode(file, {.on_damage = OnDamage::best_effort, .read_metadata = true});
    if (!result) {
      EXPECT_NE(result.error().message, "");
    }
  }
}

TEST(PngHostile, EveryFileEndsInAPictureOrATypedError) {
  LIMEN_NEEDS_DATA();
  int seen = 0;
  for (const auto& row : test::read_table("hostile/manifest.tsv")) {
    const std::string& file = row.at("file");
    if (!file.starts_with("png/")) continue;
    SCOPED_TRACE(file);
    ++seen;
    const Bytes bytes = test::read_file(test::data_folder() / "hostile" / file);
    for (const OnDamage on_damage : {OnDamage::error, OnDamage::best_effort}) {
      Workspace workspace;
      const auto result =
          decode(bytes, {.on_damage = on_damage, .keep_16_bit = true, .read_metadata = true},
                 {.workspace = &workspace});
      EXPECT_LE(workspace.peak_bytes(), 256'000'000u);
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
    }
  }
  EXPECT_GT(seen, 100);
}

}  // namespace
}  // namespace limen
