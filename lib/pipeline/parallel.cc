// SPDX-License-Identifier: Apache-2.0
#include "lib/pipeline/parallel.h"

#include <algorithm>
#include <atomic>
#include <system_error>
#include <thread>
#include <vector>

namespace limen::inline LIMEN_ABI {

void run_tasks(std::size_t count, const Execution& execution,
               const std::function<void(std::size_t)>& task) {
  if (execution.executor != nullptr && count > 1) {
    execution.executor->run(count, task);
    return;
  }
  std::atomic<std::size_t> next{0};
  const auto work = [&] {
    for (std::size_t index = next++; index < count; index = next++) task(index);
  };
  const std::size_t wanted = std::min<std::size_t>(std::max(1u, execution.threads), count);
  std::vector<std::thread> helpers;
  helpers.reserve(wanted);
  try {
    while (helpers.size() + 1 < wanted) helpers.emplace_back(work);
  } catch (const std::system_error&) {
    // No more threads to be had: those that run, and this one, do it all.
  }
  work();
  for (std::thread& helper : helpers) helper.join();
}

}  // namespace limen::inline LIMEN_ABI
