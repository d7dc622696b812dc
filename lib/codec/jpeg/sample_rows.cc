// SPDX-License-Identifier: Apache-2.0
#include "lib/codec/jpeg/sample_rows.h"

#include <algorithm>
#include <cstring>

namespace limen::inline LIMEN_ABI {

namespace {

// Straight alpha over an opaque matte, rounded to nearest. 32 bits hold 2 * 255 * 255, 64 the rest.
constexpr std::uint32_t over(std::uint64_t value, std::uint64_t matte, std::uint64_t alpha,
                             std::uint64_t largest) {
  return static_cast<std::uint32_t>((value * alpha + matte * (largest - alpha) + largest / 2) /
                                    largest);
}

// 65535 = 257 * 255.
constexpr std::uint8_t to_8_bits(std::uint32_t value) {
  return static_cast<std::uint8_t>((value + 128) / 257);
}

// One row as gray or RGB of 8 bits, opaque.
template <class Sample>
void convert_row(const Sample* from, Layout layout, std::int32_t width, Color matte,
                 int out_channels, std::uint8_t* to) {
  constexpr bool is_wide = sizeof(Sample) == 2;
  constexpr std::uint32_t kLargest = is_wide ? 65535 : 255;
  const int channels = channel_count(layout);
  const int colors = has_alpha(layout) ? channels - 1 : channels;
  const std::uint32_t mattes[3] = {matte.red * (kLargest / 255u), matte.green * (kLargest / 255u),
                                   matte.blue * (kLargest / 255u)};
  for (std::int32_t x = 0; x < width; ++x, from += channels, to += out_channels) {
    for (int c = 0; c < out_channels; ++c) {
      std::uint32_t value = from[std::min(c, colors - 1)];
      if (colors < channels) value = over(value, mattes[c], from[colors], kLargest);
      to[c] = is_wide ? to_8_bits(value) : static_cast<std::uint8_t>(value);
    }
  }
}

// Means of boxes of samples, rounded as libjpeg rounds them: halves of pairs side by side
// alternately down and up, all others up.
void reduce_rows(const std::array<const std::uint8_t*, kMostDown>& rows, std::size_t down,
                 std::size_t across, std::size_t count, std::uint8_t* out) {
  const std::size_t samples = down * across;
  const bool alternates = down == 1 && across == 2;
  for (std::size_t x = 0; x < count; ++x) {
    std::size_t sum = alternates ? x % 2 : samples / 2;
    for (std::size_t y = 0; y < down; ++y) {
      for (std::size_t i = 0; i < across; ++i) sum += rows[y][across * x + i];
    }
    out[x] = static_cast<std::uint8_t>(sum / samples);
  }
}

}  // namespace

Result<Buffer> take_buffer(std::uint64_t bytes, const Execution& execution) {
  return execution.workspace != nullptr ? execution.workspace->allocate(bytes)
                                        : Buffer::create(bytes);
}

Result<void> PaddedRows::prepare(std::size_t count, std::size_t padded,
                                 const Execution& execution) {
  padded_ = padded;
  LIMEN_ASSIGN(buffer_, take_buffer(count * padded, execution));
  return {};
}

void PaddedRows::pad(std::size_t i, std::int32_t width) {
  const auto used = static_cast<std::size_t>(width);
  std::memset(row(i) + used, row(i)[used - 1], padded_ - used);
}

std::array<const std::uint8_t*, 8> PaddedRows::eight(std::size_t first, std::size_t count) {
  std::array<const std::uint8_t*, 8> rows{};
  for (std::size_t i = 0; i < 8; ++i) rows[i] = row(std::min(first + i, count - 1));
  return rows;
}

bool has_gray_pixels(PixelFormat format, Color matte) {
  return format.layout == Layout::gray || (format.layout == Layout::gray_alpha &&
                                           matte.red == matte.green && matte.green == matte.blue);
}

Result<SampleRows> SampleRows::of_image(const ConstImageView& image, ChromaSubsampling subsampling,
                                        Color matte, const Execution& execution) {
  SampleRows rows(image.size, subsampling);
  rows.image_ = image;
  rows.matte_ = matte;
  LIMEN_TRY(rows.prepare_image(execution));
  return rows;
}

Result<void> SampleRows::prepare_image(const Execution& execution) {
  has_gray_pixels_ = limen::has_gray_pixels(image_.format, matte_);
  const auto width = static_cast<std::uint64_t>(image_.size.width);
  if (image_.format != gray8 && image_.format != rgb8) {
    LIMEN_ASSIGN(opaque_, take_buffer(3 * width, execution));
  }
  const GridComponent& luma = grid_.components[0];
  const auto lines = 8 * static_cast<std::size_t>(luma.down);
  std::size_t padded = padded_width(luma.size.width);
  if (grid_.count > 1) {
    // Reduced chroma is made of whole groups too.
    const std::size_t chroma = padded_width(grid_.components[1].size.width);
    padded = std::max(padded, static_cast<std::size_t>(luma.across) * chroma);
    if (luma.across * luma.down > 1) {
      for (PaddedRows& of : chroma_) LIMEN_TRY(of.prepare(8, chroma, execution));
    }
  }
  // All of RGB is converted, even where only its luma is wanted.
  const std::size_t count = has_gray_pixels_ ? 1 : 3;
  for (std::size_t c = 0; c < count; ++c) LIMEN_TRY(rows_[c].prepare(lines, padded, execution));
  return {};
}

Result<SampleRows> SampleRows::of_planes(const PlanarImage& image, const Execution& execution) {
  SampleRows rows(image.size(), image.subsampling);
  rows.is_planar_ = true;
  for (std::size_t c = 0; c < rows.grid_.count; ++c) {
    const GridComponent& component = rows.grid_.components[c];
    rows.planes_[c] = image.planes[c].view();
    LIMEN_TRY(rows.rows_[c].prepare(static_cast<std::size_t>(8 * component.down),
                                    padded_width(component.size.width), execution));
  }
  return rows;
}

const std::uint8_t* SampleRows::opaque_row(std::int32_t y) {
  if (opaque_.data() == nullptr) return image_.row_as<std::uint8_t>(y);
  auto* const to = reinterpret_cast<std::uint8_t*>(opaque_.data());
  const Layout layout = image_.format.layout;
  const std::int32_t width = image_.size.width;
  const int channels = has_gray_pixels_ ? 1 : 3;
  if (image_.format.sample == SampleType::u16) {
    convert_row(image_.row_as<std::uint16_t>(y), layout, width, matte_, channels, to);
  } else {
    convert_row(image_.row_as<std::uint8_t>(y), layout, width, matte_, channels, to);
  }
  return to;
}

void SampleRows::load(std::int32_t mcu_row) {
  if (!is_planar_) {
    load_image(mcu_row);
    return;
  }
  for (std::size_t c = 0; c < grid_.count; ++c) load_plane(c, mcu_row);
}

void SampleRows::load_plane(std::size_t component, std::int32_t mcu_row) {
  const ConstImageView& plane = planes_[component];
  const std::int32_t lines = 8 * grid_.components[component].down;
  const std::int32_t top = mcu_row * lines;
  // Of a component with fewer rows than MCUs cover, the last row is repeated.
  const std::int32_t count = std::min(lines, plane.size.height - top);
  counts_[component] = static_cast<std::size_t>(count);
  for (std::int32_t y = 0; y < count; ++y) {
    const auto i = static_cast<std::size_t>(y);
    std::memcpy(rows_[component].row(i), plane.row(top + y), row_bytes(plane.size, gray8));
    rows_[component].pad(i, plane.size.width);
  }
}

void SampleRows::load_image(std::int32_t mcu_row) {
  const GridComponent& luma = grid_.components[0];
  const std::int32_t width = image_.size.width;
  const std::int32_t top = mcu_row * 8 * luma.down;
  const std::size_t count =
      static_cast<std::size_t>(std::min(8 * luma.down, image_.size.height - top));
  const std::size_t planes = has_gray_pixels_ ? 1 : 3;
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint8_t* const row = opaque_row(top + static_cast<std::int32_t>(i));
    if (has_gray_pixels_) {
      std::memcpy(rows_[0].row(i), row, static_cast<std::size_t>(width));
    } else {
      split_row(row, width, rows_[0].row(i), rows_[1].row(i), rows_[2].row(i));
    }
    for (std::size_t c = 0; c < planes; ++c) rows_[c].pad(i, width);
  }
  counts_ = {count, count, count};
  if (luma.across * luma.down == 1) return;
  for (std::size_t c = 1; c < grid_.count; ++c) reduce_chroma(c, count);
}

