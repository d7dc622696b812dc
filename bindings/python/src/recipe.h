// SPDX-License-Identifier: Apache-2.0
#pragma once

// limen.Recipe's fields to limen::Recipe and back.

#include <pybind11/pybind11.h>

#include <string>
#include <variant>

#include "limen/codec/encode.h"
#include "limen/pipeline/recipe.h"
#include "options.h"

namespace limen_python {

/// A mapping of Python's with named fields; messages about a field say its name.
class Fields {
 public:
  explicit Fields(py::dict fields) : fields_(std::move(fields)) {}

  /// Null where the field is absent or None.
  py::handle find(const char* name) const {
    PyObject* found = PyDict_GetItemString(fields_.ptr(), name);
    return found == nullptr || found == Py_None ? py::handle() : py::handle(found);
  }

  void read(const char* name, bool& field) const { read_by(name, field, read_bool); }
  void read(const char* name, double& field) const { read_by(name, field, read_double); }
  void read(const char* name, std::int32_t& field) const {
    read_by(name, field, read_int<std::int32_t>);
  }
  template <class Value, std::size_t count>
  void read(const char* name, Value& field, const Names<Value, count>& names) const {
    if (const py::handle given = find(name)) field = read_word(names, given, name);
  }

 private:
  template <class Value, class Reader>
  void read_by(const char* name, Value& field, Reader reader) const {
    if (const py::handle given = find(name)) field = reader(given, name);
  }

  py::dict fields_;
};

/// The fields `quality`, `lossless` and `near_lossless`, of which at most one may be set.
std::optional<std::variant<limen::Quality, limen::Lossless, limen::NearLossless>> read_mode(
    const Fields& fields);

/// What limen::encode() takes, from the fields of Image.encode().
limen::EncodeOptions read_encode_options(const Fields& fields);

/// `target`, 'invisible', 'flicker-proof' or a score, or `max_bytes`, or a mode; raises
/// InvalidArgumentError for more than one of them.
limen::Fidelity read_fidelity(const Fields& fields);

/// '#rgb', '#rrggbb', '#rrggbbaa', a CSS name, or a tuple.
limen::Color read_color_or_text(py::handle value, const std::string& field);

/// Of an object with the attributes of limen.Adjust.
limen::Adjustments read_adjust(py::handle value);

std::vector<limen::Format> read_formats(py::handle value, const std::string& field);

limen::Recipe recipe_of(const py::dict& fields);
/// What recipe_of() takes, nested objects as dictionaries; fields at their defaults are left out.
py::dict fields_of(const limen::Recipe& recipe);

void register_recipe(py::module_& module);

}  // namespace limen_python
