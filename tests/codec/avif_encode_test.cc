// SPDX-License-Identifier: Apache-2.0

// AVIF encoding: what comes back, what is embedded, and what quality and effort mean.

#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <vector>

#include "limen/codec/decode.h"
#include "limen/codec/encode.h"
#include "tests/codec/avif_builder.h"
#include "tests/pictures.h"

namespace limen {
namespace {

EncodeOptions avif_options(std::variant<Quality, Lossless, NearLossless> mode) {
  EncodeOptions options;
  options.format = Format::avif;
  options.mode = mode;
  options.effort = 1;
  return options;
}

Bytes encoded(const Image& image, const EncodeOptions& options) {
  auto bytes = encode(image.const_view(), options);
  EXPECT_TRUE(bytes.has_value()) << (bytes ? "" : bytes.error().message);
  return bytes ? *std::move(bytes) : Bytes();
}

Decoded decoded(const Bytes& bytes, bool keep_16_bit = false) {
  DecodeOptions options;
  options.keep_16_bit = keep_16_bit;
  options.read_metadata = true;
  auto result = decode(bytes, options);
  EXPECT_TRUE(result.has_value()) << (result ? "" : result.error().message);
  return result ? *std::move(result) : Decoded();
}

double largest_difference(const Image& a, const Image& b) {
  EXPECT_EQ(a.size(), b.size());
  EXPECT_EQ(a.format().layout, b.format().layout);
  double largest = 0;
  for (int y = 0; y < a.size().height; ++y) {
    for (int x = 0; x < a.size().width; ++x) {
      for (int c = 0; c < a.format().channels(); ++c) {
        largest = std::max(largest, std::abs(test::get_sample(a.const_view(), x, y, c) -
                                             test::get_sample(b.const_view(), x, y, c)));
      }
    }
  }
  return largest;
}

// Decibels, over the colour channels.
double psnr(const Image& a, const Image& b) {
  const int colors = a.format().channels() - (a.format().has_alpha() ? 1 : 0);
  double sum = 0;
  for (int y = 0; y < a.size().height; ++y) {
    for (int x = 0; x < a.size().width; ++x) {
      for (int c = 0; c < colors; ++c) {
        const double difference =
            test::get_sample(a.const_view(), x, y, c) - test::get_sample(b.const_view(), x, y, c);
        sum += difference * difference;
      }
    }
  }
  return -10 * std::log10(sum / (static_cast<double>(area(a.size())) * colors) + 1e-12);
}

TEST(AvifEncode, LosslessGivesEverySampleBack) {
  for (const PixelFormat format : {gray8, gray_alpha8, rgb8, rgba8}) {
    for (const Size size : {Size{1, 1}, Size{1, 9}, Size{9, 1}, Size{33, 17}, Size{64, 64}}) {
      const Image image = test::noise(size, format);
      const Decoded back = decoded(encoded(image, avif_options(Lossless{})));
      ASSERT_EQ(back.image.format(), format);
      EXPECT_EQ(largest_difference(image, back.image), 0)
          << size.width << "x" << size.height << " of " << format.channels();
    }
  }
}

TEST(AvifEncode, LosslessIsIdentityIn444) {
  const Decoded back = decoded(encoded(test::noise({16, 16}, rgb8), avif_options(Lossless{})));
  EXPECT_EQ(back.info.subsampling, ChromaSubsampling::yuv444);
  EXPECT_EQ(back.info.model, ColorModel::rgb);
  ASSERT_TRUE(back.info.color.cicp.has_value());
  EXPECT_EQ(*back.info.color.cicp, (Cicp{1, 13, 0, true}));
}

TEST(AvifEncode, EveryLayoutAndDepthComesBackClose) {
  for (const PixelFormat format :
       {gray8, gray_alpha8, rgb8, rgba8, gray16, gray_alpha16, rgb16, rgba16}) {
    for (const int depth : {8, 10}) {
      const Image image = test::scene({97, 61}, format);
      EncodeOptions options = avif_options(Quality{95});
      options.bit_depth = depth;
      const Decoded back = decoded(encoded(image, options), true);
      EXPECT_EQ(back.info.bit_depth, depth);
      EXPECT_EQ(back.image.format().layout, format.layout);
      EXPECT_EQ(back.image.format().sample, depth == 8 ? SampleType::u8 : SampleType::u16);
      EXPECT_GT(psnr(image, back.image), 38);
    }
  }
}

TEST(AvifEncode, SixteenBitsAreRoundedToTen) {
  EncodeOptions options = avif_options(Lossless{});
  options.bit_depth = 10;
  for (const PixelFormat format : {gray16, gray_alpha16, rgb16, rgba16}) {
    const Image image = test::noise({40, 30}, format);
    const Decoded back = decoded(encoded(image, options), true);
    ASSERT_EQ(back.image.format(), format);
    // Half a step of 1/1023, and the step of the way back to 16 bits.
    EXPECT_LE(largest_difference(image, back.image), 0.5 / 1023 + 1.0 / 65535);
  }
}

TEST(AvifEncode, ChromaIsAsAskedOrAsQualityWants) {
  const Image image = test::scene({50, 50}, rgb8);
  const auto subsampling = [&](float quality, ChromaSubsampling chroma) {
    EncodeOptions options = avif_options(Quality{quality});
    options.chroma = chroma;
    return decoded(encoded(image, options)).info.subsampling;
  };
  EXPECT_EQ(subsampling(80, ChromaSubsampling::automatic), ChromaSubsampling::yuv420);
  EXPECT_EQ(subsampling(89, ChromaSubsampling::automatic), ChromaSubsampling::yuv420);
  EXPECT_EQ(subsampling(90, ChromaSubsampling::automatic), ChromaSubsampling::yuv444);
  for (const auto chroma :
       {ChromaSubsampling::yuv444, ChromaSubsampling::yuv422, ChromaSubsampling::yuv420}) {
    EXPECT_EQ(subsampling(50, chroma), chroma);
  }
  EncodeOptions options = avif_options(Quality{50});
  options.chroma = ChromaSubsampling::yuv411;
  EXPECT_EQ(encode(image.const_view(), options).error().code, ErrorCode::unsupported);
}

TEST(AvifEncode, MoreQualityIsMoreBytesAndCloser) {
  const Image image = test::scene({128, 128}, rgb8);
  std::size_t bytes = 0;
  double closeness = 0;
  for (const float quality : {0.0F, 25.0F, 50.0F, 75.0F, 88.0F, 100.0F}) {
    const Bytes file = encoded(image, avif_options(Quality{quality}));
    const double now = psnr(image, decoded(file).image);
    EXPECT_GT(file.size(), bytes) << quality;
    EXPECT_GT(now, closeness) << quality;
    bytes = file.size();
    closeness = now;
  }
}

// With libavif's own encoder at the quantizer that libavif 1.x's formula gives, by hand.
TEST(AvifEncode, QualityIsLibavif1sQuantizer) {
  const Image image = test::scene({96, 80}, gray8);
  for (const auto& [quality, quantizer] :
       {std::pair{0, 63}, std::pair{30, 44}, std::pair{60, 25}, std::pair{80, 13}, std::pair{99, 1},
        std::pair{100, 0}}) {
    const auto planes =
        test::make_planes(image.size(), AVIF_PIXEL_FORMAT_YUV400, false, [&](int, int x, int y) {
          return static_cast<int>(image.const_view().row_as<std::uint8_t>(y)[x]);
        });
    planes->colorPrimaries = 1;
    planes->transferCharacteristics = 13;
    planes->matrixCoefficients = 6;
    avifEncoder* encoder = avifEncoderCreate();
    encoder->codecChoice = AVIF_CODEC_CHOICE_AOM;
    encoder->speed = 9;
#if AVIF_VERSION >= 1000000
    encoder->quality = quality;
#else
    encoder->minQuantizer = 0;
    encoder->maxQuantizer = quantizer == 0 ? 0 : 63;
    avifEncoderSetCodecSpecificOption(encoder, "cq-level", std::to_string(quantizer).c_str());
#endif
    ASSERT_EQ(avifEncoderAddImage(encoder, planes.get(), 1, AVIF_ADD_IMAGE_FLAG_SINGLE),
              AVIF_RESULT_OK);
    const Bytes expected = test::finish(encoder);
    avifEncoderDestroy(encoder);
    EXPECT_EQ(encoded(image, avif_options(Quality{static_cast<float>(quality)})), expected)
        << "quality " << quality;
    if (quality == 100) {
      EXPECT_EQ(largest_difference(image, decoded(expected).image), 0);
    }
  }
}

TEST(AvifEncode, EffortMakesDifferentFiles) {
  const Image image = test::scene({160, 120}, rgb8);
  std::vector<std::size_t> sizes;
  for (const int effort : {0, 4, 8}) {
    EncodeOptions options = avif_options(Quality{60});
    options.effort = effort;
    sizes.push_back(encoded(image, options).size());
  }
  EXPECT_LT(sizes[2], sizes[0]);
}

TEST(AvifEncode, TheSameInputGivesTheSameBytes) {
  const Image image = test::scene({200, 150}, rgba8);
  const EncodeOptions options = avif_options(Quality{70});
  const Bytes once = encoded(image, options);
  EXPECT_EQ(encoded(image, options), once);
  Execution execution;
  execution.threads = 4;
  EXPECT_EQ(*encode(image.const_view(), options, execution), once);
}

TEST(AvifEncode, MetadataIsEmbedded) {
  const Image image = test::scene({20, 20}, rgb8);
  EncodeOptions options = avif_options(Quality{80});
  const auto bytes_of = [](std::string_view text) {
    const auto* begin = reinterpret_cast<const std::byte*>(text.data());
    return Bytes(begin, begin + text.size());
  };
  using namespace std::string_view_literals;
  options.metadata.xmp = bytes_of("<x:xmpmeta/>");
  options.metadata.exif = bytes_of("II*\0\b\0\0\0\1\0\x12\1\3\0\1\0\0\0\6\0\0\0\0\0\0\0"sv);
  Decoded back = decoded(encoded(image, options));
  EXPECT_EQ(back.metadata.xmp, options.metadata.xmp);
  EXPECT_EQ(back.metadata.exif, options.metadata.exif);
  EXPECT_TRUE(back.info.has_exif && back.info.has_xmp);
  // The pixels are upright already, whatever the EXIF says.
  EXPECT_EQ(back.info.orientation, Orientation::top_left);
  ASSERT_TRUE(back.info.color.cicp.has_value());
  EXPECT_EQ(*back.info.color.cicp, (Cicp{1, 13, 6, true}));

  options.metadata.icc = bytes_of("any bytes: a profile is the caller's affair");
  back = decoded(encoded(image, options));
  EXPECT_EQ(back.info.color.icc, options.metadata.icc);
  EXPECT_FALSE(back.info.color.cicp.has_value());

  options.metadata.exif = bytes_of("no TIFF stream");
  EXPECT_EQ(encode(image.const_view(), options).error().code, ErrorCode::invalid_argument);
}

TEST(AvifEncode, RowsMayHaveAnyStride) {
  const Image wide = test::scene({60, 20}, rgba8);
  const ConstImageView part = subview(wide.const_view(), {7, 3, 31, 11});
  auto alone = Image::create(part.size, rgba8);
  ASSERT_TRUE(alone.has_value());
  copy_pixels(part, alone->view());
  const EncodeOptions options = avif_options(Quality{70});
  EXPECT_EQ(*encode(part, options), encoded(*alone, options));
}

TEST(AvifEncode, SidesBeyond65536AreUnsupported) {
  const std::byte pixel{};
  for (const Size size : {Size{65'537, 1}, Size{1, 65'537}}) {
    const ConstImageView view(&pixel, size, size.width, gray8);
    EXPECT_EQ(encode(view, avif_options(Quality{50})).error().code, ErrorCode::unsupported);
  }
}

// libaom 3.6.0 codes the tiles of pictures beyond AV1's level 6 so that no decoder can read them,
// unless it is told how to tile.
TEST(AvifEncode, PicturesBeyondLevel6CanBeRead) {
  const Image image = test::make_picture(
      {600, 17'000}, gray8, [](auto x, auto y, auto) { return (x + y) % 128 / 255.0; });
  EncodeOptions options = avif_options(Quality{20});
  options.effort = 0;
  const Decoded back = decoded(encoded(image, options));
  ASSERT_EQ(back.image.size(), image.size());
  EXPECT_GT(psnr(image, back.image), 25);
}

TEST(AvifEncode, WorkingMemoryIsLimited) {
  const Image image = test::scene({300, 300}, rgb8);
  Workspace workspace(5'000'000);
  Execution execution;
  execution.workspace = &workspace;
  const auto refused = encode(image.const_view(), avif_options(Quality{50}), execution);
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().limit, Limit::working_memory);
  workspace.set_limit(50'000'000);
  EXPECT_TRUE(encode(image.const_view(), avif_options(Quality{50}), execution).has_value());
  EXPECT_EQ(workspace.bytes_in_use(), 0u);
}

TEST(AvifEncode, StopsWhereAsked) {
  CancelToken token;
  token.cancel();
  Execution execution;
  execution.cancel = &token;
  const Image image = test::scene({20, 20}, rgb8);
  EXPECT_EQ(encode(image.const_view(), avif_options(Quality{50}), execution).error().code,
            ErrorCode::cancelled);
}

}  // namespace
}  // namespace limen
