// SPDX-License-Identifier: Apache-2.0
#include "limen/pipeline/transform.h"

#include <algorithm>
#include <atomic>
#include <optional>
#include <string>
#include <utility>

#include "lib/pipeline/marks.h"
#include "lib/pipeline/parallel.h"
#include "lib/pipeline/source.h"
#include "lib/pipeline/variant.h"
#include "limen/codec/decode.h"

namespace limen::inline LIMEN_ABI {

namespace {

// Says which recipe an error is about, where there are several.
Error at_recipe(Error error, std::size_t index, std::size_t count) {
  if (count < 2) return error;
  if (error.message.empty()) error.message = name(error.code);
  error.message = "recipe " + std::to_string(index) + ": " + error.message;
  return error;
}

// One call of transform(): the tasks, grouped by the decode that they share, and their outcomes.
class Job {
 public:
  Job(ByteView source, const TransformOptions& options, const Execution& execution)
      : source_(source),
        options_(options),
        execution_(execution),
        marks_(options.pictures, options.limits) {}

  Result<std::vector<Variant>> run(std::span<const Recipe> recipes) {
    LIMEN_TRY(prepare(recipes));
    outcomes_.resize(tasks_.size());
    for (std::size_t first = 0; first < tasks_.size(); ++first) {
      if (outcomes_[first]) continue;
      LIMEN_TRY(make_group(group_of(first)));
    }
    std::vector<Variant> variants;
    variants.reserve(outcomes_.size());
    for (std::optional<Result<Variant>>& outcome : outcomes_) {
      variants.push_back(**std::move(outcome));
      variants.back().source_decodes = decodes_;
    }
    return variants;
  }

 private:
  // Everything that can be refused before a pixel of the source is decoded.
  Result<void> prepare(std::span<const Recipe> recipes) {
    LIMEN_ASSIGN(const ImageInfo info, probe(source_, options_.limits));
    tasks_.reserve(recipes.size());
    for (std::size_t i = 0; i < recipes.size(); ++i) {
      auto task = prepare_task(info, recipes[i]);
      if (!task) return at_recipe(std::move(task).error(), i, recipes.size());
      tasks_.push_back(*std::move(task));
    }
    return {};
  }

  Result<Task> prepare_task(const ImageInfo& info, const Recipe& recipe) {
    Task task;
    LIMEN_ASSIGN(task.recipe, normalized(recipe));
    LIMEN_ASSIGN(task.plan, plan(info, task.recipe, options_.limits));
    LIMEN_TRY(marks_.prepare(task.recipe, execution_));
    return task;
  }

  // Tasks that start from the same decode as `first`: all that read the picture at full scale. A
  // reduced decode serves recipes that ask for that scale and window, which follow from each alone.
  std::vector<std::size_t> group_of(std::size_t first) const {
    const Plan& lead = tasks_[first].plan;
    std::vector<std::size_t> group;
    for (std::size_t i = first; i < tasks_.size(); ++i) {
      const Plan& other = tasks_[i].plan;
      const bool shares = other.scale_eighths == lead.scale_eighths &&
                          (lead.scale_eighths == 8 ||
                           (other.at_least == lead.at_least && other.region == lead.region &&
                            tasks_[i].recipe.shrink == tasks_[first].recipe.shrink));
      if (!outcomes_[i] && shares) group.push_back(i);
    }
    return group;
  }

  Result<void> make_group(const std::vector<std::size_t>& group) {
    std::vector<const Task*> tasks;
    for (const std::size_t index : group) tasks.push_back(&tasks_[index]);
    execution_.workspace->reset_peak();
    LIMEN_ASSIGN(const Source source, open_source(source_, tasks, options_, execution_, decodes_));
    if (group.size() == 1) {
      make(source, group.front(), execution_);
    } else {
      Execution alone = execution_;
      alone.threads = 1;
      alone.executor = nullptr;
      std::atomic<std::size_t> failed{tasks_.size()};  // none yet
      run_tasks(group.size(), execution_, [&](std::size_t i) {
        const std::size_t index = group[i];
        if (index > failed.load()) return;  // the call has failed earlier in the recipes' order
        make(source, index, alone);
        std::size_t lowest = failed.load();
        while (!*outcomes_[index] && index < lowest &&
               !failed.compare_exchange_weak(lowest, index)) {
        }
      });
      if (execution_.threads > 1 || execution_.executor != nullptr) {
        retry_for_memory(source, group, alone);
      }
    }
    return first_error(group);
  }

  void make(const Source& source, std::size_t index, const Execution& execution) {
    auto made = contain_exceptions([&]() -> Result<Variant> {
      execution.workspace->reset_peak();
      LIMEN_ASSIGN(Variant variant,
                   make_variant(source, tasks_[index], marks_, options_.limits, execution));
      variant.peak_bytes = std::max(source.peak_bytes, execution.workspace->peak_bytes());
      return variant;
    });
    outcomes_[index].emplace(std::move(made));
  }

  // Variants made at the same time need more memory at the same time. What failed for that alone
  // gets another try with nothing beside it, so that threads never change what comes out.
  void retry_for_memory(const Source& source, const std::vector<std::size_t>& group,
                        const Execution& execution) {
    for (const std::size_t index : group) {
      std::optional<Result<Variant>>& outcome = outcomes_[index];
      const bool was_skipped = !outcome;
      const bool lacked_memory =
          outcome && !*outcome && outcome->error().limit == Limit::working_memory;
      if (was_skipped || lacked_memory) make(source, index, execution);
      if (!*outcome) return;
    }
  }

  Result<void> first_error(const std::vector<std::size_t>& group) {
    for (const std::size_t index : group) {
      std::optional<Result<Variant>>& outcome = outcomes_[index];
      // What was not made comes after what failed.
      if (!*outcome) return at_recipe(std::move(*outcome).error(), index, tasks_.size());
      // Outputs count as memory held until the call is over.
      auto reservation = execution_.workspace->reserve((*outcome)->bytes.size());
      if (!reservation) return at_recipe(std::move(reservation).error(), index, tasks_.size());
      reservations_.push_back(*std::move(reservation));
    }
    return {};
  }

  ByteView source_;
  const TransformOptions& options_;
  const Execution& execution_;
  MarkShelf marks_;
  std::vector<Task> tasks_;
  std::vector<std::optional<Result<Variant>>> outcomes_;
  std::vector<MemoryReservation> reservations_;
  std::uint32_t decodes_ = 0;
};

Result<std::vector<Variant>> transform_all(ByteView source, std::span<const Recipe> recipes,
                                           const TransformOptions& options,
                                           const Execution& execution) {
  if (recipes.empty()) return invalid_argument("transform: there is no recipe");
  Workspace own(options.limits.working_memory);
  Execution within = execution;
  if (within.workspace == nullptr) within.workspace = &own;
  return Job(source, options, within).run(recipes);
}

}  // namespace

Result<std::vector<Variant>> transform(ByteView source, std::span<const Recipe> recipes,
                                       const TransformOptions& options,
                                       const Execution& execution) {
  return contain_exceptions([&] { return transform_all(source, recipes, options, execution); });
}

Result<Variant> transform(ByteView source, const Recipe& recipe, const TransformOptions& options,
                          const Execution& execution) {
  return contain_exceptions([&]() -> Result<Variant> {
    LIMEN_ASSIGN(std::vector<Variant> variants,
                 transform_all(source, std::span(&recipe, 1), options, execution));
    return std::move(variants.front());
  });
}

}  // namespace limen::inline LIMEN_ABI
