// SPDX-License-Identifier: Apache-2.0
#pragma once

// A JPEG's levels, chosen again and again along the score's gradient: fewer bytes for the same
// score.

#include <cstddef>
#include <functional>
#include <optional>
#include <span>

#include "lib/codec/jpeg/shaped.h"
#include "limen/core/abi.h"
#include "limen/core/bytes.h"
#include "limen/core/execution.h"
#include "limen/core/image_view.h"
#include "limen/core/planar.h"
#include "limen/core/result.h"
#include "limen/quality/score.h"

namespace limen::inline LIMEN_ABI {

struct Refining {
  ConstImageView original;         ///< gray8 or rgb8, at least 8 pixels a side
  ChromaSubsampling chroma{};      ///< as the trials have it
  std::span<const float> weights;  ///< of luma's blocks: what the trials were told
  Score target;
  int first = 0;                   ///< the setting that meets the target as things are
  std::function<bool()> has_time;  ///< asked before each step
};

/// Whether a picture shown is good enough, by whatever counts besides the target's score.
using Judge = std::function<Result<bool>(int setting, const ConstImageView& shown)>;

/// A file that was judged and passed.
struct Refined {
  std::size_t which = 0;  ///< of those that passed, in the order in which they were judged
  int setting = 0;
  Bytes file;
};

/// Goes to a coarser setting, follows the gradient there until the score is back, and weighs all
/// errors more or less until the file just passes. Nothing where none did. The trials are left with
/// moves and weights of their last file. The same on every instruction set as far as the judge is.
/// Errors: invalid_argument (original), limit_exceeded, cancelled, out_of_memory.
Result<std::optional<Refined>> refine(ShapedTrials& trials, const Refining& task,
                                      const Judge& judge, const Execution& execution);

}  // namespace limen::inline LIMEN_ABI
