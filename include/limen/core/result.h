// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cassert>
#include <new>
#include <optional>
#include <type_traits>
#include <utility>
#include <variant>

#include "limen/core/abi.h"
#include "limen/core/error.h"

namespace limen::inline LIMEN_ABI {

/// A value or an Error. Like std::expected, but nothing in it throws: dereferencing an error is a
/// defect of the caller's (asserted in debug builds), so test it first.
template <class T>
class [[nodiscard]] Result {
 public:
  using value_type = T;

  // NOLINTNEXTLINE(google-explicit-constructor): `return value;` is the point of the type.
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
  // NOLINTNEXTLINE(google-explicit-constructor): likewise `return error;`.
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}

  bool has_value() const noexcept { return state_.index() == 0; }
  explicit operator bool() const noexcept { return has_value(); }

  T& operator*() & noexcept {
    assert(has_value());
    return *std::get_if<0>(&state_);
  }
  const T& operator*() const& noexcept {
    assert(has_value());
    return *std::get_if<0>(&state_);
  }
  T&& operator*() && noexcept {
    assert(has_value());
    return std::move(*std::get_if<0>(&state_));
  }
  T* operator->() noexcept { return &**this; }
  const T* operator->() const noexcept { return &**this; }

  Error& error() & noexcept {
    assert(!has_value());
    return *std::get_if<1>(&state_);
  }
  const Error& error() const& noexcept {
    assert(!has_value());
    return *std::get_if<1>(&state_);
  }
  Error&& error() && noexcept {
    assert(!has_value());
    return std::move(*std::get_if<1>(&state_));
  }

 private:
  std::variant<T, Error> state_;
};

template <>
class [[nodiscard]] Result<void> {
 public:
  using value_type = void;

  Result() = default;
  // NOLINTNEXTLINE(google-explicit-constructor): `return error;` is the point of the type.
  Result(Error error) : error_(std::move(error)) {}

  bool has_value() const noexcept { return !error_.has_value(); }
  explicit operator bool() const noexcept { return has_value(); }

  Error& error() & noexcept {
    assert(!has_value());
    return *error_;
  }
  const Error& error() const& noexcept {
    assert(!has_value());
    return *error_;
  }
  Error&& error() && noexcept {
    assert(!has_value());
    return std::move(*error_);
  }

 private:
  std::optional<Error> error_;
};

/// Calls `body`, which returns a Result, and turns an exception that escapes it (std::bad_alloc
/// from a container, in the main) into that Result's error. Each public function wraps itself in
/// this, so no exception leaves the library. Built without exceptions it is a plain call.
template <class Body>
auto contain_exceptions(Body&& body) noexcept -> std::invoke_result_t<Body> {
#if defined(__cpp_exceptions)
  try {
    return std::forward<Body>(body)();
  } catch (const std::bad_alloc&) {
    // An empty message cannot allocate; the code says it all.
    return Error{.code = ErrorCode::out_of_memory, .message = {}};
  } catch (...) {
    return Error{.code = ErrorCode::internal, .message = {}};
  }
#else
  return std::forward<Body>(body)();
#endif
}

}  // namespace limen::inline LIMEN_ABI

/// `LIMEN_TRY(expression);` returns the error of a Result from the enclosing function, if it is
/// one.
#define LIMEN_TRY(expression)                                                  \
  do {                                                                         \
    if (auto limen_try_result = (expression); !limen_try_result.has_value()) { \
      return std::move(limen_try_result).error();                              \
    }                                                                          \
  } while (false)

#define LIMEN_CONCAT_(a, b) a##b
#define LIMEN_CONCAT(a, b) LIMEN_CONCAT_(a, b)
#define LIMEN_ASSIGN_(result, declaration, expression)       \
  auto result = (expression);                                \
  if (!result.has_value()) return std::move(result).error(); \
  declaration = *std::move(result)

/// `LIMEN_ASSIGN(auto image, decode(bytes));` declares or assigns the value, or returns the error.
#define LIMEN_ASSIGN(declaration, ...) \
  LIMEN_ASSIGN_(LIMEN_CONCAT(limen_assign_, __LINE__), declaration, (__VA_ARGS__))
