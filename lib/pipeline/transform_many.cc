// SPDX-License-Identifier: Apache-2.0
#include "limen/pipeline/transform_many.h"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <string>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

namespace limen::inline LIMEN_ABI {

namespace {

// How long the caller's thread sleeps before it looks at the cancel token, which wakes nobody.
constexpr auto kPoll = std::chrono::milliseconds(10);

struct Assignment {
  std::uint64_t index = 0;
  TransformRequest original;
};

struct Finished {
  std::uint64_t index = 0;
  TransformRequest original;
  Result<std::vector<Variant>> variants;
};

Result<std::vector<Variant>> make(const TransformRequest& original, const TransformOptions& options,
                                  Workspace& workspace, const CancelToken* cancel) {
  Execution alone;
  alone.workspace = &workspace;
  alone.cancel = cancel;
  return transform(original.file, original.recipes, options, alone);
}

// Everything on the caller's thread.
Result<std::uint64_t> run_alone(const NextRequest& next, const VariantSink& sink,
                                const TransformManyOptions& options, const CancelToken* cancel) {
  Workspace workspace(options.transform.limits.working_memory);
  std::uint64_t delivered = 0;
  for (;; ++delivered) {
    if (cancel != nullptr && cancel->is_cancelled()) return cancelled();
    LIMEN_ASSIGN(const std::optional<TransformRequest> original, next());
    if (!original) return delivered;
    auto variants = make(*original, options.transform, workspace, cancel);
    if (cancel != nullptr && cancel->is_cancelled()) return cancelled();
    LIMEN_TRY(sink(delivered, std::move(variants)));
  }
}

// The workers, what waits for them, and what they have finished.
class Crew {
 public:
  /// `most`: how many originals there can be at the same time. Room for them is made here, as
  /// workers have nobody to tell of an allocation that failed.
  Crew(const TransformOptions& options, std::size_t most) : options_(options) {
    waiting_.reserve(most);
    finished_.reserve(most);
  }
  Crew(const Crew&) = delete;
  Crew& operator=(const Crew&) = delete;
  // However the call ends, no worker outlives it.
  ~Crew() {
    stop_.cancel();
    {
      const std::lock_guard lock(mutex_);
      is_closed_ = true;
    }
    work_.notify_all();
    for (std::thread& thread : threads_) thread.join();
  }

  /// As many as the system gives; false for none.
  bool start(unsigned workers) {
    threads_.reserve(workers);
    try {
      while (threads_.size() < workers) threads_.emplace_back([this] { serve(); });
    } catch (const std::system_error&) {
      // Those that run will do.
    }
    return !threads_.empty();
  }

  void give(Assignment assignment) {
    {
      const std::lock_guard lock(mutex_);
      waiting_.push_back(std::move(assignment));
    }
    work_.notify_one();
  }

  /// Something finished, where there is any: `only` that one, or the first. Waits for it until a
  /// time has passed if `waits`.
  std::optional<Finished> take(std::optional<std::uint64_t> only, bool waits) {
    std::unique_lock lock(mutex_);
    const auto found = [&] {
      return std::find_if(finished_.begin(), finished_.end(), [&](const Finished& finished) {
        return !only || finished.index == *only;
      });
    };
    if (waits) done_.wait_for(lock, kPoll, [&] { return found() != finished_.end(); });
    const auto at = found();
    if (at == finished_.end()) return std::nullopt;
    Finished taken = std::move(*at);
    finished_.erase(at);
    return taken;
  }

 private:
  void serve() noexcept {
    Workspace workspace(options_.limits.working_memory);
    while (std::optional<Assignment> assignment = next_assignment()) {
      auto variants = make(assignment->original, options_, workspace, &stop_);
      {
        const std::lock_guard lock(mutex_);
        finished_.push_back(
            {assignment->index, std::move(assignment->original), std::move(variants)});
      }
      done_.notify_one();
    }
  }

  std::optional<Assignment> next_assignment() {
    std::unique_lock lock(mutex_);
    work_.wait(lock, [&] { return is_closed_ || !waiting_.empty(); });
    if (is_closed_) return std::nullopt;
    Assignment assignment = std::move(waiting_.front());
    waiting_.erase(waiting_.begin());
    return assignment;
  }

  const TransformOptions& options_;
  CancelToken stop_;
  std::mutex mutex_;
  std::condition_variable work_;
  std::condition_variable done_;
  std::vector<Assignment> waiting_;  ///< the oldest first
  std::vector<Finished> finished_;
  bool is_closed_ = false;
  std::vector<std::thread> threads_;
};

Result<std::uint64_t> run_crew(const NextRequest& next, const VariantSink& sink,
                               const TransformManyOptions& options, const CancelToken* cancel) {
  const std::uint64_t most =
      std::uint64_t{options.workers} + options.waiting.value_or(options.workers);
  Crew crew(options.transform, static_cast<std::size_t>(most));
  if (!crew.start(options.workers)) return out_of_memory();
  std::uint64_t given = 0;
  std::uint64_t delivered = 0;
  std::optional<Error> broken;
  bool has_more = true;
  while (has_more || delivered < given) {
    if (cancel != nullptr && cancel->is_cancelled()) return cancelled();
    const auto wanted = options.in_order ? std::optional(delivered) : std::nullopt;
    const bool has_room = has_more && given - delivered < most;
    if (std::optional<Finished> finished = crew.take(wanted, !has_room)) {
      LIMEN_TRY(sink(finished->index, std::move(finished->variants)));
      ++delivered;
      continue;
    }
    if (!has_room) continue;
    auto original = next();
    if (original && *original) {
      crew.give({given++, **std::move(original)});
      continue;
    }
    if (!original) broken = std::move(original).error();
    has_more = false;
  }
  if (broken) return *std::move(broken);
  return delivered;
}

}  // namespace

Result<std::uint64_t> transform_many(const NextRequest& next, const VariantSink& sink,
                                     const TransformManyOptions& options,
                                     const Execution& execution) {
  return contain_exceptions([&]() -> Result<std::uint64_t> {
    constexpr unsigned kMostWorkers = 1024;
    constexpr unsigned kMostWaiting = 1'000'000;
    if (!next || !sink) {
      return invalid_argument(
          "transform_many: there is nothing to take originals from, or nothing "
          "to give variants to");
    }
    if (options.workers < 1 || options.workers > kMostWorkers) {
      return invalid_argument("transform_many: " + std::to_string(options.workers) +
                              " workers are not 1 to " + std::to_string(kMostWorkers));
    }
    if (options.waiting.value_or(0) > kMostWaiting) {
      return invalid_argument("transform_many: " + std::to_string(*options.waiting) +
                              " originals that wait are more than " + std::to_string(kMostWaiting));
    }
    return options.workers == 1 ? run_alone(next, sink, options, execution.cancel)
                                : run_crew(next, sink, options, execution.cancel);
  });
}

}  // namespace limen::inline LIMEN_ABI
