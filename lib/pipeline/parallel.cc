// SPDX-License-Identifier: Apache-2.0
#include "lib/pipeline/parallel.h"

namespace limen::inline LIMEN_ABI {

void run_tasks(std::size_t count, const Execution& execution,
               const std::function<void(std::size_t)>& task) {
  if (execution.executor != nullptr && count > 1) {
    execution.executor->run(count, task);
    return;
  }
  execution.workspace->threads().run(execution.threads, count, task);
}

}  // namespace limen::inline LIMEN_ABI
