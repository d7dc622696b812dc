// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "lib/pipeline/canvas.h"
#include "lib/pipeline/marks.h"
#include "lib/pipeline/source.h"
#include "limen/core/abi.h"
#include "limen/core/execution.h"
#include "limen/core/limits.h"
#include "limen/core/result.h"
#include "limen/pipeline/transform.h"

namespace limen::inline LIMEN_ABI {

/// The finished picture, before it is coded. Thread-safe for different tasks on one source, which
/// the canvas may borrow from.
Result<Canvas> make_canvas(const Source& source, const Task& task, const MarkShelf& marks,
                           const Limits& limits, StageTimes& times, const Execution& execution);

/// Carries one task out. Thread-safe for different tasks on one source.
Result<Variant> make_variant(const Source& source, const Task& task, const MarkShelf& marks,
                             const Limits& limits, const Execution& execution);

}  // namespace limen::inline LIMEN_ABI
