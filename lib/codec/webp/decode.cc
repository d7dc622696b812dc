// SPDX-License-Identifier: Apache-2.0
#include <webp/decode.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>
#include <string>

#include "lib/codec/webp/container.h"
#include "lib/codec/webp/webp_codec.h"

namespace limen::inline LIMEN_ABI::webp {

namespace {

// How much of the input libwebp is given between two looks at the cancel token: of a photograph
// under 2 ms of lossy decoding, which takes it up where it was; lossless begins rows anew.
constexpr std::size_t kLossyBytesBetweenPolls = std::size_t{4} * 1024;
constexpr std::size_t kLosslessBytesBetweenPolls = std::size_t{64} * 1024;
// libwebp's decoder structures, default prefix code tables, its color cache.
constexpr std::uint64_t kLibraryBytes = std::uint64_t{2048} * 1024;
// Fancy upsampling looks at the neighbouring chroma sample: two luma pixels away at most.
constexpr std::int32_t kChromaReach = 2;

std::uint64_t buffer_bytes(std::uint64_t bytes) {
  return *checked_align_up(bytes + memory::kAlignment, memory::kAlignment);
}

std::uint64_t image_bytes(Size size, PixelFormat format) {
  const std::uint64_t stride = *checked_align_up(row_bytes(size, format), memory::kAlignment);
  return buffer_bytes(stride * static_cast<std::uint64_t>(size.height));
}

PixelFormat format_of(const ImageInfo& info) { return info.has_alpha ? rgba8 : rgb8; }

// What libwebp takes by its own allocator for a picture of this size.
std::uint64_t library_bytes(Size size, bool is_lossless, bool has_alpha) {
  const std::uint64_t pixels = area(size);
  // The lossless decoder holds all pixels, 4 bytes each, 16 rows more, and up to three images of
  // transforms and prefix code numbers, each a sixteenth in size.
  const std::uint64_t argb =
      pixels * 4 + pixels / 16 * 4 * 3 + 64 * static_cast<std::uint64_t>(size.width);
  if (is_lossless) return kLibraryBytes + argb;
  // The lossy one holds a few rows of macroblocks; alpha is a plane, by the lossless decoder.
  const std::uint64_t rows = 256 * (static_cast<std::uint64_t>(size.width) + 64);
  return kLibraryBytes + rows + (has_alpha ? pixels + argb : 0);
}

Rect intersection(const Rect& a, const Rect& b) {
  const std::int32_t x = std::max(a.x, b.x);
  const std::int32_t y = std::max(a.y, b.y);
  return {x, y, std::min(a.x + a.width, b.x + b.width) - x,
          std::min(a.y + a.height, b.y + b.height) - y};
}

// A window to decode so that `wanted` in it is as in a decode of the whole: from even pixels, with
// the chroma that the upsampler looks at. An alpha plane that predicts from the row above comes out
// wrong below a cropped top (libwebp 1.2.4), so with one the window begins at the top.
Rect with_margin(const Rect& wanted, Size size, bool is_lossless, bool has_alpha) {
  if (is_lossless) return wanted;
  const std::int32_t x = std::max(0, wanted.x - kChromaReach) & ~1;
  const std::int32_t y = has_alpha ? 0 : std::max(0, wanted.y - kChromaReach) & ~1;
  const std::int32_t right = std::min(size.width, wanted.x + wanted.width + kChromaReach);
  const std::int32_t bottom = std::min(size.height, wanted.y + wanted.height + kChromaReach);
  return {x, y, right - x, bottom - y};
}

// Starts at even pixels; ends there too, or with the picture.
Rect on_chroma_grid(const Rect& rect, Size size) {
  const std::int32_t x = rect.x & ~1;
  const std::int32_t y = rect.y & ~1;
  const std::int32_t right = std::min(size.width, (rect.x + rect.width + 1) & ~1);
  const std::int32_t bottom = std::min(size.height, (rect.y + rect.height + 1) & ~1);
  return {x, y, right - x, bottom - y};
}

std::uint64_t plane_bytes(Size luma, bool has_alpha) {
  return (has_alpha ? 2 : 1) * image_bytes(luma, gray8) +
         2 * image_bytes(chroma_size(luma, ChromaSubsampling::yuv420), gray8);
}

bool is_chroma(std::size_t plane) { return plane == 1 || plane == 2; }

Result<void> create_planes(PlanarImage& image, Size luma, bool has_alpha, Workspace* workspace) {
  const Size chroma = chroma_size(luma, ChromaSubsampling::yuv420);
  for (std::size_t i = 0; i < (has_alpha ? 4u : 3u); ++i) {
    LIMEN_ASSIGN(image.planes[i], Image::create(is_chroma(i) ? chroma : luma, gray8, workspace));
  }
  return {};
}

// A window of luma, starting at even pixels, in each plane. Planes that are absent stay empty.
std::array<ImageView, 4> plane_views(PlanarImage& image, const Rect& luma) {
  const Rect chroma{luma.x / 2, luma.y / 2, (luma.width + 1) / 2, (luma.height + 1) / 2};
  std::array<ImageView, 4> views;
  for (std::size_t i = 0; i < 4; ++i) {
    if (!image.planes[i].has_pixels()) continue;
    views[i] = subview(image.planes[i].view(), is_chroma(i) ? chroma : luma);
  }
  return views;
}

struct Outcome {
  std::int32_t rows = 0;       ///< of the window, from above, that are complete
  std::optional<Error> error;  ///< why there are not more
};

// Decodes `window` of the frame into the memory that `config.output` names.
Outcome run_decoder(const Frame& frame, const Rect& window, WebPDecoderConfig& config,
                    const Execution& execution) {
  config.options.use_cropping = 1;
  config.options.crop_left = window.x;
  config.options.crop_top = window.y;
  config.options.crop_width = window.width;
  config.options.crop_height = window.height;
  const std::unique_ptr<WebPIDecoder, decltype(&WebPIDelete)> decoder(
      WebPIDecode(nullptr, 0, &config), &WebPIDelete);
  if (decoder == nullptr) return {.rows = 0, .error = out_of_memory()};

  const auto* data = reinterpret_cast<const std::uint8_t*>(frame.bitstream.data());
  const std::size_t step = frame.is_lossless ? kLosslessBytesBetweenPolls : kLossyBytesBetweenPolls;
  VP8StatusCode status = VP8_STATUS_SUSPENDED;
  for (std::size_t given = 0; status == VP8_STATUS_SUSPENDED && given < frame.bitstream.size();) {
    if (execution.is_cancelled()) return {.rows = 0, .error = cancelled()};
    given = std::min(given + step, frame.bitstream.size());
    status = WebPIUpdate(decoder.get(), data, given);
  }
  if (status == VP8_STATUS_OK) return {.rows = window.height, .error = std::nullopt};
  Outcome outcome;
  WebPIDecodedArea(decoder.get(), nullptr, nullptr, nullptr, &outcome.rows);
  outcome.rows = std::clamp(outcome.rows, 0, window.height);
  switch (status) {
    case VP8_STATUS_OUT_OF_MEMORY:
      outcome.error = out_of_memory();
      break;
    case VP8_STATUS_SUSPENDED:
    case VP8_STATUS_NOT_ENOUGH_DATA:
      outcome.error =
          frame.is_truncated
              ? truncated(Format::webp, "WebP: the input ends before its picture does",
                          frame.offset + frame.bitstream.size())
              : malformed(Format::webp, "WebP: the picture's data end too early", frame.offset);
      break;
    default:
      outcome.error = malformed(Format::webp, "WebP: the picture's data are damaged", frame.offset);
      break;
  }
  return outcome;
}

Result<void> check_config(WebPDecoderConfig& config) {
  if (WebPInitDecoderConfig(&config) != 0) return {};
  return Error{.code = ErrorCode::internal,
               .message = "WebP: libwebp is older than its headers",
               .format = Format::webp};
}

// Transparent, or middle gray.
void fill(const ImageView& view, std::int32_t first_row, int value) {
  for (std::int32_t y = first_row; y < view.size.height; ++y) {
    std::memset(view.row(y), value, row_bytes(view.size, view.format));
  }
}

int missing_value(PixelFormat format) { return format.has_alpha() ? 0 : 0x80; }

Metadata metadata_of(const Container& container) {
  Metadata metadata;
  metadata.icc.assign(container.icc.begin(), container.icc.end());
  metadata.exif.assign(container.exif.begin(), container.exif.end());
  metadata.xmp.assign(container.xmp.begin(), container.xmp.end());
  return metadata;
}

// True if damage ends the call: not asked to go on, or nothing to show.
bool is_final(const Outcome& outcome, OnDamage on_damage) {
  return outcome.error && (on_damage == OnDamage::error || outcome.rows == 0 ||
                           outcome.error->code == ErrorCode::cancelled ||
                           outcome.error->code == ErrorCode::out_of_memory);
}

Rect moved(const Rect& rect, std::int32_t x, std::int32_t y) {
  return {rect.x + x, rect.y + y, rect.width, rect.height};
}

}  // namespace

std::uint64_t predicted_decode_bytes(const ImageInfo& info, const DecodeOptions& options) {
  const Rect region = options.region.value_or(whole(info.size));
  const Rect window = with_margin(region, info.size, info.is_lossless, info.has_alpha);
  const PixelFormat format = format_of(info);
  std::uint64_t bytes = image_bytes(size_of(region), format);
  if (window != region) bytes += image_bytes(size_of(window), format);
  if (!info.is_lossless) {
    const Rect planar = on_chroma_grid(region, info.size);
    std::uint64_t planes = plane_bytes(size_of(planar), info.has_alpha);
    if (info.has_alpha && planar.y > 0) {
      planes += plane_bytes({planar.width, planar.y + planar.height}, true);
    }
    bytes = std::max(bytes, planes);
  }
  return bytes + library_bytes(info.size, info.is_lossless, info.has_alpha);
}

Result<Decoded> decode(ByteView bytes, const ImageInfo& info, const DecodeOptions& options,
                       const Execution& execution) {
  LIMEN_ASSIGN(const Container container, read_container(bytes));
  const Frame& frame = container.frame;
  const PixelFormat format = format_of(info);
  Decoded decoded;
  decoded.info = info;
  decoded.region = options.region.value_or(whole(info.size));
  if (options.read_metadata) decoded.metadata = metadata_of(container);
  LIMEN_ASSIGN(const auto reserved, execution.workspace->reserve(library_bytes(
                                        size_of(frame.place), frame.is_lossless, frame.has_alpha)));
  LIMEN_ASSIGN(decoded.image, Image::create(size_of(decoded.region), format, execution.workspace));

  const Rect shown = intersection(decoded.region, frame.place);
  if (shown != decoded.region) fill(decoded.image.view(), 0, 0);
  if (is_empty(size_of(shown))) return decoded;
  const ImageView target =
      subview(decoded.image.view(), moved(shown, -decoded.region.x, -decoded.region.y));

  const Rect wanted = moved(shown, -frame.place.x, -frame.place.y);
  const Rect window = with_margin(wanted, size_of(frame.place), frame.is_lossless, frame.has_alpha);
  Image wide;
  if (window != wanted) {
    LIMEN_ASSIGN(wide, Image::create(size_of(window), format, execution.workspace));
  }
  const ImageView into = wide.has_pixels() ? wide.view() : target;
  WebPDecoderConfig config;
  LIMEN_TRY(check_config(config));
  config.output.colorspace = format.has_alpha() ? MODE_RGBA : MODE_RGB;
  config.output.is_external_memory = 1;
  config.output.u.RGBA.rgba = reinterpret_cast<std::uint8_t*>(into.data);
  config.output.u.RGBA.stride = static_cast<int>(into.stride);
  config.output.u.RGBA.size =
      static_cast<std::size_t>(into.stride) * static_cast<std::size_t>(into.size.height - 1) +
      row_bytes(into.size, format);
  const Outcome outcome = run_decoder(frame, window, config, execution);
  if (is_final(outcome, options.on_damage)) return *outcome.error;
  if (outcome.error) {
    decoded.damage = outcome.error->message;
    fill(into, outcome.rows, missing_value(format));
  }
  if (wide.has_pixels()) {
    copy_pixels(subview(wide.const_view(), moved(wanted, -window.x, -window.y)), target);
  }
  return decoded;
}

Result<DecodedPlanar> decode_planar(ByteView bytes, const ImageInfo& info,
                                    const DecodeOptions& options, const Execution& execution) {
  LIMEN_ASSIGN(const Container container, read_container(bytes));
  const Frame& frame = container.frame;
  DecodedPlanar decoded;
  decoded.info = info;
  decoded.region = on_chroma_grid(options.region.value_or(whole(info.size)), info.size);
  if (options.read_metadata) decoded.metadata = metadata_of(container);
  LIMEN_ASSIGN(const auto reserved, execution.workspace->reserve(library_bytes(
                                        size_of(frame.place), frame.is_lossless, frame.has_alpha)));

  PlanarImage& image = decoded.image;
  image.subsampling = ChromaSubsampling::yuv420;
  image.horizontal_siting = Siting::centered;
  image.vertical_siting = Siting::centered;
  image.matrix = YcbcrMatrix::bt601;
  image.range = YcbcrRange::limited;
  LIMEN_TRY(create_planes(image, size_of(decoded.region), info.has_alpha, execution.workspace));
  // Black and transparent, in limited range.
  constexpr int kEmpty[] = {16, 128, 128, 0};
  const Rect shown = intersection(decoded.region, frame.place);
  for (std::size_t i = 0; i < 4; ++i) {
    if (shown != decoded.region && image.planes[i].has_pixels()) {
      fill(image.planes[i].view(), 0, kEmpty[i]);
    }
  }
  if (is_empty(size_of(shown))) return decoded;

  // A frame's place and the region both start at even pixels, so planes need no resampling.
  std::array<ImageView, 4> targets =
      plane_views(image, moved(shown, -decoded.region.x, -decoded.region.y));
  const Rect wanted = moved(shown, -frame.place.x, -frame.place.y);
  Rect window = wanted;
  PlanarImage tall;
  if (frame.has_alpha && wanted.y > 0) {  // as with_margin() says
    window = {wanted.x, 0, wanted.width, wanted.y + wanted.height};
    LIMEN_TRY(create_planes(tall, size_of(window), true, execution.workspace));
  }
  std::array<ImageView, 4> into =
      tall.has_chroma() ? plane_views(tall, whole(size_of(window))) : targets;
  const auto extent = [](const ImageView& view) {
    return static_cast<std::size_t>(view.stride) * static_cast<std::size_t>(view.size.height - 1) +
           static_cast<std::size_t>(view.size.width);
  };
  WebPDecoderConfig config;
  LIMEN_TRY(check_config(config));
  config.output.colorspace = info.has_alpha ? MODE_YUVA : MODE_YUV;
  config.output.is_external_memory = 1;
  WebPYUVABuffer& buffer = config.output.u.YUVA;
  buffer.y = into[0].row_as<std::uint8_t>(0);
  buffer.u = into[1].row_as<std::uint8_t>(0);
  buffer.v = into[2].row_as<std::uint8_t>(0);
  buffer.y_stride = static_cast<int>(into[0].stride);
  buffer.u_stride = static_cast<int>(into[1].stride);
  buffer.v_stride = static_cast<int>(into[2].stride);
  buffer.y_size = extent(into[0]);
  buffer.u_size = extent(into[1]);
  buffer.v_size = extent(into[2]);
  if (info.has_alpha) {
    buffer.a = into[3].row_as<std::uint8_t>(0);
    buffer.a_stride = static_cast<int>(into[3].stride);
    buffer.a_size = extent(into[3]);
  }
  const Outcome outcome = run_decoder(frame, window, config, execution);
  if (is_final(outcome, options.on_damage)) return *outcome.error;
  if (outcome.error) {
    decoded.damage = outcome.error->message;
    // Middle gray, or transparent. Rows that are half of a chroma row keep their chroma.
    for (std::size_t i = 0; i < 4; ++i) {
      if (into[i].data == nullptr) continue;
      fill(into[i], is_chroma(i) ? (outcome.rows + 1) / 2 : outcome.rows, i == 3 ? 0 : 128);
    }
  }
  if (tall.has_chroma()) {
    into = plane_views(tall, {0, wanted.y, wanted.width, wanted.height});
    for (std::size_t i = 0; i < 4; ++i) copy_pixels(into[i], targets[i]);
  }
  return decoded;
}

}  // namespace limen::inline LIMEN_ABI::webp
