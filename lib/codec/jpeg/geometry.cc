// SPDX-License-Identifier: Apache-2.0
#include "lib/codec/jpeg/geometry.h"

#include <algorithm>

#include "lib/codec/jpeg/plain_pixels.h"
#include "lib/codec/jpeg/progressive_scans.h"
#include "limen/core/checked_size.h"

namespace limen::inline LIMEN_ABI {

namespace {

// Sides stay below 2^16 here (the format's limit), so none of these products overflows 64 bits.
std::uint64_t round_up(std::int32_t side, std::uint64_t multiple) {
  return (static_cast<std::uint64_t>(side) + multiple - 1) / multiple * multiple;
}

// libjpeg pads each component to whole MCUs: of at most 4 x 4 blocks of 8 x 8.
constexpr std::uint64_t kLargestMcu = 32;

int components_of(const ImageInfo& info) {
  switch (info.model) {
    case ColorModel::gray:
      return 1;
    case ColorModel::cmyk:
    case ColorModel::ycck:
      return 4;
    default:
      return 3;
  }
}

// 16 bits for each coefficient of each component.
std::uint64_t coefficient_bytes(Size size, int components, ChromaSubsampling subsampling) {
  const std::uint64_t luma = round_up(size.width, kLargestMcu) * round_up(size.height, kLargestMcu);
  std::uint64_t samples = luma * static_cast<std::uint64_t>(components);
  if (components >= 3 && subsampling != ChromaSubsampling::other) {
    // 32 is a multiple of every step, so this divides without a rest.
    const Size chroma = chroma_size({32, 32}, subsampling);
    samples -= 2 * (luma - luma / 1024 * area(chroma));
  }
  return 2 * samples;
}

// A row of MCUs and its neighbours for each component, and upsampled rows; more than the row of
// MCUs that limen itself holds to decode planes.
std::uint64_t strip_bytes(Size size, int components) {
  return round_up(size.width, kLargestMcu) * static_cast<std::uint64_t>(components) * 48;
}

}  // namespace

int pick_scale(Size stored, const DecodeOptions& options) {
  if (!options.at_least || options.accuracy == ShrinkAccuracy::exact) return 8;
  const std::int64_t factor = options.accuracy == ShrinkAccuracy::fine ? 2 : 1;
  for (const int eighths : {1, 2, 4}) {
    const Size size = scaled_size(stored, eighths);
    if (size.width >= factor * options.at_least->width &&
        size.height >= factor * options.at_least->height) {
      return eighths;
    }
  }
  return 8;
}

Size scaled_size(Size stored, int eighths) {
  const auto scaled = [eighths](std::int32_t side) {
    return static_cast<std::int32_t>((static_cast<std::int64_t>(side) * eighths + 7) / 8);
  };
  return {scaled(stored.width), scaled(stored.height)};
}

Rect scaled_window(Size stored, const std::optional<Rect>& region, int eighths) {
  if (!region) return whole(scaled_size(stored, eighths));
  const auto first = [eighths](std::int32_t at) {
    return static_cast<std::int32_t>(static_cast<std::int64_t>(at) * eighths / 8);
  };
  const Size last = scaled_size({region->x + region->width, region->y + region->height}, eighths);
  const std::int32_t x = first(region->x);
  const std::int32_t y = first(region->y);
  return {x, y, last.width - x, last.height - y};
}

Rect grown_window(const Rect& window, Size picture, int columns, int rows) {
  const auto up = [](std::int32_t at, int step) { return (at + step - 1) / step * step; };
  const std::int32_t x = window.x / columns * columns;
  const std::int32_t y = window.y / rows * rows;
  const std::int32_t right = std::min(picture.width, up(window.x + window.width, columns));
  const std::int32_t bottom = std::min(picture.height, up(window.y + window.height, rows));
  return {x, y, right - x, bottom - y};
}

std::uint64_t libjpeg_decode_bytes(const ImageInfo& info, bool as_planes) {
  const int components = components_of(info);
  return (as_planes ? 0 : strip_bytes(info.size, components)) +
         (info.is_multi_scan ? coefficient_bytes(info.size, components, info.subsampling) : 0);
}

std::uint64_t predicted_jpeg_bytes(const ImageInfo& info, const DecodeOptions& options) {
  const auto channels = static_cast<std::uint64_t>(components_of(info));
  const Rect window = scaled_window(info.size, options.region, pick_scale(info.size, options));
  // Planes pad each row apart, and their window grows by up to 3 a side; a row for cropping is
  // counted as the picture's whole width.
  const std::uint64_t row = round_up(window.width + 6, memory::kAlignment) * channels;
  const std::uint64_t picture = row * static_cast<std::uint64_t>(window.height + 6);
  const std::uint64_t scratch = round_up(info.size.width, memory::kAlignment) * channels;
  // Whatever libjpeg does not do itself is tried before.
  const std::uint64_t stored =
      info.is_multi_scan ? ProgressiveScans::memory_bytes(info.size, components_of(info)) : 0;
  return kLibjpegHeaderBytes +
         std::max(libjpeg_decode_bytes(info, false) + scratch,
                  plain_pixels_bytes(info.size) + stored) +
         picture + 8 * memory::kAlignment;
}

}  // namespace limen::inline LIMEN_ABI
