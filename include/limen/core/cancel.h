// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>

#include "limen/core/abi.h"

namespace limen::inline LIMEN_ABI {

/// Lets another thread stop a call. The call polls it about once a strip of rows (AVIF: between
/// calls into its library) and ends with ErrorCode::cancelled. Thread-safe; must outlive the call.
class CancelToken {
 public:
  void cancel() noexcept { cancelled_.store(true, std::memory_order_relaxed); }
  void reset() noexcept { cancelled_.store(false, std::memory_order_relaxed); }
  bool is_cancelled() const noexcept { return cancelled_.load(std::memory_order_relaxed); }

 private:
  std::atomic<bool> cancelled_{false};
};

}  // namespace limen::inline LIMEN_ABI
