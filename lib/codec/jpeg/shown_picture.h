// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "lib/codec/jpeg/coefficient_rows.h"
#include "limen/core/image.h"

namespace limen::inline LIMEN_ABI {

/// What a decoder makes of coefficients once they are quantised, without the file between: gray8
/// or rgb8, byte for byte libjpeg-turbo's.
class ShownPicture {
 public:
  /// Of a shape: gray, 4:2:0 or 4:4:4. It must not move afterwards. Errors: limit_exceeded,
  /// out_of_memory.
  Result<void> prepare(const TransformedPicture& shape, const Execution& execution);

  /// Valid until the next call. Asks for each row once, luma from the top, chroma with it. Errors:
  /// cancelled.
  Result<ConstImageView> show(CoefficientRows& rows, const Quantizers& quantizers,
                              const Execution& execution);

 private:
  bool is_gray() const { return shape_->subsampling == ChromaSubsampling::gray; }
  bool is_halved() const { return shape_->subsampling == ChromaSubsampling::yuv420; }
  std::uint8_t* luma() { return reinterpret_cast<std::uint8_t*>(luma_.data()); }
  std::uint8_t* chroma(std::size_t plane, std::int32_t y);
  const std::uint8_t* chroma_row(std::size_t plane, std::int32_t y);
  void show_row(std::int32_t y);

  const TransformedPicture* shape_ = nullptr;
  std::size_t luma_stride_ = 0;
  std::size_t chroma_stride_ = 0;
  Buffer luma_;
  std::array<Buffer, 2> chroma_;
  Buffer upsampled_;
  Image shown_;
};

}  // namespace limen::inline LIMEN_ABI
