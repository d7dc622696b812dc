// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <tuple>
#include <utility>

#include "values.h"

// Any function of the C ABI as a function of JavaScript. The compiler has its arguments from
// limen.h.

template <typename Function>
struct Signature;

template <typename R, typename... A>
struct Signature<R (*)(A...)> {
  using Result = R;
  using Arguments = std::tuple<A...>;
  static constexpr std::size_t kCount = sizeof...(A);

  static Arguments read(napi_env env, const napi_value* values) {
    return read(env, values, std::index_sequence_for<A...>());
  }

 private:
  template <std::size_t... I>
  static Arguments read([[maybe_unused]] napi_env env, [[maybe_unused]] const napi_value* values,
                        std::index_sequence<I...>) {
    return Arguments(from_js<A>(env, values[I])...);
  }
};

/// function(…): at once, on the caller's thread.
template <auto function>
napi_value call(napi_env env, napi_callback_info info) {
  using Its = Signature<decltype(function)>;
  std::array<napi_value, Its::kCount + 1> values{};
  std::size_t count = Its::kCount;
  napi_get_cb_info(env, info, &count, values.data(), nullptr, nullptr);
  const typename Its::Arguments arguments = Its::read(env, values.data());
  if constexpr (std::is_void_v<typename Its::Result>) {
    std::apply(function, arguments);
    return nullptr;
  } else {
    return to_js(env, std::apply(function, arguments));
  }
}

/// A call that is under way on a thread of libuv's pool.
template <auto function>
class Later {
 public:
  /// function(…, done): done(status) is called when it has returned.
  static napi_value begin(napi_env env, napi_callback_info info) {
    std::array<napi_value, Its::kCount + 1> values{};
    std::size_t count = values.size();
    napi_get_cb_info(env, info, &count, values.data(), nullptr, nullptr);
    auto later = std::make_unique<Later>(Its::read(env, values.data()));
    napi_value name = text_to_js(env, "limen");
    if (napi_create_reference(env, values.back(), 1, &later->done_) != napi_ok ||
        napi_create_async_work(env, nullptr, name, work, end, later.get(), &later->work_) !=
            napi_ok ||
        napi_queue_async_work(env, later->work_) != napi_ok) {
      later->forget(env);
      napi_throw_error(env, nullptr, "limen: the call could not begin");
      return nullptr;
    }
    later.release();  // end() has it
    return nullptr;
  }

  explicit Later(const typename Signature<decltype(function)>::Arguments& arguments)
      : arguments_(arguments) {}

 private:
  using Its = Signature<decltype(function)>;

  static void work(napi_env, void* data) {
    auto* later = static_cast<Later*>(data);
    later->status_ = std::apply(function, later->arguments_);
  }

  static void end(napi_env env, napi_status ended, void* data) {
    const std::unique_ptr<Later> later(static_cast<Later*>(data));
    napi_value done = nullptr, receiver = nullptr;
    napi_get_reference_value(env, later->done_, &done);
    later->forget(env);
    if (ended == napi_cancelled) return;  // the environment ends, and has never called
    napi_get_undefined(env, &receiver);
    const napi_value status = to_js(env, later->status_);
    napi_call_function(env, receiver, done, 1, &status, nullptr);
  }

  void forget(napi_env env) {
    if (done_ != nullptr) napi_delete_reference(env, done_);
    if (work_ != nullptr) napi_delete_async_work(env, work_);
  }

  typename Its::Arguments arguments_;
  typename Its::Result status_{};
  napi_ref done_ = nullptr;
  napi_async_work work_ = nullptr;
};
