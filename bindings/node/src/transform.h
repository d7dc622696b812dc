// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <limen/limen.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "outputs.h"
#include "values.h"

/// limen_transform() for Later and call_now(). Its structs are made here, and its outputs read: the
/// least that JavaScript has to do for a call, which it does slowly as long as it is not compiled.
///   (source, file, bytes of it, recipes, options, workspace, cancel) -> (status, outputs, error)
/// Without a limen_source it is the file; recipes are an array of their addresses.
class Transform {
 public:
  static constexpr std::size_t kCount = 7;

  Transform(napi_env env, const napi_value* values)
      : source_(from_js<const limen_source*>(env, values[0])),
        options_(from_js<const limen_transform_options*>(env, values[4])),
        workspace_(from_js<limen_workspace*>(env, values[5])),
        cancel_(from_js<limen_cancel_token*>(env, values[6])) {
    limen_source_init(&file_, sizeof file_);
    file_.bytes.data = from_js<const std::uint8_t*>(env, values[1]);
    file_.bytes.size = from_js<std::size_t>(env, values[2]);
    std::uint32_t count = 0;
    napi_get_array_length(env, values[3], &count);
    recipes_.resize(count);
    for (std::uint32_t i = 0; i < count; ++i) {
      napi_value recipe = nullptr;
      napi_get_element(env, values[3], i, &recipe);
      recipes_[i] = from_js<const limen_recipe*>(env, recipe);
    }
  }
  ~Transform() { limen_outputs_free(outputs_); }
  Transform(const Transform&) = delete;
  Transform& operator=(const Transform&) = delete;

  void run() {
    limen_execution execution;
    limen_execution_init(&execution, sizeof execution);
    execution.workspace = workspace_;
    execution.cancel = cancel_;
    status_ = limen_transform(source_ == nullptr ? &file_ : source_, recipes_.data(),
                              recipes_.size(), options_, &execution, &outputs_, &error_);
  }

  /// The error is the caller's.
  std::array<napi_value, 3> results(napi_env env) {
    napi_value outputs = null_of(env);
    if (status_ == LIMEN_OK) outputs = outputs_to_js(env, outputs_);
    bool failed = false;
    napi_is_exception_pending(env, &failed);
    if (failed) {  // there is no memory for a copy; done() has to hear of that
      napi_value ignored = nullptr;
      napi_get_and_clear_last_exception(env, &ignored);
      outputs = null_of(env);
      status_ = LIMEN_OUT_OF_MEMORY;
    }
    return {to_js(env, status_), outputs, to_js(env, error_)};
  }

 private:
  const limen_source* source_;
  limen_source file_;
  std::vector<const limen_recipe*> recipes_;
  const limen_transform_options* options_;
  limen_workspace* workspace_;
  limen_cancel_token* cancel_;
  limen_outputs* outputs_ = nullptr;
  limen_error* error_ = nullptr;
  limen_status status_ = LIMEN_INTERNAL;
};
