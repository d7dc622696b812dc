// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <pybind11/pybind11.h>

namespace limen_python {

/// One a theme: each adds its functions and classes to limen._limen.
void register_codec(pybind11::module_& module);
void register_compose(pybind11::module_& module);
void register_search(pybind11::module_& module);
void register_transform(pybind11::module_& module);

}  // namespace limen_python
