// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "lib/pipeline/canvas.h"
#include "lib/pipeline/source.h"
#include "limen/core/abi.h"
#include "limen/core/execution.h"
#include "limen/core/limits.h"
#include "limen/core/result.h"
#include "limen/pipeline/transform.h"

namespace limen::inline LIMEN_ABI {

/// Makes the file of a picture that is ready to be encoded: encoded as the recipe says, or at the
/// quality and in the format that a search finds, or the source's own picture where that is as
/// good. Sets what Variant has to say of it, times included.
Result<void> finish(Canvas& canvas, const Source& source, const Task& task, const Limits& limits,
                    Variant& variant, const Execution& execution);

}  // namespace limen::inline LIMEN_ABI
