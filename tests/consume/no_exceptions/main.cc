// SPDX-License-Identifier: Apache-2.0
// A program built without exceptions: every header that it needs, an error and a picture.

#include <cstdio>

#include "limen/codec/decode.h"
#include "limen/codec/encode.h"
#include "limen/compose/orient.h"
#include "limen/core/image.h"
#include "limen/pipeline/cloudimage_query.h"
#include "limen/pipeline/transform.h"
#include "limen/resample/resize.h"

#if defined(__cpp_exceptions)
#error "built with exceptions: the test is of no use"
#endif

int main() {
  auto picture = limen::Image::create({32, 32}, limen::gray8);
  if (!picture) return 1;
  for (std::int32_t y = 0; y < 32; ++y) {
    for (std::int32_t x = 0; x < 32; ++x) {
      picture->view().row_as<std::uint8_t>(y)[x] = static_cast<std::uint8_t>(8 * x);
    }
  }
  const auto file = limen::encode(picture->view(), {.format = limen::Format::png});
  if (!file) return 2;
  const auto recipe = limen::parse_cloudimage_query("w=16&force_format=webp");
  if (!recipe) return 3;
  const auto variant = limen::transform(*file, *recipe);
  if (!variant || variant->size != limen::Size{16, 16}) return 4;
  const auto refused = limen::parse_cloudimage_query("w=-1");
  if (refused || refused.error().message.empty()) return 5;
  std::printf("%s\n", refused.error().message.c_str());
  return 0;
}
