// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "lib/pipeline/original.h"
#include "limen/codec/decode.h"
#include "limen/core/abi.h"
#include "limen/core/bytes.h"
#include "limen/core/execution.h"
#include "limen/core/image.h"
#include "limen/core/metadata.h"
#include "limen/core/planar.h"
#include "limen/core/result.h"
#include "limen/pipeline/plan.h"
#include "limen/pipeline/transform.h"

namespace limen::inline LIMEN_ABI {

/// A recipe in its normal form and what plan() made of it.
struct Task {
  Recipe recipe;
  Plan plan;
};

/// What variants start from, decoded once: the source's pixels stood upright, in their own colours
/// and, where a recipe needs them so, in sRGB; or its planes as they are stored. They hold a window
/// of the picture that covers the crop boxes of all recipes; each pixel is the same whichever
/// window was decoded, so a variant cannot tell which others there are. Read only once made, so
/// threads may share it.
struct Source {
  ByteView file;
  ConstImageView borrowed;  ///< the caller's pixels, instead of all that follows up to `window`
  Image native;             ///< empty where no variant starts from it
  Image srgb;               ///< likewise
  PlanarImage planes;       ///< all of PixelPath::planar_8 alone
  Rect window;  ///< of pixels, in those of the upright picture reduced by scale_eighths / 8
  /// What the same window is in the stored picture's reduced grid, before it was turned.
  Rect stored_region;
  int scale_eighths = 8;
  ImageInfo info;
  Metadata metadata;
  std::string damage;
  StageTimes times;
  std::uint64_t peak_bytes = 0;

  ConstImageView start(const Plan& plan) const {
    if (borrowed.data != nullptr) return borrowed;
    return (plan.converts_before_resize ? srgb : native).const_view();
  }
};

/// The same for several groups of such tasks, all by planes and each of a scale of its own, from
/// one decode: a source for each group. Nothing where that cannot be.
Result<std::vector<Source>> open_scales(const Original& original,
                                        const std::vector<std::vector<const Task*>>& groups,
                                        const TransformOptions& options, const Execution& execution,
                                        std::uint32_t& decodes);

/// Decodes for these tasks, which all want the same scale, and either all planes or none. `decodes`
/// counts calls of the decoder.
Result<Source> open_source(const Original& original, const std::vector<const Task*>& tasks,
                           const TransformOptions& options, const Execution& execution,
                           std::uint32_t& decodes);

}  // namespace limen::inline LIMEN_ABI
