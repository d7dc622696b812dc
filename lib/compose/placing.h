// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "limen/compose/placement.h"

// Placement in 64 bits, for sums of 32-bit values that callers chose.

namespace limen::inline LIMEN_ABI {
namespace compose {

struct WideSize {
  std::int64_t width = 0;
  std::int64_t height = 0;
};

struct WidePoint {
  std::int64_t x = 0;
  std::int64_t y = 0;
};

/// The nearest 32-bit value.
std::int32_t saturate(std::int64_t value);

/// place() for any values below 2^40.
WidePoint place_wide(WideSize inner, WideSize outer, const Gravity& gravity);

/// side * to / of for positive values, half rounded up, at least 1.
std::int64_t in_proportion(std::int32_t side, std::int32_t to, std::int32_t of);

/// `source`, proportions kept, as large as fits in `box`; both positive.
WideSize inside(Size source, Size box);

}  // namespace compose
}  // namespace limen::inline LIMEN_ABI
