// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "limen/core/abi.h"
#include "limen/core/execution.h"
#include "limen/core/limits.h"
#include "limen/core/result.h"
#include "limen/limen.h"

namespace limen::inline LIMEN_ABI {

/// Null: the defaults. Errors: those of read_struct().
Result<Execution> to_execution(const limen_execution* given);
Result<Limits> to_limits(const limen_limits* given);

}  // namespace limen::inline LIMEN_ABI
