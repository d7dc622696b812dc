// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "limen/core/abi.h"
#include "limen/core/result.h"

namespace limen::inline LIMEN_ABI {

/// Instruction sets that limen's kernels were built for and this machine has, best first: names as
/// Highway gives them ("AVX3", "AVX2", "SSE4", "NEON", …). Linked mode only.
LIMEN_API std::vector<std::string> simd_targets();

/// The one that calls use now.
LIMEN_API std::string simd_target();

/// Makes every later call in the process use `target` (a name from simd_targets()), or the best one
/// again where it is empty. For tests and bug reports, not while other threads call limen. The
/// environment variable LIMEN_SIMD_TARGET does the same at the first use.
/// Errors: invalid_argument for a name that simd_targets() does not list.
LIMEN_API Result<void> force_simd_target(std::string_view target);

}  // namespace limen::inline LIMEN_ABI
