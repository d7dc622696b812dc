// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "lib/codec/jpeg/grid.h"
#include "limen/core/color.h"
#include "limen/core/execution.h"
#include "limen/core/image_view.h"
#include "limen/core/planar.h"
#include "limen/core/result.h"
#include "limen/core/workspace.h"

namespace limen::inline LIMEN_ABI {

/// From the execution's workspace, if it has one.
Result<Buffer> take_buffer(std::uint64_t bytes, const Execution& execution);

/// Some rows of samples, each filled up to whole groups of blocks by its last sample, as libjpeg
/// fills its last blocks.
class PaddedRows {
 public:
  /// `padded`: samples of a row.
  Result<void> prepare(std::size_t count, std::size_t padded, const Execution& execution);

  std::uint8_t* row(std::size_t i) {
    return reinterpret_cast<std::uint8_t*>(buffer_.data()) + i * padded_;
  }
  void pad(std::size_t i, std::int32_t width);
  /// Eight rows from `first` on, the last of `count` standing in for those behind it.
  std::array<const std::uint8_t*, 8> eight(std::size_t first, std::size_t count);

 private:
  std::size_t padded_ = 0;
  Buffer buffer_;
};

/// A picture as a JPEG's encoder transforms it: 8-bit gray or full-range Y, Cb and Cr, chroma
/// reduced, a row of MCUs at a time. Each sample is libjpeg's.
class SampleRows {
 public:
  /// u8 or u16 gray or RGB, alpha blended onto `matte`. Gray from RGB is its luma; gray pixels and
  /// a gray matte give gray alone. The image must outlive this.
  static Result<SampleRows> of_image(const ConstImageView& image, ChromaSubsampling subsampling,
                                     Color matte, const Execution& execution);
  /// Planes of 8 bits whose sizes suit the subsampling.
  static Result<SampleRows> of_planes(const PlanarImage& image, const Execution& execution);

  const JpegGrid& grid() const { return grid_; }

  /// Rows of MCUs may be loaded in any order.
  void load(std::int32_t mcu_row);
  /// The samples of a row of blocks, `y` below the first one that is loaded; it has some.
  std::array<const std::uint8_t*, 8> block_row(std::size_t component, int y);

 private:
  SampleRows(Size size, ChromaSubsampling subsampling) : grid_(size, subsampling) {}

  Result<void> prepare_image(const Execution& execution);
  void load_image(std::int32_t mcu_row);
  void load_plane(std::size_t component, std::int32_t mcu_row);
  const std::uint8_t* opaque_row(std::int32_t y);
  void reduce_chroma(std::size_t component, std::size_t count);

  JpegGrid grid_;
  Color matte_;
  ConstImageView image_;                  // of an image
  std::array<ConstImageView, 3> planes_;  // of planes
  bool is_planar_ = false;
  bool has_gray_pixels_ = false;
  Buffer opaque_;                     // a row of gray or RGB of 8 bits, where the image is not that
  std::array<PaddedRows, 3> rows_;    // as large as luma
  std::array<PaddedRows, 2> chroma_;  // reduced
  std::array<std::size_t, 3> counts_{};  // rows that are loaded
};

/// Whether a JPEG of these pixels has no colours.
bool has_gray_pixels(PixelFormat format, Color matte);

}  // namespace limen::inline LIMEN_ABI
