// SPDX-License-Identifier: Apache-2.0
#include "lib/codec/png/reduce.h"

#include <algorithm>
#include <numeric>

namespace limen::inline LIMEN_ABI::png {

namespace {

template <class Sample>
struct Pixel {
  Sample red, green, blue, alpha;
};

template <class Sample>
Pixel<Sample> pixel_at(const Sample* row, std::int32_t column, Layout layout) {
  constexpr Sample kOpaque = static_cast<Sample>(~Sample{0});
  const auto x = static_cast<std::size_t>(column);
  switch (layout) {
    case Layout::gray: {
      const Sample gray = row[x];
      return {gray, gray, gray, kOpaque};
    }
    case Layout::gray_alpha: {
      const Sample gray = row[2 * x];
      return {gray, gray, gray, row[2 * x + 1]};
    }
    case Layout::rgb:
      return {row[3 * x], row[3 * x + 1], row[3 * x + 2], kOpaque};
    default:
      return {row[4 * x], row[4 * x + 1], row[4 * x + 2], row[4 * x + 3]};
  }
}

PackedColor pack(const Pixel<std::uint8_t>& pixel) {
  return static_cast<PackedColor>(pixel.red) << 24 | static_cast<PackedColor>(pixel.green) << 16 |
         static_cast<PackedColor>(pixel.blue) << 8 | pixel.alpha;
}

// Up to 256 colours, by open addressing in a table that is never more than a quarter full.
class ColorSet {
 public:
  ColorSet() : slots_(1024), is_used_(1024) {}

  // False once there are too many.
  bool add(PackedColor color) {
    if (!is_empty_ && color == last_) return true;
    // Fibonacci hashing: the high bits of a product with 2^32 over the golden ratio.
    std::size_t slot = color * 0x9E3779B9u >> 22;
    while (is_used_[slot] && slots_[slot] != color) slot = (slot + 1) % slots_.size();
    if (!is_used_[slot]) {
      if (count_ == 256) return false;
      is_used_[slot] = true;
      slots_[slot] = color;
      ++count_;
    }
    last_ = color;
    is_empty_ = false;
    return true;
  }

  std::vector<PackedColor> colors() const {
    std::vector<PackedColor> colors;
    for (std::size_t i = 0; i < slots_.size(); ++i) {
      if (is_used_[i]) colors.push_back(slots_[i]);
    }
    return colors;
  }

 private:
  std::vector<PackedColor> slots_;
  std::vector<bool> is_used_;
  int count_ = 0;
  PackedColor last_ = 0;
  bool is_empty_ = true;
};

bool is_opaque(PackedColor color) { return (color & 0xFF) == 0xFF; }

// The fewest of 1, 2, 4 bits whose grays, spread over 0..255, include this one.
int bits_of_gray(std::uint8_t gray) {
  if (gray % 255 == 0) return 1;
  if (gray % 85 == 0) return 2;
  if (gray % 17 == 0) return 4;
  return 8;
}

void analyze_u8(const ConstImageView& image, Analysis& analysis) {
  ColorSet colors;
  bool has_few_colors = true;
  for (std::int32_t y = 0; y < image.size.height; ++y) {
    const auto* row = image.row_as<std::uint8_t>(y);
    for (std::int32_t x = 0; x < image.size.width; ++x) {
      const auto pixel = pixel_at(row, x, image.format.layout);
      if (pixel.alpha != 255) analysis.is_opaque = false;
      if (pixel.red != pixel.green || pixel.red != pixel.blue) analysis.is_gray = false;
      if (analysis.gray_bits < 8) {
        analysis.gray_bits = std::max(analysis.gray_bits, bits_of_gray(pixel.red));
      }
      if (has_few_colors) has_few_colors = colors.add(pack(pixel));
    }
  }
  if (!has_few_colors) return;
  Palette palette;
  palette.colors = colors.colors();
  std::sort(palette.colors.begin(), palette.colors.end(), [](PackedColor a, PackedColor b) {
    return is_opaque(a) != is_opaque(b) ? is_opaque(b) : a < b;
  });
  palette.transparent_count = static_cast<int>(std::count_if(
      palette.colors.begin(), palette.colors.end(), [](PackedColor c) { return !is_opaque(c); }));
  analysis.palette = std::move(palette);
}

void analyze_u16(const ConstImageView& image, Analysis& analysis) {
  analysis.gray_bits = 16;
  for (std::int32_t y = 0; y < image.size.height; ++y) {
    const auto* row = image.row_as<std::uint16_t>(y);
    for (std::int32_t x = 0; x < image.size.width; ++x) {
      const auto pixel = pixel_at(row, x, image.format.layout);
      if (pixel.alpha != 65535) analysis.is_opaque = false;
      if (pixel.red != pixel.green || pixel.red != pixel.blue) analysis.is_gray = false;
    }
    if (!analysis.is_gray && (!analysis.is_opaque || !image.format.has_alpha())) return;
  }
}

std::uint8_t* put(std::uint8_t* to, std::uint8_t sample) {
  *to = sample;
  return to + 1;
}

std::uint8_t* put(std::uint8_t* to, std::uint16_t sample) {
  to[0] = static_cast<std::uint8_t>(sample >> 8);
  to[1] = static_cast<std::uint8_t>(sample & 0xFF);
  return to + 2;
}

// Samples of 1, 2 or 4 bits, the leftmost in the high bits (PNG 7.2).
class BitWriter {
 public:
  BitWriter(std::uint8_t* to, int bits) : to_(to), bits_(bits) {}
  void put(unsigned value) {
    byte_ = byte_ << bits_ | value;
    used_ += bits_;
    if (used_ == 8) flush();
  }
  void finish() {
    if (used_ == 0) return;
    byte_ <<= 8 - used_;
    flush();
  }

