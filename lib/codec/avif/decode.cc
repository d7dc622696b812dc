// SPDX-License-Identifier: Apache-2.0
#include "lib/codec/avif/decode.h"

#include <algorithm>
#include <string>

#include "lib/codec/avif/pixels.h"
#include "lib/codec/avif/source.h"

namespace limen::inline LIMEN_ABI {

namespace {

constexpr std::uint64_t kNoEnd = ~std::uint64_t{0};

// What libavif and dav1d hold besides pictures, measured: their contexts, and for each tile of a
// grid, which all stay open until the last is decoded.
constexpr std::uint64_t kFixedBytes = 3'000'000;
constexpr std::uint64_t kBytesPerItem = 400'000;

std::uint64_t add(std::uint64_t a, std::uint64_t b) { return checked_add(a, b).value_or(kNoEnd); }
std::uint64_t multiply(std::uint64_t a, std::uint64_t b) {
  return checked_multiply(a, b).value_or(kNoEnd);
}

// What is decoded: pixels of colour items, pixels of alpha items, and how many items.
struct Work {
  std::uint64_t colors = 0;
  std::uint64_t alphas = 0;
  std::uint64_t items = 1;
};

// dav1d's planes, once more with film grain applied or the tiles of a grid put together, and one
// byte a pixel of block modes, filter levels and motion vectors. Measured without film grain: 1.5
// bytes a pixel of gray, 2.1 of 4:2:0, 3.6 of 4:4:4 and of 10-bit 4:2:0.
std::uint64_t library_bytes(const Work& work, ChromaSubsampling subsampling, int bit_depth) {
  const std::uint64_t samples_of_16 = subsampling == ChromaSubsampling::gray     ? 16
                                      : subsampling == ChromaSubsampling::yuv420 ? 24
                                      : subsampling == ChromaSubsampling::yuv422 ? 32
                                                                                 : 48;
  const std::uint64_t sample_bytes = bit_depth > 8 ? 2 : 1;
  const auto bytes = [&](std::uint64_t pixels, std::uint64_t samples) {
    return multiply(pixels / 16 + 1, 2 * samples * sample_bytes + 16);
  };
  return add(add(bytes(work.colors, samples_of_16), bytes(work.alphas, 16)),
             add(kFixedBytes, multiply(work.items, kBytesPerItem)));
}

// The result, and for a window the strip of whole rows that it is cut out of.
std::uint64_t output_bytes(const ImageInfo& info, const DecodeOptions& options) {
  const std::uint64_t sample = options.keep_16_bit && info.bit_depth > 8 ? 2 : 1;
  const std::uint64_t alpha = info.has_alpha ? 1 : 0;
  const std::uint64_t colors = info.model == ColorModel::gray ? 1 : 3;
  const auto image_bytes = [&](Size size, std::uint64_t channels) {
    const std::uint64_t row = static_cast<std::uint64_t>(size.width) * channels * sample + 63;
    return multiply(static_cast<std::uint64_t>(size.height), row);
  };
  const Size result = options.region ? size_of(*options.region) : info.size;
  std::uint64_t bytes = image_bytes(result, colors + alpha);
  if (options.region) {
    bytes = add(bytes, image_bytes({info.size.width, result.height + 9}, 3 + alpha));
  } else if (colors == 1) {
    bytes = add(bytes, image_bytes({info.size.width, std::min(result.height, 65)}, 3 + alpha));
  }
  return bytes;
}

AvifOpenOptions open_options(const Limits& limits, bool read_metadata) {
  AvifOpenOptions options;
  options.limits = limits;
  options.read_metadata = read_metadata;
  return options;
}

Result<void> check_metadata(const avifImage& image, const Limits& limits) {
  const std::uint64_t bytes = std::uint64_t{image.icc.size} + image.exif.size + image.xmp.size;
  if (bytes > limits.metadata_bytes) {
    return limit_exceeded(Limit::metadata_bytes, bytes, limits.metadata_bytes, Format::avif);
  }
  return {};
}

constexpr std::int32_t kEveryRow = -1;

// How many rows of a cut file's grid are there. Chroma of the last one or two may be interpolated
// from what is not.
std::int32_t rows_decoded(const AvifSource& source) {
  constexpr std::int32_t kUncertainRows = 2;
  const auto rows = static_cast<std::int32_t>(avifDecoderDecodedRowCount(source.decoder.get()));
  return std::max(0, rows - kUncertainRows);
}

// Makes the rows from `first` on gray, or transparent where there is alpha.
void clear_rows(Image& image, std::int32_t first) {
  const std::size_t bytes = row_bytes(image.size(), image.format());
  const std::size_t sample = bytes_per_sample(image.format().sample);
  const std::size_t pixel = image.format().bytes_per_pixel();
  for (std::int32_t y = std::max(first, 0); y < image.size().height; ++y) {
    std::byte* row = image.view().row(y);
    std::fill_n(row, bytes, std::byte{0x80});
    if (!image.format().has_alpha()) continue;
    for (std::size_t x = 0; x < bytes; x += pixel) {
      std::fill_n(row + x + pixel - sample, sample, std::byte{0});
    }
  }
}

}  // namespace

Result<ImageInfo> probe_avif(ByteView bytes, const Limits& limits) {
  AvifOpenOptions open = open_options(limits, true);
  open.bears_cut = true;  // headers may be whole where pictures are not
  LIMEN_ASSIGN(const AvifSource source, open_avif(bytes, open));
  LIMEN_TRY(check_metadata(source.image(), limits));
  return info_of(source);
}

Result<Decoded> decode_avif(ByteView bytes, const ImageInfo& info, const DecodeOptions& options,
                            const Execution& execution) {
  LIMEN_ASSIGN(const AvifContainer container, scan_container(bytes));
  // A coded picture may be larger than the one shown, by its clean aperture or by a lie.
  const std::uint64_t most_pixels = std::max(container.largest_item_pixels, area(info.size));
  Work work = {.colors = most_pixels, .alphas = info.has_alpha ? most_pixels : 0};
  if (container.has_grid) {
    work.colors = std::max(work.colors, container.coded_pixels);
    work.items = container.coded_items;
  }
  LIMEN_ASSIGN(
      const MemoryReservation reserved,
      execution.workspace->reserve(add(library_bytes(work, info.subsampling, info.bit_depth),
                                       container.needs_mending ? bytes.size() : 0)));

  AvifOpenOptions open = open_options(options.limits, options.read_metadata);
  open.threads = execution.threads;
  open.bears_cut = options.on_damage == OnDamage::best_effort;
  open.most_pixels = most_pixels;
  LIMEN_ASSIGN(const AvifSource source, open_avif(bytes, open));
  LIMEN_TRY(check_metadata(source.image(), options.limits));
  if (execution.is_cancelled()) return cancelled();

  const avifResult result = avifDecoderNextImage(source.decoder.get());
  const std::int32_t sound_rows =
      result == AVIF_RESULT_WAITING_ON_IO ? rows_decoded(source) : kEveryRow;
  if (sound_rows == 0 || (result != AVIF_RESULT_OK && sound_rows == kEveryRow)) {
    return error_of(result, source.decoder.get(), source.container);
  }
  if (execution.is_cancelled()) return cancelled();

  const avifImage& image = source.image();
  const Rect shown = clean_aperture(image);
  if (size_of(shown) != info.size) {
    return malformed(Format::avif, "AVIF: the coded picture is not of the size that the file says");
  }
  Decoded decoded;
  decoded.info = info;
  decoded.region = options.region.value_or(whole(info.size));
  const Rect window = {shown.x + decoded.region.x, shown.y + decoded.region.y, decoded.region.width,
                       decoded.region.height};
  LIMEN_ASSIGN(decoded.image, convert_to_pixels(image, window, options.keep_16_bit, execution));
  if (sound_rows != kEveryRow) {
    clear_rows(decoded.image, sound_rows - window.y);
    decoded.damage = "AVIF: the file ends after " + std::to_string(sound_rows) + " rows of " +
                     std::to_string(image.height);
  }
  if (options.read_metadata) decoded.metadata = metadata_of(image);
  return decoded;
}

std::uint64_t predicted_avif_decode_bytes(const ImageInfo& info, const DecodeOptions& options) {
  const Work work = {.colors = area(info.size), .alphas = info.has_alpha ? area(info.size) : 0};
  return add(library_bytes(work, info.subsampling, info.bit_depth), output_bytes(info, options));
}

}  // namespace limen::inline LIMEN_ABI
