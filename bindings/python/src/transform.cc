// SPDX-License-Identifier: Apache-2.0
#include "limen/pipeline/transform.h"

#include <deque>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "limen/pipeline/accept.h"
#include "limen/pipeline/pixels.h"
#include "limen/pipeline/placeholder.h"
#include "limen/pipeline/plan.h"
#include "module.h"
#include "pixels.h"
#include "recipe.h"
#include "reports.h"

namespace limen_python {

namespace {

/// Marks' pictures, kept alive while a call borrows them.
class Pictures {
 public:
  /// Of a sequence of (name, Pixels or an object with a file's bytes).
  explicit Pictures(const py::list& pictures) {
    for (const py::handle each : pictures) {
      const auto pair = py::cast<py::tuple>(each);
      const std::string& name = names_.emplace_back(read_string(pair[0], "pictures"));
      if (py::isinstance<Pixels>(pair[1])) {
        const PixelData& data = pixels_.emplace_back(pair[1].cast<const Pixels&>().get());
        named_.push_back({.name = name, .picture = data.view});
      } else {
        named_.push_back({.name = name, .picture = files_.emplace_back(pair[1]).view()});
      }
    }
  }

  std::span<const limen::NamedPicture> named() const { return named_; }

 private:
  std::deque<std::string> names_;  // deques: what is borrowed stays where it is
  std::deque<PixelData> pixels_;
  std::deque<FileBytes> files_;
  std::vector<limen::NamedPicture> named_;
};

/// What is transformed: a file's bytes, or pixels. Held for the length of a call.
class Subject {
 public:
  explicit Subject(const py::object& source) {
    if (py::isinstance<Pixels>(source)) {
      pixels_ = source.cast<const Pixels&>().get();
    } else {
      file_.emplace(source);
    }
  }

  /// work(view of either).
  template <class Work>
  auto with(const Work& work) const {
    return file_ ? work(file_->view()) : work(pixels_.view);
  }

 private:
  std::optional<FileBytes> file_;
  PixelData pixels_;
};

/// Everything that transform() and render() take beside a source and recipes.
struct Job {
  Job(const py::object& source, const py::list& marks, const py::object& on_damage,
      const py::object& limits, const py::tuple& borrowed)
      : subject(source), pictures(marks), call(read_call(borrowed)) {
    options.limits = read_limits(limits, options.limits);
    options.on_damage = read_word(kOnDamage, on_damage, "on_damage");
    options.pictures = pictures.named();
  }

  Subject subject;
  Pictures pictures;
  Call call;
  limen::TransformOptions options;
};

/// A recipe's file, its bytes alone: no report is made.
py::bytes transform_one(const py::object& source, const limen::Recipe& recipe,
                        const py::list& pictures, const py::object& on_damage,
                        const py::object& limits, const py::tuple& call) {
  const Job job(source, pictures, on_damage, limits, call);
  const limen::Variant variant = job.call.run([&] {
    return job.subject.with([&](const auto& view) {
      return limen::transform(view, recipe, job.options, job.call.execution());
    });
  });
  return bytes_of(variant.bytes);
}

py::list transform(const py::object& source, const py::list& recipes, const py::list& pictures,
                   const py::object& on_damage, const py::object& limits, const py::tuple& call) {
  const Job job(source, pictures, on_damage, limits, call);
  std::vector<limen::Recipe> read;
  for (const py::handle each : recipes) read.push_back(each.cast<const limen::Recipe&>());
  std::vector<limen::Variant> variants = job.call.run([&] {
    return job.subject.with([&](const auto& view) {
      return limen::transform(view, std::span<const limen::Recipe>(read), job.options,
                              job.call.execution());
    });
  });
  py::list reports;
  for (limen::Variant& variant : variants) {
    reports.append(report_of(variant));
    variant.bytes = {};  // so that no more than one file is there twice
  }
  return reports;
}

Pixels render(const py::object& source, const limen::Recipe& recipe, const py::list& pictures,
              const py::object& on_damage, const py::object& limits, const py::tuple& call) {
  const Job job(source, pictures, on_damage, limits, call);
  return Pixels(pixel_data(job.call.run([&] {
    return job.subject.with([&](const auto& view) {
      return limen::render(view, recipe, job.options, job.call.execution());
    });
  })));
}

py::dict plan(const py::object& source, const limen::Recipe& recipe, const py::object& limits) {
  const FileBytes file(source);
  // transform()'s own, so that what the plan allows the transform does.
  const limen::Limits read = read_limits(limits, limen::TransformOptions{}.limits);
  return report_of(call_unlocked([&]() -> limen::Result<limen::Plan> {
    LIMEN_ASSIGN(const limen::ImageInfo info, limen::probe(file.view(), read));
    return limen::plan(info, recipe, read);
  }));
}

}  // namespace

void register_transform(py::module_& module) {
  module.def("transform", &transform, py::arg("source"), py::arg("recipes"), py::arg("pictures"),
             py::arg("on_damage"), py::arg("limits"), py::arg("call"));
  module.def("render", &render, py::arg("source"), py::arg("recipe"), py::arg("pictures"),
             py::arg("on_damage"), py::arg("limits"), py::arg("call"));
  module.def("transform_one", &transform_one, py::arg("source"), py::arg("recipe"),
             py::arg("pictures"), py::arg("on_damage"), py::arg("limits"), py::arg("call"));
  module.def("plan", &plan, py::arg("source"), py::arg("recipe"), py::arg("limits"));
  module.def(
      "pick_format",
      [](const std::string& accept, const py::object& formats) -> py::object {
        const auto allowed = read_formats(formats, "formats");
        const auto format = limen::pick_format(accept, allowed);
        if (!format) return py::none();
        return str_of(kFormats, *format);
      },
      py::arg("accept"), py::arg("formats"));
  module.def(
      "placeholder",
      [](const py::object& source, const py::object& limits, const py::tuple& call) {
        const FileBytes file(source);
        const Call borrowed = read_call(call);
        const limen::Limits read = read_limits(limits);
        const limen::Placeholder made = borrowed.run(
            [&] { return limen::make_placeholder(file.view(), read, borrowed.execution()); });
        py::dict report;
        report["data_uri"] = made.data_uri;
        report["size"] = tuple_of(made.size);
        report["average"] = tuple_of(made.average);
        report["upright_size"] = tuple_of(made.upright);
        return report;
      },
      py::arg("source"), py::arg("limits"), py::arg("call"));
}

}  // namespace limen_python