 private:
  void flush() {
    *to_++ = static_cast<std::uint8_t>(byte_);
    byte_ = 0;
    used_ = 0;
  }
  std::uint8_t* to_;
  int bits_;
  unsigned byte_ = 0;
  int used_ = 0;
};

}  // namespace

Analysis analyze(const ConstImageView& image) {
  Analysis analysis;
  if (image.format.sample == SampleType::u8) {
    analyze_u8(image, analysis);
  } else {
    analyze_u16(image, analysis);
  }
  return analysis;
}

int RowFormat::bits_per_pixel() const {
  switch (kind) {
    case Kind::gray:
    case Kind::palette:
      return bits;
    case Kind::gray_alpha:
      return 2 * bits;
    case Kind::rgb:
      return 3 * bits;
    case Kind::rgba:
      return 4 * bits;
  }
  return 0;
}

RowPacker::RowPacker(const ConstImageView& image, RowFormat format, const Palette* palette)
    : image_(image), format_(format) {
  if (format.kind != RowFormat::Kind::palette) return;
  indices_.resize(palette->colors.size());
  std::iota(indices_.begin(), indices_.end(), std::uint8_t{0});
  std::sort(indices_.begin(), indices_.end(), [&](std::uint8_t a, std::uint8_t b) {
    return palette->colors[a] < palette->colors[b];
  });
  for (const std::uint8_t index : indices_) sorted_.push_back(palette->colors[index]);
}

void RowPacker::pack(std::int32_t y, std::uint8_t* row) const {
  if (format_.kind == RowFormat::Kind::palette) {
    pack_indices(y, row);
  } else if (format_.bits < 8) {
    pack_gray_bits(y, row);
  } else if (image_.format.sample == SampleType::u8) {
    pack_samples<std::uint8_t>(y, row);
  } else {
    pack_samples<std::uint16_t>(y, row);
  }
}

template <class Sample>
void RowPacker::pack_samples(std::int32_t y, std::uint8_t* row) const {
  const auto* from = image_.row_as<Sample>(y);
  if (sizeof(Sample) == 1 && format_.bits_per_pixel() == 8 * image_.format.channels()) {
    // As many channels, so the same: a layout is never exchanged for another of its size.
    std::copy_n(image_.row_as<std::uint8_t>(y), row_bytes(image_.size, image_.format), row);
    return;
  }
  const bool has_color =
      format_.kind == RowFormat::Kind::rgb || format_.kind == RowFormat::Kind::rgba;
  const bool has_alpha =
      format_.kind == RowFormat::Kind::gray_alpha || format_.kind == RowFormat::Kind::rgba;
  for (std::int32_t x = 0; x < image_.size.width; ++x) {
    const auto pixel = pixel_at(from, x, image_.format.layout);
    row = put(row, pixel.red);
    if (has_color) {
      row = put(row, pixel.green);
      row = put(row, pixel.blue);
    }
    if (has_alpha) row = put(row, pixel.alpha);
  }
}

void RowPacker::pack_gray_bits(std::int32_t y, std::uint8_t* row) const {
  const auto* from = image_.row_as<std::uint8_t>(y);
  const unsigned step = 255u / ((1u << format_.bits) - 1);
  BitWriter writer(row, format_.bits);
  for (std::int32_t x = 0; x < image_.size.width; ++x) {
    writer.put(pixel_at(from, x, image_.format.layout).red / step);
  }
  writer.finish();
}

void RowPacker::pack_indices(std::int32_t y, std::uint8_t* row) const {
  const auto* from = image_.row_as<std::uint8_t>(y);
  BitWriter writer(row, format_.bits);
  PackedColor last = sorted_[0];
  unsigned index = indices_[0];
  for (std::int32_t x = 0; x < image_.size.width; ++x) {
    const PackedColor color = png::pack(pixel_at(from, x, image_.format.layout));
    if (color != last) {
      const auto found = std::lower_bound(sorted_.begin(), sorted_.end(), color);
      last = color;
      index = indices_[static_cast<std::size_t>(found - sorted_.begin())];
    }
    writer.put(index);
  }
  writer.finish();
}

}  // namespace limen::inline LIMEN_ABI::png
