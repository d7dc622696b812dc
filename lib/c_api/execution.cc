// SPDX-License-Identifier: Apache-2.0
#include "lib/c_api/execution.h"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <new>

#include "lib/c_api/handles.h"
#include "lib/c_api/structs.h"
#include "limen/pipeline/transform.h"

namespace limen::inline LIMEN_ABI {

namespace {

constexpr limen_execution kExecution{.struct_size = sizeof(limen_execution),
                                     .workspace = nullptr,
                                     .cancel = nullptr,
                                     .progress = nullptr,
                                     .threads = 1};

limen_limits default_limits() {
  const Limits limits = TransformOptions{}.limits;
  return {.struct_size = sizeof(limen_limits),
          .input_bytes = limits.input_bytes,
          .side = static_cast<std::uint64_t>(limits.side),
          .pixels = limits.pixels,
          .working_memory = limits.working_memory,
          .scans = limits.scans,
          .frames = limits.frames,
          .metadata_bytes = limits.metadata_bytes};
}

// The largest that the C++ field holds is as good as more.
template <class Narrow>
Narrow at_most(std::uint64_t value) {
  constexpr auto kMost = static_cast<std::uint64_t>(std::numeric_limits<Narrow>::max());
  return static_cast<Narrow>(std::min(value, kMost));
}

}  // namespace

Result<Execution> to_execution(const limen_execution* given) {
  LIMEN_ASSIGN(const limen_execution known, read_struct(given, kExecution, "limen_execution"));
  Execution execution;
  if (known.workspace != nullptr) execution.workspace = &known.workspace->workspace;
  if (known.cancel != nullptr) execution.cancel = &known.cancel->token;
  if (known.progress != nullptr) execution.progress = &known.progress->progress;
  execution.threads = std::max<std::uint32_t>(1, known.threads);
  return execution;
}

Result<Limits> to_limits(const limen_limits* given) {
  LIMEN_ASSIGN(const limen_limits known, read_struct(given, default_limits(), "limen_limits"));
  Limits limits;
  limits.input_bytes = known.input_bytes;
  limits.side = at_most<std::int32_t>(known.side);
  limits.pixels = known.pixels;
  limits.working_memory = known.working_memory;
  limits.scans = at_most<std::uint32_t>(known.scans);
  limits.frames = at_most<std::uint32_t>(known.frames);
  limits.metadata_bytes = known.metadata_bytes;
  return limits;
}

}  // namespace limen::inline LIMEN_ABI

void limen_execution_init(limen_execution* execution, size_t struct_size) {
  limen::init_struct(limen::kExecution, execution, struct_size);
}

void limen_limits_init(limen_limits* limits, size_t struct_size) {
  limen::init_struct(limen::default_limits(), limits, struct_size);
}

limen_workspace* limen_workspace_create(uint64_t limit_bytes, const limen_allocator* allocator) {
  limen::Allocator hooks;
  if (allocator != nullptr) {
    hooks = {allocator->allocate, allocator->free, allocator->opaque};
  }
  if ((hooks.allocate == nullptr) != (hooks.free == nullptr)) return nullptr;
  const uint64_t limit =
      limit_bytes != 0 ? limit_bytes : limen::TransformOptions{}.limits.working_memory;
  auto* made = new (std::nothrow) limen_workspace{limen::Workspace(limit, hooks)};
  if (made != nullptr && made->workspace.limit() == 0) {  // no memory for what it holds
    delete made;
    made = nullptr;
  }
  return made;
}

uint64_t limen_workspace_peak_bytes(const limen_workspace* workspace) {
  return workspace != nullptr ? workspace->workspace.peak_bytes() : 0;
}

uint64_t limen_workspace_bytes_in_use(const limen_workspace* workspace) {
  return workspace != nullptr ? workspace->workspace.bytes_in_use() : 0;
}

void limen_workspace_release_unused(limen_workspace* workspace) {
  if (workspace != nullptr) workspace->workspace.release_unused();
}

void limen_workspace_free(limen_workspace* workspace) { delete workspace; }

limen_cancel_token* limen_cancel_token_create(void) {
  return new (std::nothrow) limen_cancel_token;
}

void limen_cancel_token_cancel(limen_cancel_token* token) {
  if (token != nullptr) token->token.cancel();
}

void limen_cancel_token_reset(limen_cancel_token* token) {
  if (token != nullptr) token->token.reset();
}

int32_t limen_cancel_token_is_cancelled(const limen_cancel_token* token) {
  return token != nullptr && token->token.is_cancelled() ? 1 : 0;
}

void limen_cancel_token_free(limen_cancel_token* token) { delete token; }

limen_progress* limen_progress_create(void) { return new (std::nothrow) limen_progress; }

void limen_progress_read(const limen_progress* progress, uint32_t* done, uint32_t* steps) {
  if (done != nullptr) *done = progress != nullptr ? progress->progress.done() : 0;
  if (steps != nullptr) *steps = progress != nullptr ? progress->progress.steps() : 0;
}

void limen_progress_free(limen_progress* progress) { delete progress; }
