// SPDX-License-Identifier: Apache-2.0
#include "lib/codec/jpeg/transformed.h"

namespace limen::inline LIMEN_ABI {

namespace {

Result<TransformedPlane> make_plane(const GridComponent& component, const Execution& execution) {
  TransformedPlane plane;
  plane.size = component.size;
  plane.groups = component.groups;
  plane.block_columns = component.columns;
  plane.block_rows = component.rows;
  // At most 2^16 x 2^16 samples: no overflow.
  LIMEN_ASSIGN(plane.coefficients,
               take_buffer(static_cast<std::uint64_t>(plane.block_rows) * plane.groups *
                               kGroupCoefficients * sizeof(std::int16_t),
                           execution));
  return plane;
}

}  // namespace

Result<TransformedPicture> make_transformed_picture(Size size, ChromaSubsampling subsampling,
                                                    const Execution& execution) {
  TransformedPicture picture;
  picture.size = size;
  picture.subsampling = subsampling;
  const JpegGrid grid(size, subsampling);
  picture.plane_count = grid.count;
  for (std::size_t p = 0; p < grid.count; ++p) {
    LIMEN_ASSIGN(picture.planes[p], make_plane(grid.components[p], execution));
  }
  return picture;
}

Result<TransformedPicture> transform_picture(const ConstImageView& image,
                                             ChromaSubsampling subsampling,
                                             const Execution& execution) {
  if (image.format.layout == Layout::gray) subsampling = ChromaSubsampling::gray;
  LIMEN_ASSIGN(TransformedPicture picture,
               make_transformed_picture(image.size, subsampling, execution));
  LIMEN_ASSIGN(SampleRows samples, SampleRows::of_image(image, subsampling, Color{}, execution));
  const JpegGrid& grid = samples.grid();
  // A row of MCUs at a time, so that samples are transformed while they are in the nearest cache.
  for (std::int32_t mcu_row = 0; mcu_row < grid.mcu_rows; ++mcu_row) {
    if (execution.is_cancelled()) return cancelled();
    samples.load(mcu_row);
    for (std::size_t p = 0; p < grid.count; ++p) {
      TransformedPlane& plane = picture.planes[p];
      const std::int32_t first = grid.components[p].first_row(mcu_row);
      for (std::int32_t y = first; y < grid.components[p].end_row(mcu_row); ++y) {
        forward_dct(samples.block_row(p, y - first), plane.groups, plane.row(y));
      }
    }
  }
  return picture;
}

}  // namespace limen::inline LIMEN_ABI
