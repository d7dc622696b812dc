// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>

#include "limen/core/abi.h"

namespace limen::inline LIMEN_ABI {

/// How far a call has come, for another thread to look at whenever it likes. The call names the
/// number of its steps before the first and counts them as they end; steps are not equally long.
/// transform(): one for each decode of the source, one for each variant. Thread-safe; must outlive
/// the call.
class Progress {
 public:
  void start(std::uint32_t steps) noexcept {
    done_.store(0, std::memory_order_relaxed);
    steps_.store(steps, std::memory_order_relaxed);
  }
  void step() noexcept { done_.fetch_add(1, std::memory_order_relaxed); }

  /// 0 until the call knows.
  std::uint32_t steps() const noexcept { return steps_.load(std::memory_order_relaxed); }
  std::uint32_t done() const noexcept { return done_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::uint32_t> steps_{0};
  std::atomic<std::uint32_t> done_{0};
};

}  // namespace limen::inline LIMEN_ABI
