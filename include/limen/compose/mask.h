// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "limen/core/abi.h"
#include "limen/core/execution.h"
#include "limen/core/image.h"
#include "limen/core/result.h"

namespace limen::inline LIMEN_ABI {

/// The picture with its corners rounded to transparency, antialiased. `radius` in pixels is limited
/// to half the shorter side (which makes a circle of a square). The result has alpha; a source's
/// alpha is multiplied. u8 and u16. Errors: invalid_argument (negative or NaN radius).
LIMEN_API Result<Image> round_corners(const ConstImageView& source, double radius,
                                      const Execution& execution = {});

}  // namespace limen::inline LIMEN_ABI
