// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "lib/codec/jpeg/block_transform.h"
#include "lib/codec/jpeg/sample_rows.h"
#include "limen/core/abi.h"
#include "limen/core/execution.h"
#include "limen/core/geometry.h"
#include "limen/core/image_view.h"
#include "limen/core/planar.h"
#include "limen/core/result.h"
#include "limen/core/workspace.h"

namespace limen::inline LIMEN_ABI {

/// One component's DCT coefficients, not quantised: row by row of blocks, each as forward_dct()
/// leaves it.
struct TransformedPlane {
  Size size;  ///< in samples
  std::size_t groups = 0;
  std::int32_t block_rows = 0;
  std::int32_t block_columns = 0;
  Buffer coefficients;

  std::int16_t* row(std::int32_t block_row) {
    return reinterpret_cast<std::int16_t*>(coefficients.data()) +
           static_cast<std::size_t>(block_row) * groups * kGroupCoefficients;
  }
  const std::int16_t* row(std::int32_t block_row) const {
    return reinterpret_cast<const std::int16_t*>(coefficients.data()) +
           static_cast<std::size_t>(block_row) * groups * kGroupCoefficients;
  }
};

/// A picture as libjpeg's encoder has it before it quantises: gray, or Y, Cb and Cr.
struct TransformedPicture {
  Size size;
  ChromaSubsampling subsampling = ChromaSubsampling::gray;
  std::size_t plane_count = 0;
  std::array<TransformedPlane, 3> planes;
};

/// Memory for the coefficients of a picture. Errors: limit_exceeded, out_of_memory.
Result<TransformedPicture> make_transformed_picture(Size size, ChromaSubsampling subsampling,
                                                    const Execution& execution);

/// `image`: gray8, or rgb8 for 4:2:0 or 4:4:4. Errors: limit_exceeded, cancelled, out_of_memory.
Result<TransformedPicture> transform_picture(const ConstImageView& image,
                                             ChromaSubsampling subsampling,
                                             const Execution& execution);

}  // namespace limen::inline LIMEN_ABI
