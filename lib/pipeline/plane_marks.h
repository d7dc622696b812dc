// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "lib/pipeline/marks.h"
#include "limen/core/abi.h"
#include "limen/core/execution.h"
#include "limen/core/planar.h"
#include "limen/core/result.h"
#include "limen/pipeline/recipe.h"

namespace limen::inline LIMEN_ABI {

/// Lays a recipe's marks over full-range BT.601 planes of 4:2:0 or 4:4:4: the part under a mark
/// becomes RGB, and what the mark has changed there is put back. Everything else stays as it was.
Result<void> mark_planes(PlanarImage& planes, const Recipe& normal, const MarkShelf& marks,
                         const Execution& execution);

}  // namespace limen::inline LIMEN_ABI
