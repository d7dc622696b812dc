// SPDX-License-Identifier: Apache-2.0
#pragma once

// What limen reports, as dictionaries: the fields of the classes in limen.results.

#include <pybind11/pybind11.h>

#include "limen/codec/decode.h"
#include "limen/pipeline/plan.h"
#include "limen/pipeline/transform.h"
#include "limen/quality/score.h"
#include "limen/quality/search.h"

namespace limen_python {

namespace py = pybind11;

/// The one copy that a file's bytes take on their way to Python.
py::bytes bytes_of(const limen::Bytes& bytes);

py::dict report_of(const limen::ImageInfo& info);
py::dict report_of(const limen::Plan& plan);
py::dict report_of(const limen::Variant& variant);
py::dict report_of(const limen::Found& found);
py::dict report_of(const limen::Comparison& comparison);

}  // namespace limen_python
