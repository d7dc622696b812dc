// SPDX-License-Identifier: Apache-2.0
#include "limen/compose/placement.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

#include "lib/compose/placing.h"

namespace limen::inline LIMEN_ABI {

namespace compose {

namespace {

// Where along one side a compass direction lies: -1 at the start, 0 in the middle, 1 at the end.
struct Direction {
  int x = 0;
  int y = 0;
};

Direction direction(Compass compass) {
  switch (compass) {
    case Compass::center:
      return {0, 0};
    case Compass::north:
      return {0, -1};
    case Compass::northeast:
      return {1, -1};
    case Compass::east:
      return {1, 0};
    case Compass::southeast:
      return {1, 1};
    case Compass::south:
      return {0, 1};
    case Compass::southwest:
      return {-1, 1};
    case Compass::west:
      return {-1, 0};
    case Compass::northwest:
      return {-1, -1};
  }
  return {0, 0};
}

std::int64_t place_towards(std::int64_t inner, std::int64_t outer, int direction) {
  const std::int64_t room = outer - inner;
  if (direction < 0) return 0;
  if (direction > 0) return room;
  return room >> 1;  // floors, negative room too (C++20: an arithmetic shift)
}

// NaN counts as the middle, so that a position always comes out.
double fraction(double value) { return value >= 0 ? std::min(value, 1.0) : value < 0 ? 0.0 : 0.5; }

// Start of `inner` so that the fraction `at` of the longer of the two is in the middle of the
// other, as far as the edges allow.
double place_focal(double inner, double outer, double at) {
  at = fraction(at);
  if (inner <= outer) return std::clamp(at * outer - inner / 2, 0.0, outer - inner);
  return std::clamp(outer / 2 - at * inner, outer - inner, 0.0);
}

}  // namespace

std::int32_t saturate(std::int64_t value) {
  return static_cast<std::int32_t>(std::clamp<std::int64_t>(
      value, std::numeric_limits<std::int32_t>::min(), std::numeric_limits<std::int32_t>::max()));
}

WidePoint place_wide(WideSize inner, WideSize outer, const Gravity& gravity) {
  if (const auto* point = std::get_if<FocalPoint>(&gravity)) {
    const auto along = [](std::int64_t in, std::int64_t out, double at) {
      return static_cast<std::int64_t>(
          std::floor(place_focal(static_cast<double>(in), static_cast<double>(out), at)));
    };
    return {along(inner.width, outer.width, point->x), along(inner.height, outer.height, point->y)};
  }
  const Direction to = direction(std::get<Compass>(gravity));
  return {place_towards(inner.width, outer.width, to.x),
          place_towards(inner.height, outer.height, to.y)};
}

std::int64_t in_proportion(std::int32_t side, std::int32_t to, std::int32_t of) {
  // side * to / of, half rounded up: 2 * (2^31)^2 + 2^31 fits in 64 unsigned bits.
  const std::uint64_t doubled =
      2 * static_cast<std::uint64_t>(side) * static_cast<std::uint64_t>(to);
  const auto divisor = static_cast<std::uint64_t>(of);
  return static_cast<std::int64_t>(std::max<std::uint64_t>(1, (doubled + divisor) / (2 * divisor)));
}

WideSize inside(Size source, Size box) {
  const std::int64_t by_width = std::int64_t{box.width} * source.height;
  const std::int64_t by_height = std::int64_t{box.height} * source.width;
  if (by_width <= by_height) {
    return {box.width, in_proportion(source.height, box.width, source.width)};
  }
  return {in_proportion(source.width, box.height, source.height), box.height};
}

}  // namespace compose

namespace {

using compose::WideSize;

// As small as covers the box.
WideSize outside(Size source, Size box) {
  const std::int64_t by_width = std::int64_t{box.width} * source.height;
  const std::int64_t by_height = std::int64_t{box.height} * source.width;
  if (by_width >= by_height) {
    return {box.width, compose::in_proportion(source.height, box.width, source.width)};
  }
  return {compose::in_proportion(source.width, box.height, source.height), box.height};
}

Result<Size> narrow(WideSize size) {
  constexpr std::int64_t kLongest = std::numeric_limits<std::int32_t>::max();
  if (size.width > kLongest || size.height > kLongest) {
    return invalid_argument("fit: a size of " + std::to_string(size.width) + "x" +
                            std::to_string(size.height) + " follows, sides end at 2147483647");
  }
  return Size{static_cast<std::int32_t>(size.width), static_cast<std::int32_t>(size.height)};
}

bool is_larger(Size a, Size b) { return a.width > b.width || a.height > b.height; }

// Start and length of the window along one side, in fractions; never past the end by a rounding.
struct Span {
  double start = 0;
  double length = 0;
};

Span span(double length, std::int32_t side, double at, int direction, bool focal) {
  Span result{0, std::min(length, static_cast<double>(side))};
  const double room = side - result.length;
  if (focal) {
    result.start = std::clamp(compose::fraction(at) * side - result.length / 2, 0.0, room);
  } else {
    result.start = direction < 0 ? 0 : direction > 0 ? room : room / 2;
  }
  while (result.start > 0 && result.start + result.length > side) {
    result.start = std::nextafter(result.start, 0.0);
  }
  return result;
}

// The largest window of the source that has the box's proportions.
RectF largest_window(Size source, Size box, const Gravity& gravity) {
  double width = source.width;
  double height = source.height;
  const std::int64_t by_width = std::int64_t{box.width} * source.height;
  const std::int64_t by_height = std::int64_t{box.height} * source.width;
  if (by_width > by_height) {
    height = static_cast<double>(by_height) / box.width;
  } else if (by_width < by_height) {
    width = static_cast<double>(by_width) / box.height;
  }
  const auto* point = std::get_if<FocalPoint>(&gravity);
  const compose::Direction to =
      point != nullptr ? compose::Direction{} : compose::direction(std::get<Compass>(gravity));
  const Span x =
      span(width, source.width, point != nullptr ? point->x : 0.5, to.x, point != nullptr);
  const Span y =
      span(height, source.height, point != nullptr ? point->y : 0.5, to.y, point != nullptr);
  return {x.start, y.start, x.length, y.length};
}

// The window's size in whole pixels, placed anew so that both agree with how crops are rounded.
Rect whole_pixels(const RectF& window, Size source, const Gravity& gravity) {
  const auto side = [](double length, std::int32_t most) {
    return static_cast<std::int32_t>(
        std::clamp(std::floor(length + 0.5), 1.0, static_cast<double>(most)));
  };
  const Size size{side(window.width, source.width), side(window.height, source.height)};
  const Point at = place(size, source, gravity);
  return {at.x, at.y, size.width, size.height};
}

Result<void> check_gravity(const Gravity& gravity) {
  if (const auto* point = std::get_if<FocalPoint>(&gravity)) {
    if (!(point->x >= 0 && point->x <= 1 && point->y >= 0 && point->y <= 1)) {
      return invalid_argument("fit: the focal point is " + std::to_string(point->x) + "," +
                              std::to_string(point->y) + ", fractions from 0 to 1 are taken");
    }
  }
  return {};
}

// One missing side follows from the other, two from the source.
Result<Size> complete(Size source, Size box) {
  if (box.width == 0 && box.height == 0) return source;
  if (box.width == 0) {
    return narrow({compose::in_proportion(source.width, box.height, source.height), box.height});
  }
  if (box.height == 0) {
    return narrow({box.width, compose::in_proportion(source.height, box.width, source.width)});
  }
  return box;
}

// The whole picture at `resized`.
Fitted whole_at(Size source, Size resized) {
  return {.crop = whole(source),
          .source = to_rect_f(whole(source)),
          .resized = resized,
          .canvas = resized,
          .position = {}};
}

Fitted covered(Size source, Size box, const Gravity& gravity, bool enlarge) {
  Fitted fitted;
  fitted.source = largest_window(source, box, gravity);
  fitted.crop = whole_pixels(fitted.source, source, gravity);
  fitted.resized = box;
  // The scale is the larger of the two sides' ratios, so one longer side means that it grows.
  if (!enlarge && is_larger(box, source)) {
    fitted.source = to_rect_f(fitted.crop);
    fitted.resized = size_of(fitted.crop);
  }
  fitted.canvas = fitted.resized;
  return fitted;
}

}  // namespace

Point place(Size inner, Size outer, const Gravity& gravity) {
  const compose::WidePoint at =
      compose::place_wide({inner.width, inner.height}, {outer.width, outer.height}, gravity);
  return {compose::saturate(at.x), compose::saturate(at.y)};
}

Result<Fitted> fit(Size source, Size box, Fit fit, const Gravity& gravity, bool enlarge) {
  return contain_exceptions([&]() -> Result<Fitted> {
    if (is_empty(source)) {
      return invalid_argument("fit: a source of " + std::to_string(source.width) + "x" +
                              std::to_string(source.height) + " has no pixels");
    }
    if (box.width < 0 || box.height < 0) {
      return invalid_argument("fit: a box of " + std::to_string(box.width) + "x" +
                              std::to_string(box.height) + " has a negative side");
    }
    LIMEN_TRY(check_gravity(gravity));
    const bool derived = box.width == 0 || box.height == 0;
    if (derived && !enlarge && fit != Fit::contain && is_larger(box, source)) {
      return whole_at(source, source);
    }
    LIMEN_ASSIGN(const Size full_box, complete(source, box));
    switch (fit) {
      case Fit::cover:
        // A derived side was rounded; cropping the source for that fraction helps nobody.
        return derived ? whole_at(source, full_box) : covered(source, full_box, gravity, enlarge);
      case Fit::contain: {
        LIMEN_ASSIGN(Size resized, narrow(compose::inside(source, full_box)));
        if (derived) resized = full_box;
        if (!enlarge && is_larger(resized, source)) resized = source;
        Fitted fitted = whole_at(source, resized);
        fitted.canvas = full_box;
        fitted.position = place(resized, full_box, gravity);
        return fitted;
      }
      case Fit::fill: {
        if (enlarge) return whole_at(source, full_box);
        return whole_at(source, {std::min(full_box.width, source.width),
                                 std::min(full_box.height, source.height)});
      }
      case Fit::inside:
      case Fit::outside: {
        if (derived) return whole_at(source, full_box);
        const WideSize wide =
            fit == Fit::inside ? compose::inside(source, full_box) : outside(source, full_box);
        if (!enlarge && (wide.width > source.width || wide.height > source.height)) {
          return whole_at(source, source);
        }
        LIMEN_ASSIGN(const Size resized, narrow(wide));
        return whole_at(source, resized);
      }
    }
    return invalid_argument("fit: no such fit");
  });
}

}  // namespace limen::inline LIMEN_ABI
