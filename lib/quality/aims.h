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
#include "limen/core/planar.h"
#include "limen/core/result.h"
#include "limen/core/workspace.h"

namespace limen::inline LIMEN_ABI {

/// Quantiser steps of Y, Cb and Cr, row by row.
using StepTables = std::array<std::array<float, 64>, 3>;

/// One step along the gradient.
struct Stride {
  float length = 0.2f;  ///< root mean square of a frequency's moves, in quantiser steps
  float bound = 1;      ///< the most that all strides together may move, in quantiser steps
};

/// Moves of a picture's coefficients, as ShapedTrials::move_aims() takes them.
class Aims {
 public:
  /// No moves as yet. `chroma`: gray, 4:2:0 or 4:4:4. Errors: limit_exceeded, out_of_memory.
  static Result<Aims> create(Size picture, ChromaSubsampling chroma, Workspace* workspace);

  /// Goes one step against the derivative of a loss. Each frequency of each plane goes the same
  /// way in root mean square, since what a frequency weighs in the loss is what its step says
  /// already. The same on every machine.
  void follow(const FloatPlanes& by_sample, const StepTables& steps, const Stride& stride);

  std::array<std::span<const float>, 3> moves() const;

 private:
  struct Plane {
    std::int32_t columns = 0;  ///< of blocks
    std::int32_t rows = 0;
    int halving = 1;  ///< pixels of the picture to a sample, each way
    float* moves = nullptr;
    float* slopes = nullptr;

    std::size_t count() const {
      return static_cast<std::size_t>(columns) * static_cast<std::size_t>(rows) * 64;
    }
  };

  void transform(const FloatPlanes& by_sample, std::size_t plane);

  Size size_;
  std::size_t plane_count_ = 0;
  std::array<Plane, 3> planes_;
  Buffer memory_;
};

}  // namespace limen::inline LIMEN_ABI
