// SPDX-License-Identifier: Apache-2.0
#pragma once

// What every call takes beside its subject (limits, a cancel token, threads, a workspace), and how
// fields are read from Python: with the field's name in what is said of a wrong one.

#include <pybind11/pybind11.h>

#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>

#include "errors.h"
#include "interrupt.h"
#include "limen/core/cancel.h"
#include "limen/core/color.h"
#include "limen/core/execution.h"
#include "limen/core/geometry.h"
#include "limen/core/limits.h"
#include "limen/core/workspace.h"
#include "names.h"

namespace limen_python {

/// Raises TypeError: "width: int expected, not str".
[[noreturn]] void raise_type(const std::string& field, const char* expected, py::handle value);

std::int64_t read_int64(py::handle value, const std::string& field);
std::uint64_t read_uint64(py::handle value, const std::string& field);
double read_double(py::handle value, const std::string& field);
bool read_bool(py::handle value, const std::string& field);
std::string read_string(py::handle value, const std::string& field);

/// An integer of another type; raises InvalidArgumentError where it does not fit.
template <class Int>
Int read_int(py::handle value, const std::string& field) {
  if constexpr (std::is_unsigned_v<Int>) {
    const std::uint64_t wide = read_uint64(value, field);
    if (wide > std::numeric_limits<Int>::max()) {
      raise_invalid(field + ": " + std::to_string(wide) + " is too large");
    }
    return static_cast<Int>(wide);
  } else {
    const std::int64_t wide = read_int64(value, field);
    if (wide > std::numeric_limits<Int>::max() || wide < std::numeric_limits<Int>::min()) {
      raise_invalid(field + ": " + std::to_string(wide) + " does not fit");
    }
    return static_cast<Int>(wide);
  }
}

/// A word of one of names.h's tables.
template <class Value, std::size_t count>
Value read_word(const Names<Value, count>& names, py::handle value, const std::string& field) {
  return value_of(names, read_string(value, field), field);
}

/// A sequence of exactly `count` elements, e.g. (left, top, right, bottom).
py::tuple read_tuple(py::handle value, std::size_t count, const std::string& field);

/// (red, green, blue) or (red, green, blue, alpha), 0 to 255.
limen::Color read_color(py::handle value, const std::string& field);
py::tuple tuple_of(limen::Color color);
/// (left, top, right, bottom): Pillow's box.
limen::Rect read_box(py::handle value, const std::string& field);
py::tuple box_of(const limen::Rect& rect);
py::tuple tuple_of(limen::Size size);

template <class Value, std::size_t count>
py::str str_of(const Names<Value, count>& names, Value value) {
  return py::str(std::string(spelling(names, value)));
}

/// Of an object with the attributes of limen.Limits; None and attributes that are None leave
/// `defaults`.
limen::Limits read_limits(py::handle value, limen::Limits defaults = {});

/// Keeps alive, for the length of a call, what its Execution borrows.
struct Call {
  /// Borrowed from Python, so both may be shared by threads.
  std::shared_ptr<limen::CancelToken> cancel;
  bool sees_interrupts = false;  ///< `cancel` is interrupt_token()
  std::shared_ptr<limen::Workspace> workspace;
  unsigned threads = 1;

  limen::Execution execution() const {
    return {.workspace = workspace.get(), .cancel = cancel.get(), .threads = threads};
  }

  /// call_unlocked() of work under execution(). Ctrl-C ends it where it is the main thread's and
  /// has no token of the caller's: with what Python's handler raises, else it begins anew.
  template <class Work>
  auto run(Work&& work) const {
    while (sees_interrupts) {
      auto result = [&] {
        const InterruptWatch watch;
        const py::gil_scoped_release unlocked;
        return work();
      }();
      if (!cancel->is_cancelled()) return value_or_raise(std::move(result));
      if (PyErr_CheckSignals() != 0) throw py::error_already_set();
      if (result || result.error().code != limen::ErrorCode::cancelled) {
        return value_or_raise(std::move(result));
      }
    }
    return call_unlocked(std::forward<Work>(work));
  }
};

/// From (cancel, threads, workspace): the tuple that the package passes with every call.
Call read_call(const py::tuple& call);

void register_options(py::module_& module);

}  // namespace limen_python
