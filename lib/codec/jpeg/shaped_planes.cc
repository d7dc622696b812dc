// SPDX-License-Identifier: Apache-2.0
#include "lib/codec/jpeg/shaped_planes.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "lib/codec/jpeg/shaped_rows.h"

namespace limen::inline LIMEN_ABI {

namespace {

// The variance of a block, its four quarters apart: what is busy in one of them hides nothing in
// the others, so the busiest does not count and the stillest counts most.
float still_variance(const std::array<const float*, 8>& rows, std::size_t x) {
  std::array<float, 4> quarters{};
  for (std::size_t quarter = 0; quarter < 4; ++quarter) {
    float sum = 0, squares = 0;
    for (std::size_t y = 0; y < 4; ++y) {
      const float* const row = rows[quarter / 2 * 4 + y] + x + quarter % 2 * 4;
      for (std::size_t i = 0; i < 4; ++i) {
        sum += row[i];
        squares += row[i] * row[i];
      }
    }
    quarters[quarter] = std::max(0.f, squares / 16 - (sum / 16) * (sum / 16));
  }
  std::sort(quarters.begin(), quarters.end());
  return 0.5f * quarters[0] + 0.3f * quarters[1] + 0.2f * quarters[2];
}

class Transform {
 public:
  Transform(const ConstImageView& image, FloatPicture& picture)
      : image_(image), picture_(picture), grid_(picture.size, picture.subsampling) {}

  Result<void> run(const Execution& execution) {
    LIMEN_TRY(prepare(execution));
    for (std::int32_t mcu_row = 0; mcu_row < grid_.mcu_rows; ++mcu_row) {
      if (execution.is_cancelled()) return cancelled();
      const std::int32_t top = mcu_row * 8 * grid_.components[0].down;
      const std::int32_t lines = std::min(8 * grid_.components[0].down, image_.size.height - top);
      for (std::int32_t y = 0; y < lines; ++y) load(top + y, static_cast<std::size_t>(y));
      const auto count = static_cast<std::size_t>(lines);
      if (is_halved()) halve(count);
      for (std::size_t p = 0; p < grid_.count; ++p) {
        const GridComponent& component = grid_.components[p];
        const std::int32_t first = component.first_row(mcu_row);
        for (std::int32_t y = first; y < component.end_row(mcu_row); ++y) {
          const bool is_reduced = p > 0 && is_halved();
          const auto rows = eight(
              is_reduced ? halved_[p - 1] : samples_[p], 8 * static_cast<std::size_t>(y - first),
              is_reduced ? (count + 1) / 2 : count, is_reduced ? padded_ / 2 : padded_);
          transform_floats(rows, component.groups, picture_.planes[p].row(y));
          if (p == 0) measure(rows, y);
        }
      }
    }
    return {};
  }

 private:
  bool is_halved() const { return picture_.subsampling == ChromaSubsampling::yuv420; }

  Result<void> prepare(const Execution& execution) {
    picture_.plane_count = grid_.count;
    for (std::size_t p = 0; p < grid_.count; ++p) {
      LIMEN_ASSIGN(picture_.planes[p], make_float_plane(grid_.components[p], execution.workspace));
    }
    const GridComponent& luma = grid_.components[0];
    LIMEN_ASSIGN(picture_.variances,
                 take_buffer(static_cast<std::uint64_t>(luma.columns) *
                                 static_cast<std::uint64_t>(luma.rows) * sizeof(float),
                             execution));
    // Reduced chroma is made of whole groups too.
    padded_ = padded_width(luma.size.width);
    if (is_halved()) padded_ = 2 * padded_width(grid_.components[1].size.width);
    LIMEN_ASSIGN(rgb_, take_buffer(3 * padded_, execution));
    const auto lines = 8 * static_cast<std::uint64_t>(luma.down);
    for (std::size_t p = 0; p < grid_.count; ++p) {
      LIMEN_ASSIGN(samples_[p], take_buffer(lines * padded_ * sizeof(float), execution));
    }
    if (!is_halved()) return {};
    for (Buffer& plane : halved_) {
      LIMEN_ASSIGN(plane, take_buffer(8 * (padded_ / 2) * sizeof(float), execution));
    }
    return {};
  }

