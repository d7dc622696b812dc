// SPDX-License-Identifier: Apache-2.0
#pragma once

// How a JPEG's components are cut into blocks, and these into MCUs (T.81, A.2).

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

#include "lib/codec/jpeg/block_transform.h"
#include "limen/core/abi.h"
#include "limen/core/geometry.h"
#include "limen/core/planar.h"

namespace limen::inline LIMEN_ABI {

struct GridComponent {
  Size size;  ///< in samples
  int across = 1;
  int down = 1;  ///< blocks of an MCU, each way
  std::int32_t columns = 0;
  std::int32_t rows = 0;   ///< of blocks that hold samples
  std::size_t groups = 0;  ///< of a row of blocks

  /// Its rows of blocks in a row of MCUs; the last one may have fewer than `down`.
  std::int32_t first_row(std::int32_t mcu_row) const { return mcu_row * down; }
  std::int32_t end_row(std::int32_t mcu_row) const {
    return std::min(rows, first_row(mcu_row) + down);
  }
};

/// Gray, or Y, Cb and Cr. Sides are at most 65535.
struct JpegGrid {
  JpegGrid(Size size, ChromaSubsampling subsampling)
      : count(subsampling == ChromaSubsampling::gray ? 1 : 3) {
    const Size step =
        subsampling == ChromaSubsampling::gray ? Size{4, 4} : chroma_size({4, 4}, subsampling);
    for (std::size_t c = 0; c < count; ++c) {
      GridComponent& component = components[c];
      component.size = c == 0 ? size : chroma_size(size, subsampling);
      component.across = c == 0 ? 4 / step.width : 1;
      component.down = c == 0 ? 4 / step.height : 1;
      component.columns = (component.size.width + 7) / 8;
      component.rows = (component.size.height + 7) / 8;
      component.groups = group_count(component.size.width);
    }
    const GridComponent& luma = components[0];
    mcu_columns = (luma.columns + luma.across - 1) / luma.across;
    mcu_rows = (luma.rows + luma.down - 1) / luma.down;
  }

  std::size_t count;
  std::array<GridComponent, 3> components;
  std::int32_t mcu_columns;
  std::int32_t mcu_rows;
};

}  // namespace limen::inline LIMEN_ABI
