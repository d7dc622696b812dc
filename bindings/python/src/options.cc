// SPDX-License-Identifier: Apache-2.0
#include "options.h"

namespace limen_python {

void raise_type(const std::string& field, const char* expected, py::handle value) {
  throw py::type_error(field + ": " + expected + " expected, not " +
                       std::string(py::str(py::type::of(value).attr("__name__"))));
}

namespace {

/// The value as a Python int: an int, or what has __index__ (numpy's integers), but no bool.
py::object index_of(py::handle value, const std::string& field) {
  if (PyBool_Check(value.ptr()) || !PyIndex_Check(value.ptr())) raise_type(field, "int", value);
  const auto index = py::reinterpret_steal<py::object>(PyNumber_Index(value.ptr()));
  if (!index) throw py::error_already_set();
  return index;
}

[[noreturn]] void raise_out_of_range(const py::object& index, const std::string& field) {
  PyErr_Clear();
  raise_invalid(field + ": " + std::string(py::str(index)) + " does not fit");
}

}  // namespace

std::int64_t read_int64(py::handle value, const std::string& field) {
  const py::object index = index_of(value, field);
  const long long number = PyLong_AsLongLong(index.ptr());
  if (number == -1 && PyErr_Occurred() != nullptr) raise_out_of_range(index, field);
  return number;
}

std::uint64_t read_uint64(py::handle value, const std::string& field) {
  const py::object index = index_of(value, field);
  const unsigned long long number = PyLong_AsUnsignedLongLong(index.ptr());
  if (number == static_cast<unsigned long long>(-1) && PyErr_Occurred() != nullptr) {
    raise_out_of_range(index, field);
  }
  return number;
}

double read_double(py::handle value, const std::string& field) {
  if (PyBool_Check(value.ptr()) || PyUnicode_Check(value.ptr()) != 0) {
    raise_type(field, "a number", value);
  }
  const double number = PyFloat_AsDouble(value.ptr());
  if (number == -1 && PyErr_Occurred() != nullptr) {
    if (PyErr_ExceptionMatches(PyExc_OverflowError) != 0) {
      PyErr_Clear();
      raise_invalid(field + ": a number too large for a float");
    }
    PyErr_Clear();
    raise_type(field, "a number", value);
  }
  return number;
}

bool read_bool(py::handle value, const std::string& field) {
  if (!PyBool_Check(value.ptr())) raise_type(field, "bool", value);
  return value.ptr() == Py_True;
}

std::string read_string(py::handle value, const std::string& field) {
  if (PyUnicode_Check(value.ptr()) == 0) raise_type(field, "str", value);
  return value.cast<std::string>();
}

py::tuple read_tuple(py::handle value, std::size_t count, const std::string& field) {
  if (PyUnicode_Check(value.ptr()) != 0 || !py::isinstance<py::sequence>(value)) {
    raise_type(field, "a sequence", value);
  }
  py::tuple elements(py::reinterpret_borrow<py::object>(value));
  if (elements.size() != count) {
    raise_invalid(field + ": " + std::to_string(count) + " values expected, not " +
                  std::to_string(elements.size()));
  }
  return elements;
}

limen::Color read_color(py::handle value, const std::string& field) {
  if (!py::isinstance<py::sequence>(value) || PyUnicode_Check(value.ptr()) != 0) {
    raise_type(field, "(red, green, blue[, alpha])", value);
  }
  const std::size_t count = py::len(value) == 3 ? 3 : 4;
  const py::tuple parts = read_tuple(value, count, field);
  const auto part = [&](std::size_t i) { return read_int<std::uint8_t>(parts[i], field); };
  return {part(0), part(1), part(2), count == 4 ? part(3) : std::uint8_t{255}};
}

py::tuple tuple_of(limen::Color color) {
  return py::make_tuple(color.red, color.green, color.blue, color.alpha);
}

limen::Rect read_box(py::handle value, const std::string& field) {
  const py::tuple sides = read_tuple(value, 4, field);
  const auto side = [&](std::size_t i) { return read_int<std::int32_t>(sides[i], field); };
  const std::int64_t width = std::int64_t{side(2)} - side(0);
  const std::int64_t height = std::int64_t{side(3)} - side(1);
  constexpr std::int64_t kMost = std::numeric_limits<std::int32_t>::max();
  if (width <= 0 || height <= 0 || width > kMost || height > kMost) {
    raise_invalid(field + ": (left, top, right, bottom) with right and bottom beyond, not " +
                  std::string(py::str(sides)));
  }
  return {side(0), side(1), static_cast<std::int32_t>(width), static_cast<std::int32_t>(height)};
}

py::tuple box_of(const limen::Rect& rect) {
  return py::make_tuple(rect.x, rect.y, std::int64_t{rect.x} + rect.width,
                        std::int64_t{rect.y} + rect.height);
}

py::tuple tuple_of(limen::Size size) { return py::make_tuple(size.width, size.height); }

limen::Limits read_limits(py::handle value, limen::Limits defaults) {
  if (value.is_none()) return defaults;
  limen::Limits limits = defaults;
  const auto read = [&](const char* name, auto& field) {
    const py::object given = value.attr(name);
    if (!given.is_none()) {
      field = read_int<std::decay_t<decltype(field)>>(given, std::string("limits.") + name);
    }
  };
  read("input_bytes", limits.input_bytes);
  read("side", limits.side);
  read("pixels", limits.pixels);
  read("working_memory", limits.working_memory);
  read("scans", limits.scans);
  read("frames", limits.frames);
  read("metadata_bytes", limits.metadata_bytes);
  return limits;
}

Call read_call(const py::tuple& call) {
  Call result;
  if (call.size() != 3) throw py::type_error("call: (cancel, threads, workspace) expected");
  if (!call[0].is_none()) {
    if (!py::isinstance<limen::CancelToken>(call[0])) raise_type("cancel", "CancelToken", call[0]);
    result.cancel = call[0].cast<std::shared_ptr<limen::CancelToken>>();
  } else if (is_main_thread()) {
    // Not owned, for it lives as long as the process.
    result.cancel = {std::shared_ptr<void>(), &interrupt_token()};
    result.sees_interrupts = true;
  }
  result.threads = read_int<unsigned>(call[1], "threads");
  // As the tool has it; more would only be a way to run out of them.
  constexpr unsigned kMostThreads = 1024;
  if (result.threads < 1 || result.threads > kMostThreads) {
    raise_invalid("threads: " + std::to_string(result.threads) + " is not in 1 to 1024");
  }
  if (!call[2].is_none()) {
    if (!py::isinstance<limen::Workspace>(call[2])) raise_type("workspace", "Workspace", call[2]);
    result.workspace = call[2].cast<std::shared_ptr<limen::Workspace>>();
  }
  return result;
}

void register_options(py::module_& module) {
  py::class_<limen::CancelToken, std::shared_ptr<limen::CancelToken>>(
      module, "CancelToken",
      R"(Stops a call from another thread: the call ends with CancelledError within about a strip of rows
(AVIF: at the next return from its library). One token may serve many calls. Thread-safe.)")
      .def(py::init<>())
      .def("cancel", &limen::CancelToken::cancel,
           "Ends the calls that hold this token, now and later.")
      .def("reset", &limen::CancelToken::reset, "Lets later calls run again.")
      .def_property_readonly("cancelled", &limen::CancelToken::is_cancelled)
      .def("__repr__", [](const limen::CancelToken& token) {
        return std::string("<limen.CancelToken ") +
               (token.is_cancelled() ? "cancelled>" : "waiting>");
      });

  constexpr std::uint64_t kDefault = 1'000'000'000;
  py::class_<limen::Workspace, std::shared_ptr<limen::Workspace>>(
      module, "Workspace",
      R"(Working memory that calls reuse: after the first picture, later ones of its size take nothing new
from the system. Keep one for each thread; sharing one is safe, but then calls share its limit.

limit: bytes held at one time. It takes the place of Limits.working_memory.)")
      .def(py::init([](const py::object& limit) {
             return std::make_shared<limen::Workspace>(read_uint64(limit, "limit"));
           }),
           py::arg("limit") = kDefault)
      .def_property_readonly("limit", &limen::Workspace::limit,
                             "Bytes held at one time, at the most.")
      .def_property_readonly("bytes_in_use", &limen::Workspace::bytes_in_use)
      .def_property_readonly("peak_bytes", &limen::Workspace::peak_bytes,
                             "Bytes held at the most since transform() last began.")
      .def("release_unused", &limen::Workspace::release_unused,
           "Gives memory that nothing uses back to the system.")
      .def("__repr__", [](const limen::Workspace& workspace) {
        return "<limen.Workspace " + std::to_string(workspace.bytes_in_use()) + " of " +
               std::to_string(workspace.limit()) + " bytes in use>";
      });
}

}  // namespace limen_python
