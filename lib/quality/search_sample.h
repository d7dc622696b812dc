// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "limen/core/abi.h"
#include "limen/core/execution.h"
#include "limen/core/image.h"
#include "limen/core/result.h"

namespace limen::inline LIMEN_ABI::search {

/// A mosaic of tiles of 64 by 64 pixels from all over a picture, an eighth of it or, of a large
/// one, a sixteenth: what it scores at a setting foretells the picture's score. Nothing for a
/// picture too small to be worth it. Errors: limit_exceeded, out_of_memory.
Result<std::optional<Image>> sample_of(const ConstImageView& picture, const Execution& execution);

}  // namespace limen::inline LIMEN_ABI::search
