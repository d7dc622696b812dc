// SPDX-License-Identifier: Apache-2.0
#pragma once

// How failing tests print geometry. Every test of this program includes it.

#include <ostream>

#include "limen/core/geometry.h"

namespace limen::inline LIMEN_ABI {

inline void PrintTo(Size size, std::ostream* out) { *out << size.width << "x" << size.height; }
inline void PrintTo(Point point, std::ostream* out) { *out << point.x << "," << point.y; }
inline void PrintTo(const Rect& rect, std::ostream* out) {
  *out << rect.x << "," << rect.y << " " << rect.width << "x" << rect.height;
}
inline void PrintTo(const RectF& rect, std::ostream* out) {
  *out << rect.x << "," << rect.y << " " << rect.width << "x" << rect.height;
}

}  // namespace limen::inline LIMEN_ABI
