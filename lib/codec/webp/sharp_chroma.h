// SPDX-License-Identifier: Apache-2.0
#pragma once

// RGB to luma and halved chroma (4:2:0) the sharp way: the planes that a decoder, which blends
// chroma between its samples, shows most like the picture.
//
// Luma and chroma start as the picture's own and its means over 2x2 pixels, by linear light. What a
// decoder would show of them is compared with the picture, as luma and as mean colours, and both
// are moved by the difference; up to four times, the fewer the less is gained.

#include <cstddef>
#include <cstdint>
#include <functional>

#include "limen/core/image_view.h"
#include "limen/core/result.h"
#include "limen/core/workspace.h"

namespace limen::inline LIMEN_ABI::webp {

/// Planes to be filled, of 8 bits, chroma of half the size rounded up; strides in bytes.
struct HalvedPlanes {
  std::uint8_t* y = nullptr;
  std::uint8_t* cb = nullptr;
  std::uint8_t* cr = nullptr;
  std::ptrdiff_t y_stride = 0;
  std::ptrdiff_t chroma_stride = 0;
};

/// Sides shorter than this have no sharp way: libwebp does not take it.
constexpr std::int32_t kLeastSharpSide = 4;

/// BT.601 in limited range, bit by bit what WebPPictureSharpARGBToYUVA() of libwebp 1.2.4 and of
/// later versions up to 1.6.0 makes (sharpyuv/), whatever libwebp is linked. Unlike there,
/// `is_cancelled` is asked before each pair of rows is worked on, which is four to six times.
/// `image`: of 8 or 16 bits; alpha is not looked at. Its sides are kLeastSharpSide at least.
/// `workspace` may be null; 7 bytes a pixel come from it. Errors: limit_exceeded, out_of_memory,
/// cancelled.
Result<void> halve_chroma_sharply(const ConstImageView& image, const HalvedPlanes& planes,
                                  Workspace* workspace, const std::function<bool()>& is_cancelled);

}  // namespace limen::inline LIMEN_ABI::webp
