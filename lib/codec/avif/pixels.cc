// SPDX-License-Identifier: Apache-2.0
#include "lib/codec/avif/pixels.h"

#include <algorithm>
#include <cstring>

#include "lib/codec/avif/source.h"

namespace limen::inline LIMEN_ABI {

namespace {

// Rows converted at a time where the result is not what libavif writes and has to be picked from
// it.
constexpr std::int32_t kStripRows = 64;

// Rows above and below a window that its chroma is interpolated from. Even, and so that no row
// inside is treated as the picture's first or last.
constexpr std::int32_t kMarginRows = 4;

avifRGBFormat rgb_format_of(const avifImage& image) {
  // avifdec's choice. It matters: libavif has different code behind each.
  return image.alphaPlane != nullptr ? AVIF_RGB_FORMAT_RGBA : AVIF_RGB_FORMAT_RGB;
}

Result<void> convert(const avifImage& image, std::byte* pixels, std::ptrdiff_t stride,
                     SampleType sample, unsigned threads) {
  avifRGBImage rgb;
  avifRGBImageSetDefaults(&rgb, &image);
  rgb.format = rgb_format_of(image);
  rgb.depth = sample == SampleType::u16 ? 16 : 8;
  rgb.chromaUpsampling = AVIF_CHROMA_UPSAMPLING_AUTOMATIC;
#if AVIF_VERSION >= 1000000
  rgb.maxThreads = static_cast<int>(std::clamp(threads, 1u, 64u));
#else
  static_cast<void>(threads);
#endif
  rgb.pixels = reinterpret_cast<std::uint8_t*>(pixels);
  rgb.rowBytes = static_cast<std::uint32_t>(stride);
  const avifResult result = avifImageYUVToRGB(&image, &rgb);
  if (result != AVIF_RESULT_OK) return error_of(result, nullptr, AvifContainer{});
  return {};
}

// Rows `begin` to `end` - 1 of the picture; libavif wants `begin` even, without chroma too.
Result<AvifImagePointer> rows_of(const avifImage& image, std::int32_t begin, std::int32_t end) {
  AvifImagePointer rows(avifImageCreateEmpty());
  if (rows == nullptr) return out_of_memory();
  const avifCropRect rect = {0, static_cast<std::uint32_t>(begin), image.width,
                             static_cast<std::uint32_t>(end - begin)};
  const avifResult result = avifImageSetViewRect(rows.get(), &image, &rect);
  if (result != AVIF_RESULT_OK) return error_of(result, nullptr, AvifContainer{});
  return rows;
}

template <class Sample>
void pick_gray(const ConstImageView& from, std::int32_t from_x, const ImageView& to) {
  const int from_channels = from.format.channels();
  const bool with_alpha = to.format.has_alpha();
  for (std::int32_t y = 0; y < to.size.height; ++y) {
    const Sample* in = from.row_as<Sample>(y) + std::ptrdiff_t{from_x} * from_channels;
    Sample* out = to.row_as<Sample>(y);
    for (std::int32_t x = 0; x < to.size.width; ++x, in += from_channels) {
      *out++ = in[0];
      if (with_alpha) *out++ = in[3];
    }
  }
}

}  // namespace

PixelFormat pixel_format_of(const avifImage& image, bool keep_16_bit) {
  const bool with_alpha = image.alphaPlane != nullptr;
  const bool is_gray = image.yuvFormat == AVIF_PIXEL_FORMAT_YUV400;
  return {.sample = keep_16_bit && image.depth > 8 ? SampleType::u16 : SampleType::u8,
          .layout = is_gray ? (with_alpha ? Layout::gray_alpha : Layout::gray)
                            : (with_alpha ? Layout::rgba : Layout::rgb),
          .alpha = AlphaMode::straight};
}

Result<Image> convert_to_pixels(const avifImage& image, const Rect& window, bool keep_16_bit,
                                const Execution& execution) {
  const PixelFormat format = pixel_format_of(image, keep_16_bit);
  const Size coded = {static_cast<std::int32_t>(image.width),
                      static_cast<std::int32_t>(image.height)};
  const PixelFormat converted = {.sample = format.sample,
                                 .layout = format.has_alpha() ? Layout::rgba : Layout::rgb,
                                 .alpha = AlphaMode::straight};
  LIMEN_ASSIGN(Image result, Image::create(size_of(window), format, execution.workspace));
  if (window == whole(coded) && format == converted) {
    LIMEN_TRY(
        convert(image, result.view().data, result.stride(), format.sample, execution.threads));
    return result;
  }

  const bool is_gray = format != converted;
  const std::int32_t strip_rows = std::min(window.height, is_gray ? kStripRows : window.height);
  const std::int32_t margin = is_gray ? 0 : kMarginRows;
  // One row more than the margins for a window that begins on an odd row.
  const Size strip_size = {coded.width, std::min(coded.height, strip_rows + 2 * margin + 1)};
  LIMEN_ASSIGN(Image strip, Image::create(strip_size, converted, execution.workspace));
  for (std::int32_t done = 0; done < window.height; done += strip_rows) {
    if (execution.is_cancelled()) return cancelled();
    const std::int32_t count = std::min(strip_rows, window.height - done);
    const std::int32_t first = window.y + done;
    const std::int32_t begin = std::max(0, (first & ~1) - margin);
    const std::int32_t end = std::min(coded.height, first + count + margin);
    LIMEN_ASSIGN(const AvifImagePointer rows, rows_of(image, begin, end));
    LIMEN_TRY(convert(*rows, strip.view().data, strip.stride(), format.sample, execution.threads));
    const ConstImageView from = subview(strip.const_view(), {0, first - begin, coded.width, count});
    const ImageView to = subview(result.view(), {0, done, window.width, count});
    if (!is_gray) {
      copy_pixels(subview(from, {window.x, 0, window.width, count}), to);
    } else if (format.sample == SampleType::u16) {
      pick_gray<std::uint16_t>(from, window.x, to);
    } else {
      pick_gray<std::uint8_t>(from, window.x, to);
    }
  }
  return result;
}

}  // namespace limen::inline LIMEN_ABI
