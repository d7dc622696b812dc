// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>

#include "limen/core/abi.h"
#include "limen/core/image_view.h"

namespace limen::inline LIMEN_ABI::search {

/// What is cheaply known of a picture before anything is encoded, from one block of 8 by 8 pixels
/// in sixteen (all blocks of a small picture). Steps are differences between neighbours across and
/// down, in 8-bit units of BT.601; logarithms are natural, of a value plus 0.1.
enum Feature : std::size_t {
  kOne,           ///< 1
  kLogSteps,      ///< log of luma's mean absolute step
  kMeanLogSteps,  ///< mean over blocks of the log of a block's mean absolute step
  kFlatShare,     ///< share of blocks whose mean absolute step is below 0.5
  kLogEdges,      ///< log of the root of luma's mean squared step
  kLogCurvature,  ///< log of luma's mean absolute second difference
  kLogChroma,     ///< log of the chroma's mean absolute step, Cb and Cr together
  kChromaEdges,   ///< log of the root of the chroma's mean squared step
  kLuma,          ///< mean luma, 0 to 1
  kFeatures
};

using Features = std::array<double, kFeatures>;

/// Alpha is laid on middle gray. The picture: u8 or u16, gray to rgba.
Features measure(const ConstImageView& picture);

}  // namespace limen::inline LIMEN_ABI::search
