// SPDX-License-Identifier: Apache-2.0
#pragma once

// What the opaque structs of limen.h are, and how a Result leaves a C function.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "limen/core/abi.h"
#include "limen/core/bytes.h"
#include "limen/core/cancel.h"
#include "limen/core/error.h"
#include "limen/core/image.h"
#include "limen/core/progress.h"
#include "limen/core/result.h"
#include "limen/core/workspace.h"
#include "limen/limen.h"
#include "limen/pipeline/plan.h"
#include "limen/pipeline/recipe.h"
#include "limen/pipeline/transform.h"

/// Without `full` it is one of error.cc's own, for calls that have no memory for theirs: nobody
/// frees those.
struct limen_error {
  limen_status code = LIMEN_INTERNAL;
  const char* message = "";
  std::optional<limen::Error> full = std::nullopt;
};

struct limen_buffer {
  limen::Bytes bytes;
};

struct limen_image {
  limen::Image image;
};

struct limen_workspace {
  limen::Workspace workspace;
};

struct limen_cancel_token {
  limen::CancelToken token;
};

struct limen_progress {
  limen::Progress progress;
};

struct limen_recipe {
  limen::Recipe recipe;
  std::string canonical;
  std::vector<limen_mark> marks;  // what limen_recipe_read() points to
  std::vector<std::int32_t> formats;
};

namespace limen::inline LIMEN_ABI {

/// Texts with the array of pointers to them that C reads. May be moved, must not be copied.
class TextList {
 public:
  TextList() = default;
  explicit TextList(std::vector<std::string> texts) : texts_(std::move(texts)) {
    pointers_.reserve(texts_.size());
    for (const std::string& text : texts_) pointers_.push_back(text.c_str());
  }
  TextList(TextList&&) noexcept = default;
  TextList& operator=(TextList&&) noexcept = default;

  const char* const* data() const { return pointers_.data(); }
  std::size_t size() const { return pointers_.size(); }

 private:
  std::vector<std::string> texts_;
  std::vector<const char*> pointers_;
};

/// One finished file: `variant.bytes` is in the buffer.
struct Output {
  std::unique_ptr<limen_buffer> buffer;  ///< null once taken
  Variant variant;
  TextList dropped_metadata;
  TextList notes;
};

/// Moves a variant's bytes into a buffer that can be taken without asking for memory.
Output make_output(Variant variant);

/// Writes the status, and the error where it is asked for.
limen_status report(Error error, limen_error** into) noexcept;

/// Runs what a C function does: no exception gets out, and lack of memory is a status like others.
template <class Body>
limen_status guarded(limen_error** error, Body&& body) noexcept {
  if (error != nullptr) *error = nullptr;
  Result<void> result = contain_exceptions([&]() -> Result<void> { return body(); });
  return result ? LIMEN_OK : report(std::move(result).error(), error);
}

/// The same for a function that makes a handle: `into` gets what `body` returns, a Result of a
/// unique_ptr, or null.
template <class Handle, class Body>
limen_status guarded_make(Handle** into, const char* name, limen_error** error,
                          Body&& body) noexcept {
  if (into != nullptr) *into = nullptr;
  return guarded(error, [&]() -> Result<void> {
    if (into == nullptr) return invalid_argument(std::string(name) + " is null");
    LIMEN_ASSIGN(std::unique_ptr<Handle> made, body());
    *into = made.release();
    return {};
  });
}

}  // namespace limen::inline LIMEN_ABI

struct limen_outputs {
  std::vector<limen::Output> items;
};

struct limen_plan {
  limen::Plan plan;
  limen::TextList steps;
  limen::TextList notes;
};
