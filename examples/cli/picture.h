// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "limen/codec/decode.h"
#include "limen/core/bytes.h"
#include "limen/core/execution.h"
#include "limen/core/image.h"
#include "limen/core/limits.h"
#include "limen/core/result.h"

namespace cli {

/// A file's picture as people see it, and as transform() takes it: decoded, in sRGB, upright; 16
/// bits a sample where `options` keep them. Errors: those of decode() and to_srgb().
limen::Result<limen::Image> upright_srgb(limen::ByteView file, const limen::DecodeOptions& options,
                                         const limen::Execution& execution);

}  // namespace cli
