// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <functional>

#include "limen/core/abi.h"
#include "limen/core/cancel.h"
#include "limen/core/progress.h"
#include "limen/core/result.h"
#include "limen/core/workspace.h"

namespace limen::inline LIMEN_ABI {

/// Runs work on threads that the caller owns. `run` calls task(0) … task(count - 1), in any order,
/// at the same time or not, and returns when all have returned. Tasks do not throw.
class Executor {
 public:
  virtual ~Executor() = default;
  virtual void run(std::size_t count, const std::function<void(std::size_t)>& task) = 0;
};

/// What a call may use while it works. Everything is borrowed for the length of the call,
/// everything may be left out: then memory comes from the system under the default limits, nothing
/// cancels, and the call stays on the caller's thread.
///
/// Threads that a call starts wait in its Workspace for the next call, asleep but for their first
/// 50 us; without a Workspace they end with the call.
struct Execution {
  Workspace* workspace = nullptr;
  const CancelToken* cancel = nullptr;
  unsigned threads = 1;          ///< more than 1 lets the call start threads, where it is worth it
  Executor* executor = nullptr;  ///< used instead of starting threads
  Progress* progress = nullptr;  ///< told how far transform() has come; other calls leave it alone

  bool is_cancelled() const { return cancel != nullptr && cancel->is_cancelled(); }
};

}  // namespace limen::inline LIMEN_ABI
