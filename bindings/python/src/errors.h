// SPDX-License-Identifier: Apache-2.0
#pragma once

// limen's errors as Python's exceptions, and calls that work without the interpreter's lock.

#include <pybind11/pybind11.h>

#include <string>
#include <utility>

#include "limen/core/error.h"
#include "limen/core/result.h"

namespace limen_python {

namespace py = pybind11;

/// Raises the class of limen.errors that stands for the error's code, with its fields.
[[noreturn]] void raise(limen::Error error);

/// For what the caller got wrong: an InvalidArgumentError, as limen itself would say it.
[[noreturn]] void raise_invalid(std::string message);

/// The value, or the error as an exception. Needs the interpreter's lock.
template <class T>
T value_or_raise(limen::Result<T> result) {
  if (!result) raise(std::move(result).error());
  if constexpr (!std::is_void_v<T>) return *std::move(result);
}

/// Runs `work`, which returns a Result and touches nothing of Python's, while other threads of the
/// interpreter run.
template <class Work>
auto call_unlocked(Work&& work) {
  auto result = [&] {
    const py::gil_scoped_release unlocked;
    return std::forward<Work>(work)();
  }();
  return value_or_raise(std::move(result));
}

void register_errors(py::module_& module);

}  // namespace limen_python
