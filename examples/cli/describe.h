// SPDX-License-Identifier: Apache-2.0
#pragma once

// Library types as JSON.

#include "limen/codec/decode.h"
#include "limen/pipeline/plan.h"
#include "limen/pipeline/transform.h"
#include "session.h"

namespace cli {

Json describe(const limen::ImageInfo& info);
Json describe(const limen::Plan& plan);
/// Without the bytes themselves.
Json describe(const limen::Variant& variant);

}  // namespace cli
