// SPDX-License-Identifier: Apache-2.0
#include "limen/pipeline/transform.h"

#include <algorithm>
#include <atomic>
#include <optional>
#include <string>
#include <utility>

#include "lib/pipeline/marks.h"
#include "lib/pipeline/original.h"
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

// Whether two tasks start from the same decode: all do that read the picture at full scale, or its
// planes. A reduced decode to pixels serves recipes that ask for that scale and window, which
// follow from each alone.
bool share_decode(const Task& one, const Task& other) {
  const Plan& a = one.plan;
  const Plan& b = other.plan;
  const bool is_planar = a.path == PixelPath::planar_8;
  if (is_planar || b.path == PixelPath::planar_8) return a.path == b.path;
  return a.scale_eighths == b.scale_eighths &&
         (a.scale_eighths == 8 || (a.at_least == b.at_least && a.region == b.region &&
                                   one.recipe.shrink == other.recipe.shrink));
}

// One call of transform(): the tasks, grouped by the decode that they share, and their outcomes.
class Job {
 public:
  Job(const Original& original, const TransformOptions& options, const Execution& execution)
      : original_(original),
        options_(options),
        execution_(execution),
        marks_(options.pictures, options.limits) {}

  Result<std::vector<Variant>> run(std::span<const Recipe> recipes) {
    LIMEN_TRY(prepare(recipes));
    outcomes_.resize(tasks_.size());
    announce();
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
    LIMEN_ASSIGN(const ImageInfo info, describe(original_, options_.limits));
    tasks_.reserve(recipes.size());
    for (std::size_t i = 0; i < recipes.size(); ++i) {
      auto task = prepare_task(info, recipes[i]);
      if (!task) return at_recipe(std::move(task).error(), i, recipes.size());
      tasks_.push_back(*std::move(task));
    }
    return {};
  }

  Result<Task> prepare_task(const ImageInfo& info, const Recipe& recipe) {
    LIMEN_ASSIGN(Task task, plan_task(original_, info, recipe, options_.limits));
    LIMEN_TRY(marks_.prepare(task.recipe, execution_));
    return task;
  }

  std::vector<std::size_t> group_of(std::size_t first) const {
    std::vector<std::size_t> group;
    for (std::size_t i = first; i < tasks_.size(); ++i) {
      if (!outcomes_[i] && share_decode(tasks_[i], tasks_[first])) group.push_back(i);
    }
    return group;
  }

  // How many steps execution.progress will see: the decodes, that is groups, and the variants.
  void announce() {
    if (execution_.progress == nullptr) return;
    std::size_t steps = tasks_.size();
    for (std::size_t i = 0; i < tasks_.size() && !original_.pixels; ++i) {
      bool leads = true;  // no earlier task's group has it
      for (std::size_t j = 0; j < i && leads; ++j) leads = !share_decode(tasks_[i], tasks_[j]);
      if (leads) ++steps;
    }
    execution_.progress->start(static_cast<std::uint32_t>(steps));
  }

  void step() {
    if (execution_.progress != nullptr) execution_.progress->step();
  }

  // One step a group, however often its source had to be decoded.
  void count_decode() {
    if (!std::exchange(is_decode_counted_, true)) step();
  }

  // The parts of a group that read the source at one scale each.
  std::vector<std::vector<std::size_t>> scales_of(const std::vector<std::size_t>& group) const {
    std::vector<std::vector<std::size_t>> scales;
    for (const std::size_t index : group) {
      const auto is_same = [&](const std::vector<std::size_t>& scale) {
        return tasks_[scale.front()].plan.scale_eighths == tasks_[index].plan.scale_eighths;
      };
      const auto found = std::find_if(scales.begin(), scales.end(), is_same);
      (found != scales.end() ? *found : scales.emplace_back()).push_back(index);
    }
    return scales;
  }

  std::vector<const Task*> tasks_of(const std::vector<std::size_t>& group) const {
    std::vector<const Task*> tasks;
    tasks.reserve(group.size());
    for (const std::size_t index : group) tasks.push_back(&tasks_[index]);
    return tasks;
  }

  Result<void> make_group(const std::vector<std::size_t>& group) {
    is_decode_counted_ = original_.pixels.has_value();
    std::vector<std::vector<std::size_t>> scales = scales_of(group);
    if (scales.size() > 1) LIMEN_TRY(make_scales_at_once(group, scales));
    for (std::vector<std::size_t>& scale : scales) {
      std::erase_if(scale, [&](std::size_t index) { return outcomes_[index].has_value(); });
      if (scale.empty()) continue;
      execution_.workspace->reset_peak();
      LIMEN_ASSIGN(const Source source,
                   open_source(original_, tasks_of(scale), options_, execution_, decodes_));
      count_decode();
      make_all(scale, [&](std::size_t) -> const Source& { return source; });
    }
    return first_error(group);
  }

