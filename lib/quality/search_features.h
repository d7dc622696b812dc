// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>

#include "limen/core/abi.h"
#include "limen/core/image_view.h"

namespace limen::inline LIMEN_ABI::search {

/// What is cheaply known of a picture before anything is encoded, from some of its blocks of 8 by 8
/// pixels: all of a small picture, one in sixteen of a larger one, one in 64 and fewer of a large
/// one. Steps are differences between neighbours across and down, in 8-bit units of BT.601;
/// logarithms are natural, of a value plus 0.1.
enum Feature : std::size_t {
  kOne,           ///< 1
  kLogSteps,      ///< log of luma's mean absolute step
  kMeanLogSteps,  ///< mean over blocks of the log of a block's mean absolute step
  kFlatShare,     ///< share of blocks whose mean absolute step is below 0.5
  kLogEdges,      ///< log of the root of luma's mean squared step
  kLogCurvature,  ///< log of luma's mean absolute second difference
  kLogHalfSteps,  ///< log of the mean absolute step of luma at half the size
  kLogChroma,     ///< log of the chroma's mean absolute step, Cb and Cr together
  kChromaEdges,   ///< log of the root of the chroma's mean squared step
  kLuma,          ///< mean luma, 0 to 1
  kLogLow,        ///< log of the mean magnitude of luma's DCT coefficients, u + v of 1 to 3
  kLogMiddle,     ///< likewise, of 4 to 7
  kLogHigh,       ///< likewise, from 8
  kMeanLogHigh,   ///< mean over blocks of the log of a block's mean magnitude from 8
  kFeatures
};

using Features = std::array<double, kFeatures>;

/// Alpha is laid on middle gray. The picture: u8 or u16, gray to rgba.
Features measure(const ConstImageView& picture);

}  // namespace limen::inline LIMEN_ABI::search
