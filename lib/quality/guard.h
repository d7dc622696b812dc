// SPDX-License-Identifier: Apache-2.0
#pragma once

// A second opinion on what a JPEG does to a picture, block by block, that knows nothing of the
// score that a search aims at: files fitted to one metric alone leave damage where that metric does
// not look. docs/jpeg-quantiser.md has the definition and where the bound comes from.

#include <cstdint>
#include <span>
#include <vector>

#include "limen/core/abi.h"
#include "limen/core/execution.h"
#include "limen/core/geometry.h"
#include "limen/core/image_view.h"
#include "limen/core/result.h"
#include "limen/core/workspace.h"
#include "limen/quality/score.h"

namespace limen::inline LIMEN_ABI {

/// What is seen of a candidate's errors. 0: nothing.
struct Damage {
  std::vector<float> blocks;  ///< row by row of Guard::blocks(), each with its neighbours' share
  double whole = 0;           ///< of the picture: the 3-norm over its blocks
};

/// Judges candidates against one original, whose side is computed once. The damage of a block of 8
/// by 8 pixels is its error's energy in the DCT, each frequency by its sensitivity to contrast,
/// over what the original's own detail there masks (after PSNR-HVS-M: Ponomarenko, Silvestri,
/// Egiazarian, Carli, Astola, Lukin, "On between-coefficient contrast masking of DCT basis
/// functions", VPQM 2007), in luma, and in chroma at half the resolution. Immutable once prepared:
/// many threads may ask at once. Results are the same on every instruction set.
class Guard {
 public:
  /// `original`: gray8 or rgb8, borrowed for as long as the guard is asked. Errors:
  /// invalid_argument (format), limit_exceeded, cancelled, out_of_memory.
  static Result<Guard> prepare(const ConstImageView& original, const Execution& execution);

  /// Blocks of 8 by 8 pixels, those at the right and lower edge filled up by repeating it.
  Size blocks() const;

  /// `candidate`: of the original's size and format. Errors: as prepare().
  Result<Damage> damage(const ConstImageView& candidate, const Execution& execution) const;

 private:
  ConstImageView original_;
  Buffer masks_;  ///< of luma, Cb and Cr, a row of blocks each in turn
};

/// What libjpeg-turbo's files of a score do to a block without notice: the damage that one block in
/// a hundred exceeds, in the mean of photographs.
double usual_damage(Score score);

/// How many times over its bound a picture's own file by libjpeg-turbo goes, as a whole; at
/// least 1.
double usual_times(const Damage& by_libjpeg, Score score);

/// The best score at which libjpeg-turbo's files of photographs have been seen to do so much to the
/// whole picture: what a file claims beyond that is not believed. `times`: usual_times().
Score guarded_score(const Damage& damage, double times = 1);

inline constexpr float kMostRaise = 8;

/// Multiplies the weight of each block (ShapedTrials::weigh()) that has more than the usual damage
/// by the square of how many times over, at most by kMostRaise: error's energy is what a weight
/// holds down. `weights`: as Damage::blocks. Returns how many were raised.
std::size_t raise_weights(const Damage& damage, Score score, std::span<float> weights,
                          double times = 1);

}  // namespace limen::inline LIMEN_ABI
