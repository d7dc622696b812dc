// SPDX-License-Identifier: Apache-2.0
#pragma once

// JPEG files whose coefficients are chosen for the least loss seen per byte: tables of our own at a
// real-valued scale, a floating-point DCT, and levels picked by what they cost and what they hide.
// Any decoder reads them. What libjpeg makes of a Quality is lib/codec/jpeg/trial.h's affair.

#include <array>
#include <cstdint>
#include <memory>
#include <span>

#include "limen/codec/encode.h"
#include "limen/codec/trial.h"
#include "limen/core/abi.h"
#include "limen/core/execution.h"
#include "limen/core/geometry.h"
#include "limen/core/image_view.h"
#include "limen/core/result.h"

namespace limen::inline LIMEN_ABI {

/// How levels are chosen.
enum class LevelChoice : std::uint8_t {
  rounded,  ///< each to the nearest, but for a dead zone
  weighed   ///< per block, by squared error times the block's weight plus the bits it takes
};

struct TableShape;

struct Shaping {
  LevelChoice choice = LevelChoice::weighed;
  bool is_graphic = false;            ///< screens, text, drawings: parameters of their own
  const TableShape* shape = nullptr;  ///< null: the one that was fitted; read at the start
};

/// Trials whose settings are scales of the tables, a fixed ratio apart, the coarsest first.
/// quality_of() names libjpeg's quality of about the same loss, in fractions; encode() does not
/// make the same file with it.
class ShapedTrials : public Trials {
 public:
  /// Luma's blocks of 8 by 8 pixels.
  virtual Size blocks() const = 0;

  /// The tables of a setting: quantiser steps of Y, Cb and Cr, row by row.
  virtual std::array<std::array<float, 64>, 3> steps(int setting) const = 0;

  /// How much the squared error of each of luma's blocks matters, row by row; a block of chroma
  /// takes the mean of those that it covers. Above 0; 1 for all to begin with, times what hides in
  /// the block's own variance until this is called. Forgets what was shown.
  virtual Result<void> weigh(std::span<const float> weights) = 0;

  /// Moves what each coefficient aims at away from the picture's own, in the units of the
  /// orthonormal DCT of samples of 0 to 255: plane by plane (Y, Cb, Cr at the file's own
  /// subsampling), row by row of blocks, 64 of a block row-major. Empty spans: no move. Forgets
  /// what was shown.
  virtual Result<void> move_aims(const std::array<std::span<const float>, 3>& moves) = 0;

  /// The squared error of each of luma's blocks at the setting shown last, from the picture's own
  /// coefficients wherever aims were moved, all planes together (chroma's block shared out
  /// equally), each coefficient divided by its step. Errors: invalid_argument where nothing was
  /// shown since the last weigh() or move_aims().
  virtual Result<void> read_errors(std::span<float> errors) const = 0;
};

/// `image`: gray8, or rgb8 with `options.chroma` of 4:2:0 or 4:4:4; borrowed. Of `options`, chroma,
/// effort, progressive and metadata matter; progressive scans are those that take the fewest bytes,
/// or one sequential scan where the file is smaller by it. `execution.workspace`, where there is
/// one, must outlive the trials. Errors: as start_trials().
Result<std::unique_ptr<ShapedTrials>> start_shaped_jpeg_trials(const ConstImageView& image,
                                                               const EncodeOptions& options,
                                                               const Shaping& shaping,
                                                               const Execution& execution);

}  // namespace limen::inline LIMEN_ABI
