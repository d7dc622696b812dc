// SPDX-License-Identifier: Apache-2.0

// AVIF decoding of made files: transformations, layouts, limits.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "lib/codec/avif/container.h"
#include "limen/codec/decode.h"
#include "tests/codec/avif_builder.h"
#include "tests/pictures.h"

namespace limen {
namespace {

using namespace std::string_view_literals;
using testing::HasSubstr;

test::AvifPlanes gradient(Size size, avifPixelFormat format, bool with_alpha = false) {
  return test::make_planes(size, format, with_alpha, [](int plane, int x, int y) {
    return plane == 3 ? 255 - 3 * x : (plane * 40 + 5 * x + 9 * y) % 256;
  });
}

Bytes patched_sizes(Bytes bytes, Size size) {
  const std::size_t extents = test::find_box(bytes, "ispe");
  test::set_u32(bytes, extents + 12, static_cast<std::uint32_t>(size.width));
  test::set_u32(bytes, extents + 16, static_cast<std::uint32_t>(size.height));
  return bytes;
}

// Where the pixel at (x, y) of a stored picture stands once upright, by the words of EXIF 2.32,
// 4.6.4: what the stored row 0 and column 0 are.
Point upright_position(Orientation orientation, Size stored, int x, int y) {
  const int right = stored.width - 1 - x;
  const int bottom = stored.height - 1 - y;
  switch (orientation) {
    case Orientation::top_left:
      return {x, y};
    case Orientation::top_right:
      return {right, y};
    case Orientation::bottom_right:
      return {right, bottom};
    case Orientation::bottom_left:
      return {x, bottom};
    case Orientation::left_top:
      return {y, x};
    case Orientation::right_top:
      return {bottom, x};
    case Orientation::right_bottom:
      return {bottom, right};
    case Orientation::left_bottom:
      return {y, right};
  }
  return {};
}

TEST(AvifProbe, RotationAndMirrorBecomeOneOrientation) {
  const Size stored = {16, 12};
  for (int angle = 0; angle < 4; ++angle) {
    for (int axis = -1; axis < 2; ++axis) {
      const auto planes = gradient(stored, AVIF_PIXEL_FORMAT_YUV444);
      planes->transformFlags = AVIF_TRANSFORM_IROT | (axis < 0 ? 0 : AVIF_TRANSFORM_IMIR);
      planes->irot.angle = static_cast<std::uint8_t>(angle);
#if AVIF_VERSION >= 1000000
      planes->imir.axis = static_cast<std::uint8_t>(std::max(axis, 0));
#else
      planes->imir.mode = static_cast<std::uint8_t>(std::max(axis, 0));
#endif
      const auto info = probe(test::lossless_avif(planes.get()));
      ASSERT_TRUE(info.has_value()) << info.error().message;
      EXPECT_EQ(info->size, stored);
      // Step by step, as ISO/IEC 23008-12 says: quarter turns counter-clockwise, then the mirror.
      Point point = {3, 5};
      Size size = stored;
      for (int turn = 0; turn < angle; ++turn) {
        point = {point.y, size.width - 1 - point.x};
        size = transposed(size);
      }
      if (axis == 0) point.y = size.height - 1 - point.y;
      if (axis == 1) point.x = size.width - 1 - point.x;
      EXPECT_EQ(info->upright(), size);
      EXPECT_EQ(upright_position(info->orientation, stored, 3, 5), point)
          << "angle " << angle << " axis " << axis;
    }
  }
}

TEST(AvifProbe, ExifOrientationIsIgnored) {
  const auto planes = gradient({8, 8}, AVIF_PIXEL_FORMAT_YUV420);
  constexpr auto kExif = "II*\0\b\0\0\0\1\0\x12\1\3\0\1\0\0\0\6\0\0\0\0\0\0\0"sv;
  static_cast<void>(avifImageSetMetadataExif(
      planes.get(), reinterpret_cast<const std::uint8_t*>(kExif.data()), kExif.size()));
  planes->transformFlags = AVIF_TRANSFORM_NONE;  // the setter has turned them by the EXIF
  const Bytes file = test::lossless_avif(planes.get());
  const auto info = probe(file);
  ASSERT_TRUE(info.has_value());
  EXPECT_TRUE(info->has_exif);
  EXPECT_EQ(info->orientation, Orientation::top_left);
  DecodeOptions options;
  options.read_metadata = true;
  const auto decoded = decode(file, options);
  ASSERT_TRUE(decoded.has_value());
  EXPECT_EQ(decoded->metadata.exif.size(), kExif.size());
  options.read_metadata = false;
  EXPECT_TRUE(decode(file, options)->metadata.is_empty());
}

TEST(AvifProbe, TellsWhatIsCoded) {
  for (const auto& [format, subsampling] :
       {std::pair{AVIF_PIXEL_FORMAT_YUV444, ChromaSubsampling::yuv444},
        std::pair{AVIF_PIXEL_FORMAT_YUV422, ChromaSubsampling::yuv422},
        std::pair{AVIF_PIXEL_FORMAT_YUV420, ChromaSubsampling::yuv420},
        std::pair{AVIF_PIXEL_FORMAT_YUV400, ChromaSubsampling::gray}}) {
    const auto planes = gradient({9, 7}, format, true);
    planes->colorPrimaries = 12;
    planes->transferCharacteristics = 16;
    planes->matrixCoefficients = 9;
    const auto info = probe(test::lossless_avif(planes.get()));
    ASSERT_TRUE(info.has_value()) << info.error().message;
    EXPECT_EQ(info->format, Format::avif);
    EXPECT_EQ(info->size, (Size{9, 7}));
    EXPECT_EQ(info->subsampling, subsampling);
    EXPECT_EQ(info->model,
              format == AVIF_PIXEL_FORMAT_YUV400 ? ColorModel::gray : ColorModel::ycbcr);
    EXPECT_TRUE(info->has_alpha);
    EXPECT_EQ(info->bit_depth, 8);
    EXPECT_EQ(info->frames, 1u);
    EXPECT_FALSE(info->has_gain_map);
    ASSERT_TRUE(info->color.cicp.has_value());
    EXPECT_EQ(*info->color.cicp, (Cicp{12, 16, 9, true}));
  }
}

TEST(AvifProbe, FramesAreCountedAndLimited) {
  const Bytes file = test::animated_avif(gradient({16, 16}, AVIF_PIXEL_FORMAT_YUV420).get(), 5);
  const auto info = probe(file);
  ASSERT_TRUE(info.has_value()) << info.error().message;
  EXPECT_EQ(info->frames, 5u);
  const auto decoded = decode(file);
  ASSERT_TRUE(decoded.has_value()) << decoded.error().message;
  EXPECT_EQ(decoded->image.size(), (Size{16, 16}));
  DecodeOptions options;
  options.limits.frames = 4;
  const auto refused = decode(file, options);
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().limit, Limit::frames);
  EXPECT_EQ(refused.error().allowed, 4u);
}

TEST(AvifDecode, CleanApertureIsCutOut) {
  const auto planes = gradient({20, 16}, AVIF_PIXEL_FORMAT_YUV444);
  const auto all = decode(test::lossless_avif(planes.get()));
  ASSERT_TRUE(all.has_value());
  planes->transformFlags = AVIF_TRANSFORM_CLAP;
  // 11 x 8 in the middle moved by (-2, 1): columns 2 to 12 (of a centre of 9.5 - 2.5), rows 5
  // to 12.
  planes->clap = {11, 1, 8, 1, static_cast<std::uint32_t>(-5), 2, 1, 1};
  const Bytes file = test::lossless_avif(planes.get());
  const auto info = probe(file);
  ASSERT_TRUE(info.has_value()) << info.error().message;
  ASSERT_EQ(info->size, (Size{11, 8}));
  const auto decoded = decode(file);
  ASSERT_TRUE(decoded.has_value()) << decoded.error().message;
  DecodeOptions options;
  options.region = Rect{1, 2, 5, 3};
  const auto part = decode(file, options);
  ASSERT_TRUE(part.has_value()) << part.error().message;
  for (int y = 0; y < 8; ++y) {
    for (int x = 0; x < 11; ++x) {
      for (int c = 0; c < 3; ++c) {
        const double expected = test::get_sample(all->image.const_view(), x + 2, y + 5, c);
        EXPECT_EQ(test::get_sample(decoded->image.const_view(), x, y, c), expected);
        if (x >= 1 && x < 6 && y >= 2 && y < 5) {
          EXPECT_EQ(test::get_sample(part->image.const_view(), x - 1, y - 2, c), expected);
        }
      }
    }
  }
}

TEST(AvifDecode, BrokenCleanApertureShowsEverything) {
  for (const avifCleanApertureBox& clap :
       {avifCleanApertureBox{8, 0, 8, 1, 0, 1, 0, 1}, avifCleanApertureBox{64, 1, 8, 1, 0, 1, 0, 1},
        avifCleanApertureBox{8, 1, 8, 1, 100, 1, 0, 1},
        avifCleanApertureBox{0x80000000u, 1, 8, 1, 0, 1, 0, 1},
        avifCleanApertureBox{0, 1, 8, 1, 0, 1, 0, 1}}) {
    const auto planes = gradient({20, 16}, AVIF_PIXEL_FORMAT_YUV444);
    planes->transformFlags = AVIF_TRANSFORM_CLAP;
    planes->clap = clap;
    const auto decoded = decode(test::lossless_avif(planes.get()));
    ASSERT_TRUE(decoded.has_value()) << decoded.error().message;
    EXPECT_EQ(decoded->image.size(), (Size{20, 16}));
  }
}

TEST(AvifDecode, PremultipliedAlphaComesOutStraight) {
  const auto planes = test::make_planes({4, 4}, AVIF_PIXEL_FORMAT_YUV444, true,
                                        [](int plane, int, int) { return plane == 3 ? 128 : 64; });
  planes->matrixCoefficients = AVIF_MATRIX_COEFFICIENTS_IDENTITY;
  planes->alphaPremultiplied = AVIF_TRUE;
  const auto decoded = decode(test::lossless_avif(planes.get()));
  ASSERT_TRUE(decoded.has_value()) << decoded.error().message;
  EXPECT_EQ(decoded->image.format(), rgba8);
  const auto* pixel = decoded->image.view().row_as<std::uint8_t>(1);
  EXPECT_NEAR(pixel[0], 64 * 255.0 / 128, 0.51);
  EXPECT_EQ(pixel[3], 128);
}

TEST(AvifDecode, GrayKeepsOneChannelAndItsWholeRange) {
  for (const bool with_alpha : {false, true}) {
    const auto planes =
        test::make_planes({20, 130}, AVIF_PIXEL_FORMAT_YUV400, with_alpha,
                          [](int plane, int x, int y) { return plane == 3 ? 7 * x : 16 + y; });
    const auto full = decode(test::lossless_avif(planes.get()));
    ASSERT_TRUE(full.has_value());
    EXPECT_EQ(full->image.format(), with_alpha ? gray_alpha8 : gray8);
    planes->yuvRange = AVIF_RANGE_LIMITED;
    const auto limited = decode(test::lossless_avif(planes.get()));
    ASSERT_TRUE(limited.has_value());
    const int channels = with_alpha ? 2 : 1;
    for (int y = 0; y < 130; ++y) {
      for (int x = 0; x < 20; ++x) {
        ASSERT_EQ(full->image.view().row_as<std::uint8_t>(y)[x * channels], 16 + y);
        ASSERT_NEAR(limited->image.view().row_as<std::uint8_t>(y)[x * channels],
                    y * 255.0 / (235 - 16), 1);
        if (with_alpha) {
          ASSERT_EQ(full->image.view().row_as<std::uint8_t>(y)[x * 2 + 1], 7 * x);
        }
      }
    }
  }
}

TEST(AvifDecode, GridIsPutTogether) {
  const auto cell = [](int base) {
    return test::make_planes({64, 64}, AVIF_PIXEL_FORMAT_YUV400, false,
                             [base](int, int x, int y) { return base + (x + y) / 4; });
  };
  const auto a = cell(0);
  const auto b = cell(50);
  const auto c = cell(100);
  const auto d = cell(150);
  const auto decoded = decode(test::grid_avif({a.get(), b.get(), c.get(), d.get()}, 2, 2));
  ASSERT_TRUE(decoded.has_value()) << decoded.error().message;
  ASSERT_EQ(decoded->image.size(), (Size{128, 128}));
  for (int y = 0; y < 128; ++y) {
    for (int x = 0; x < 128; ++x) {
      ASSERT_EQ(decoded->image.view().row_as<std::uint8_t>(y)[x],
                50 * (x / 64) + 100 * (y / 64) + (x % 64 + y % 64) / 4);
    }
  }
}

TEST(AvifDecode, ACutGridIsShownAsFarAsItGoes) {
  for (const bool with_alpha : {false, true}) {
    test::Random random(9);
    std::vector<test::AvifPlanes> cells;
    std::vector<const avifImage*> pointers;
    for (int i = 0; i < 4; ++i) {
      cells.push_back(test::make_planes(
          {64, 64}, AVIF_PIXEL_FORMAT_YUV444, with_alpha,
          [&](int plane, int, int) { return plane == 3 ? 200u : random.below(256); }));
      pointers.push_back(cells.back().get());
    }
    const Bytes file = test::grid_avif(pointers, 1, 4);
    const auto whole_picture = decode(file);
    ASSERT_TRUE(whole_picture.has_value()) << whole_picture.error().message;
    const Bytes cut(file.begin(), file.begin() + static_cast<std::ptrdiff_t>(file.size() * 5 / 8));
    const auto info = probe(cut);
    ASSERT_TRUE(info.has_value()) << info.error().message;
    EXPECT_EQ(info->size, (Size{64, 256}));
    EXPECT_EQ(decode(cut).error().code, ErrorCode::truncated);

    DecodeOptions options;
    options.on_damage = OnDamage::best_effort;
    const auto part = decode(cut, options);
    ASSERT_TRUE(part.has_value()) << part.error().message;
    EXPECT_THAT(part->damage, HasSubstr("ends after"));
    EXPECT_EQ(part->image.size(), (Size{64, 256}));
    const std::size_t bytes = row_bytes(part->image.size(), part->image.format());
    int sound = 0;
    while (sound < 256 &&
           std::equal(part->image.view().row(sound), part->image.view().row(sound) + bytes,
                      whole_picture->image.view().row(sound))) {
      ++sound;
    }
    EXPECT_GE(sound, 62);
    EXPECT_LT(sound, 200);
    for (int y = sound; y < 256; ++y) {
      const auto* row = part->image.view().row_as<std::uint8_t>(y);
      ASSERT_EQ(row[0], 128);
      ASSERT_EQ(row[bytes - 1], with_alpha ? 0 : 128);
    }
    // A file that is whole is not damaged.
    EXPECT_EQ(decode(file, options)->damage, "");
    // Nothing at all of the first row of tiles: no picture.
    const Bytes head(file.begin(),
                     file.begin() + static_cast<std::ptrdiff_t>(test::find_box(file, "mdat") + 20));
    EXPECT_EQ(decode(head, options).error().code, ErrorCode::truncated);
  }
}

TEST(AvifDecode, RegionsEqualTheWhole) {
  for (const auto format : {AVIF_PIXEL_FORMAT_YUV420, AVIF_PIXEL_FORMAT_YUV422,
                            AVIF_PIXEL_FORMAT_YUV444, AVIF_PIXEL_FORMAT_YUV400}) {
    for (const bool with_alpha : {false, true}) {
      test::Random random(7);
      const auto planes = test::make_planes({37, 151}, format, with_alpha,
                                            [&](int, int, int) { return random.below(256); });
      const Bytes file = test::lossless_avif(planes.get());
      const auto all = decode(file);
      ASSERT_TRUE(all.has_value());
      for (const Rect region :
           {Rect{0, 0, 37, 151}, Rect{0, 0, 1, 1}, Rect{36, 150, 1, 1}, Rect{3, 5, 7, 1},
            Rect{1, 1, 35, 100}, Rect{0, 150, 37, 1}, Rect{11, 64, 20, 65}, Rect{36, 0, 1, 151}}) {
        DecodeOptions options;
        options.region = region;
        const auto part = decode(file, options);
        ASSERT_TRUE(part.has_value()) << part.error().message;
        EXPECT_EQ(part->region, region);
        ASSERT_EQ(part->image.size(), size_of(region));
        for (int y = 0; y < region.height; ++y) {
          const std::byte* whole_row = all->image.view().row(region.y + y);
          const std::size_t pixel = all->image.format().bytes_per_pixel();
          EXPECT_TRUE(std::equal(
              part->image.view().row(y),
              part->image.view().row(y) + row_bytes(size_of(region), all->image.format()),
              whole_row + static_cast<std::size_t>(region.x) * pixel))
              << "row " << y;
        }
      }
    }
  }
}

TEST(AvifDecode, StopsWhereAsked) {
  const Bytes file = test::lossless_avif(gradient({64, 64}, AVIF_PIXEL_FORMAT_YUV420).get());
  CancelToken token;
  token.cancel();
  Execution execution;
  execution.cancel = &token;
  EXPECT_EQ(decode(file, {}, execution).error().code, ErrorCode::cancelled);
}

TEST(AvifDecode, ThreadsChangeNothing) {
  const Bytes file = test::lossless_avif(gradient({256, 256}, AVIF_PIXEL_FORMAT_YUV420).get());
  Execution execution;
  execution.threads = 4;
  const auto one = decode(file);
  const auto four = decode(file, {}, execution);
  ASSERT_TRUE(one.has_value() && four.has_value());
  for (int y = 0; y < 256; ++y) {
    EXPECT_TRUE(std::equal(one->image.view().row(y), one->image.view().row(y) + 768,
                           four->image.view().row(y)));
  }
}

TEST(AvifLimits, AreCheckedBeforeMemoryIsTaken) {
  const Bytes small = test::lossless_avif(gradient({64, 64}, AVIF_PIXEL_FORMAT_YUV420).get());
  // Far more than any default: the size is only claimed.
  const auto huge = decode(patched_sizes(small, {60'000, 60'000}));
  ASSERT_FALSE(huge.has_value());
  EXPECT_EQ(huge.error().limit, Limit::pixels);
  EXPECT_EQ(huge.error().asked, 3'600'000'000u);
  const auto wide = decode(patched_sizes(small, {12'000, 12'000}));
  ASSERT_FALSE(wide.has_value());
  EXPECT_EQ(wide.error().limit, Limit::pixels);
  DecodeOptions options;
  options.limits.working_memory = 1'000'000;
  const auto memory = decode(small, options);
  ASSERT_FALSE(memory.has_value());
  EXPECT_EQ(memory.error().limit, Limit::working_memory);
  options.limits = {};
  options.limits.metadata_bytes = 3;
  const auto planes = gradient({8, 8}, AVIF_PIXEL_FORMAT_YUV420);
  static_cast<void>(
      avifImageSetMetadataXMP(planes.get(), reinterpret_cast<const std::uint8_t*>("<x/>"), 4));
  const auto metadata = decode(test::lossless_avif(planes.get()), options);
  ASSERT_FALSE(metadata.has_value());
  EXPECT_EQ(metadata.error().limit, Limit::metadata_bytes);
}

// The coded frame is larger than the container says: memory was reserved for the latter.
TEST(AvifLimits, ALargerFrameThanAnnouncedIsRefused) {
  const Bytes file = test::lossless_avif(gradient({512, 512}, AVIF_PIXEL_FORMAT_YUV420).get());
  const auto decoded = decode(patched_sizes(file, {16, 16}));
  ASSERT_FALSE(decoded.has_value());
  EXPECT_EQ(decoded.error().code, ErrorCode::malformed);
}

TEST(AvifSniff, BrandsDecide) {
  const auto sniffed = [](std::string_view major, std::string_view compatible) {
    return sniff(test::file_type(major, compatible).bytes());
  };
  EXPECT_EQ(*sniffed("avif", "mif1"), Format::avif);
  EXPECT_EQ(*sniffed("avis", "msf1"), Format::avif);
  EXPECT_EQ(*sniffed("mif1", "mif1avifmiaf"), Format::avif);
  EXPECT_EQ(*sniffed("msf1", "avis"), Format::avif);
  EXPECT_THAT(sniffed("heic", "mif1heic").error().message, HasSubstr("HEIC"));
  EXPECT_THAT(sniffed("heic", "mif1avif").error().message, HasSubstr("HEIC"));
  EXPECT_THAT(sniffed("mif1", "mif1heic").error().message, HasSubstr("HEIF"));
  EXPECT_THAT(sniffed("isom", "iso2mp41").error().message, HasSubstr("MP4"));
}

}  // namespace
}  // namespace limen
