// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "limen/core/abi.h"
#include "limen/core/execution.h"
#include "limen/core/image.h"
#include "limen/core/result.h"

namespace limen::inline LIMEN_ABI {

/// The picture with its corners rounded to transparency, antialiased. `radius` in pixels is limited
/// to half the shorter side (which makes a circle of a square), so infinity is one. The result has
/// alpha; a source's alpha is multiplied by the exact area of the pixel that lies inside. Pixels
/// that lie wholly outside lose their colour too. u8 and u16, straight or premultiplied alpha.
/// Memory: the result. Errors: invalid_argument (negative or NaN radius, formats), limit_exceeded,
/// cancelled, out_of_memory.
LIMEN_API Result<Image> round_corners(const ConstImageView& source, double radius,
                                      const Execution& execution = {});

}  // namespace limen::inline LIMEN_ABI
