// SPDX-License-Identifier: Apache-2.0
#pragma once

// What the ways of resizing share: the job, its bands of output rows, the memory for rows. Part of
// resize-entry.h.

#include <algorithm>
#include <array>
#include <cstdint>
#include <thread>

#include "limen/core/checked_size.h"
#include "limen/core/execution.h"
#include "limen/core/image_view.h"
#include "limen/core/result.h"
#include "limen/resample/weights.h"

namespace limen::inline LIMEN_ABI {

namespace resample {

/// Samples that may be read or written behind the end of a row in our own memory.
inline constexpr std::uint64_t kRowSlack = 64;

/// What the bands share.
struct Job {
  ConstImageView source;
  ImageView target;
  bool linear_light = false;
  Axis horizontal;
  Axis vertical;
  const Execution* execution = nullptr;
  Workspace* workspace = nullptr;

  int channels() const { return source.format.channels(); }
  bool straight_alpha() const { return source.format.has_straight_alpha(); }
  /// Samples must be changed before they may be added up, and changed back.
  bool needs_preparation() const { return linear_light || straight_alpha(); }
  /// Whether channel `c` is alpha.
  bool is_alpha(int c) const { return source.format.has_alpha() && c == channels() - 1; }
};

/// Rows `begin` to `end` - 1 of the output.
struct Band {
  std::int32_t begin = 0;
  std::int32_t end = 0;
};

/// Samples of a row in our own memory, which kernels may read or write past the end of.
inline std::uint64_t with_slack(std::uint64_t samples) { return samples + kRowSlack; }

/// Rows of equal length in one piece of memory.
template <class T>
class Rows {
 public:
  static Result<Rows> create(Workspace& workspace, std::uint64_t count, std::uint64_t samples) {
    Rows rows;
    const auto stride = checked_align_up(with_slack(samples), 64);
    const auto total = stride ? checked_multiply(*stride, count) : std::nullopt;
    if (!total) return limit_exceeded(Limit::working_memory, samples, workspace.limit());
    LIMEN_ASSIGN(rows.samples_, Array<T>::create(workspace, *total));
    rows.stride_ = static_cast<std::size_t>(*stride);
    return rows;
  }
  T* operator[](std::size_t row) { return samples_.data() + row * stride_; }
  std::size_t stride() const { return stride_; }

 private:
  Array<T> samples_;
  std::size_t stride_ = 0;
};

/// Calls task(0) … task(count - 1), on threads where `execution` allows.
template <class Task>
void run_tasks(const Execution& execution, std::size_t count, const Task& task) {
  if (count <= 1) {
    if (count == 1) task(std::size_t{0});
    return;
  }
  if (execution.executor != nullptr) {
    execution.executor->run(count, task);
    return;
  }
  std::array<std::thread, 64> threads;
  std::size_t started = 0;
  const auto start_all = [&] {
    // The caller's thread does the last one.
    for (; started + 1 < count; ++started) threads[started] = std::thread(task, started);
  };
#if defined(__cpp_exceptions)
  try {
    start_all();
  } catch (...) {
    // No more threads to be had: the rest runs here.
  }
#else
  start_all();
#endif
  for (std::size_t i = started; i < count; ++i) task(i);
  for (std::size_t i = 0; i < started; ++i) threads[i].join();
}

/// Runs `body(band)` over the output's rows in as many bands as there are threads.
template <class Body>
Result<void> run_bands(const Job& job, const Body& body) {
  const std::int32_t height = job.target.size.height;
  // Bands share source rows at their borders, so thin ones would cost more than they gain.
  constexpr std::int32_t kThinnest = 32;
  const auto wanted = std::min<std::uint64_t>(job.execution->threads, 64);
  const auto bands =
      std::clamp<std::size_t>(static_cast<std::size_t>(height / kThinnest), 1,
                              std::max<std::size_t>(1, static_cast<std::size_t>(wanted)));
  std::array<Result<void>, 64> results;
  run_tasks(*job.execution, bands, [&](std::size_t i) {
    const auto edge = [&](std::size_t k) {
      return static_cast<std::int32_t>(static_cast<std::uint64_t>(height) * k / bands);
    };
    results[i] = contain_exceptions([&] { return body(Band{edge(i), edge(i + 1)}); });
  });
  for (auto& result : results) {
    if (!result.has_value()) return std::move(result).error();
  }
  return {};
}

}  // namespace resample

}  // namespace limen::inline LIMEN_ABI
