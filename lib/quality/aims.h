// SPDX-License-Identifier: Apache-2.0
#pragma once

// What a JPEG quantiser aims at, moved away from the picture's own coefficients to where the
// score's gradient points.

#include <array>
#include <cstddef>
#include <span>

#include "lib/quality/gradient.h"
#include "limen/core/abi.h"
#include "limen/core/geometry.h"
#include "limen/core/image_view.h"
#include "limen/core/planar.h"
#include "limen/core/result.h"
#include "limen/core/workspace.h"

namespace limen::inline LIMEN_ABI {

/// Quantiser steps of Y, Cb and Cr, row by row.
using StepTables = std::array<std::array<float, 64>, 3>;

/// One stride along the gradient.
struct Stride {
  /// Of the way to where the slope would end if it rose evenly, by what it is worth to have a
  /// coefficient as it was; slopes come from what neighbours err, so most of that way is too far.
  float share = 0.05f;
  float most = 0.5f;  ///< of one stride, in root mean squares of the frequency's errors
  float bound = 1;    ///< of all strides together, in quantiser steps
};

/// Moves of a picture's coefficients, as ShapedTrials::move_aims() takes them. The same on every
/// instruction set.
class Aims {
 public:
  /// No moves as yet. `original`: gray8 or rgb8, borrowed. `chroma`: gray, 4:2:0 or 4:4:4. Memory:
  /// 8 bytes a sample of the file. Errors: limit_exceeded, out_of_memory.
  static Result<Aims> create(const ConstImageView& original, ChromaSubsampling chroma,
                             Workspace* workspace);

  /// Goes one stride against a loss's derivatives `by_sample` at the picture `shown`. How steeply a
  /// slope rises is measured, for each frequency, by how slopes and errors go together over the
  /// picture; for each block it is in proportion to `weights`, of luma's blocks as
  /// ShapedTrials::weigh() takes them.
  void follow(const FloatPlanes& by_sample, const ConstImageView& shown,
              std::span<const float> weights, const StepTables& steps, const Stride& stride);

  /// Takes back all moves but a part.
  void fade(float part);

  std::array<std::span<const float>, 3> moves() const;

 private:
  struct Plane {
    Size blocks;
    std::int32_t halving = 1;  ///< pixels of the picture to a sample, each way
    float* moves = nullptr;
    float* slopes = nullptr;

    std::size_t count() const { return static_cast<std::size_t>(area(blocks)); }
  };
  /// Of a plane's frequencies.
  struct Bands {
    std::array<double, 64> steepness{};  ///< of slopes over errors; 0: nothing is known
    std::array<double, 64> error{};      ///< root mean square, by blocks' weights
  };

  Bands read_slopes(const FloatPlanes& by_sample, const ConstImageView& shown,
                    std::span<const float> weights, std::size_t plane);
  float mean_over(std::span<const float> values, std::size_t plane, std::int32_t x,
                  std::int32_t y) const;

  ConstImageView original_;
  std::size_t plane_count_ = 0;
  std::array<Plane, 3> planes_;
  Buffer memory_;
};

}  // namespace limen::inline LIMEN_ABI
