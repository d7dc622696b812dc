// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>

#include "fuzz/fuzz.h"
#include "limen/core/image.h"

namespace limen::fuzz {

/// Gives the input's bytes out until there are no more; zeros from then on.
class Input {
 public:
  Input(const std::uint8_t* data, std::size_t size) : data_(data), size_(size) {}

  void take(void* into, std::size_t count) {
    const std::size_t given = std::min(count, size_);
    std::memset(into, 0, count);
    if (given > 0) std::memcpy(into, data_, given);
    data_ += given;
    size_ -= given;
  }
  std::uint8_t byte() {
    std::uint8_t value = 0;
    take(&value, 1);
    return value;
  }
  bool flag() { return byte() % 2 != 0; }
  /// 0 to bound - 1.
  std::int32_t below(std::int32_t bound) {
    std::uint16_t value = 0;
    take(&value, 2);
    return value % bound;
  }
  /// first to last.
  std::int32_t between(std::int32_t first, std::int32_t last) {
    return first + below(last - first + 1);
  }
  template <class T, std::size_t n>
  T one_of(const T (&values)[n]) {
    return values[byte() % n];
  }
  const std::uint8_t* data() const { return data_; }
  std::size_t size() const { return size_; }

 private:
  const std::uint8_t* data_;
  std::size_t size_;
};

/// A picture of up to `largest` pixels a side: the input's bytes over and over, so that a few make
/// patterns; with `smooth` each is added to the pixel on its left instead, as in photographs. Its
/// samples are of whatever bits there are: f32 is not for this.
inline Image picture_of(Input& input, PixelFormat format, std::int32_t largest) {
  const Size size{input.between(1, largest), input.between(1, largest)};
  const bool smooth = input.flag();
  auto image = Image::create(size, format);
  if (!image.has_value()) std::abort();
  const std::size_t pixel = format.bytes_per_pixel();
  std::size_t at = 0;
  for (std::int32_t y = 0; y < size.height; ++y) {
    auto* row = reinterpret_cast<std::uint8_t*>(image->view().row(y));
    for (std::size_t i = 0; i < row_bytes(size, format); ++i) {
      const std::uint8_t given = input.size() > 0 ? input.data()[at++ % input.size()] : 0;
      const int left = smooth && i >= pixel ? row[i - pixel] + given / 8 - 16 : given;
      row[i] = static_cast<std::uint8_t>(std::clamp(left, 0, 255));
    }
  }
  return *std::move(image);
}

inline bool are_equal(const ConstImageView& a, const ConstImageView& b) {
  if (a.size != b.size || a.format != b.format) return false;
  for (std::int32_t y = 0; y < a.size.height; ++y) {
    if (std::memcmp(a.row(y), b.row(y), row_bytes(a.size, a.format)) != 0) return false;
  }
  return true;
}

}  // namespace limen::fuzz
