// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <variant>

#include "limen/core/abi.h"
#include "limen/core/geometry.h"
#include "limen/core/result.h"

namespace limen::inline LIMEN_ABI {

/// How a picture is made to suit a box of width x height: CSS's object-fit, and sharp's words.
enum class Fit : std::uint8_t {
  cover,    ///< fills the box, proportions kept, what sticks out is cropped
  contain,  ///< whole picture inside the box, proportions kept, the rest padded with a colour
  fill,     ///< exactly the box, proportions given up
  inside,   ///< as large as fits in the box, proportions kept, no padding
  outside,  ///< as small as covers the box, proportions kept, no cropping
};

/// Where something goes when there is room, or what stays when there is not.
enum class Compass : std::uint8_t {
  center,
  north,
  northeast,
  east,
  southeast,
  south,
  southwest,
  west,
  northwest,
};

/// A point of the picture in fractions of its sides, 0 to 1, that should be kept in the middle of a
/// crop as far as the edges allow.
struct FocalPoint {
  double x = 0.5;
  double y = 0.5;
  friend constexpr bool operator==(FocalPoint, FocalPoint) = default;
};

using Gravity = std::variant<Compass, FocalPoint>;

/// Top left corner of `inner` placed in `outer` by `gravity`; centred coordinates floor. Also for
/// an inner larger than the outer: then coordinates may be negative (compass) or clamp (focal
/// point: that point of the larger one in the middle of the smaller, as far as `inner` keeps
/// covering `outer` or stays inside it; NaN counts as 0.5). Positions that do not fit in 32 bits
/// become the nearest that does.
LIMEN_API Point place(Size inner, Size outer, const Gravity& gravity);

/// What a fit comes to.
struct Fitted {
  Rect crop;       ///< the window of the source that is used, whole pixels
  RectF source;    ///< the same before rounding: what the resampler should take
  Size resized;    ///< what `source` becomes
  Size canvas;     ///< the output; larger than `resized` only for contain
  Point position;  ///< of the resized picture on the canvas
};

/// Computes crop, size and padding. One of box's sides may be 0: it then follows from the
/// proportions, half rounded up, at least 1, and nothing is cropped; both 0: the source's own size.
/// Without `enlarge` the picture is never made larger than the source: cover takes the largest crop
/// of the box's proportions (whole pixels, `source` is then `crop`), contain pads the unscaled
/// picture, fill limits each side, inside and outside give the source's size. Exact for any sides
/// up to 2^31 - 1. Errors: invalid_argument (a source without pixels, negative sides, a focal point
/// outside 0 to 1, a size that does not fit in 31 bits).
LIMEN_API Result<Fitted> fit(Size source, Size box, Fit fit, const Gravity& gravity, bool enlarge);

}  // namespace limen::inline LIMEN_ABI
