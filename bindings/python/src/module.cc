// SPDX-License-Identifier: Apache-2.0
#include "module.h"

#include <cstdlib>

#include "errors.h"
#include "interrupt.h"
#include "limen/codec/support.h"
#include "limen/core/simd_target.h"
#include "limen/core/version.h"
#include "options.h"
#include "pixels.h"
#include "recipe.h"

// What the package limen is built on. Private: its names and arguments change without notice; those
// of the package do not.
PYBIND11_MODULE(_limen, module) {
  module.doc() = "The C++ library behind the package limen.";
  // As the first large block that a program frees: from then on malloc keeps blocks of up to this
  // size, and twice that at the end of its heap, for the next file instead of giving them back.
  void* volatile block = std::malloc(1 << 20);  // which compilers would leave out otherwise
  std::free(block);
  limen_python::register_interrupt();
  limen_python::register_errors(module);
  limen_python::register_options(module);
  limen_python::register_pixels(module);
  limen_python::register_recipe(module);
  limen_python::register_codec(module);
  limen_python::register_compose(module);
  limen_python::register_transform(module);
  limen_python::register_search(module);

  module.def("version", [] { return std::string(limen::version()); });
  module.def("simd_target", &limen::simd_target);
  module.def("codecs", [] {
    pybind11::dict codecs;
    for (const limen::CodecSupport& codec : limen::supported_codecs()) {
      codecs[pybind11::str(std::string(limen::name(codec.format)))] = codec.library;
    }
    return codecs;
  });
}
