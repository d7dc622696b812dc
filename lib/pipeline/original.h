// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "limen/codec/decode.h"
#include "limen/core/abi.h"
#include "limen/core/bytes.h"
#include "limen/core/execution.h"
#include "limen/core/image_view.h"
#include "limen/core/limits.h"
#include "limen/core/result.h"
#include "limen/pipeline/recipe.h"
#include "limen/pipeline/transform.h"

namespace limen::inline LIMEN_ABI {

struct Task;

/// What a call starts from: a file's bytes, or sRGB pixels of the caller's.
struct Original {
  ByteView file = {};
  std::optional<ConstImageView> pixels = std::nullopt;
};

/// Refuses pixels that the pipeline does not take: f32, CMYK, premultiplied alpha, no pixels at all
/// or more than `limits` allow.
Result<void> check_pixels(const ConstImageView& view, const Limits& limits);

/// What a file's headers tell; of pixels what they would tell of a lossless file in sRGB.
Result<ImageInfo> describe(const Original& original, const Limits& limits);

/// A recipe's normal form and its plan. Where pixels are the original, no format is the source's
/// and nothing can be kept: without a format the output is PNG, of several that no search chooses
/// from the first that does.
Result<Task> plan_task(const Original& original, const ImageInfo& info, const Recipe& recipe,
                       const Limits& limits);

/// transform() of either kind of original; may throw.
Result<std::vector<Variant>> transform_original(const Original& original,
                                                std::span<const Recipe> recipes,
                                                const TransformOptions& options,
                                                const Execution& execution);

}  // namespace limen::inline LIMEN_ABI
