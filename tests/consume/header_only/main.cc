// SPDX-License-Identifier: Apache-2.0
// Resampling compiled into the program, from headers alone.

#include <cstdio>

#include "limen/core/image.h"
#include "limen/resample/resize.h"

int main() {
  auto source = limen::Image::create({96, 64}, limen::rgb8);
  auto target = limen::Image::create({31, 17}, limen::rgb8);
  if (!source || !target) return 1;
  for (std::int32_t y = 0; y < 64; ++y) {
    auto* row = source->view().row_as<std::uint8_t>(y);
    for (std::int32_t i = 0; i < 3 * 96; ++i) row[i] = 200;
  }
  for (const auto filter : {limen::Filter::box, limen::Filter::lanczos3}) {
    const auto done = limen::resize(source->view(), target->view(), {.filter = filter});
    if (!done) {
      std::fprintf(stderr, "%s\n", done.error().message.c_str());
      return 1;
    }
    // Weights add up to one: a flat picture stays flat.
    for (std::int32_t y = 0; y < 17; ++y) {
      const auto* row = target->const_view().row_as<std::uint8_t>(y);
      for (std::int32_t i = 0; i < 3 * 31; ++i) {
        if (row[i] != 200) {
          std::fprintf(stderr, "%d at row %d, sample %d\n", row[i], y, i);
          return 1;
        }
      }
    }
  }
  // A window outside is refused as it is by the library.
  const auto refused =
      limen::resize(source->view(), target->view(), {.source = limen::RectF{90, 0, 10, 10}});
  return !refused && refused.error().code == limen::ErrorCode::invalid_argument ? 0 : 1;
}
