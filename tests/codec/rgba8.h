// SPDX-License-Identifier: Apache-2.0
#pragma once

// Pixels in the form in which the manifests' checksums describe them, and comparisons of pictures.

#include <gtest/gtest.h>

#include <cstring>
#include <string>
#include <vector>

#include "limen/codec/decode.h"
#include "limen/core/image.h"
#include "tests/sha256.h"

namespace limen::test {

/// 8-bit pixels as RGBA, rows without padding, alpha 255 where there is none.
inline Bytes rgba8_of(const ConstImageView& view) {
  EXPECT_EQ(view.format.sample, SampleType::u8);
  Bytes rgba;
  rgba.reserve(area(view.size) * 4);
  const int channels = view.format.channels();
  const bool is_gray = channels < 3;
  for (std::int32_t y = 0; y < view.size.height; ++y) {
    const std::byte* row = view.row(y);
    for (std::int32_t x = 0; x < view.size.width; ++x) {
      const std::byte* pixel = row + static_cast<std::ptrdiff_t>(x) * channels;
      rgba.push_back(pixel[0]);
      rgba.push_back(pixel[is_gray ? 0 : 1]);
      rgba.push_back(pixel[is_gray ? 0 : 2]);
      rgba.push_back(view.format.has_alpha() ? pixel[channels - 1] : std::byte{255});
    }
  }
  return rgba;
}

inline std::string rgba8_sha256(const ConstImageView& view) { return sha256_hex(rgba8_of(view)); }

/// A sample as 16 bits, whatever the layout: channel 0 to 2 are colour, 3 is alpha.
inline unsigned sample16(const ConstImageView& view, std::int32_t x, std::int32_t y, int channel) {
  const int channels = view.format.channels();
  int index = channel;
  if (channel == 3) {
    if (!view.format.has_alpha()) return 65535;
    index = channels - 1;
  } else if (channels < 3) {
    index = 0;
  }
  index += x * channels;
  return view.format.sample == SampleType::u8 ? view.row_as<std::uint8_t>(y)[index] * 257u
                                              : view.row_as<std::uint16_t>(y)[index];
}

/// True if both show the same colours and alphas, whatever their layouts and depths.
inline bool shows_the_same(const ConstImageView& a, const ConstImageView& b) {
  if (a.size != b.size) return false;
  for (std::int32_t y = 0; y < a.size.height; ++y) {
    for (std::int32_t x = 0; x < a.size.width; ++x) {
      for (int c = 0; c < 4; ++c) {
        if (sample16(a, x, y, c) != sample16(b, x, y, c)) return false;
      }
    }
  }
  return true;
}

/// True if size, format and every byte of every row are equal.
inline bool is_identical(const ConstImageView& a, const ConstImageView& b) {
  if (a.size != b.size || a.format != b.format) return false;
  for (std::int32_t y = 0; y < a.size.height; ++y) {
    if (std::memcmp(a.row(y), b.row(y), row_bytes(a.size, a.format)) != 0) return false;
  }
  return true;
}

/// Windows to try in a picture of this size: corners, odd edges, one pixel, one row, one column.
inline std::vector<Rect> windows_of(Size size) {
  std::vector<Rect> windows{whole(size), {0, 0, 1, 1}, {size.width - 1, size.height - 1, 1, 1}};
  const auto add = [&](Rect rect) {
    if (lies_inside(rect, size)) windows.push_back(rect);
  };
  add({1, 1, size.width - 1, size.height - 1});
  add({0, size.height / 2, size.width, 1});
  add({size.width / 2, 0, 1, size.height});
  add({size.width / 3, size.height / 3, size.width / 3, size.height / 3});
  add({3, 5, 7, 9});
  return windows;
}

}  // namespace limen::test
