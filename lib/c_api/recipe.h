// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "limen/core/abi.h"
#include "limen/core/color.h"
#include "limen/core/format.h"
#include "limen/core/geometry.h"
#include "limen/core/result.h"
#include "limen/limen.h"
#include "limen/pipeline/recipe.h"

namespace limen::inline LIMEN_ABI {

/// `name` is the struct that the fields belong to. Errors: invalid_argument.
Result<Fidelity> to_fidelity(std::int32_t fidelity, double value, const char* name);
Result<std::vector<Format>> to_formats(const std::int32_t* formats, std::size_t count,
                                       const char* name);

constexpr Color to_color(const limen_color& color) {
  return {color.red, color.green, color.blue, color.alpha};
}
constexpr limen_rect from_rect(const Rect& rect) {
  return {rect.x, rect.y, rect.width, rect.height};
}

}  // namespace limen::inline LIMEN_ABI
