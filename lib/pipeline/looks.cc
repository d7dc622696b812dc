// SPDX-License-Identifier: Apache-2.0
#include "lib/pipeline/looks.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "lib/pipeline/samples.h"
#include "limen/compose/adjust.h"
#include "limen/compose/blur.h"
#include "limen/compose/extend.h"
#include "limen/compose/mask.h"
#include "limen/compose/overlay.h"
#include "limen/compose/sharpen.h"
#include "limen/resample/resize.h"

namespace limen::inline LIMEN_ABI {

namespace {

std::int32_t pixels(const Length& length, std::int32_t side) {
  const double value = length.unit == Length::Unit::fraction ? length.value * side : length.value;
  return static_cast<std::int32_t>(std::floor(value + 0.5));
}

// `canvas` may have to become RGB first.
Result<void> lay_on(Canvas& canvas, const Mark& mark, const ConstImageView& picture,
                    const Execution& execution) {
  LIMEN_ASSIGN(const PlacedMark placed,
               place_mark(mark, picture, canvas.size(), canvas.format().sample, execution));
  if (is_gray(canvas.format().layout) && !is_gray(placed.picture.format().layout)) {
    LIMEN_ASSIGN(Image colored, gray_to_rgb(canvas.view(), execution));
    canvas.replace(std::move(colored));
  }
  LIMEN_ASSIGN(const ImageView target, canvas.writable(execution));
  return lay_on(target, placed, {}, execution);
}

Result<void> retouch(Canvas& canvas, const Recipe& normal, const Execution& execution) {
  if (!normal.sharpen && normal.blur == 0 && normal.adjust == Adjustments{}) return {};
  LIMEN_ASSIGN(const ImageView target, canvas.writable(execution));
  if (normal.sharpen) LIMEN_TRY(sharpen(target, *normal.sharpen, execution));
  if (normal.blur > 0) LIMEN_TRY(blur(target, normal.blur, execution));
  if (normal.adjust != Adjustments{}) LIMEN_TRY(adjust(target, normal.adjust, execution));
  return {};
}

}  // namespace

Result<PlacedMark> place_mark(const Mark& mark, const ConstImageView& picture, Size canvas,
                              SampleType sample, const Execution& execution) {
  const Point padding{pixels(mark.pad_x, canvas.width), pixels(mark.pad_y, canvas.height)};
  LIMEN_ASSIGN(const Size size,
               mark_size(picture.size, canvas, {.scale = mark.scale, .of_output = mark.of_output},
                         mark.tile ? Point{} : padding));
  PlacedMark placed{Canvas(picture), mark.opacity, mark.tile, padding, {}};
  if (!mark.tile) placed.position = mark_position(size, canvas, mark.gravity, padding, mark.offset);
  if (size != picture.size) {
    LIMEN_ASSIGN(Image resized, Image::create(size, picture.format, execution.workspace));
    LIMEN_TRY(resize(picture, resized.view(), {}, execution));
    placed.picture.replace(std::move(resized));
  }
  if (placed.picture.format().sample != sample) {
    LIMEN_ASSIGN(Image converted, with_sample_type(placed.picture.view(), sample, execution));
    placed.picture.replace(std::move(converted));
  }
  return placed;
}

Result<void> lay_on(const ImageView& target, const PlacedMark& placed, Point origin,
                    const Execution& execution) {
  const ConstImageView& mark = placed.picture.view();
  if (placed.is_tiled) {
    return overlay_tiled(target, mark, placed.spacing, placed.opacity, execution);
  }
  // A mark that lies far outside has a position at the end of the range.
  const auto moved = [](std::int32_t at, std::int32_t by) {
    return static_cast<std::int32_t>(
        std::max<std::int64_t>(std::int64_t{at} - by, std::numeric_limits<std::int32_t>::min()));
  };
  return overlay(target, mark,
                 {moved(placed.position.x, origin.x), moved(placed.position.y, origin.y)},
                 placed.opacity, execution);
}

Result<void> admit_color(Canvas& canvas, Color color, const Execution& execution) {
  const bool has_hue = color.red != color.green || color.green != color.blue;
  if (!has_hue || !is_gray(canvas.format().layout)) return {};
  LIMEN_ASSIGN(Image colored, gray_to_rgb(canvas.view(), execution));
  canvas.replace(std::move(colored));
  return {};
}

Result<void> apply_looks(Canvas& canvas, const Recipe& normal, Size size, Point position,
                         bool needs_matte, Color matte, const MarkShelf& marks,
                         const Execution& execution) {
  LIMEN_TRY(retouch(canvas, normal, execution));
  if (size != canvas.size()) {
    // After the steps above, so that the padding has exactly the colour that was asked for.
    LIMEN_ASSIGN(Image padded,
                 extend(canvas.view(), size, position, background_of(normal), execution));
    canvas.replace(std::move(padded));
  }
  for (const Mark& mark : normal.marks) {
    LIMEN_TRY(lay_on(canvas, mark, marks.find(mark.name), execution));
  }
  if (normal.radius > 0) {
    LIMEN_ASSIGN(Image rounded, round_corners(canvas.view(), normal.radius, execution));
    canvas.replace(std::move(rounded));
  }
  const bool is_covered = normal.background && normal.background->alpha == 255;
  if (canvas.format().has_alpha() && (needs_matte || is_covered)) {
    LIMEN_TRY(admit_color(canvas, matte, execution));
    LIMEN_ASSIGN(Image flat, flatten(canvas.view(), matte, execution));
    canvas.replace(std::move(flat));
  }
  return {};
}

}  // namespace limen::inline LIMEN_ABI
