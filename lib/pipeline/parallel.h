// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <functional>

#include "limen/core/abi.h"
#include "limen/core/execution.h"

namespace limen::inline LIMEN_ABI {

/// task(0) … task(count - 1), each once, on as many threads as `execution` allows, the caller's
/// among them; returns when all have returned. Where the system gives no thread, fewer do the work.
/// Tasks must not throw.
void run_tasks(std::size_t count, const Execution& execution,
               const std::function<void(std::size_t)>& task);

}  // namespace limen::inline LIMEN_ABI
