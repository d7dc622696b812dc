// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "limen/core/abi.h"

namespace limen::inline LIMEN_ABI {

/// Width and height in pixels. A picture's are at least 1.
struct Size {
  std::int32_t width = 0;
  std::int32_t height = 0;

  friend constexpr bool operator==(Size, Size) = default;
};

constexpr bool is_empty(Size size) { return size.width <= 0 || size.height <= 0; }

/// Pixels in it; never overflows. 0 where a side is not positive.
constexpr std::uint64_t area(Size size) {
  return is_empty(size)
             ? 0
             : static_cast<std::uint64_t>(size.width) * static_cast<std::uint64_t>(size.height);
}

constexpr Size transposed(Size size) { return {size.height, size.width}; }

/// A position in whole pixels, x to the right, y downwards.
struct Point {
  std::int32_t x = 0;
  std::int32_t y = 0;

  friend constexpr bool operator==(Point, Point) = default;
};

/// A window in whole pixels: columns x to x + width - 1, rows y to y + height - 1.
struct Rect {
  std::int32_t x = 0;
  std::int32_t y = 0;
  std::int32_t width = 0;
  std::int32_t height = 0;

  friend constexpr bool operator==(const Rect&, const Rect&) = default;
};

constexpr Size size_of(const Rect& rect) { return {rect.width, rect.height}; }
constexpr Rect whole(Size size) { return {0, 0, size.width, size.height}; }

/// True if `inner` is not empty and lies inside a picture of `outer`; safe for any int32 values.
constexpr bool lies_inside(const Rect& inner, Size outer) {
  return inner.x >= 0 && inner.y >= 0 && inner.width > 0 && inner.height > 0 &&
         static_cast<std::int64_t>(inner.x) + inner.width <= outer.width &&
         static_cast<std::int64_t>(inner.y) + inner.height <= outer.height;
}

/// A window in fractions of a pixel. Pixel i covers [i, i + 1).
struct RectF {
  double x = 0;
  double y = 0;
  double width = 0;
  double height = 0;

  friend constexpr bool operator==(const RectF&, const RectF&) = default;
};

constexpr RectF to_rect_f(const Rect& rect) {
  return {static_cast<double>(rect.x), static_cast<double>(rect.y), static_cast<double>(rect.width),
          static_cast<double>(rect.height)};
}

/// The orientation tag of EXIF 2.32 (0x0112): how the stored picture is turned and mirrored to
/// stand upright. The value says where the stored row 0 and column 0 end up.
enum class Orientation : std::uint8_t {
  top_left = 1,      ///< stored upright
  top_right = 2,     ///< mirrored left to right
  bottom_right = 3,  ///< turned by 180 degrees
  bottom_left = 4,   ///< mirrored top to bottom
  left_top = 5,      ///< transposed
  right_top = 6,     ///< needs a turn of 90 degrees clockwise
  right_bottom = 7,  ///< transposed along the other diagonal
  left_bottom = 8,   ///< needs a turn of 90 degrees counter-clockwise
};

constexpr bool swaps_sides(Orientation orientation) {
  return static_cast<std::uint8_t>(orientation) >= 5;
}

/// The size that a stored picture has once upright.
constexpr Size upright_size(Size stored, Orientation orientation) {
  return swaps_sides(orientation) ? transposed(stored) : stored;
}

}  // namespace limen::inline LIMEN_ABI
