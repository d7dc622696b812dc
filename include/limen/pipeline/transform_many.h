// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "limen/core/abi.h"
#include "limen/core/bytes.h"
#include "limen/core/execution.h"
#include "limen/core/result.h"
#include "limen/pipeline/recipe.h"
#include "limen/pipeline/transform.h"

namespace limen::inline LIMEN_ABI {

/// A file and what is to be made of it. File and recipes are borrowed until its sink has returned.
struct TransformRequest {
  ByteView file = {};
  std::span<const Recipe> recipes = {};
  /// Whatever keeps the two alive until then; may be null. Let go of on the caller's thread.
  std::shared_ptr<const void> owner = nullptr;
};

/// Gives the next original, or none where there are no more; it is not asked again then. An error
/// ends transform_many() with that error, once what was begun is finished and delivered.
using NextRequest = std::function<Result<std::optional<TransformRequest>>()>;

/// Takes what became of original `index` (counted from 0 in the order in which they were given):
/// its variants, or why there are none, which stops nothing else. An error from the sink ends
/// transform_many() with that error; what is in work is cancelled, and nothing more delivered.
using VariantSink =
    std::function<Result<void>(std::uint64_t index, Result<std::vector<Variant>> variants)>;

struct TransformManyOptions {
  TransformOptions transform = {};
  /// Originals in work at the same time, 1 to 1024. 1: on the caller's thread, and none is started.
  unsigned workers = 1;
  /// Originals beyond those in work that are held at the most: waiting for a worker, or finished
  /// and waiting for the sink; up to a million. Absent: as many as there are workers.
  std::optional<unsigned> waiting = std::nullopt;
  /// Deliver in the order in which originals were given. Otherwise as they get finished.
  bool in_order = false;
};

/// transform() of many originals over several workers, each on a thread of its own with a Workspace
/// of its own that it uses again and again, so that the process does not grow. The bytes are those
/// of transform(), whatever the number of workers.
///
/// `next` and `sink` are called on the caller's thread and never at the same time, so neither needs
/// a lock; while one of them takes its time, workers go on with what they have. No more than
/// `workers` + `waiting` originals are held from the call of `next` that gave them to the end of
/// the call of `sink` that takes them: a slow sink slows `next` down.
///
/// Returns the number of originals delivered. `execution.cancel` ends the call with `cancelled`, at
/// once as far as transform() can; what was not delivered by then is dropped. Of `execution`
/// nothing else is used: each worker's variants are made one after the other, in at most
/// options.transform.limits.working_memory bytes a worker. Errors besides: invalid_argument
/// (workers, waiting; `next` or `sink` is empty), out_of_memory (no thread could be started),
/// internal (a callback threw). Thread-safe.
LIMEN_API Result<std::uint64_t> transform_many(const NextRequest& next, const VariantSink& sink,
                                               const TransformManyOptions& options = {},
                                               const Execution& execution = {});

}  // namespace limen::inline LIMEN_ABI
