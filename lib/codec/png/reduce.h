// SPDX-License-Identifier: Apache-2.0
#pragma once

// What a picture's pixels have no use for, found in one pass, and the rows that result without it.

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "limen/core/image_view.h"

namespace limen::inline LIMEN_ABI::png {

/// Red, green, blue, alpha from the high byte down.
using PackedColor = std::uint32_t;

struct Palette {
  std::vector<PackedColor> colors;  ///< those that are not opaque first: tRNS ends with them
  int transparent_count = 0;

  /// 1, 2, 4 or 8 bits an index.
  int bits() const {
    const std::size_t count = colors.size();
    return count <= 2 ? 1 : count <= 4 ? 2 : count <= 16 ? 4 : 8;
  }
};

struct Analysis {
  bool is_opaque = true;
  bool is_gray = true;
  /// The fewest bits in which each gray is exact, 8 or 16 if those are needed. Without alpha only.
  int gray_bits = 1;
  std::optional<Palette> palette;  ///< u8 with at most 256 colours
};

Analysis analyze(const ConstImageView& image);

/// How a row is stored.
struct RowFormat {
  enum class Kind : std::uint8_t { gray, gray_alpha, rgb, rgba, palette };
  Kind kind = Kind::rgba;
  int bits = 8;  ///< a sample

  int bits_per_pixel() const;
};

/// Turns the picture's rows into stored ones. 16-bit samples come out big-endian.
class RowPacker {
 public:
  RowPacker(const ConstImageView& image, RowFormat format, const Palette* palette);
  void pack(std::int32_t y, std::uint8_t* row) const;

 private:
  template <class Sample>
  void pack_samples(std::int32_t y, std::uint8_t* row) const;
  void pack_indices(std::int32_t y, std::uint8_t* row) const;
  void pack_gray_bits(std::int32_t y, std::uint8_t* row) const;

  ConstImageView image_;
  RowFormat format_;
  std::vector<PackedColor> sorted_;    // the palette by value, for look-up
  std::vector<std::uint8_t> indices_;  // where each of sorted_ stands in the palette
};

}  // namespace limen::inline LIMEN_ABI::png
