// SPDX-License-Identifier: Apache-2.0

// PNG on pictures of our own: round trips, reductions, windows, damage, metadata.

#include <gtest/gtest.h>

#include <algorithm>

#include "lib/codec/codec.h"
#include "limen/codec/decode.h"
#include "limen/codec/encode.h"
#include "tests/codec/png_builder.h"
#include "tests/codec/rgba8.h"
#include "tests/pictures.h"

namespace limen {
namespace {

using test::PngBuilder;

constexpr EncodeOptions kPng{.format = Format::png};

Bytes encoded(const ConstImageView& image, const EncodeOptions& options = kPng) {
  auto bytes = encode(image, options);
  EXPECT_TRUE(bytes) << bytes.error().message;
  return bytes ? *std::move(bytes) : Bytes();
}

Decoded decoded(ByteView bytes, const DecodeOptions& options = {.keep_16_bit = true}) {
  auto result = decode(bytes, options);
  EXPECT_TRUE(result) << result.error().message;
  return result ? *std::move(result) : Decoded();
}

Bytes text_bytes(std::string_view text) {
  const auto* begin = reinterpret_cast<const std::byte*>(text.data());
  return Bytes(begin, begin + text.size());
}

// A profile that is one by its header only.
Bytes profile_for(std::string_view space) {
  Bytes icc(200, std::byte{7});
  std::copy_n(reinterpret_cast<const std::byte*>(space.data()), 4, icc.begin() + 16);
  std::copy_n(reinterpret_cast<const std::byte*>("acsp"), 4, icc.begin() + 36);
  return icc;
}

TEST(Png, EveryLayoutDepthAndOddSizeComesBackExactly) {
  for (const PixelFormat format :
       {gray8, gray_alpha8, rgb8, rgba8, gray16, gray_alpha16, rgb16, rgba16}) {
    for (const Size size : {Size{1, 1}, Size{1, 9}, Size{9, 1}, Size{17, 13}, Size{64, 33}}) {
      for (const int effort : {0, 4, 9}) {
        const Image image = test::noise(size, format);
        const Bytes file = encoded(image.view(), {.format = Format::png, .effort = effort});
        const Decoded back = decoded(file);
        EXPECT_TRUE(test::shows_the_same(image.view(), back.image.view()))
            << name(back.info.model) << " " << size.width << "x" << size.height;
        EXPECT_EQ(back.info.bit_depth == 16, format.sample == SampleType::u16);
      }
    }
  }
}

TEST(Png, NoiseKeepsItsLayout) {
  for (const PixelFormat format :
       {gray8, gray_alpha8, rgb8, rgba8, gray16, gray_alpha16, rgb16, rgba16}) {
    const Image image = test::noise({40, 40}, format);
    EXPECT_TRUE(test::is_identical(image.view(), decoded(encoded(image.view())).image.view()));
  }
}

TEST(Png, SixteenBitsAreReducedUnlessAskedFor) {
  const Image image = test::noise({30, 20}, rgb16);
  const Decoded back = decoded(encoded(image.view()), {});
  ASSERT_EQ(back.image.format(), rgb8);
  for (int y = 0; y < 20; ++y) {
    for (int x = 0; x < 90; ++x) {
      const unsigned wide = image.view().row_as<std::uint16_t>(y)[x];
      EXPECT_EQ(back.image.view().row_as<std::uint8_t>(y)[x], (wide * 255 + 32767) / 65535);
    }
  }
}

struct Reduction {
  const char* what;
  PixelFormat format;
  double (*value)(std::int32_t x, std::int32_t y, int channel);
  ColorModel model;
  int bit_depth;
  bool has_alpha;
};

TEST(Png, DropsWhatThePixelsDoNotUse) {
  const Reduction cases[] = {
      {"opaque rgba of many colours", rgba8,
       [](auto x, auto y, int c) {
         return c == 3 ? 1.0 : ((x * 37 + y * 101 + c * 59) * 31 % 256) / 255.0;
       },
       ColorModel::rgb, 8, false},
      {"gray rgb", rgb8, [](auto x, auto y, int) { return (x * 64 + y) % 256 / 255.0; },
       ColorModel::gray, 8, false},
      {"black and white rgba", rgba8,
       [](auto x, auto y, int c) { return c == 3 ? 1.0 : (x + y) % 2 * 1.0; }, ColorModel::gray, 1,
       false},
      {"four grays", gray8, [](auto x, auto y, int) { return (x + y) % 4 / 3.0; }, ColorModel::gray,
       2, false},
      {"sixteen grays", gray8, [](auto x, auto y, int) { return (x + y) % 16 / 15.0; },
       ColorModel::gray, 4, false},
      {"three odd grays", gray8, [](auto x, auto y, int) { return (x + y) % 3 * 100 / 255.0; },
       ColorModel::palette, 2, false},
      {"two colours", rgb8, [](auto x, auto y, int c) { return (x + y + c) % 2 * 1.0; },
       ColorModel::palette, 1, false},
      {"ten colours with alpha", rgba8,
       [](auto x, auto y, int c) { return (x + y) % 10 * (c + 1) / 255.0; }, ColorModel::palette, 4,
       true},
      {"opaque gray alpha of 16 bits", gray_alpha16,
       [](auto x, auto y, int c) { return c == 1 ? 1.0 : x * y / 4096.0; }, ColorModel::gray, 16,
       false},
      {"gray rgb of 16 bits", rgb16, [](auto x, auto y, int) { return x * y / 4096.0; },
       ColorModel::gray, 16, false},
  };
  for (const Reduction& reduction : cases) {
    SCOPED_TRACE(reduction.what);
    const Image image = test::make_picture({64, 61}, reduction.format, reduction.value);
    const Bytes file = encoded(image.view());
    const Decoded back = decoded(file);
    EXPECT_EQ(back.info.model, reduction.model);
    EXPECT_EQ(back.info.bit_depth, reduction.bit_depth);
    EXPECT_EQ(back.info.has_alpha, reduction.has_alpha);
    EXPECT_TRUE(test::shows_the_same(image.view(), back.image.view()));
  }
}

TEST(Png, APaletteIsUsedUpTo256ColoursAndOnlyWhereSmaller) {
  const auto picture = [](int colors) {
    test::Random random(5);
    Image image = test::make_picture({100, 100}, rgb8, [](auto, auto, auto) { return 0.0; });
    for (int y = 0; y < 100; ++y) {
      for (int x = 0; x < 100; ++x) {
        const int index = x + y * 100 < colors
                              ? x + y * 100
                              : static_cast<int>(random.below(static_cast<std::uint32_t>(colors)));
        image.view().row_as<std::uint8_t>(y)[3 * x] = static_cast<std::uint8_t>(index);
        image.view().row_as<std::uint8_t>(y)[3 * x + 1] = static_cast<std::uint8_t>(index >> 8);
        image.view().row_as<std::uint8_t>(y)[3 * x + 2] = static_cast<std::uint8_t>(index * 7);
      }
    }
    return image;
  };
  EXPECT_EQ(decoded(encoded(picture(256).view())).info.model, ColorModel::palette);
  EXPECT_EQ(decoded(encoded(picture(257).view())).info.model, ColorModel::rgb);
  // One pixel: three bytes of samples are smaller than a palette.
  const Image one = test::noise({1, 1}, rgb8);
  for (const int effort : {0, 4}) {
    const Bytes file = encoded(one.view(), {.format = Format::png, .effort = effort});
    EXPECT_EQ(decoded(file).info.model, ColorModel::rgb);
  }
}

TEST(Png, MoreEffortIsNotLargerAndDeterministic) {
  const Image image = test::scene({300, 200}, rgba8);
  std::size_t fastest = 0;
  std::size_t smallest = 0;
  for (int effort = 0; effort <= 9; ++effort) {
    const EncodeOptions options{.format = Format::png, .effort = effort};
    const Bytes file = encoded(image.view(), options);
    EXPECT_EQ(file, encoded(image.view(), options));
    EXPECT_TRUE(test::is_identical(image.view(), decoded(file).image.view()));
    if (effort == 0) fastest = file.size();
    smallest = file.size();
  }
  EXPECT_LT(smallest, fastest);
}

TEST(Png, InterlacedAndPackedPicturesGiveEveryWindow) {
  // Every depth of gray, each row unfiltered; interlaced by giving libpng what it wants: the passes
  // of Adam7 one after the other.
  for (const int depth : {1, 2, 4, 8, 16}) {
    const std::uint32_t width = 21;
    const std::uint32_t height = 19;
    const auto packed_row = [&](std::uint32_t columns, std::uint32_t seed) {
      std::string row(1 + (columns * static_cast<std::uint32_t>(depth) + 7) / 8, '\0');
      test::Random random(seed + 1);
      for (std::size_t i = 1; i < row.size(); ++i) row[i] = static_cast<char>(random.below(256));
      return row;
    };
    std::string plain;
    for (std::uint32_t y = 0; y < height; ++y) plain += packed_row(width, y);
    std::string passes;
    const std::uint32_t x0[] = {0, 4, 0, 2, 0, 1, 0}, dx[] = {8, 8, 4, 4, 2, 2, 1};
    const std::uint32_t y0[] = {0, 0, 4, 0, 2, 0, 1}, dy[] = {8, 8, 8, 4, 4, 2, 2};
    for (int pass = 0; pass < 7; ++pass) {
      for (std::uint32_t y = y0[pass]; y < height; y += dy[pass]) {
        passes += packed_row((width - x0[pass] + dx[pass] - 1) / dx[pass], y * 7);
      }
    }
    for (const int interlace : {0, 1}) {
      const Bytes file = PngBuilder()
                             .header(width, height, depth, 0, interlace)
                             .chunk("tRNS", std::string("\0\1", 2))
                             .pixels(interlace != 0 ? passes : plain)
                             .end()
                             .bytes();
      for (const bool keep : {false, true}) {
        const Decoded full = decoded(file, {.keep_16_bit = keep});
        EXPECT_EQ(full.info.is_progressive, interlace == 1);
        EXPECT_TRUE(full.image.format().has_alpha());
        for (const Rect& window : test::windows_of(full.image.size())) {
          const Decoded part = decoded(file, {.region = window, .keep_16_bit = keep});
          EXPECT_EQ(part.region, window);
          EXPECT_TRUE(
              test::is_identical(subview(full.image.const_view(), window), part.image.view()));
        }
        // What best_effort draws in blocks ends in the same picture.
        const Decoded careful =
            decoded(file, {.on_damage = OnDamage::best_effort, .keep_16_bit = keep});
        EXPECT_TRUE(test::is_identical(full.image.view(), careful.image.view()));
        EXPECT_EQ(careful.damage, "");
      }
    }
  }
}

TEST(Png, EveryTruncationIsATypedErrorOrTheWholePicture) {
  const Image image = test::scene({60, 50}, rgb8);
  const Bytes file = encoded(image.view());
  for (std::size_t length = 0; length < file.size(); ++length) {
    const ByteView part = ByteView(file).first(length);
    const auto result = decode(part);
    if (result) {
      EXPECT_GT(length, file.size() - 13);
      EXPECT_TRUE(test::is_identical(image.view(), result->image.view()));
    } else if (length >= 8) {
      EXPECT_EQ(result.error().code, ErrorCode::truncated) << length << result.error().message;
    }
  }
}

TEST(Png, BestEffortKeepsTheRowsThatCame) {
  for (const PixelFormat format : {rgb8, rgba8}) {
    const Image image = test::noise({60, 50}, format);
    const Bytes file = encoded(image.view());
    std::size_t most = 0;
    for (std::size_t length = 60; length < file.size(); length += 97) {
      const auto result =
          decode(ByteView(file).first(length), {.on_damage = OnDamage::best_effort});
      if (!result) continue;
      EXPECT_NE(result->damage, "");
      std::int32_t good = 0;
      while (good < 50 && std::memcmp(image.view().row(good), result->image.view().row(good),
                                      row_bytes(image.size(), format)) == 0) {
        ++good;
      }
      EXPECT_GE(static_cast<std::size_t>(good), most);
      most = static_cast<std::size_t>(good);
      for (std::int32_t y = good + 1; y < 50; ++y) {
        EXPECT_EQ(std::to_integer<int>(result->image.view().row(y)[7]),
                  format.has_alpha() ? 0 : 0x80);
      }
    }
    EXPECT_GT(most, 45u);
  }
}

TEST(Png, AWrongChecksumOfPixelsIsAnErrorUnlessBestEffort) {
  const Image image = test::scene({20, 20}, rgb8);
  Bytes file = encoded(image.view());
  file[file.size() - 13] ^= std::byte{1};  // the last byte before IEND
  const auto strict = decode(file);
  ASSERT_FALSE(strict);
  EXPECT_EQ(strict.error().code, ErrorCode::malformed);
  EXPECT_EQ(strict.error().format, Format::png);
  const auto careful = decode(file, {.on_damage = OnDamage::best_effort});
  ASSERT_TRUE(careful);
  EXPECT_NE(careful->damage, "");
  EXPECT_TRUE(test::is_identical(image.view(), careful->image.view()));
}

TEST(Png, AWrongChecksumElsewhereIsPassedOver) {
  const std::string raw = std::string("\0", 1) + "\x40";
  const Bytes file = PngBuilder()
                         .header(1, 1, 8, 0)
                         .chunk_with(4, std::string("gAMA\0\0\xB1\x8F", 8), 1)
                         .chunk_with(3, std::string("tEXta\0b", 7), 2)
                         .pixels(raw)
                         .end()
                         .bytes();
  const Decoded back = decoded(file, {.read_metadata = true});
  EXPECT_FALSE(back.info.color.gamma.has_value());
  EXPECT_TRUE(back.metadata.comment.empty());
}

TEST(Png, MetadataComesBack) {
  const Image image = test::noise({8, 8}, rgb8);
  EncodeOptions options = kPng;
  options.metadata.icc = profile_for("RGB ");
  options.metadata.exif =
      text_bytes(std::string_view("MM\0*\0\0\0\x08\0\1\1\x12\0\3\0\0\0\1\0\6\0\0\0\0\0\0", 26));
  options.metadata.xmp = text_bytes("<x:xmpmeta xmlns:x='adobe:ns:meta/'/>");
  options.metadata.comment = text_bytes("hello");
  const Bytes file = encoded(image.view(), options);
  const Decoded back = decoded(file, {.read_metadata = true});
  EXPECT_EQ(back.metadata.icc, options.metadata.icc);
  EXPECT_EQ(back.info.color.icc, options.metadata.icc);
  EXPECT_EQ(back.metadata.exif, options.metadata.exif);
  EXPECT_EQ(back.metadata.xmp, options.metadata.xmp);
  EXPECT_EQ(back.metadata.comment, text_bytes("Comment: hello"));
  EXPECT_EQ(back.info.orientation, Orientation::right_top);
  EXPECT_TRUE(back.info.has_exif);
  EXPECT_TRUE(back.info.has_xmp);
  EXPECT_FALSE(back.info.color.is_srgb);
  // Not asked for: not there, but the profile is part of the colours.
  const Decoded bare = decoded(file);
  EXPECT_TRUE(bare.metadata.is_empty());
  EXPECT_EQ(bare.info.color.icc, options.metadata.icc);
  // Without a profile the file says that it is sRGB.
  EXPECT_TRUE(decoded(encoded(image.view())).info.color.is_srgb);
}

TEST(Png, AProfileHoldsThePictureToItsChannels) {
  EncodeOptions options = kPng;
  options.metadata.icc = profile_for("RGB ");
  for (const PixelFormat format : {gray8, gray_alpha8, gray16, gray_alpha16}) {
    const Image gray = test::scene({31, 17}, format);
    const Decoded back = decoded(encoded(gray.view(), options));
    EXPECT_NE(back.info.model, ColorModel::gray);
    EXPECT_TRUE(test::shows_the_same(gray.view(), back.image.view()));
  }
  options.metadata.icc = profile_for("GRAY");
  const Image odd_grays =
      test::make_picture({9, 9}, rgb8, [](auto x, auto, int) { return x % 3 * 100 / 255.0; });
  const Decoded back = decoded(encoded(odd_grays.view(), options));
  EXPECT_EQ(back.info.model, ColorModel::gray);
  EXPECT_TRUE(test::shows_the_same(odd_grays.view(), back.image.view()));
  const Image colors = test::noise({9, 9}, rgb8);
  EXPECT_EQ(encode(colors.view(), options).error().code, ErrorCode::invalid_argument);
  options.metadata.icc = profile_for("CMYK");
  EXPECT_EQ(encode(colors.view(), options).error().code, ErrorCode::invalid_argument);
}

TEST(Png, ColourChunksAreReported) {
  const std::string raw(4, '\0');
  const Bytes file =
      PngBuilder()
          .header(1, 1, 8, 2)
          .chunk("cICP", std::string("\x0C\x0D\0\1", 4))
          .chunk("gAMA", test::be32(45455))
          .chunk("cHRM", test::be32(31270) + test::be32(32900) + test::be32(64000) +
                             test::be32(33000) + test::be32(30000) + test::be32(60000) +
                             test::be32(15000) + test::be32(6000))
          .chunk("acTL", test::be32(7) + test::be32(0))
          .pixels(raw)
          .end()
          .bytes();
  const auto info = probe(file);
  ASSERT_TRUE(info);
  EXPECT_EQ(info->color.cicp, (Cicp{12, 13, 0, true}));
  EXPECT_DOUBLE_EQ(*info->color.gamma, 0.45455);
  EXPECT_DOUBLE_EQ(info->color.chromaticities->white_x, 0.3127);
  EXPECT_DOUBLE_EQ(info->color.chromaticities->blue_y, 0.06);
  EXPECT_EQ(info->frames, 7u);
  EXPECT_FALSE(info->has_alpha);
  EXPECT_TRUE(info->is_lossless);
}

TEST(Png, CancelEndsDecodeAndEncode) {
  const Image image = test::noise({50, 50}, rgb8);
  const Bytes file = encoded(image.view());
  CancelToken token;
  token.cancel();
  Workspace workspace;
  const Execution execution{.workspace = &workspace, .cancel = &token};
  // The codec itself, since the public functions look at the token before they call it.
  const Codec& codec = *find_codec(Format::png);
  const DecodeOptions best{.on_damage = OnDamage::best_effort};
  EXPECT_EQ(codec.decode(file, *probe(file), best, execution).error().code, ErrorCode::cancelled);
  EXPECT_EQ(codec.encode(image.view(), kPng, execution).error().code, ErrorCode::cancelled);
}

TEST(Png, MemoryStaysBelowWhatWasPredictedAndWithinTheLimit) {
  const Image image = test::noise({301, 203}, rgba16);
  const Bytes file = encoded(image.view());
  for (const bool keep : {false, true}) {
    for (const Rect& window : test::windows_of(image.size())) {
      const DecodeOptions options{.region = window, .keep_16_bit = keep};
      const std::uint64_t predicted = predicted_decode_bytes(*probe(file), options);
      Workspace workspace;
      ASSERT_TRUE(decode(file, options, {.workspace = &workspace}));
      EXPECT_LE(workspace.peak_bytes(), predicted);
      Workspace exact(predicted);
      EXPECT_TRUE(decode(file, options, {.workspace = &exact}));
      Workspace small(predicted - 1);
      const auto refused = decode(file, options, {.workspace = &small});
      ASSERT_FALSE(refused);
      EXPECT_EQ(refused.error().limit, Limit::working_memory);
      EXPECT_EQ(small.peak_bytes(), 0u);
    }
  }
  Workspace small(600'000);
  EXPECT_EQ(encode(image.view(), kPng, {.workspace = &small}).error().limit, Limit::working_memory);
}

}  // namespace
}  // namespace limen
