// SPDX-License-Identifier: Apache-2.0
#pragma once

// Library types as JSON.

#include <string>

#include "limen/codec/decode.h"
#include "limen/pipeline/plan.h"
#include "limen/pipeline/transform.h"
#include "limen/quality/score.h"
#include "session.h"

namespace cli {

Json describe(const limen::ImageInfo& info);
/// `score`, `worst_block`, `worst_block_at`.
Json describe(const limen::Comparison& comparison);
Json describe(const limen::Plan& plan);
Json describe(const limen::Trial& trial);
/// Without the bytes themselves and the trials.
Json describe(const limen::Variant& variant);

/// A score for people, with two decimals that never make it reach what it does not reach.
std::string rounded_down(limen::Score score);

}  // namespace cli
