// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>

#include "limen/core/abi.h"
#include "limen/pipeline/transform.h"

namespace limen::inline LIMEN_ABI {

/// Adds the time until it goes out of scope to a stage.
class Stopwatch {
 public:
  explicit Stopwatch(StageTimes::Duration& stage)
      : stage_(stage), start_(std::chrono::steady_clock::now()) {}
  Stopwatch(const Stopwatch&) = delete;
  Stopwatch& operator=(const Stopwatch&) = delete;
  ~Stopwatch() {
    stage_ +=
        std::chrono::duration_cast<StageTimes::Duration>(std::chrono::steady_clock::now() - start_);
  }

 private:
  StageTimes::Duration& stage_;
  std::chrono::steady_clock::time_point start_;
};

}  // namespace limen::inline LIMEN_ABI
