// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

#include "limen/core/abi.h"
#include "limen/core/geometry.h"
#include "limen/core/pixel_format.h"

namespace limen::inline LIMEN_ABI {

/// Borrowed interleaved pixels that may be written. `stride` is the distance in bytes from a row to
/// the one below; at least size.width * format.bytes_per_pixel(), and a multiple of the sample's
/// size. The rows stay the caller's.
struct ImageView {
  std::byte* data = nullptr;
  Size size;
  std::ptrdiff_t stride = 0;
  PixelFormat format;

  std::byte* row(std::int32_t y) const { return data + static_cast<std::ptrdiff_t>(y) * stride; }
  template <class Sample>
  Sample* row_as(std::int32_t y) const {
    return reinterpret_cast<Sample*>(row(y));
  }
};

/// The same, read only.
struct ConstImageView {
  const std::byte* data = nullptr;
  Size size;
  std::ptrdiff_t stride = 0;
  PixelFormat format;

  ConstImageView() = default;
  constexpr ConstImageView(const std::byte* data_, Size size_, std::ptrdiff_t stride_,
                           PixelFormat format_)
      : data(data_), size(size_), stride(stride_), format(format_) {}
  // NOLINTNEXTLINE(google-explicit-constructor): what may be written may be read.
  constexpr ConstImageView(const ImageView& view)
      : data(view.data), size(view.size), stride(view.stride), format(view.format) {}

  const std::byte* row(std::int32_t y) const {
    return data + static_cast<std::ptrdiff_t>(y) * stride;
  }
  template <class Sample>
  const Sample* row_as(std::int32_t y) const {
    return reinterpret_cast<const Sample*>(row(y));
  }
};

/// Bytes of pixels in one row, without padding.
constexpr std::size_t row_bytes(Size size, PixelFormat format) {
  return static_cast<std::size_t>(size.width) * format.bytes_per_pixel();
}

/// A window of a view; `rect` must lie inside it.
inline ImageView subview(const ImageView& view, const Rect& rect) {
  return {view.row(rect.y) + static_cast<std::size_t>(rect.x) * view.format.bytes_per_pixel(),
          size_of(rect), view.stride, view.format};
}
inline ConstImageView subview(const ConstImageView& view, const Rect& rect) {
  return {view.row(rect.y) + static_cast<std::size_t>(rect.x) * view.format.bytes_per_pixel(),
          size_of(rect), view.stride, view.format};
}

}  // namespace limen::inline LIMEN_ABI
