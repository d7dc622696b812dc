// SPDX-License-Identifier: Apache-2.0
#include "lib/pipeline/variant.h"

#include <algorithm>
#include <utility>

#include "lib/pipeline/accepted.h"
#include "lib/pipeline/canvas.h"
#include "lib/pipeline/finish.h"
#include "lib/pipeline/geometry.h"
#include "lib/pipeline/looks.h"
#include "lib/pipeline/plane_marks.h"
#include "lib/pipeline/planes.h"
#include "lib/pipeline/samples.h"
#include "lib/pipeline/stopwatch.h"
#include "limen/color/icc.h"
#include "limen/compose/orient.h"
#include "limen/compose/rotate.h"
#include "limen/compose/trim.h"
#include "limen/resample/resize.h"

namespace limen::inline LIMEN_ABI {

namespace {

// The canvas once cropped, trimmed and turned, and what is to become of it.
struct Turned {
  Canvas canvas;
  Shaping shaping;
  RectF window;  ///< shaping.fitted.source in the canvas's own pixels
};

// The pixels of the crop box alone: nothing outside can be read from here on.
Result<Turned> turn_exact(const Source& source, const Task& task, const Limits& limits,
                          const Execution& execution) {
  const Plan& plan = task.plan;
  Turned turned{Canvas(source.start(plan)), {plan.turn, plan.rotate, plan.turned, plan.fitted}, {}};
  Canvas& canvas = turned.canvas;
  canvas.crop({plan.crop.x - source.window.x, plan.crop.y - source.window.y, plan.crop.width,
               plan.crop.height});
  if (plan.trims) {
    LIMEN_ASSIGN(const Rect kept, find_trim(canvas.view(), *task.recipe.trim));
    canvas.crop(kept);
    const Rect window{plan.crop.x + kept.x, plan.crop.y + kept.y, kept.width, kept.height};
    LIMEN_ASSIGN(turned.shaping, shape(task.recipe, plan.upright, window, limits));
  }
  if (turned.shaping.rotate != 0) {
    const Color corners = background_of(task.recipe);
    LIMEN_TRY(admit_color(canvas, corners, execution));
    LIMEN_ASSIGN(Image rotated, rotate(canvas.view(), turned.shaping.rotate, corners, execution));
    canvas.replace(std::move(rotated));
  }
  if (turned.shaping.turn != Orientation::top_left) {
    LIMEN_ASSIGN(Image upright, orient(canvas.view(), turned.shaping.turn, execution));
    canvas.replace(std::move(upright));
  }
  turned.window = turned.shaping.fitted.source;
  return turned;
}

// Of a picture that the decoder has reduced, windows fall between pixels: they are carried through
// the stored picture's own grid, because a reduced side is rounded up at its stored end.
Result<Turned> turn_reduced(const Source& source, const Task& task, const Execution& execution) {
  const Plan& plan = task.plan;
  Turned turned{Canvas(source.start(plan)), {plan.turn, plan.rotate, plan.turned, plan.fitted}, {}};
  if (plan.turn != Orientation::top_left) {
    LIMEN_ASSIGN(Image upright, orient(turned.canvas.view(), plan.turn, execution));
    turned.canvas.replace(std::move(upright));
  }
  RectF at =
      turned_window(plan.fitted.source, plan.turned.width, plan.turned.height, inverse(plan.turn));
  at.x += plan.crop.x;
  at.y += plan.crop.y;
  at = turned_window(at, plan.upright.width, plan.upright.height, inverse(plan.orientation));
  const double scale = source.scale_eighths / 8.0;
  const Rect& region = source.stored_region;
  at = {at.x * scale - region.x, at.y * scale - region.y, at.width * scale, at.height * scale};
  at = turned_window(at, region.width, region.height, plan.orientation);
  const Size upright = upright_size(size_of(region), plan.orientation);
  at = turned_window(at, upright.width, upright.height, plan.turn);
  // Rounding must not push an edge outside.
  const Size size = turned.canvas.size();
  at.x = std::clamp(at.x, 0.0, static_cast<double>(size.width));
  at.y = std::clamp(at.y, 0.0, static_cast<double>(size.height));
  at.width = std::min(at.width, size.width - at.x);
  at.height = std::min(at.height, size.height - at.y);
  turned.window = at;
  return turned;
}

Result<void> resize_canvas(Canvas& canvas, const RectF& window, Size size, const Recipe& normal,
                           const Execution& execution) {
  const Rect whole_pixels{static_cast<std::int32_t>(window.x), static_cast<std::int32_t>(window.y),
                          static_cast<std::int32_t>(window.width),
                          static_cast<std::int32_t>(window.height)};
  if (to_rect_f(whole_pixels) == window && size_of(whole_pixels) == size) {
    canvas.crop(whole_pixels);  // nothing to resample
    return {};
  }
  LIMEN_ASSIGN(Image resized, Image::create(size, canvas.format(), execution.workspace));
  ResizeOptions options;
  options.filter = normal.filter;
  options.linear_light = normal.linear_light;
  if (window != to_rect_f(whole(canvas.size()))) options.source = window;
  LIMEN_TRY(resize(canvas.view(), resized.view(), options, execution));
  canvas.replace(std::move(resized));
  return {};
}

// Pixels cropped, turned and resized; `fitted` is how, which trimming changes.
Result<Canvas> resized_canvas(const Source& source, const Task& task, const Limits& limits,
                              StageTimes& times, Fitted& fitted, const Execution& execution) {
  const auto turn = [&]() -> Result<Turned> {
    const Stopwatch watch(times.orient);
    return source.scale_eighths < 8 ? turn_reduced(source, task, execution)
                                    : turn_exact(source, task, limits, execution);
  };
  LIMEN_ASSIGN(Turned turned, turn());
  fitted = turned.shaping.fitted;
  const Stopwatch watch(times.resize);
  LIMEN_TRY(resize_canvas(turned.canvas, turned.window, fitted.resized, task.recipe, execution));
  return std::move(turned.canvas);
}

// The same of planes, which become RGB unless the encoder takes them.
Result<Canvas> reduced_canvas(const Source& source, const Task& task, StageTimes& times,
                              const Execution& execution) {
  LIMEN_ASSIGN(PlanarImage planes, reduced_planes(source, task, times, execution));
  if (task.plan.encodes_planes) return Canvas(std::move(planes));
  const Stopwatch watch(times.color);
  LIMEN_ASSIGN(Image rgb, rgb_of_planes(planes, execution));
  Canvas canvas{ConstImageView()};
  canvas.replace(std::move(rgb));
  return canvas;
}

}  // namespace

Result<Canvas> make_canvas(const Source& source, const Task& task, const MarkShelf& marks,
                           const Limits& limits, StageTimes& times, const Execution& execution) {
  const Plan& plan = task.plan;
  if (execution.is_cancelled()) return cancelled();

  Canvas canvas{ConstImageView()};
  Fitted fitted = plan.fitted;
  if (plan.path == PixelPath::planar_8) {
    LIMEN_ASSIGN(canvas, reduced_canvas(source, task, times, execution));
  } else {
    LIMEN_ASSIGN(canvas, resized_canvas(source, task, limits, times, fitted, execution));
  }
  if (plan.color.action != ColorAction::none && !plan.converts_before_resize) {
    const Stopwatch watch(times.color);
    LIMEN_ASSIGN(Image converted, to_srgb(canvas.view(), source.info.color, execution));
    canvas.replace(std::move(converted));
  }
  if (canvas.is_planar()) {
    const Stopwatch watch(times.compose);
    LIMEN_TRY(mark_planes(canvas.planes(), task.recipe, marks, execution));
  } else {
    const Stopwatch watch(times.compose);
    LIMEN_TRY(apply_looks(canvas, task.recipe, fitted.canvas, fitted.position,
                          lacks_alpha(plan.formats), plan.matte, marks, execution));
    if (canvas.format().sample == SampleType::u16 && plan.bit_depth == 8) {
      LIMEN_ASSIGN(Image reduced, with_sample_type(canvas.view(), SampleType::u8, execution));
      canvas.replace(std::move(reduced));
    }
  }
  return canvas;
}

Result<Variant> make_variant(const Source& source, const Task& task, const MarkShelf& marks,
                             const Limits& limits, const Execution& execution) {
  const Plan& plan = task.plan;
  Variant variant;
  variant.times = source.times;
  LIMEN_ASSIGN(Canvas canvas, make_canvas(source, task, marks, limits, variant.times, execution));
  variant.notes = plan.notes;
  LIMEN_TRY(finish(canvas, source, task, limits, variant, execution));
  variant.size = canvas.size();
  variant.color_action = plan.color.action;
  variant.color_source = plan.color.source;
  variant.keeps_profile = plan.keeps_profile;
  variant.damage = source.damage;
  return variant;
}

}  // namespace limen::inline LIMEN_ABI
