// SPDX-License-Identifier: Apache-2.0
#include <webp/encode.h>
#include <webp/mux.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <memory>
#include <string>

#include "lib/codec/byte_sink.h"
#include "lib/codec/webp/picture.h"
#include "lib/codec/webp/webp_codec.h"

namespace limen::inline LIMEN_ABI::webp {

namespace {

// Beyond 4, libwebp's default, each method takes up to twice the time of the one before. At equal
// scores of 85 and 90 a file by 5 is no smaller than one by 4, one by 6 by 3 % (photographs).
constexpr std::array<int, 10> kMethods{0, 1, 2, 3, 4, 4, 5, 6, 6, 6};

// The loop filter leaves more of what lies inside blocks. At equal bytes and no cost of time
// photographs score .3 (quality 85) to 1.8 (quality 20) higher than with libwebp's default of 0,
// and their worst block 1.3 to 4.
constexpr int kFilterSharpness = 7;

constexpr std::uint64_t kMega = std::uint64_t{1024} * 1024;

// What libwebp takes by its own allocator, as measured on photographs: planes and tokens. Noise at
// the highest quality takes up to twice as much.
std::uint64_t lossy_bytes(Size size, bool has_alpha) {
  return 8 * kMega + area(size) * (has_alpha ? 28 : 8);
}

// The same without loss, measured on photographs, screens and noise of 0.1 to 8 megapixels: pixels,
// hash chains and references grow with the picture, and so do histograms of its parts up to 2600 of
// them, but for the quickest method, which has one. The slowest keeps more of both.
std::uint64_t lossless_bytes(int method, Size size) {
  if (method == 0) return 8 * kMega + area(size) * 24;
  constexpr int kSlowest = 6;
  const bool is_slowest = method == kSlowest;
  const std::uint64_t histograms =
      std::min(22 * kMega, area(size) * (is_slowest ? std::uint64_t{256} : std::uint64_t{64}));
  return 4 * kMega + histograms + area(size) * (is_slowest ? 44 : 32);
}

std::uint64_t library_bytes(const WebPConfig& config, Size size, bool has_alpha) {
  return config.lossless != 0 ? lossless_bytes(config.method, size) : lossy_bytes(size, has_alpha);
}

Result<WebPConfig> config_of(const EncodeOptions& options) {
  WebPConfig config;
  if (WebPConfigInit(&config) == 0) return internal("libwebp is older than its headers");
  if (const auto* quality = std::get_if<Quality>(&options.mode)) {
    config.quality = quality->value;
    config.method = kMethods[static_cast<std::size_t>(options.effort)];
    config.filter_sharpness = kFilterSharpness;
    return config;
  }
  WebPConfigLosslessPreset(&config, options.effort);
  // Colours stay even where alpha hides them.
  config.exact = 1;
  if (const auto* near = std::get_if<NearLossless>(&options.mode)) {
    config.near_lossless = near->level;
  }
  return config;
}

// Runs the encoder on a picture that holds its pixels.
Result<Bytes> run_encoder(WebPPicture& picture, const WebPConfig& config,
                          const Execution& execution) {
  ByteSink sink(execution.workspace);
  picture.writer = [](const std::uint8_t* data, std::size_t size, const WebPPicture* self) {
    return static_cast<ByteSink*>(self->custom_ptr)->append(data, size) ? 1 : 0;
  };
  picture.custom_ptr = &sink;
  picture.progress_hook = [](int, const WebPPicture* self) {
    return static_cast<const Execution*>(self->user_data)->is_cancelled() ? 0 : 1;
  };
  picture.user_data = const_cast<Execution*>(&execution);
  if (WebPEncode(&config, &picture) != 0) return std::move(sink).take();
  if (sink.error()) return *sink.error();
  switch (picture.error_code) {
    case VP8_ENC_ERROR_USER_ABORT:
      return cancelled();
    case VP8_ENC_ERROR_OUT_OF_MEMORY:
    case VP8_ENC_ERROR_BITSTREAM_OUT_OF_MEMORY:
      return out_of_memory();
    case VP8_ENC_ERROR_PARTITION0_OVERFLOW:
    case VP8_ENC_ERROR_PARTITION_OVERFLOW:
      return unsupported("WebP: the picture does not fit the format's partitions at this quality",
                         Format::webp);
    default:
      return internal("libwebp's encoder failed with code " + std::to_string(picture.error_code));
  }
}

Result<Bytes> with_metadata(Bytes file, const Metadata& metadata) {
  const std::pair<const char*, const Bytes*> blocks[] = {
      {"ICCP", &metadata.icc}, {"EXIF", &metadata.exif}, {"XMP ", &metadata.xmp}};
  if (metadata.icc.empty() && metadata.exif.empty() && metadata.xmp.empty()) return file;
  const auto data_of = [](const Bytes& bytes) {
    return WebPData{reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()};
  };
  const std::unique_ptr<WebPMux, decltype(&WebPMuxDelete)> mux(WebPMuxNew(), &WebPMuxDelete);
  if (mux == nullptr) return out_of_memory();
  const WebPData picture = data_of(file);
  const auto failed = [](WebPMuxError status) -> Error {
    if (status == WEBP_MUX_MEMORY_ERROR) return out_of_memory();
    return internal("libwebpmux failed with code " + std::to_string(status));
  };
  // Nothing is copied: `file` and the blocks outlive the mux.
  WebPMuxError status = WebPMuxSetImage(mux.get(), &picture, 0);
  for (const auto& [name, block] : blocks) {
    if (status != WEBP_MUX_OK || block->empty()) continue;
    const WebPData data = data_of(*block);
    status = WebPMuxSetChunk(mux.get(), name, &data, 0);
  }
  WebPData assembled{};
  if (status == WEBP_MUX_OK) status = WebPMuxAssemble(mux.get(), &assembled);
  const std::unique_ptr<WebPData, decltype(&WebPDataClear)> clear(&assembled, &WebPDataClear);
  if (status != WEBP_MUX_OK) return failed(status);
  const auto* begin = reinterpret_cast<const std::byte*>(assembled.bytes);
  return Bytes(begin, begin + assembled.size);
}

Result<void> check_planes(const PlanarImage& image) {
  const Size luma = image.size();
  const Size chroma = chroma_size(luma, ChromaSubsampling::yuv420);
  bool fits = image.subsampling == ChromaSubsampling::yuv420 &&
              image.matrix == YcbcrMatrix::bt601 && image.range == YcbcrRange::limited;
  for (std::size_t i = 0; i < (image.has_alpha() ? 4u : 3u); ++i) {
    const Image& plane = image.planes[i];
    fits = fits && plane.has_pixels() && plane.format() == gray8 &&
           plane.size() == (i == 1 || i == 2 ? chroma : luma);
  }
  if (fits) return {};
  return unsupported("WebP: planes other than 8-bit 4:2:0 in limited-range BT.601", Format::webp);
}

void copy_plane(const Image& plane, std::uint8_t* to, int stride) {
  for (std::int32_t y = 0; y < plane.size().height; ++y) {
    std::memcpy(to + static_cast<std::ptrdiff_t>(y) * stride, plane.view().row(y),
                static_cast<std::size_t>(plane.size().width));
  }
}

// Makes the picture one of these planes, which the encoder then only reads: without alpha it
// changes nothing in them. False where libwebp cannot say their strides.
bool lend_planes(const PlanarImage& image, WebPPicture& picture) {
  std::array<ConstImageView, 3> views;
  for (std::size_t i = 0; i < 3; ++i) {
    views[i] = image.planes[i].view();
    if (views[i].stride < 0 || views[i].stride > 0x7FFFFFFF) return false;
  }
  if (views[1].stride != views[2].stride) return false;
  const auto samples = [](const ConstImageView& view) {
    return const_cast<std::uint8_t*>(view.row_as<std::uint8_t>(0));
  };
  picture.y = samples(views[0]);
  picture.u = samples(views[1]);
  picture.v = samples(views[2]);
  picture.y_stride = static_cast<int>(views[0].stride);
  picture.uv_stride = static_cast<int>(views[1].stride);
  return true;
}

}  // namespace

Result<void> check_side(Size size) {
  if (size.width <= kMaxSide && size.height <= kMaxSide) return {};
  return unsupported("WebP: a picture of " + std::to_string(size.width) + "x" +
                         std::to_string(size.height) + "; the format holds 16383 a side",
                     Format::webp);
}

Result<Bytes> encode(const ConstImageView& image, const EncodeOptions& options,
                     const Execution& execution) {
  LIMEN_TRY(check_side(image.size));
  if (std::holds_alternative<Quality>(options.mode)) {
    LIMEN_ASSIGN(const LossyPicture picture,
                 LossyPicture::convert(image, is_sharp(options, image.format.layout), execution));
    return encode(picture, options, execution);
  }
  LIMEN_ASSIGN(const WebPConfig config, config_of(options));
  LIMEN_ASSIGN(const auto reserved,
               reserve(execution, library_bytes(config, image.size, image.format.has_alpha())));
  LIMEN_ASSIGN(const OwnedPicture picture, empty_picture(image.size));
  LIMEN_TRY(import_argb(image, *picture, execution));
  LIMEN_ASSIGN(Bytes file, run_encoder(*picture, config, execution));
  return with_metadata(std::move(file), options.metadata);
}

Result<Bytes> encode(const LossyPicture& picture, const EncodeOptions& options,
                     const Execution& execution) {
  LIMEN_ASSIGN(const WebPConfig config, config_of(options));
  // Planes that are lent are counted where they are held.
  const std::uint64_t lent = picture.has_alpha() ? 0 : picture.bytes();
  LIMEN_ASSIGN(
      const auto reserved,
      reserve(execution, library_bytes(config, picture.size(), picture.has_alpha()) - lent));
  LIMEN_ASSIGN(const OwnedPicture once, picture.lend());
  LIMEN_ASSIGN(Bytes file, run_encoder(*once, config, execution));
  return with_metadata(std::move(file), options.metadata);
}

Result<Bytes> encode_planar(const PlanarImage& image, const EncodeOptions& options,
                            const Execution& execution) {
  LIMEN_TRY(check_side(image.size()));
  LIMEN_TRY(check_planes(image));
  if (!std::holds_alternative<Quality>(options.mode)) {
    return unsupported("WebP: its lossless modes code RGB, not planes", Format::webp);
  }
  LIMEN_ASSIGN(const WebPConfig config, config_of(options));
  LIMEN_ASSIGN(const auto reserved,
               reserve(execution, library_bytes(config, image.size(), image.has_alpha())));
  LIMEN_ASSIGN(const OwnedPicture owned, empty_picture(image.size()));
  WebPPicture& picture = *owned;
  picture.use_argb = 0;
  picture.colorspace = image.has_alpha() ? WEBP_YUV420A : WEBP_YUV420;
  if (image.has_alpha() || !lend_planes(image, picture)) {
    // The encoder smooths colours in its picture where alpha hides them.
    if (WebPPictureAlloc(&picture) == 0) return out_of_memory();
    copy_plane(image.planes[0], picture.y, picture.y_stride);
    copy_plane(image.planes[1], picture.u, picture.uv_stride);
    copy_plane(image.planes[2], picture.v, picture.uv_stride);
    if (image.has_alpha()) copy_plane(image.planes[3], picture.a, picture.a_stride);
  }
  LIMEN_ASSIGN(Bytes file, run_encoder(picture, config, execution));
  return with_metadata(std::move(file), options.metadata);
}

}  // namespace limen::inline LIMEN_ABI::webp
