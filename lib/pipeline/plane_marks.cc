// SPDX-License-Identifier: Apache-2.0
#include "lib/pipeline/plane_marks.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "lib/codec/jpeg/block_transform.h"
#include "lib/pipeline/looks.h"

namespace limen::inline LIMEN_ABI {

namespace {

constexpr std::int32_t kStep = 2;  // of chroma, where it is subsampled

// The part of a picture that a mark covers, begun and, inside the picture, ended with whole samples
// of chroma, and wide enough for their interpolation. Empty where the mark lies outside.
Rect touched(const PlacedMark& placed, Size canvas) {
  if (placed.is_tiled) return whole(canvas);
  const auto along = [](std::int64_t at, std::int64_t length, std::int64_t side) {
    std::array<std::int32_t, 2> part{0, 0};
    if (at >= side || at + length <= 0) return part;
    const std::int64_t begin = std::max<std::int64_t>(0, at - kStep) / kStep * kStep;
    const std::int64_t end =
        std::min(side, (at + length + std::int64_t{2} * kStep - 1) / kStep * kStep);
    return std::array<std::int32_t, 2>{static_cast<std::int32_t>(begin),
                                       static_cast<std::int32_t>(end - begin)};
  };
  const Size mark = placed.picture.size();
  const auto [x, width] = along(placed.position.x, mark.width, canvas.width);
  const auto [y, height] = along(placed.position.y, mark.height, canvas.height);
  return {x, y, width, height};
}

// Reads a part of the planes as RGB, and puts back what has become of it.
class Part {
 public:
  Part(PlanarImage& planes, const Rect& rect)
      : planes_(planes),
        rect_(rect),
        is_halved_(planes.subsampling == ChromaSubsampling::yuv420),
        // Chroma is interpolated and halved in whole pairs.
        padded_((static_cast<std::size_t>(rect.width) + 1) / 2 * 2) {}

  Result<Image> read(const Execution& execution) {
    LIMEN_ASSIGN(scratch_, Image::create({static_cast<std::int32_t>(padded_), 6}, gray8,
                                         execution.workspace));
    LIMEN_ASSIGN(Image rgb, Image::create(size_of(rect_), rgb8, execution.workspace));
    for (std::int32_t y = 0; y < rect_.height; ++y) {
      rgb_row(luma(y), chroma(1, y), chroma(2, y), rect_.width, rgb.view().row_as<std::uint8_t>(y));
    }
    return rgb;
  }

  void write(const ConstImageView& was, const ConstImageView& is) {
    const std::int32_t rows = is_halved_ ? kStep : 1;
    for (std::int32_t y = 0; y < rect_.height; y += rows) {
      bool differs = false;
      for (std::int32_t i = 0; i < rows; ++i) {
        const std::int32_t at = std::min(y + i, rect_.height - 1);
        differs =
            std::memcmp(was.row(at), is.row(at), row_bytes(is.size, is.format)) != 0 || differs;
      }
      if (differs) write_rows(was, is, y, rows);
    }
  }

 private:
  std::uint8_t* plane_row(std::size_t plane, std::int32_t row) {
    return planes_.planes[plane].view().row_as<std::uint8_t>(row);
  }
  std::uint8_t* luma(std::int32_t y) { return plane_row(0, rect_.y + y) + rect_.x; }
  std::uint8_t* scratch(std::int32_t row) { return scratch_.view().row_as<std::uint8_t>(row); }

  // A row of chroma at luma's resolution, as a decoder interpolates it.
  const std::uint8_t* chroma(std::size_t plane, std::int32_t y) {
    const std::int32_t row = rect_.y + y;
    if (!is_halved_) return plane_row(plane, row) + rect_.x;
    const std::int32_t last = planes_.planes[plane].size().height - 1;
    const std::int32_t near = row / kStep;
    const std::int32_t far = std::clamp(row % kStep == 0 ? near - 1 : near + 1, 0, last);
    std::uint8_t* const out = scratch(static_cast<std::int32_t>(plane));
    upsample_row(plane_row(plane, near) + rect_.x / kStep, plane_row(plane, far) + rect_.x / kStep,
                 rect_.width, out);
    return out;
  }

  // One row, or the two that share a row of chroma.
  void write_rows(const ConstImageView& was, const ConstImageView& is, std::int32_t y,
                  std::int32_t rows) {
    const auto width = static_cast<std::size_t>(rect_.width);
    const auto differs = [&](std::int32_t row, std::size_t x) {
      return std::memcmp(was.row(row) + 3 * x, is.row(row) + 3 * x, 3) != 0;
    };
    for (std::int32_t i = 0; i < rows; ++i) {
      const std::int32_t row = std::min(y + i, rect_.height - 1);
      std::uint8_t* const cb = scratch(1 + i);
      std::uint8_t* const cr = scratch(3 + i);
      split_row(is.row_as<std::uint8_t>(row), rect_.width, scratch(0), cb, cr);
      // The last column counts twice where the width is odd, as an encoder takes it.
      cb[padded_ - 1] = cb[width - 1];
      cr[padded_ - 1] = cr[width - 1];
      for (std::size_t x = 0; x < width; ++x) {
        if (differs(row, x)) luma(row)[x] = scratch(0)[x];
      }
    }
    if (!is_halved_) {
      for (std::size_t x = 0; x < width; ++x) {
        if (!differs(y, x)) continue;
        plane_row(1, rect_.y + y)[static_cast<std::size_t>(rect_.x) + x] = scratch(1)[x];
        plane_row(2, rect_.y + y)[static_cast<std::size_t>(rect_.x) + x] = scratch(3)[x];
      }
      return;
    }
    for (std::size_t plane = 1; plane <= 2; ++plane) {
      const auto first = static_cast<std::int32_t>(2 * plane - 1);
      std::uint8_t* const halved = scratch(0);
      halve_rows(scratch(first), scratch(first + 1), padded_ / 2, halved);
      std::uint8_t* const to = plane_row(plane, (rect_.y + y) / kStep) + rect_.x / kStep;
      for (std::size_t x = 0; x < width; ++x) {
        if (differs(y, x) || differs(std::min(y + 1, rect_.height - 1), x))
          to[x / 2] = halved[x / 2];
      }
    }
  }

  PlanarImage& planes_;
  Rect rect_;
  bool is_halved_;
  std::size_t padded_;
  Image scratch_;
};

}  // namespace

Result<void> mark_planes(PlanarImage& planes, const Recipe& normal, const MarkShelf& marks,
                         const Execution& execution) {
  for (const Mark& mark : normal.marks) {
    LIMEN_ASSIGN(const PlacedMark placed,
                 place_mark(mark, marks.find(mark.name), planes.size(), SampleType::u8, execution));
    const Rect rect = touched(placed, planes.size());
    if (rect.width <= 0 || rect.height <= 0) continue;
    Part part(planes, rect);
    LIMEN_ASSIGN(const Image was, part.read(execution));
    LIMEN_ASSIGN(Image is, Image::create(was.size(), was.format(), execution.workspace));
    copy_pixels(was.const_view(), is.view());
    LIMEN_TRY(lay_on(is.view(), placed, {rect.x, rect.y}, execution));
    part.write(was.const_view(), is.const_view());
  }
  return {};
}

}  // namespace limen::inline LIMEN_ABI