// libjpeg repeats the last row of the picture to fill a box, then the last row of chroma.
void SampleRows::reduce_chroma(std::size_t component, std::size_t count) {
  const auto down = static_cast<std::size_t>(grid_.components[0].down);
  const auto across = static_cast<std::size_t>(grid_.components[0].across);
  const std::size_t padded = padded_width(grid_.components[component].size.width);
  const std::size_t reduced = (count + down - 1) / down;
  for (std::size_t i = 0; i < reduced; ++i) {
    std::array<const std::uint8_t*, kMostDown> rows{};
    for (std::size_t y = 0; y < down; ++y) {
      rows[y] = rows_[component].row(std::min(down * i + y, count - 1));
    }
    std::uint8_t* const to = chroma_[component - 1].row(i);
    if (down == 2 && across == 2) {
      halve_rows(rows[0], rows[1], padded, to);
    } else {
      reduce_rows(rows, down, across, padded, to);
    }
  }
  counts_[component] = reduced;
}

std::array<const std::uint8_t*, 8> SampleRows::block_row(std::size_t component, int y) {
  const bool is_reduced =
      !is_planar_ && component > 0 && grid_.components[0].across * grid_.components[0].down > 1;
  PaddedRows& rows = is_reduced ? chroma_[component - 1] : rows_[component];
  return rows.eight(8 * static_cast<std::size_t>(y), counts_[component]);
}

}  // namespace limen::inline LIMEN_ABI
