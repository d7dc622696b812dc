// SPDX-License-Identifier: Apache-2.0
#include "lib/pipeline/geometry.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <optional>
#include <string>
#include <utility>

#include "limen/compose/orient.h"
#include "limen/compose/rotate.h"

namespace limen::inline LIMEN_ABI {

namespace {

std::string text(Size size) {
  return std::to_string(size.width) + "x" + std::to_string(size.height);
}

// The quarter turn that `degrees` counter-clockwise come to, if any.
std::optional<Orientation> quarter_turn(double degrees) {
  if (degrees == 0) return Orientation::top_left;
  if (degrees == 90) return Orientation::left_bottom;
  if (degrees == 180) return Orientation::bottom_right;
  if (degrees == 270) return Orientation::right_top;
  return std::nullopt;
}

Result<void> check_shape(Size size, const Limits& limits, const std::string& what) {
  auto checked = check_size(size, limits);
  if (!checked) {
    checked.error().message = what + " of " + text(size) + ": " + checked.error().message;
  }
  return checked;
}

// The recipe's focus in fractions of the turned window.
Result<FocalPoint> carried_focus(const Focus& focus, Size upright, const Rect& window,
                                 const Shaping& shaping) {
  if (focus.unit == FocusUnit::resized_fraction) return FocalPoint{focus.x, focus.y};
  double x = focus.x;
  double y = focus.y;
  if (focus.unit == FocusUnit::source_fraction) {
    x *= upright.width;
    y *= upright.height;
  } else if (x > upright.width || y > upright.height) {
    return invalid_argument("gravity: the focus lies outside the source of " + text(upright));
  }
  x = std::clamp(x - window.x, 0.0, static_cast<double>(window.width));
  y = std::clamp(y - window.y, 0.0, static_cast<double>(window.height));
  double width = window.width;
  double height = window.height;
  if (shaping.rotate != 0) {
    // About the centre, counter-clockwise, y downwards; the canvas grows about the same centre.
    const double angle = shaping.rotate * std::numbers::pi / 180;
    const double dx = x - width / 2;
    const double dy = y - height / 2;
    LIMEN_ASSIGN(const Size canvas, rotated_size(size_of(window), shaping.rotate));
    width = canvas.width;
    height = canvas.height;
    x = width / 2 + dx * std::cos(angle) + dy * std::sin(angle);
    y = height / 2 - dx * std::sin(angle) + dy * std::cos(angle);
  }
  const RectF at = turned_window({x, y, 0, 0}, width, height, shaping.turn);
  return FocalPoint{std::clamp(at.x / shaping.turned.width, 0.0, 1.0),
                    std::clamp(at.y / shaping.turned.height, 0.0, 1.0)};
}

}  // namespace

Result<Rect> crop_window(const Recipe& normal, Size upright) {
  if (!normal.crop) return whole(upright);
  const Point from = normal.crop->top_left;
  const Point to = normal.crop->bottom_right.value_or(Point{upright.width, upright.height});
  const Rect window{from.x, from.y, to.x - from.x, to.y - from.y};
  if (!lies_inside(window, upright)) {
    return invalid_argument("crop: the box from " + std::to_string(from.x) + "," +
                            std::to_string(from.y) + " to " + std::to_string(to.x) + "," +
                            std::to_string(to.y) + " does not lie inside the upright source of " +
                            text(upright));
  }
  return window;
}

Result<Shaping> shape(const Recipe& normal, Size upright, const Rect& window,
                      const Limits& limits) {
  Shaping shaping;
  shaping.turned = size_of(window);
  if (const auto quarter = quarter_turn(normal.rotate)) {
    shaping.turn = *quarter;
  } else {
    shaping.rotate = normal.rotate;
    LIMEN_ASSIGN(shaping.turned, rotated_size(shaping.turned, normal.rotate));
    LIMEN_TRY(check_shape(shaping.turned, limits, "a rotated picture"));
  }
  if (normal.flip_horizontal) shaping.turn = combine(shaping.turn, Orientation::top_right);
  shaping.turned = upright_size(shaping.turned, shaping.turn);

  Gravity gravity = Compass::center;
  if (const auto* focus = std::get_if<Focus>(&normal.gravity)) {
    LIMEN_ASSIGN(gravity, carried_focus(*focus, upright, window, shaping));
  } else {
    gravity = std::get<Compass>(normal.gravity);
  }
  const Size box{normal.width, normal.height};
  const bool is_smaller = shaping.turned.width < box.width || shaping.turned.height < box.height;
  const Fit chosen = is_smaller ? normal.fit_if_smaller.value_or(normal.fit) : normal.fit;
  LIMEN_ASSIGN(shaping.fitted, fit(shaping.turned, box, chosen, gravity, normal.enlarge));
  LIMEN_TRY(check_shape(shaping.fitted.resized, limits, "a resized picture"));
  LIMEN_TRY(check_shape(shaping.fitted.canvas, limits, "an output"));
  return shaping;
}

RectF turned_window(const RectF& window, double width, double height, Orientation turn) {
  RectF at = window;
  if (swaps_sides(turn)) {
    std::swap(at.x, at.y);
    std::swap(at.width, at.height);
    std::swap(width, height);
  }
  const bool mirrors_x = turn == Orientation::top_right || turn == Orientation::bottom_right ||
                         turn == Orientation::right_top || turn == Orientation::right_bottom;
  const bool mirrors_y = turn == Orientation::bottom_right || turn == Orientation::bottom_left ||
                         turn == Orientation::right_bottom || turn == Orientation::left_bottom;
  if (mirrors_x) at.x = width - at.x - at.width;
  if (mirrors_y) at.y = height - at.y - at.height;
  return at;
}

}  // namespace limen::inline LIMEN_ABI
