// SPDX-License-Identifier: Apache-2.0
// The main job as a service would do it: a file's bytes in, three finished files out.

#include <cstdio>
#include <vector>

#include "limen/codec/encode.h"
#include "limen/core/image.h"
#include "limen/pipeline/transform.h"

namespace {

limen::Result<limen::Bytes> make_source() {
  LIMEN_ASSIGN(auto picture, limen::Image::create({400, 300}, limen::rgb8));
  for (std::int32_t y = 0; y < 300; ++y) {
    auto* row = picture.view().row_as<std::uint8_t>(y);
    for (std::int32_t i = 0; i < 3 * 400; ++i) row[i] = static_cast<std::uint8_t>(i / 5 + y / 2);
  }
  return limen::encode(picture.view(), {.format = limen::Format::jpeg});
}

limen::Result<void> run() {
  LIMEN_ASSIGN(const auto source, make_source());
  std::vector<limen::Recipe> recipes(3);
  recipes[0].width = 200;
  recipes[1].width = 100;
  recipes[1].format = limen::Format::webp;
  recipes[2].width = 50;
  recipes[2].height = 50;
  recipes[2].format = limen::Format::png;
  LIMEN_ASSIGN(const auto variants, limen::transform(source, recipes));
  for (std::size_t i = 0; i < variants.size(); ++i) {
    LIMEN_ASSIGN(const auto info, limen::probe(variants[i].bytes));
    if (info.size.width != recipes[i].width || info.format != variants[i].format) {
      return limen::invalid_argument("variant " + std::to_string(i) + " is not as asked");
    }
  }
  return variants.size() == 3 ? limen::Result<void>()
                              : limen::invalid_argument("not three variants");
}

}  // namespace

int main() {
  const auto result = run();
  if (!result) std::fprintf(stderr, "%s\n", result.error().message.c_str());
  return result ? 0 : 1;
}
