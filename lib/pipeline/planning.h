// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "limen/codec/decode.h"
#include "limen/core/abi.h"
#include "limen/core/geometry.h"
#include "limen/core/limits.h"
#include "limen/core/pixel_format.h"
#include "limen/pipeline/plan.h"
#include "limen/pipeline/recipe.h"

namespace limen::inline LIMEN_ABI {

/// No step at output size touches a pixel.
bool leaves_looks(const Recipe& normal);

/// Plan::path and what belongs to it, of a plan whose geometry, colours and file are decided.
void decide_path(const ImageInfo& info, const Recipe& normal, Plan& plan);

/// A window of the turned picture, in its pixels, on the stored one.
RectF stored_window(const RectF& window, const Plan& plan);

/// Leaves of Plan::region what the resampler of planes reads, once path and scale are decided. All
/// rows below stay, so that a file that ends too early or is damaged there is found out.
void narrow_region(const Recipe& normal, Plan& plan);

/// True where a step lets the background's transparency, or that beyond round corners, in.
bool opens_up(const Recipe& normal, const Plan& plan);

/// The DCT scale that a JPEG decoder takes for these options.
int shrink_eighths(Size stored, Size at_least, ShrinkAccuracy accuracy);

/// How the decoder is called for one plan alone.
DecodeOptions decode_options(const Plan& plan, const Recipe& normal, const Limits& limits);

/// Plan::peak_bytes of a plan that is otherwise complete.
std::uint64_t predicted_peak_bytes(const ImageInfo& info, const Recipe& normal, const Plan& plan,
                                   Layout layout);

}  // namespace limen::inline LIMEN_ABI
