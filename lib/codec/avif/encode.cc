// SPDX-License-Identifier: Apache-2.0
#include "lib/codec/avif/encode.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <string>
#include <variant>

#include "lib/codec/avif/source.h"
#include "limen/core/image.h"

namespace limen::inline LIMEN_ABI {

namespace {

// AV1 (5.5.1) codes a side minus 1 in at most 16 bits.
constexpr std::int32_t kMostSide = 65'536;

// The largest picture of AV1's level 6 (annex A.3).
constexpr std::uint64_t kLevel6Pixels = std::uint64_t{8192} * 4352;
constexpr std::int32_t kLevel6Width = 16'384;
constexpr std::int32_t kLevel6Height = 8704;

// A tile has at most 4096 x 2304 pixels (AV1, 5.9.15).
constexpr std::uint64_t kMostTilePixels = std::uint64_t{4096} * 2304;

struct EncoderDeleter {
  void operator()(avifEncoder* encoder) const { avifEncoderDestroy(encoder); }
};
using EncoderPointer = std::unique_ptr<avifEncoder, EncoderDeleter>;

struct Output {
  Output() = default;
  Output(const Output&) = delete;
  Output& operator=(const Output&) = delete;
  ~Output() { avifRWDataFree(&data); }
  avifRWData data = AVIF_DATA_EMPTY;
};

Error encoding_error(avifResult result, const avifEncoder* encoder) {
  Error error{.code = ErrorCode::internal,
              .message = std::string("AVIF: ") + avifResultToString(result),
              .format = Format::avif};
  if (encoder != nullptr && encoder->diag.error[0] != '\0') {
    error.message += std::string(": ") + encoder->diag.error;
  }
  switch (result) {
    case AVIF_RESULT_OUT_OF_MEMORY:
      error.code = ErrorCode::out_of_memory;
      break;
    case AVIF_RESULT_INVALID_EXIF_PAYLOAD:
      error.code = ErrorCode::invalid_argument;
      break;
    case AVIF_RESULT_NO_CODEC_AVAILABLE:
    case AVIF_RESULT_NOT_IMPLEMENTED:
    case AVIF_RESULT_UNSUPPORTED_DEPTH:
      error.code = ErrorCode::unsupported;
      break;
    default:
      break;
  }
  return error;
}

Result<void> check(avifResult result, const avifEncoder* encoder = nullptr) {
  if (result != AVIF_RESULT_OK) return encoding_error(result, encoder);
  return {};
}

bool is_lossless(const EncodeOptions& options) {
  return std::holds_alternative<Lossless>(options.mode);
}

int quality_of(const EncodeOptions& options) {
  const auto* quality = std::get_if<Quality>(&options.mode);
  return quality != nullptr ? static_cast<int>(std::lround(quality->value)) : 100;
}

Result<avifPixelFormat> planes_for(const ConstImageView& image, const EncodeOptions& options) {
  if (channel_count(image.format.layout) <= 2) return AVIF_PIXEL_FORMAT_YUV400;
  if (is_lossless(options)) return AVIF_PIXEL_FORMAT_YUV444;
  switch (options.chroma) {
    case ChromaSubsampling::automatic: {
      const auto* quality = std::get_if<Quality>(&options.mode);
      return quality != nullptr && quality->value < 90 ? AVIF_PIXEL_FORMAT_YUV420
                                                       : AVIF_PIXEL_FORMAT_YUV444;
    }
    case ChromaSubsampling::yuv444:
      return AVIF_PIXEL_FORMAT_YUV444;
    case ChromaSubsampling::yuv422:
      return AVIF_PIXEL_FORMAT_YUV422;
    case ChromaSubsampling::yuv420:
      return AVIF_PIXEL_FORMAT_YUV420;
    default:
      return unsupported("AVIF has no chroma subsampling of " + std::string(name(options.chroma)),
                         Format::avif);
  }
}

// Sample * (2^depth - 1) / largest, rounded.
std::uint32_t scaled(std::uint32_t sample, std::uint32_t largest, std::uint32_t target) {
  return (sample * target + largest / 2) / largest;
}

// One channel into one plane of its own. Gray has no other conversion: full range both ways.
template <class In, class Out>
void fill_plane(const ConstImageView& image, int channel, std::uint32_t target, std::uint8_t* plane,
                std::uint32_t row_bytes) {
  constexpr std::uint32_t kLargest = sizeof(In) == 1 ? 255 : 65535;
  const int channels = image.format.channels();
  for (std::int32_t y = 0; y < image.size.height; ++y) {
    const In* in = image.row_as<In>(y) + channel;
    Out* out = reinterpret_cast<Out*>(plane + static_cast<std::size_t>(y) * row_bytes);
    for (std::int32_t x = 0; x < image.size.width; ++x, in += channels) {
      out[x] = static_cast<Out>(scaled(*in, kLargest, target));
    }
  }
}

void fill_plane(const ConstImageView& image, int channel, std::uint32_t depth, std::uint8_t* plane,
                std::uint32_t row_bytes) {
  const std::uint32_t target = (1u << depth) - 1;
  if (image.format.sample == SampleType::u8) {
    depth == 8 ? fill_plane<std::uint8_t, std::uint8_t>(image, channel, target, plane, row_bytes)
               : fill_plane<std::uint8_t, std::uint16_t>(image, channel, target, plane, row_bytes);
  } else {
    depth == 8 ? fill_plane<std::uint16_t, std::uint8_t>(image, channel, target, plane, row_bytes)
               : fill_plane<std::uint16_t, std::uint16_t>(image, channel, target, plane, row_bytes);
  }
}

Result<void> fill_colors(const ConstImageView& image, avifImage& planes) {
  avifRGBImage rgb;
  avifRGBImageSetDefaults(&rgb, &planes);
  rgb.depth = image.format.sample == SampleType::u16 ? 16 : 8;
  rgb.format = image.format.has_alpha() ? AVIF_RGB_FORMAT_RGBA : AVIF_RGB_FORMAT_RGB;
  // libyuv's conversion is faster and coarser, and not the same on every instruction set.
  rgb.avoidLibYUV = AVIF_TRUE;
  rgb.chromaDownsampling = AVIF_CHROMA_DOWNSAMPLING_AVERAGE;
  // libavif does not write through it.
  rgb.pixels = const_cast<std::uint8_t*>(reinterpret_cast<const std::uint8_t*>(image.data));
  rgb.rowBytes = static_cast<std::uint32_t>(image.stride);
  return check(avifImageRGBToYUV(&planes, &rgb));
}

Result<void> set_bytes(avifRWData& target, const Bytes& bytes) {
  if (bytes.empty()) return {};
  const auto* data = reinterpret_cast<const std::uint8_t*>(bytes.data());
#if AVIF_VERSION >= 1000000
  return check(avifRWDataSet(&target, data, bytes.size()));
#else
  avifRWDataSet(&target, data, bytes.size());
  return {};
#endif
}

// The description of the picture to come, no planes yet.
Result<AvifImagePointer> empty_planes(const ConstImageView& image, const EncodeOptions& options) {
  LIMEN_ASSIGN(const avifPixelFormat format, planes_for(image, options));
  AvifImagePointer planes(avifImageCreate(static_cast<std::uint32_t>(image.size.width),
                                          static_cast<std::uint32_t>(image.size.height),
                                          static_cast<std::uint32_t>(options.bit_depth), format));
  if (planes == nullptr) return out_of_memory();
  planes->yuvRange = AVIF_RANGE_FULL;
  const bool has_profile = !options.metadata.icc.empty();
  planes->colorPrimaries = static_cast<avifColorPrimaries>(
      has_profile ? AVIF_COLOR_PRIMARIES_UNSPECIFIED : AVIF_COLOR_PRIMARIES_BT709);
  planes->transferCharacteristics = static_cast<avifTransferCharacteristics>(
      has_profile ? AVIF_TRANSFER_CHARACTERISTICS_UNSPECIFIED : AVIF_TRANSFER_CHARACTERISTICS_SRGB);
  // Monochrome has no matrix, and AV1 forbids to call it identity.
  planes->matrixCoefficients = static_cast<avifMatrixCoefficients>(
      is_lossless(options) && format == AVIF_PIXEL_FORMAT_YUV444 ? AVIF_MATRIX_COEFFICIENTS_IDENTITY
                                                                 : AVIF_MATRIX_COEFFICIENTS_BT601);
  return planes;
}

Result<void> fill(const ConstImageView& image, const EncodeOptions& options, avifImage& planes) {
  if (planes.yuvFormat == AVIF_PIXEL_FORMAT_YUV400) {
    const bool with_alpha = image.format.has_alpha();
    LIMEN_TRY(
        check(avifImageAllocatePlanes(&planes, with_alpha ? AVIF_PLANES_ALL : AVIF_PLANES_YUV)));
    fill_plane(image, 0, planes.depth, planes.yuvPlanes[0], planes.yuvRowBytes[0]);
    if (with_alpha) fill_plane(image, 1, planes.depth, planes.alphaPlane, planes.alphaRowBytes);
  } else {
    LIMEN_TRY(fill_colors(image, planes));
  }
  LIMEN_TRY(set_bytes(planes.icc, options.metadata.icc));
  // Not by avifImageSetMetadataExif(), which would turn EXIF's orientation into irot and imir: the
  // pixels are upright already.
  LIMEN_TRY(set_bytes(planes.exif, options.metadata.exif));
  LIMEN_TRY(set_bytes(planes.xmp, options.metadata.xmp));
  return {};
}

void set_quality(avifEncoder& encoder, int quality) {
#if AVIF_VERSION >= 1000000
  encoder.quality = quality;
  encoder.qualityAlpha = quality;
#else
  // As libavif 1.x does: the quantizer is libaom's cq-level, which rate control may move within 0
  // to 63, and 0 is lossless coding.
  const int quantizer = avif_quantizer(quality);
  const int most =
      quantizer == AVIF_QUANTIZER_LOSSLESS ? AVIF_QUANTIZER_LOSSLESS : AVIF_QUANTIZER_WORST_QUALITY;
  encoder.minQuantizer = AVIF_QUANTIZER_BEST_QUALITY;
  encoder.minQuantizerAlpha = AVIF_QUANTIZER_BEST_QUALITY;
  encoder.maxQuantizer = most;
  encoder.maxQuantizerAlpha = most;
  avifEncoderSetCodecSpecificOption(&encoder, "cq-level", std::to_string(quantizer).c_str());
#endif
}

// What libavif and libaom hold while they encode, fitted to measurements of libaom 3.6 from 0.5 to
// 20 megapixels: 14 to 30 bytes a pixel of 8 bits, about twice that with much effort.
std::uint64_t library_bytes(const avifImage& planes, bool with_alpha,
                            const EncodeOptions& options) {
  constexpr std::uint64_t kFixedBytes = 8'000'000;
  constexpr int kMuchEffort = 6;
  std::uint64_t tenths = planes.yuvFormat == AVIF_PIXEL_FORMAT_YUV400   ? 140
                         : planes.yuvFormat == AVIF_PIXEL_FORMAT_YUV420 ? 185
                         : planes.yuvFormat == AVIF_PIXEL_FORMAT_YUV422 ? 230
                                                                        : 300;
  if (planes.depth > 8) tenths = tenths * 14 / 10;
  if (options.effort >= kMuchEffort) tenths *= 2;
  if (with_alpha) tenths += 20;
  // At most 2^32 pixels of less than 2^10 tenths.
  return kFixedBytes + std::uint64_t{planes.width} * planes.height * tenths / 10;
}

// Beyond level 6, libaom 3.6.0 (Debian 12's) takes a tile to hold twice as much as it does and
// codes the number of rows of tiles in bits that no decoder expects
// (https://crbug.com/aomedia/2871). Where there are as many columns as there have to be tiles, the
// number of rows has no minimum, and both agree.
void set_tiles(avifEncoder& encoder, Size size) {
  if (area(size) <= kLevel6Pixels && size.width <= kLevel6Width && size.height <= kLevel6Height) {
    return;
  }
  // In superblocks of 128 pixels: at least as many tiles as in those of 64.
  const auto superblocks = [](std::int32_t side) {
    return (static_cast<std::uint64_t>(side) + 127) / 128;
  };
  const std::uint64_t blocks = superblocks(size.width) * superblocks(size.height);
  constexpr std::uint64_t kBlocksOfATile = kMostTilePixels / 128 / 128;
  constexpr int kMostLog2 = 6;
  while ((kBlocksOfATile << encoder.tileColsLog2) < blocks && encoder.tileColsLog2 < kMostLog2) {
    ++encoder.tileColsLog2;
  }
}

}  // namespace

int avif_quantizer(int quality) {
  // What libavif 1.x makes of its `quality` (src/codec_aom.c).
  return ((100 - quality) * kCoarsestAvifQuantizer + 50) / 100;
}

Result<void> check_avif_side(Size size) {
  if (size.width <= kMostSide && size.height <= kMostSide) return {};
  return unsupported("AVIF holds at most 65536 pixels a side, not " + std::to_string(size.width) +
                         "x" + std::to_string(size.height),
                     Format::avif);
}

Result<Bytes> encode_avif(const ConstImageView& image, const EncodeOptions& options,
                          const Execution& execution) {
  LIMEN_TRY(check_avif_side(image.size));
  LIMEN_ASSIGN(const AvifImagePointer planes, empty_planes(image, options));
  MemoryReservation reserved;
  if (execution.workspace != nullptr) {
    LIMEN_ASSIGN(reserved, execution.workspace->reserve(
                               library_bytes(*planes, image.format.has_alpha(), options)));
  }
  LIMEN_TRY(fill(image, options, *planes));
  if (execution.is_cancelled()) return cancelled();

  const EncoderPointer encoder(avifEncoderCreate());
  if (encoder == nullptr) return out_of_memory();
  // The same encoder everywhere, so that quality and bytes mean the same.
  if (avifCodecName(AVIF_CODEC_CHOICE_AOM, AVIF_CODEC_FLAG_CAN_ENCODE) == nullptr) {
    return unsupported("this libavif was built without libaom's encoder", Format::avif);
  }
  encoder->codecChoice = AVIF_CODEC_CHOICE_AOM;
  encoder->speed = 10 - options.effort;
  encoder->maxThreads = 1;
  set_quality(*encoder, quality_of(options));
  set_tiles(*encoder, image.size);
  LIMEN_TRY(check(avifEncoderAddImage(encoder.get(), planes.get(), 1, AVIF_ADD_IMAGE_FLAG_SINGLE),
                  encoder.get()));
  if (execution.is_cancelled()) return cancelled();
  Output output;
  LIMEN_TRY(check(avifEncoderFinish(encoder.get(), &output.data), encoder.get()));
  const auto* begin = reinterpret_cast<const std::byte*>(output.data.data);
  return Bytes(begin, begin + output.data.size);
}

}  // namespace limen::inline LIMEN_ABI