  static float* row(Buffer& buffer, std::size_t y, std::size_t stride) {
    return reinterpret_cast<float*>(buffer.data()) + y * stride;
  }

  // A line of the picture, filled up by its last pixel.
  void load(std::int32_t y, std::size_t at) {
    const auto width = static_cast<std::size_t>(image_.size.width);
    const auto* const from = image_.row_as<std::uint8_t>(y);
    if (grid_.count == 1) {
      float* const to = row(samples_[0], at, padded_);
      for (std::size_t x = 0; x < width; ++x) to[x] = static_cast<float>(from[x]) - 128;
      std::fill(to + width, to + padded_, to[width - 1]);
      return;
    }
    auto* const rgb = reinterpret_cast<std::uint8_t*>(rgb_.data());
    std::memcpy(rgb, from, 3 * width);
    for (std::size_t i = 3 * width; i < 3 * padded_; ++i) rgb[i] = rgb[i - 3];
    split_floats(rgb, padded_, row(samples_[0], at, padded_), row(samples_[1], at, padded_),
                 row(samples_[2], at, padded_));
  }

  void halve(std::size_t count) {
    for (std::size_t p = 1; p < 3; ++p) {
      for (std::size_t y = 0; y < count; y += 2) {
        halve_floats(row(samples_[p], y, padded_),
                     row(samples_[p], std::min(y + 1, count - 1), padded_), padded_ / 2,
                     row(halved_[p - 1], y / 2, padded_ / 2));
      }
    }
  }

  // Eight rows, the last of `count` standing in for those behind it.
  static std::array<const float*, 8> eight(Buffer& buffer, std::size_t first, std::size_t count,
                                           std::size_t stride) {
    std::array<const float*, 8> rows{};
    for (std::size_t i = 0; i < 8; ++i) {
      rows[i] = row(buffer, std::min(first + i, count - 1), stride);
    }
    return rows;
  }

  void measure(const std::array<const float*, 8>& rows, std::int32_t block_row) {
    const auto columns = static_cast<std::size_t>(grid_.components[0].columns);
    auto* const to = reinterpret_cast<float*>(picture_.variances.data()) +
                     static_cast<std::size_t>(block_row) * columns;
    for (std::size_t x = 0; x < columns; ++x) to[x] = still_variance(rows, 8 * x);
  }

  ConstImageView image_;
  FloatPicture& picture_;
  JpegGrid grid_;
  std::size_t padded_ = 0;
  Buffer rgb_;
  std::array<Buffer, 3> samples_;  // as large as luma
  std::array<Buffer, 2> halved_;
};

}  // namespace

Result<FloatPlane> make_float_plane(const GridComponent& component, Workspace* workspace) {
  FloatPlane plane;
  plane.groups = component.groups;
  plane.block_columns = component.columns;
  plane.block_rows = component.rows;
  Execution execution;
  execution.workspace = workspace;
  // At most 2^16 x 2^16 samples: no overflow.
  LIMEN_ASSIGN(plane.coefficients,
               take_buffer(static_cast<std::uint64_t>(plane.block_rows) * plane.groups *
                               kGroupCoefficients * sizeof(float),
                           execution));
  return plane;
}

Result<FloatPicture> transform_to_floats(const ConstImageView& image, ChromaSubsampling subsampling,
                                         const Execution& execution) {
  FloatPicture picture;
  picture.size = image.size;
  picture.subsampling = image.format.layout == Layout::gray ? ChromaSubsampling::gray : subsampling;
  Transform transform(image, picture);
  LIMEN_TRY(transform.run(execution));
  return picture;
}

}  // namespace limen::inline LIMEN_ABI