  // Leaves without an outcome what has to be made scale by scale: all where they cannot be decoded
  // together, else what lacked memory beside the others. What comes out is the same.
  Result<void> make_scales_at_once(const std::vector<std::size_t>& group,
                                   const std::vector<std::vector<std::size_t>>& scales) {
    std::vector<std::vector<const Task*>> tasks;
    tasks.reserve(scales.size());
    for (const std::vector<std::size_t>& scale : scales) tasks.push_back(tasks_of(scale));
    execution_.workspace->reset_peak();
    auto opened = open_scales(original_, tasks, options_, execution_, decodes_);
    if (!opened) {
      if (opened.error().limit == Limit::working_memory) return {};
      return std::move(opened).error();
    }
    const std::vector<Source> sources = *std::move(opened);
    if (sources.empty()) return {};
    count_decode();
    make_all(group, [&](std::size_t index) -> const Source& {
      return *std::find_if(sources.begin(), sources.end(), [&](const Source& source) {
        return source.scale_eighths == tasks_[index].plan.scale_eighths;
      });
    });
    for (const std::size_t index : group) {
      std::optional<Result<Variant>>& outcome = outcomes_[index];
      if (outcome && !*outcome && outcome->error().limit == Limit::working_memory) outcome.reset();
    }
    return {};
  }

  // Makes the variants of a group, each from the source that `source_of` has for it.
  template <class SourceOf>
  void make_all(const std::vector<std::size_t>& group, const SourceOf& source_of) {
    if (group.size() == 1) {
      make(source_of(group.front()), group.front(), execution_);
    } else {
      Execution alone = execution_;
      alone.threads = 1;
      alone.executor = nullptr;
      std::atomic<std::size_t> failed{tasks_.size()};  // none yet
      run_tasks(group.size(), execution_, [&](std::size_t i) {
        const std::size_t index = group[i];
        if (index > failed.load()) return;  // the call has failed earlier in the recipes' order
        make(source_of(index), index, alone);
        std::size_t lowest = failed.load();
        while (!*outcomes_[index] && index < lowest &&
               !failed.compare_exchange_weak(lowest, index)) {
        }
      });
      if (execution_.threads > 1 || execution_.executor != nullptr) {
        retry_for_memory(source_of, group, alone);
      }
    }
  }

  void make(const Source& source, std::size_t index, const Execution& execution) {
    auto made = contain_exceptions([&]() -> Result<Variant> {
      execution.workspace->reset_peak();
      LIMEN_ASSIGN(Variant variant,
                   make_variant(source, tasks_[index], marks_, options_.limits, execution));
      variant.peak_bytes = std::max(source.peak_bytes, execution.workspace->peak_bytes());
      step();
      return variant;
    });
    outcomes_[index].emplace(std::move(made));
  }

  // Variants made at the same time need more memory at the same time. What failed for that alone
  // gets another try with nothing beside it, so that threads never change what comes out.
  template <class SourceOf>
  void retry_for_memory(const SourceOf& source_of, const std::vector<std::size_t>& group,
                        const Execution& execution) {
    for (const std::size_t index : group) {
      std::optional<Result<Variant>>& outcome = outcomes_[index];
      const bool was_skipped = !outcome;
      const bool lacked_memory =
          outcome && !*outcome && outcome->error().limit == Limit::working_memory;
      if (was_skipped || lacked_memory) make(source_of(index), index, execution);
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

  const Original& original_;
  const TransformOptions& options_;
  const Execution& execution_;
  MarkShelf marks_;
  std::vector<Task> tasks_;
  std::vector<std::optional<Result<Variant>>> outcomes_;
  std::vector<MemoryReservation> reservations_;
  std::uint32_t decodes_ = 0;
  bool is_decode_counted_ = false;  // of the group under way
};

}  // namespace

Result<std::vector<Variant>> transform_original(const Original& original,
                                                std::span<const Recipe> recipes,
                                                const TransformOptions& options,
                                                const Execution& execution) {
  if (execution.progress != nullptr) execution.progress->start(0);
  if (recipes.empty()) return invalid_argument("transform: there is no recipe");
  Workspace own(options.limits.working_memory);
  // Without memory for its books a Workspace allows nothing, which is no limit of the caller's.
  if (own.limit() != options.limits.working_memory) return out_of_memory();
  Execution within = execution;
  if (within.workspace == nullptr) within.workspace = &own;
  return Job(original, options, within).run(recipes);
}

Result<std::vector<Variant>> transform(ByteView source, std::span<const Recipe> recipes,
                                       const TransformOptions& options,
                                       const Execution& execution) {
  return contain_exceptions(
      [&] { return transform_original({.file = source}, recipes, options, execution); });
}

Result<Variant> transform(ByteView source, const Recipe& recipe, const TransformOptions& options,
                          const Execution& execution) {
  return contain_exceptions([&]() -> Result<Variant> {
    LIMEN_ASSIGN(std::vector<Variant> variants,
                 transform_original({.file = source}, std::span(&recipe, 1), options, execution));
    return std::move(variants.front());
  });
}

}  // namespace limen::inline LIMEN_ABI
