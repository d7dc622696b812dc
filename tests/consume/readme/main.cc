// SPDX-License-Identifier: Apache-2.0
#include <cstdio>

#include "card.h"  // the README's lines
#include "limen/codec/encode.h"
#include "limen/core/image.h"

int main() {
  auto picture = limen::Image::create({1600, 1200}, limen::rgb8);
  if (!picture) return 1;
  for (std::int32_t y = 0; y < 1200; ++y) {
    auto* row = picture->view().row_as<std::uint8_t>(y);
    for (std::int32_t i = 0; i < 3 * 1600; ++i) row[i] = static_cast<std::uint8_t>(i / 19 + y / 9);
  }
  const auto photo = limen::encode(picture->view(), {.format = limen::Format::jpeg});
  if (!photo) return 1;
  const auto made = card(*photo);
  if (!made) {
    std::fprintf(stderr, "%s\n", made.error().message.c_str());
    return 1;
  }
  const auto info = limen::probe(*made);
  const bool as_asked =
      info && info->format == limen::Format::webp && info->size == limen::Size{640, 360};
  return as_asked ? 0 : 1;
}
