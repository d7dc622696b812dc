// SPDX-License-Identifier: Apache-2.0
// Stage by stage, without the pipeline: reduce pixels, encode them, read the file back.

#include <cstdio>

#include "limen/codec/decode.h"
#include "limen/codec/encode.h"
#include "limen/core/image.h"
#include "limen/core/simd_target.h"
#include "limen/resample/resize.h"

namespace {

limen::Result<void> run() {
  LIMEN_ASSIGN(auto source, limen::Image::create({64, 48}, limen::rgba8));
  for (std::int32_t y = 0; y < 48; ++y) {
    auto* row = source.view().row_as<std::uint8_t>(y);
    for (std::int32_t i = 0; i < 4 * 64; ++i) row[i] = static_cast<std::uint8_t>(i + 3 * y);
  }
  LIMEN_ASSIGN(auto reduced, limen::Image::create({20, 15}, limen::rgba8));
  LIMEN_TRY(limen::resize(source.view(), reduced.view()));
  LIMEN_ASSIGN(const auto file, limen::encode(reduced.view(), {.format = limen::Format::png}));
  LIMEN_ASSIGN(const auto decoded, limen::decode(file));
  if (decoded.image.size() != limen::Size{20, 15}) {
    return limen::invalid_argument("the picture came back in another size");
  }
  // And an error arrives as a value.
  const auto refused = limen::decode(limen::ByteView(file).first(20));
  if (refused || refused.error().code != limen::ErrorCode::truncated) {
    return limen::invalid_argument("half a header was not refused as truncated");
  }
  return {};
}

}  // namespace

int main() {
  const auto result = run();
  if (!result) std::fprintf(stderr, "%s\n", result.error().message.c_str());
  std::printf("%s\n", limen::simd_target().c_str());
  return result ? 0 : 1;
}
