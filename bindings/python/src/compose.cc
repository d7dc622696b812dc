// SPDX-License-Identifier: Apache-2.0

// Image's methods. Pictures do not change: what limen does in place is done to a copy.

#include "limen/compose/adjust.h"
#include "limen/compose/blur.h"
#include "limen/compose/extend.h"
#include "limen/compose/mask.h"
#include "limen/compose/orient.h"
#include "limen/compose/overlay.h"
#include "limen/compose/rotate.h"
#include "limen/compose/sharpen.h"
#include "limen/compose/trim.h"
#include "limen/resample/resize.h"
#include "module.h"
#include "pixels.h"
#include "recipe.h"

namespace limen_python {

namespace {

limen::Result<limen::Image> copy_of(const limen::ConstImageView& view,
                                    const limen::Execution& execution) {
  LIMEN_ASSIGN(limen::Image copy,
               limen::Image::create(view.size, view.format, execution.workspace));
  limen::copy_pixels(view, copy.view());
  return copy;
}

/// Calls work(view, execution) -> Result<Image> unlocked.
template <class Work>
Pixels make(const Pixels& pixels, const py::tuple& call, const Work& work) {
  const PixelData data = pixels.get();
  const Call borrowed = read_call(call);
  return Pixels(pixel_data(borrowed.run([&] { return work(data.view, borrowed.execution()); })));
}

/// Calls work(view of a copy, execution) -> Result<void> unlocked.
template <class Work>
Pixels make_changed(const Pixels& pixels, const py::tuple& call, const Work& work) {
  return make(pixels, call,
              [&](const limen::ConstImageView& view,
                  const limen::Execution& execution) -> limen::Result<limen::Image> {
                LIMEN_ASSIGN(limen::Image copy, copy_of(view, execution));
                LIMEN_TRY(work(copy.view(), execution));
                return copy;
              });
}

Pixels resize(const Pixels& pixels, const py::object& size, const py::dict& dictionary,
              const py::tuple& call) {
  const py::tuple sides = read_tuple(size, 2, "size");
  const limen::Size target{read_int<std::int32_t>(sides[0], "width"),
                           read_int<std::int32_t>(sides[1], "height")};
  const Fields fields(dictionary);
  limen::ResizeOptions options;
  fields.read("filter", options.filter, kFilters);
  fields.read("linear_light", options.linear_light);
  if (const py::handle box = fields.find("box")) {
    const py::tuple edges = read_tuple(box, 4, "box");
    const auto edge = [&](std::size_t i) { return read_double(edges[i], "box"); };
    options.source = limen::RectF{edge(0), edge(1), edge(2) - edge(0), edge(3) - edge(1)};
  }
  return make(pixels, call,
              [&](const limen::ConstImageView& view,
                  const limen::Execution& execution) -> limen::Result<limen::Image> {
                // The default limits, as decode() has them: a slip of a digit should not take all
                // of a machine's memory.
                LIMEN_TRY(limen::check_size(target, limen::Limits{}));
                LIMEN_ASSIGN(limen::Image result,
                             limen::Image::create(target, view.format, execution.workspace));
                LIMEN_TRY(limen::resize(view, result.view(), options, execution));
                return result;
              });
}

Pixels crop(const Pixels& pixels, const py::object& box) {
  const PixelData data = pixels.get();
  const limen::Rect rect = read_box(box, "box");
  if (!limen::lies_inside(rect, data.view.size)) {
    raise_invalid("box: it does not lie inside a picture of " +
                  std::to_string(data.view.size.width) + "x" +
                  std::to_string(data.view.size.height));
  }
  return Pixels({data.owner, limen::subview(data.view, rect)});
}

limen::Point read_point(const py::object& value, const std::string& field) {
  const py::tuple parts = read_tuple(value, 2, field);
  return {read_int<std::int32_t>(parts[0], field), read_int<std::int32_t>(parts[1], field)};
}

Pixels overlay(const Pixels& pixels, const Pixels& mark, const py::object& position,
               const py::object& opacity, bool tile, const py::tuple& call) {
  const PixelData held = mark.get();
  const limen::Point at = read_point(position, "position");
  const double strength = read_double(opacity, "opacity");
  return make_changed(pixels, call, [&](const limen::ImageView& view, const auto& execution) {
    return tile ? limen::overlay_tiled(view, held.view, at, strength, execution)
                : limen::overlay(view, held.view, at, strength, execution);
  });
}

Pixels extend(const Pixels& pixels, const py::object& size, const py::object& position,
              const py::object& background, const py::tuple& call) {
  const limen::Point canvas = read_point(size, "size");
  const limen::Point at = read_point(position, "position");
  const limen::Color color = read_color_or_text(background, "background");
  return make(
      pixels, call,
      [&](const limen::ConstImageView& view, const auto& execution) -> limen::Result<limen::Image> {
        const limen::Size target{canvas.x, canvas.y};
        LIMEN_TRY(limen::check_size(target, limen::Limits{}));
        return limen::extend(view, target, at, color, execution);
      });
}

}  // namespace

void register_compose(py::module_& module) {
  module.def("resize", &resize, py::arg("pixels"), py::arg("size"), py::arg("options"),
             py::arg("call"));
  module.def("crop", &crop, py::arg("pixels"), py::arg("box"));
  module.def("overlay", &overlay, py::arg("pixels"), py::arg("mark"), py::arg("position"),
             py::arg("opacity"), py::arg("tile"), py::arg("call"));
  module.def("extend", &extend, py::arg("pixels"), py::arg("size"), py::arg("position"),
             py::arg("background"), py::arg("call"));
  module.def(
      "flatten",
      [](const Pixels& pixels, const py::object& matte, const py::tuple& call) {
        const limen::Color color = read_color_or_text(matte, "matte");
        return make(pixels, call, [&](const auto& view, const auto& execution) {
          return limen::flatten(view, color, execution);
        });
      },
      py::arg("pixels"), py::arg("matte"), py::arg("call"));
  module.def(
      "orient",
      [](const Pixels& pixels, const py::object& orientation, const py::tuple& call) {
        const auto read =
            static_cast<limen::Orientation>(read_int<std::uint8_t>(orientation, "orientation"));
        return make(pixels, call, [&](const auto& view, const auto& execution) {
          return limen::orient(view, read, execution);
        });
      },
      py::arg("pixels"), py::arg("orientation"), py::arg("call"));
  module.def(
      "rotate",
      [](const Pixels& pixels, const py::object& degrees, const py::object& background,
         const py::tuple& call) {
        const double angle = read_double(degrees, "degrees");
        const limen::Color color = read_color_or_text(background, "background");
        return make(pixels, call, [&](const auto& view, const auto& execution) {
          return limen::rotate(view, angle, color, execution);
        });
      },
      py::arg("pixels"), py::arg("degrees"), py::arg("background"), py::arg("call"));
  module.def(
      "round_corners",
      [](const Pixels& pixels, const py::object& radius, const py::tuple& call) {
        const double read = read_double(radius, "radius");
        return make(pixels, call, [&](const auto& view, const auto& execution) {
          return limen::round_corners(view, read, execution);
        });
      },
      py::arg("pixels"), py::arg("radius"), py::arg("call"));
  module.def(
      "blur",
      [](const Pixels& pixels, const py::object& sigma, const py::tuple& call) {
        const double read = read_double(sigma, "sigma");
        return make_changed(pixels, call, [&](const auto& view, const auto& execution) {
          return limen::blur(view, read, execution);
        });
      },
      py::arg("pixels"), py::arg("sigma"), py::arg("call"));
  module.def(
      "sharpen",
      [](const Pixels& pixels, const py::object& sigma, const py::object& amount,
         const py::object& threshold, const py::tuple& call) {
        const limen::SharpenOptions options{.sigma = read_double(sigma, "sigma"),
                                            .amount = read_double(amount, "amount"),
                                            .threshold = read_double(threshold, "threshold")};
        return make_changed(pixels, call, [&](const auto& view, const auto& execution) {
          return limen::sharpen(view, options, execution);
        });
      },
      py::arg("pixels"), py::arg("sigma"), py::arg("amount"), py::arg("threshold"),
      py::arg("call"));
  module.def(
      "adjust",
      [](const Pixels& pixels, const py::object& adjustments, const py::tuple& call) {
        const limen::Adjustments read = read_adjust(adjustments);
        return make_changed(pixels, call, [&](const auto& view, const auto& execution) {
          return limen::adjust(view, read, execution);
        });
      },
      py::arg("pixels"), py::arg("adjustments"), py::arg("call"));
  module.def(
      "find_trim",
      [](const Pixels& pixels, const py::object& tolerance) {
        const PixelData data = pixels.get();
        const int read = read_int<int>(tolerance, "tolerance");
        return box_of(call_unlocked([&] { return limen::find_trim(data.view, read); }));
      },
      py::arg("pixels"), py::arg("tolerance"));
  module.def(
      "average_color",
      [](const Pixels& pixels) {
        const PixelData data = pixels.get();
        return tuple_of(call_unlocked([&] { return limen::average_color(data.view); }));
      },
      py::arg("pixels"));
}

}  // namespace limen_python
