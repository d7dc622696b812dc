// SPDX-License-Identifier: Apache-2.0
#include "lib/codec/avif/source.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

namespace limen::inline LIMEN_ABI {

namespace {

using namespace std::string_view_literals;

// libavif starts threads up to this, however many are asked for.
constexpr unsigned kMaxThreads = 64;

avifResult read_cut_file(avifIO* io, std::uint32_t flags, std::uint64_t offset, std::size_t size,
                         avifROData* out) {
  // The most that libavif reads of a box's header: there, less is no error.
  constexpr std::size_t kHeaderBytes = 32;
  const ByteView bytes = static_cast<const AvifCutFile*>(io->data)->bytes;
  if (flags != 0) return AVIF_RESULT_IO_ERROR;
  if (offset > bytes.size()) return AVIF_RESULT_WAITING_ON_IO;
  const std::size_t there = bytes.size() - static_cast<std::size_t>(offset);
  if (size > there && size > kHeaderBytes) return AVIF_RESULT_WAITING_ON_IO;
  out->data = reinterpret_cast<const std::uint8_t*>(bytes.data()) + offset;
  out->size = std::min(size, there);
  return AVIF_RESULT_OK;
}

std::unique_ptr<AvifCutFile> as_cut_file(ByteView bytes) {
  auto file = std::make_unique<AvifCutFile>();
  file->bytes = bytes;
  file->io.read = read_cut_file;
  // libavif takes no buffer and believes no item larger than this.
  file->io.sizeHint = 2 * std::uint64_t{bytes.size()};
  file->io.persistent = AVIF_TRUE;
  file->io.data = file.get();
  return file;
}

Result<void> parse(ByteView bytes, const AvifOpenOptions& options, bool with_metadata,
                   AvifSource& source) {
  source.decoder.reset(avifDecoderCreate());  // the former one goes before what it reads from
  if (source.decoder == nullptr) return out_of_memory();
  avifDecoder& decoder = *source.decoder;
  decoder.maxThreads = static_cast<int>(std::clamp(options.threads, 1u, kMaxThreads));
  decoder.ignoreExif = with_metadata ? AVIF_FALSE : AVIF_TRUE;
  decoder.ignoreXMP = decoder.ignoreExif;
  decoder.imageSizeLimit = static_cast<std::uint32_t>(
      std::clamp<std::uint64_t>(options.most_pixels, 1, AVIF_DEFAULT_IMAGE_SIZE_LIMIT));
  decoder.imageDimensionLimit = 0;  // sides are checked by limen's own limits
  decoder.imageCountLimit = std::max<std::uint32_t>(options.limits.frames, 1);
  // Files of older encoders lack `pixi`, or `ispe` on alpha; browsers show them.
  decoder.strictFlags = AVIF_STRICT_DISABLED;

  avifResult result = AVIF_RESULT_OK;
  if (options.bears_cut && source.container.is_cut) {
    source.cut_file = as_cut_file(bytes);
    decoder.allowIncremental = AVIF_TRUE;
    avifDecoderSetIO(&decoder, &source.cut_file->io);
  } else {
    result = avifDecoderSetIOMemory(&decoder, reinterpret_cast<const std::uint8_t*>(bytes.data()),
                                    bytes.size());
  }
  if (result == AVIF_RESULT_OK) result = avifDecoderParse(&decoder);
  if (result == AVIF_RESULT_OK) return {};
  const std::string_view reason = decoder.diag.error;
  const std::uint64_t largest = source.container.largest_item_pixels;
  if (reason.find("dimensions are too large") != reason.npos && largest > options.limits.pixels) {
    return limit_exceeded(Limit::pixels, largest, options.limits.pixels, Format::avif);
  }
  if (reason.find("imageCountLimit") != reason.npos) {
    // The count itself is not told, only that it is more.
    return limit_exceeded(Limit::frames, std::uint64_t{options.limits.frames} + 1,
                          options.limits.frames, Format::avif);
  }
  return error_of(result, &decoder, source.container);
}

// irot turns counter-clockwise by quarters, then imir mirrors: top to bottom (0) or left to right
// (1). ISO/IEC 23008-12, 6.5.10 and 6.5.12.
Orientation orientation_of(const avifImage& image) {
  const int angle = (image.transformFlags & AVIF_TRANSFORM_IROT) != 0 ? image.irot.angle & 3 : 0;
  const bool mirrored = (image.transformFlags & AVIF_TRANSFORM_IMIR) != 0;
#if AVIF_VERSION >= 1000000
  const int axis = image.imir.axis;
#else
  const int axis = image.imir.mode;
#endif
  constexpr Orientation kTurned[] = {Orientation::top_left, Orientation::left_bottom,
                                     Orientation::bottom_right, Orientation::right_top};
  constexpr Orientation kTurnedThenTopToBottom[] = {Orientation::bottom_left, Orientation::left_top,
                                                    Orientation::top_right,
                                                    Orientation::right_bottom};
  constexpr Orientation kTurnedThenLeftToRight[] = {
      Orientation::top_right, Orientation::right_bottom, Orientation::bottom_left,
      Orientation::left_top};
  if (!mirrored) return kTurned[angle];
  return axis == 0 ? kTurnedThenTopToBottom[angle] : kTurnedThenLeftToRight[angle];
}

ChromaSubsampling subsampling_of(avifPixelFormat format) {
  switch (format) {
    case AVIF_PIXEL_FORMAT_YUV444:
      return ChromaSubsampling::yuv444;
    case AVIF_PIXEL_FORMAT_YUV422:
      return ChromaSubsampling::yuv422;
    case AVIF_PIXEL_FORMAT_YUV420:
      return ChromaSubsampling::yuv420;
    case AVIF_PIXEL_FORMAT_YUV400:
      return ChromaSubsampling::gray;
    default:
      return ChromaSubsampling::other;
  }
}

ByteView view_of(const avifRWData& data) {
  return {reinterpret_cast<const std::byte*>(data.data), data.size};
}

// The payload of an Exif item may have "Exif\0\0" or padding before the TIFF stream
// (ISO/IEC 23008-12, A.2.1: an offset says how much, which libavif has read but not applied).
ByteView tiff_of(ByteView payload) {
  const std::string_view text(reinterpret_cast<const char*>(payload.data()), payload.size());
  const std::size_t begin = std::min(text.find("II*\0"sv), text.find("MM\0*"sv));
  return begin == std::string_view::npos ? payload : payload.subspan(begin);
}

Bytes bytes_of(ByteView view) { return Bytes(view.begin(), view.end()); }

}  // namespace

Error error_of(avifResult result, const avifDecoder* decoder, const AvifContainer& container) {
  Error error{.code = ErrorCode::malformed,
              .message = std::string("AVIF: ") + avifResultToString(result),
              .format = Format::avif};
  if (decoder != nullptr && decoder->diag.error[0] != '\0') {
    error.message += std::string(": ") + decoder->diag.error;
    std::replace(error.message.begin(), error.message.end(), '\n', ' ');
  }
  switch (result) {
    case AVIF_RESULT_TRUNCATED_DATA:
    case AVIF_RESULT_WAITING_ON_IO:
    case AVIF_RESULT_IO_ERROR:
      error.code = ErrorCode::truncated;
      break;
    case AVIF_RESULT_INVALID_FTYP:
    case AVIF_RESULT_NO_YUV_FORMAT_SELECTED:
    case AVIF_RESULT_REFORMAT_FAILED:
    case AVIF_RESULT_UNSUPPORTED_DEPTH:
    case AVIF_RESULT_NO_AV1_ITEMS_FOUND:
    case AVIF_RESULT_NO_CODEC_AVAILABLE:
    case AVIF_RESULT_NOT_IMPLEMENTED:
      error.code = ErrorCode::unsupported;
      break;
    case AVIF_RESULT_OUT_OF_MEMORY:
      error.code = ErrorCode::out_of_memory;
      break;
    default:
      break;
  }
  const bool is_of_the_file = error.code == ErrorCode::malformed ||
                              result == AVIF_RESULT_NO_AV1_ITEMS_FOUND ||
                              result == AVIF_RESULT_INVALID_FTYP;
  if (is_of_the_file && container.is_cut) {
    error.code = ErrorCode::truncated;
    error.message += " (the file ends before what is in it does)";
  }
  return error;
}

Result<AvifSource> open_avif(ByteView bytes, const AvifOpenOptions& options) {
  AvifSource source;
  LIMEN_ASSIGN(source.container, scan_container(bytes));
  if (source.container.needs_mending) {
    source.mended = mend_container(bytes);
    bytes = source.mended;
  }
  auto parsed = parse(bytes, options, options.read_metadata, source);
  if (!parsed && options.read_metadata) {
    // Metadata that cannot be read is no reason to refuse the picture.
    if (parse(bytes, options, false, source)) parsed = {};
  }
  if (!parsed) return std::move(parsed).error();
  return source;
}

Rect clean_aperture(const avifImage& image) {
  const Rect all = {0, 0, static_cast<std::int32_t>(image.width),
                    static_cast<std::int32_t>(image.height)};
  if ((image.transformFlags & AVIF_TRANSFORM_CLAP) == 0) return all;
  avifCropRect crop;
  avifDiagnostics diagnostics;
  // MIAF wants even offsets where chroma is subsampled; the crop here is one of finished pixels, so
  // any will do.
  constexpr avifPixelFormat kAnyOffset = AVIF_PIXEL_FORMAT_YUV444;
  if (!avifCropRectConvertCleanApertureBox(&crop, &image.clap, image.width, image.height,
                                           kAnyOffset, &diagnostics)) {
    return all;
  }
  const Rect rect = {static_cast<std::int32_t>(crop.x), static_cast<std::int32_t>(crop.y),
                     static_cast<std::int32_t>(crop.width), static_cast<std::int32_t>(crop.height)};
  return lies_inside(rect, size_of(all)) ? rect : all;
}

ImageInfo info_of(const AvifSource& source) {
  const avifDecoder& decoder = *source.decoder;
  const avifImage& image = source.image();
  ImageInfo info;
  info.format = Format::avif;
  info.size = size_of(clean_aperture(image));
  info.orientation = orientation_of(image);
  info.frames = static_cast<std::uint32_t>(std::max(decoder.imageCount, 1));
  info.bit_depth = static_cast<int>(image.depth);
  info.has_alpha = decoder.alphaPresent != AVIF_FALSE;
  info.subsampling = subsampling_of(image.yuvFormat);
  info.model = image.yuvFormat == AVIF_PIXEL_FORMAT_YUV400                     ? ColorModel::gray
               : image.matrixCoefficients == AVIF_MATRIX_COEFFICIENTS_IDENTITY ? ColorModel::rgb
                                                                               : ColorModel::ycbcr;
  info.is_progressive = decoder.progressiveState != AVIF_PROGRESSIVE_STATE_UNAVAILABLE;
  info.has_gain_map = source.container.has_gain_map;
  info.color.icc = bytes_of(view_of(image.icc));
  // A profile says more than code points do, and an AV1 stream always has some of the latter.
  const bool is_specified =
      image.colorPrimaries > AVIF_COLOR_PRIMARIES_UNSPECIFIED ||
      image.transferCharacteristics > AVIF_TRANSFER_CHARACTERISTICS_UNSPECIFIED ||
      image.colorPrimaries == AVIF_COLOR_PRIMARIES_BT709 ||
      image.transferCharacteristics == AVIF_TRANSFER_CHARACTERISTICS_BT709;
  if (info.color.icc.empty() && is_specified) {
    info.color.cicp = Cicp{.primaries = image.colorPrimaries,
                           .transfer = image.transferCharacteristics,
                           .matrix = image.matrixCoefficients,
                           .full_range = image.yuvRange == AVIF_RANGE_FULL};
  }
  info.has_exif = image.exif.size > 0;
  info.has_xmp = image.xmp.size > 0;
  return info;
}

Metadata metadata_of(const avifImage& image) {
  Metadata metadata;
  metadata.icc = bytes_of(view_of(image.icc));
  metadata.exif = bytes_of(tiff_of(view_of(image.exif)));
  metadata.xmp = bytes_of(view_of(image.xmp));
  return metadata;
}

}  // namespace limen::inline LIMEN_ABI
