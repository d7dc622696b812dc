// SPDX-License-Identifier: Apache-2.0
#include "lib/codec/jpeg/shown_picture.h"

#include <algorithm>
#include <cstring>

namespace limen::inline LIMEN_ABI {

Result<void> ShownPicture::prepare(const TransformedPicture& shape, const Execution& execution) {
  shape_ = &shape;
  LIMEN_ASSIGN(shown_, Image::create(shape.size, is_gray() ? gray8 : rgb8, execution.workspace));
  luma_stride_ = padded_width(shape.size.width);
  LIMEN_ASSIGN(luma_, take_buffer(8 * luma_stride_, execution));
  if (is_gray()) return {};
  // 4:4:4 needs a row of blocks at a time; 4:2:0 interpolates between them.
  const TransformedPlane& plane = shape.planes[1];
  chroma_stride_ = padded_width(plane.size.width);
  const auto rows = static_cast<std::uint64_t>(is_halved() ? plane.block_rows * 8 : 8);
  for (Buffer& of : chroma_) {
    LIMEN_ASSIGN(of, take_buffer(rows * chroma_stride_, execution));
  }
  // One row of each, with a column to spare.
  LIMEN_ASSIGN(upsampled_, take_buffer(2 * (luma_stride_ + 1), execution));
  return {};
}

Result<ConstImageView> ShownPicture::show(CoefficientRows& rows, const Quantizers& quantizers,
                                          const Execution& execution) {
  const auto rebuild = [&](std::size_t p, std::int32_t block_row, std::uint8_t* to,
                           std::size_t stride) {
    reconstruct(rows.row(p, block_row), quantizers[p], shape_->planes[p].groups, to, stride);
  };
  std::int32_t below = 0;
  for (std::int32_t row = 0; row < shape_->planes[0].block_rows; ++row) {
    if (execution.is_cancelled()) return cancelled();
    rebuild(0, row, luma(), luma_stride_);
    if (!is_gray()) {
      // Chroma's rows up to the one below luma's, that they may be interpolated.
      const std::int32_t until = is_halved() ? (row + 1) / 2 + 1 : row + 1;
      for (; below < std::min(until, shape_->planes[1].block_rows); ++below) {
        for (std::size_t p = 1; p < 3; ++p) {
          rebuild(p, below, chroma(p, is_halved() ? 8 * below : 0), chroma_stride_);
        }
      }
    }
    const std::int32_t end = std::min(8 * (row + 1), shape_->size.height);
    for (std::int32_t y = 8 * row; y < end; ++y) show_row(y);
  }
  return shown_.const_view();
}

std::uint8_t* ShownPicture::chroma(std::size_t plane, std::int32_t y) {
  return reinterpret_cast<std::uint8_t*>(chroma_[plane - 1].data()) +
         static_cast<std::size_t>(y) * chroma_stride_;
}

// The chroma of one row: as it is, or interpolated between the rows that luma's lies between, the
// nearer one first.
const std::uint8_t* ShownPicture::chroma_row(std::size_t plane, std::int32_t y) {
  if (!is_halved()) return chroma(plane, y % 8);
  const std::int32_t near = y / 2;
  const std::int32_t far =
      std::clamp(near + (y % 2 == 0 ? -1 : 1), 0, shape_->planes[plane].size.height - 1);
  auto* const out =
      reinterpret_cast<std::uint8_t*>(upsampled_.data()) + (plane - 1) * (luma_stride_ + 1);
  upsample_row(chroma(plane, near), chroma(plane, far), shape_->size.width, out);
  return out;
}

void ShownPicture::show_row(std::int32_t y) {
  const std::uint8_t* const from = luma() + static_cast<std::size_t>(y % 8) * luma_stride_;
  auto* const to = shown_.view().row_as<std::uint8_t>(y);
  if (is_gray()) {
    std::memcpy(to, from, static_cast<std::size_t>(shape_->size.width));
  } else {
    rgb_row(from, chroma_row(1, y), chroma_row(2, y), shape_->size.width, to);
  }
}

}  // namespace limen::inline LIMEN_ABI
