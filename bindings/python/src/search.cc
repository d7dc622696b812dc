// SPDX-License-Identifier: Apache-2.0
#include "limen/quality/search.h"

#include <memory>

#include "limen/quality/heatmap.h"
#include "limen/quality/ssimulacra2.h"
#include "module.h"
#include "pixels.h"
#include "recipe.h"
#include "reports.h"

namespace limen_python {

namespace {

limen::Target read_target(const Fields& fields) {
  return std::visit(
      [](auto each) -> limen::Target {
        if constexpr (std::is_constructible_v<limen::Target, decltype(each)>) {
          return each;
        } else {
          raise_invalid("find_smallest: takes a target or max_bytes; encode() takes the others");
        }
      },
      read_fidelity(fields));
}

py::dict find_smallest(const Pixels& pixels, const py::dict& dictionary, const py::tuple& call) {
  const PixelData data = pixels.get();
  const Call borrowed = read_call(call);
  const Fields fields(dictionary);
  limen::SearchOptions options;
  options.target = read_target(fields);
  options.encode = read_encode_options(fields);
  if (const py::handle formats = fields.find("formats")) {
    options.formats = read_formats(formats, "formats");
  }
  if (const py::handle score = fields.find("worst_block")) {
    options.worst_block = limen::Score{read_double(score, "worst_block")};
  }
  fields.read("lossless_fallback", options.lossless_fallback);
  double seconds = 0;
  fields.read("time_budget", seconds);
  constexpr double kMost = 1e9;  // some thirty years; the duration counts nanoseconds in 64 bits
  if (!(seconds >= 0 && seconds <= kMost)) {
    raise_invalid("time_budget: seconds, 0 (no limit) to 1e9");
  }
  options.time_budget = std::chrono::nanoseconds(static_cast<std::int64_t>(seconds * 1e9));
  return report_of(
      borrowed.run([&] { return limen::find_smallest(data.view, options, borrowed.execution()); }));
}

/// An original with what the metric needs of it, and its pixels for a heat map.
struct Prepared {
  PixelData original;
  limen::Ssimulacra2 metric;
};

}  // namespace

void register_search(py::module_& module) {
  module.def("find_smallest", &find_smallest, py::arg("pixels"), py::arg("options"),
             py::arg("call"));
  module.def(
      "compare",
      [](const Pixels& original, const Pixels& candidate, const py::tuple& call) {
        const PixelData first = original.get();
        const PixelData second = candidate.get();
        const Call borrowed = read_call(call);
        return report_of(borrowed.run(
            [&] { return limen::ssimulacra2(first.view, second.view, borrowed.execution()); }));
      },
      py::arg("original"), py::arg("candidate"), py::arg("call"));

  py::class_<Prepared, std::shared_ptr<Prepared>>(module, "Prepared")
      .def(py::init([](const Pixels& original, const py::tuple& call) {
             const PixelData data = original.get();
             const Call borrowed = read_call(call);
             return std::make_shared<Prepared>(Prepared{data, borrowed.run([&] {
                                                          return limen::Ssimulacra2::prepare(
                                                              data.view, borrowed.execution());
                                                        })});
           }),
           py::arg("original"), py::arg("call"))
      .def(
          "compare",
          [](const std::shared_ptr<Prepared>& self, const Pixels& candidate,
             const py::tuple& call) {
            const PixelData data = candidate.get();
            const Call borrowed = read_call(call);
            return report_of(borrowed.run(
                [&] { return self->metric.compare(data.view, borrowed.execution()); }));
          },
          py::arg("candidate"), py::arg("call"))
      .def(
          "heatmap",
          [](const std::shared_ptr<Prepared>& self, const Pixels& candidate,
             const py::tuple& call) {
            const PixelData data = candidate.get();
            const Call borrowed = read_call(call);
            return Pixels(pixel_data(borrowed.run([&]() -> limen::Result<limen::Image> {
              LIMEN_ASSIGN(const limen::ErrorMap map,
                           limen::map_errors(self->metric, data.view, borrowed.execution()));
              return limen::heatmap(map, self->original.view, borrowed.execution());
            })));
          },
          py::arg("candidate"), py::arg("call"));
}

}  // namespace limen_python
