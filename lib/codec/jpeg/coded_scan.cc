// SPDX-License-Identifier: Apache-2.0
#include "lib/codec/jpeg/coded_scan.h"

namespace limen::inline LIMEN_ABI {

Result<void> LevelRows::prepare(const JpegGrid& grid, Workspace& workspace) {
  grid_ = &grid;
  for (std::size_t c = 0; c < grid.count; ++c) {
    const GridComponent& component = grid.components[c];
    LIMEN_ASSIGN(buffers_[c], workspace.allocate(sizeof(LevelGroup) * component.groups *
                                                 static_cast<std::uint64_t>(component.down)));
  }
  return {};
}

Result<void> LevelRows::load(const QuantizedPicture& picture, std::int32_t mcu_row,
                             const std::array<LevelBits, 3>& bits) {
  for (std::size_t c = 0; c < grid_->count; ++c) {
    const GridComponent& component = grid_->components[c];
    rows_[c] = {};
    const std::int32_t first = component.first_row(mcu_row);
    auto* to = reinterpret_cast<LevelGroup*>(buffers_[c].data());
    for (std::int32_t y = first; y < component.end_row(mcu_row); ++y, to += component.groups) {
      picture.source->read_row(c, y, bits[c], to);
      rows_[c][static_cast<std::size_t>(y - first)] = to;
      for (std::size_t g = 0; g < component.groups; ++g) {
        if (to[g].largest > kMostAcLevel) return no_jpeg_code();
      }
    }
  }
  return {};
}

void LevelRows::fill(McuRow& row) const {
  for (std::size_t c = 0; c < row.count; ++c) {
    for (std::size_t y = 0; y < kMostDown; ++y) row.components[c].rows[y] = rows_[c][y];
  }
}

McuRow start_of_scan(const JpegGrid& grid) {
  McuRow row;
  row.count = grid.count;
  for (std::size_t c = 0; c < grid.count; ++c) {
    McuBlocks& blocks = row.components[c];
    blocks.across = grid.components[c].across;
    blocks.down = grid.components[c].down;
    blocks.columns = grid.components[c].columns;
  }
  return row;
}

Error no_jpeg_code() {
  return Error{.code = ErrorCode::internal,
               .message = "a quantised coefficient is too large for JPEG's codes",
               .format = Format::jpeg};
}

}  // namespace limen::inline LIMEN_ABI
