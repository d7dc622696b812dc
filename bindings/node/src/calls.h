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

/// A function of the C ABI called as it is: its arguments one by one, its status.
template <auto function>
class Plain {
 public:
  static constexpr std::size_t kCount = Signature<decltype(function)>::kCount;

  Plain(napi_env env, const napi_value* values)
      : arguments_(Signature<decltype(function)>::read(env, values)) {}

  void run() { status_ = std::apply(function, arguments_); }
  std::array<napi_value, 1> results(napi_env env) const { return {to_js(env, status_)}; }

 private:
  typename Signature<decltype(function)>::Arguments arguments_;
  typename Signature<decltype(function)>::Result status_{};
};

/// A call that is under way on a thread of libuv's pool. `Call` is made of its kCount arguments,
/// run() there, and asked for its results() afterwards.
template <typename Call>
class Later {
 public:
  /// function(…, done): done(…results) is called when it has returned.
  static napi_value begin(napi_env env, napi_callback_info info) {
    std::array<napi_value, Call::kCount + 1> values{};
    std::size_t count = values.size();
    napi_get_cb_info(env, info, &count, values.data(), nullptr, nullptr);
    auto later = std::make_unique<Later>(env, values.data());
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

  Later(napi_env env, const napi_value* values) : call_(env, values) {}

 private:
  static void work(napi_env, void* data) { static_cast<Later*>(data)->call_.run(); }

  static void end(napi_env env, napi_status ended, void* data) {
    const std::unique_ptr<Later> later(static_cast<Later*>(data));
    napi_value done = nullptr, receiver = nullptr;
    napi_get_reference_value(env, later->done_, &done);
    later->forget(env);
    if (ended == napi_cancelled) return;  // the environment ends, and has never called
    napi_get_undefined(env, &receiver);
    const auto results = later->call_.results(env);
    napi_call_function(env, receiver, done, results.size(), results.data(), nullptr);
  }

  void forget(napi_env env) {
    if (done_ != nullptr) napi_delete_reference(env, done_);
    if (work_ != nullptr) napi_delete_async_work(env, work_);
  }

  Call call_;
  napi_ref done_ = nullptr;
  napi_async_work work_ = nullptr;
};

/// function(…) -> its results in an array: at once, on the caller's thread.
template <typename Call>
napi_value call_now(napi_env env, napi_callback_info info) {
  std::array<napi_value, Call::kCount> values{};
  std::size_t count = values.size();
  napi_get_cb_info(env, info, &count, values.data(), nullptr, nullptr);
  Call call(env, values.data());
  call.run();
  const auto results = call.results(env);
  return array_to_js(env, results.data(), results.size());
}
