// SPDX-License-Identifier: Apache-2.0
#include "errors.h"

#include <array>

#include "names.h"

namespace limen_python {

void raise(limen::Error error) {
  // What contain_exceptions() leaves without words, because it may have no memory for them.
  if (error.message.empty()) error.message = std::string(limen::name(error.code));
  const py::object type =
      py::module_::import("limen.errors").attr("class_of")(py::str(spelling(error.code)));
  py::object format = py::none();
  if (error.format) format = py::str(std::string(limen::name(*error.format)));
  py::object limit = py::none();
  if (error.limit) limit = py::str(std::string(spelling(*error.limit)));
  // Messages may quote a file's bytes.
  const py::object message = py::reinterpret_steal<py::object>(PyUnicode_DecodeUTF8(
      error.message.data(), static_cast<Py_ssize_t>(error.message.size()), "replace"));
  if (!message) throw py::error_already_set();
  const py::object exception = type(
      message, py::arg("format") = format, py::arg("limit") = limit, py::arg("asked") = error.asked,
      py::arg("allowed") = error.allowed, py::arg("offset") = error.offset);
  PyErr_SetObject(type.ptr(), exception.ptr());
  throw py::error_already_set();
}

void raise_invalid(std::string message) { raise(limen::invalid_argument(std::move(message))); }

void register_errors(py::module_& module) {
  py::tuple codes(kErrorCodes.size());
  for (std::size_t i = 0; i < kErrorCodes.size(); ++i) {
    codes[i] = py::str(std::string(kErrorCodes[i].second));
  }
  module.attr("ERROR_CODES") = codes;
  module.def(
      "raise_error",
      [](const std::string& code, const std::string& message) {
        raise({.code = value_of(kErrorCodes, code, "code"), .message = message});
      },
      py::arg("code"), py::arg("message"));
}

}  // namespace limen_python
