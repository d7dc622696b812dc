// SPDX-License-Identifier: Apache-2.0
#pragma once

// WebP by limen itself, there and back; each step is expected to succeed.

#include <gtest/gtest.h>

#include <cmath>
#include <utility>
#include <variant>

#include "limen/codec/decode.h"
#include "limen/codec/encode.h"
#include "tests/pictures.h"

namespace limen::test {

inline EncodeOptions with_mode(std::variant<Quality, Lossless, NearLossless> mode, int effort = 4) {
  return {.format = Format::webp, .mode = mode, .effort = effort};
}

inline Bytes encoded(const ConstImageView& image, const EncodeOptions& options) {
  auto bytes = encode(image, options);
  EXPECT_TRUE(bytes) << bytes.error().message;
  return bytes ? *std::move(bytes) : Bytes();
}

inline Decoded decoded(ByteView bytes, const DecodeOptions& options = {}) {
  auto result = decode(bytes, options);
  EXPECT_TRUE(result) << result.error().message;
  return result ? *std::move(result) : Decoded();
}

inline DecodedPlanar decoded_planar(ByteView bytes, const DecodeOptions& options = {}) {
  auto result = decode_planar(bytes, options);
  EXPECT_TRUE(result) << result.error().message;
  return result ? *std::move(result) : DecodedPlanar();
}

inline double mean_difference(const ConstImageView& a, const ConstImageView& b) {
  double sum = 0;
  for (std::int32_t y = 0; y < a.size.height; ++y) {
    for (std::int32_t x = 0; x < a.size.width; ++x) {
      for (int c = 0; c < 4; ++c) {
        sum += std::abs(static_cast<double>(sample16(a, x, y, c)) -
                        static_cast<double>(sample16(b, x, y, c))) /
               257;
      }
    }
  }
  return sum / static_cast<double>(area(a.size) * 4);
}

}  // namespace limen::test
