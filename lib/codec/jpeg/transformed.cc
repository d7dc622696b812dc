// SPDX-License-Identifier: Apache-2.0
#include "lib/codec/jpeg/transformed.h"

#include <algorithm>
#include <cstring>

namespace limen::inline LIMEN_ABI {

namespace {

// Some rows of samples, filled up to whole groups of blocks by their last sample, as libjpeg fills
// its last blocks.
class PaddedRows {
 public:
  Result<void> prepare(std::size_t count, std::size_t padded, const Execution& execution) {
    padded_ = padded;
    LIMEN_ASSIGN(buffer_, take_buffer(count * padded, execution));
    return {};
  }
  std::uint8_t* row(std::size_t i) {
    return reinterpret_cast<std::uint8_t*>(buffer_.data()) + i * padded_;
  }
  void pad(std::size_t i, std::int32_t width) {
    const auto used = static_cast<std::size_t>(width);
    std::memset(row(i) + used, row(i)[used - 1], padded_ - used);
  }
  // Eight rows from `first` on, the last of `count` standing in for those behind it.
  std::array<const std::uint8_t*, 8> eight(std::size_t first, std::size_t count) {
    std::array<const std::uint8_t*, 8> rows{};
    for (std::size_t i = 0; i < 8; ++i) rows[i] = row(std::min(first + i, count - 1));
    return rows;
  }

 private:
  std::size_t padded_ = 0;
  Buffer buffer_;
};

Result<TransformedPlane> make_plane(Size size, const Execution& execution) {
  TransformedPlane plane;
  plane.size = size;
  plane.groups = group_count(size.width);
  plane.block_columns = (size.width + 7) / 8;
  plane.block_rows = (size.height + 7) / 8;
  // At most 2^16 x 2^16 samples: no overflow.
  LIMEN_ASSIGN(plane.coefficients,
               take_buffer(static_cast<std::uint64_t>(plane.block_rows) * plane.groups *
                               kGroupCoefficients * sizeof(std::int16_t),
                           execution));
  return plane;
}

void transform_rows(TransformedPlane& plane, std::int32_t block_row,
                    const std::array<const std::uint8_t*, 8>& rows) {
  auto* const to = reinterpret_cast<std::int16_t*>(plane.coefficients.data()) +
                   static_cast<std::size_t>(block_row) * plane.groups * kGroupCoefficients;
  forward_dct(rows, plane.groups, to);
}

Result<void> transform_gray(const ConstImageView& image, TransformedPlane& plane,
                            const Execution& execution) {
  PaddedRows rows;
  LIMEN_TRY(rows.prepare(8, padded_width(image.size.width), execution));
  for (std::int32_t block_row = 0; block_row < plane.block_rows; ++block_row) {
    if (execution.is_cancelled()) return cancelled();
    const auto count = static_cast<std::size_t>(std::min(8, image.size.height - 8 * block_row));
    for (std::size_t i = 0; i < count; ++i) {
      std::memcpy(rows.row(i), image.row(8 * block_row + static_cast<std::int32_t>(i)),
                  row_bytes(image.size, gray8));
      rows.pad(i, image.size.width);
    }
    transform_rows(plane, block_row, rows.eight(0, count));
  }
  return {};
}

// A row of MCUs at a time, so that samples are transformed while they are in the nearest cache.
Result<void> transform_rgb(const ConstImageView& image, TransformedPicture& picture,
                           const Execution& execution) {
  const bool is_halved = picture.subsampling == ChromaSubsampling::yuv420;
  const std::size_t lines = is_halved ? 16 : 8;
  const std::int32_t width = image.size.width;
  const TransformedPlane& chroma = picture.planes[1];
  const std::size_t chroma_padded = padded_width(chroma.size.width);
  const std::size_t padded = std::max(padded_width(width), (is_halved ? 2 : 1) * chroma_padded);
  std::array<PaddedRows, 3> rows;
  std::array<PaddedRows, 2> halved;
  for (PaddedRows& of : rows) LIMEN_TRY(of.prepare(lines, padded, execution));
  if (is_halved) {
    for (PaddedRows& of : halved) LIMEN_TRY(of.prepare(8, chroma_padded, execution));
  }
  for (std::int32_t mcu_row = 0; mcu_row < chroma.block_rows; ++mcu_row) {
    if (execution.is_cancelled()) return cancelled();
    const std::int32_t top = mcu_row * static_cast<std::int32_t>(lines);
    const std::size_t count = std::min(lines, static_cast<std::size_t>(image.size.height - top));
    for (std::size_t i = 0; i < count; ++i) {
      split_row(image.row_as<std::uint8_t>(top + static_cast<std::int32_t>(i)), width,
                rows[0].row(i), rows[1].row(i), rows[2].row(i));
      for (PaddedRows& of : rows) of.pad(i, width);
    }
    for (std::size_t first = 0; first < count; first += 8) {
      transform_rows(picture.planes[0], (top + static_cast<std::int32_t>(first)) / 8,
                     rows[0].eight(first, count));
    }
    for (std::size_t p = 1; p < 3; ++p) {
      if (!is_halved) {
        transform_rows(picture.planes[p], mcu_row, rows[p].eight(0, count));
        continue;
      }
      // libjpeg repeats the last row of the picture to make a pair, then the last row of chroma.
      const std::size_t pairs = (count + 1) / 2;
      for (std::size_t i = 0; i < pairs; ++i) {
        halve_rows(rows[p].row(2 * i), rows[p].row(std::min(2 * i + 1, count - 1)), chroma_padded,
                   halved[p - 1].row(i));
      }
      transform_rows(picture.planes[p], mcu_row, halved[p - 1].eight(0, pairs));
    }
  }
  return {};
}

}  // namespace

Result<Buffer> take_buffer(std::uint64_t bytes, const Execution& execution) {
  return execution.workspace != nullptr ? execution.workspace->allocate(bytes)
                                        : Buffer::create(bytes);
}

Result<TransformedPicture> transform_picture(const ConstImageView& image,
                                             ChromaSubsampling subsampling,
                                             const Execution& execution) {
  TransformedPicture picture;
  picture.size = image.size;
  const bool is_gray = image.format.layout == Layout::gray;
  picture.subsampling = is_gray ? ChromaSubsampling::gray : subsampling;
  picture.plane_count = is_gray ? 1 : 3;
  for (std::size_t p = 0; p < picture.plane_count; ++p) {
    LIMEN_ASSIGN(picture.planes[p],
                 make_plane(p == 0 ? image.size : chroma_size(image.size, subsampling), execution));
  }
  if (is_gray) {
    LIMEN_TRY(transform_gray(image, picture.planes[0], execution));
  } else {
    LIMEN_TRY(transform_rgb(image, picture, execution));
  }
  return picture;
}

}  // namespace limen::inline LIMEN_ABI
