// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "lib/codec/jpeg/grid.h"
#include "lib/codec/jpeg/sample_rows.h"
#include "limen/core/execution.h"
#include "limen/core/image_view.h"

namespace limen::inline LIMEN_ABI {

/// One component's coefficients in floating point, row by row of blocks, each as
/// transform_floats() leaves it.
struct FloatPlane {
  std::size_t groups = 0;
  std::int32_t block_rows = 0;
  std::int32_t block_columns = 0;
  Buffer coefficients;

  float* row(std::int32_t block_row) {
    return reinterpret_cast<float*>(coefficients.data()) +
           static_cast<std::size_t>(block_row) * groups * kGroupCoefficients;
  }
  const float* row(std::int32_t block_row) const {
    return reinterpret_cast<const float*>(coefficients.data()) +
           static_cast<std::size_t>(block_row) * groups * kGroupCoefficients;
  }
};

/// Memory for the coefficients of one component. Errors: limit_exceeded, out_of_memory.
Result<FloatPlane> make_float_plane(const GridComponent& component, Workspace* workspace);

/// A picture before its levels are chosen: gray, or Y, Cb and Cr.
struct FloatPicture {
  Size size;
  ChromaSubsampling subsampling = ChromaSubsampling::gray;
  std::size_t plane_count = 0;
  std::array<FloatPlane, 3> planes;
  /// Of luma's blocks, row by row: the variance below which most of a block's lies, of samples of
  /// 0 to 255.
  Buffer variances;

  std::span<const float> luma_variances() const {
    return {reinterpret_cast<const float*>(variances.data()), variances.size() / sizeof(float)};
  }
};

/// `image`: gray8, or rgb8 for 4:2:0 or 4:4:4. Errors: limit_exceeded, cancelled, out_of_memory.
Result<FloatPicture> transform_to_floats(const ConstImageView& image, ChromaSubsampling subsampling,
                                         const Execution& execution);

}  // namespace limen::inline LIMEN_ABI
