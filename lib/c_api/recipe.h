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

/// LIMEN_PAD_.
enum class PadUnits : std::int32_t { pixels, fraction, x_fraction, y_fraction };
static_assert(LIMEN_PAD_PIXELS == 0 && LIMEN_PAD_FRACTION == 1 && LIMEN_PAD_X_FRACTION == 2 &&
              LIMEN_PAD_Y_FRACTION == 3);

limen_mark default_mark();
limen_recipe_options default_recipe();

/// Fills what limen_recipe_read() will point to.
void keep_lists(limen_recipe& recipe);

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
