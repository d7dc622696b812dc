// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstring>
#include <utility>

#include "limen/core/abi.h"
#include "limen/core/checked_size.h"
#include "limen/core/image_view.h"
#include "limen/core/result.h"
#include "limen/core/workspace.h"

namespace limen::inline LIMEN_ABI {

/// Owned interleaved pixels: rows start on 64-byte boundaries. Move-only; uninitialised when made.
class Image {
 public:
  Image() = default;

  /// Memory comes from `workspace` and counts against its limit; without one it is the system's.
  /// Errors: invalid_argument (a side below 1), limit_exceeded (working_memory), out_of_memory.
  static Result<Image> create(Size size, PixelFormat format, Workspace* workspace = nullptr) {
    if (is_empty(size)) {
      return invalid_argument("an image of " + std::to_string(size.width) + "x" +
                              std::to_string(size.height) + " has no pixels");
    }
    // 2^31 columns of 16 bytes fit in 64 bits; rows times that may not.
    const std::uint64_t stride = *checked_align_up(
        static_cast<std::uint64_t>(size.width) * format.bytes_per_pixel(), memory::kAlignment);
    const auto bytes = checked_multiply(stride, static_cast<std::uint64_t>(size.height));
    if (!bytes) {
      return limit_exceeded(Limit::working_memory, area(size),
                            workspace != nullptr ? workspace->limit() : 0);
    }
    Image image;
    LIMEN_ASSIGN(image.buffer_,
                 workspace != nullptr ? workspace->allocate(*bytes) : Buffer::create(*bytes));
    image.size_ = size;
    image.stride_ = static_cast<std::ptrdiff_t>(stride);
    image.format_ = format;
    return image;
  }

  bool has_pixels() const { return buffer_.data() != nullptr; }
  Size size() const { return size_; }
  std::ptrdiff_t stride() const { return stride_; }
  PixelFormat format() const { return format_; }

  ImageView view() { return {buffer_.data(), size_, stride_, format_}; }
  ConstImageView view() const { return {buffer_.data(), size_, stride_, format_}; }
  ConstImageView const_view() const { return view(); }

  /// Says that the same samples are to be read differently: alpha mode, or a layout with as many
  /// channels. The sample type and channel count must not change.
  void relabel(PixelFormat format) {
    assert(format.bytes_per_pixel() == format_.bytes_per_pixel());
    format_ = format;
  }

 private:
  Buffer buffer_;
  Size size_;
  std::ptrdiff_t stride_ = 0;
  PixelFormat format_;
};

/// Copies rows; sizes and formats must be the same.
inline void copy_pixels(const ConstImageView& from, const ImageView& to) {
  assert(from.size == to.size && from.format == to.format);
  for (std::int32_t y = 0; y < from.size.height; ++y) {
    std::memcpy(to.row(y), from.row(y), row_bytes(from.size, from.format));
  }
}

}  // namespace limen::inline LIMEN_ABI
