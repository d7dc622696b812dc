// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <cstring>
#include <utility>

#include "limen/core/image.h"
#include "limen/resample/resize.h"

namespace limen::test {

/// resize() into a new picture; fails the test where it fails.
inline Image resized(const Image& source, Size size, const ResizeOptions& options = {},
                     const Execution& execution = {}) {
  auto target = Image::create(size, source.format());
  EXPECT_TRUE(target.has_value());
  const auto done = resize(source.const_view(), target->view(), options, execution);
  EXPECT_TRUE(done.has_value()) << (done.has_value() ? "" : done.error().message);
  return *std::move(target);
}

inline bool equal_pixels(const ConstImageView& a, const ConstImageView& b) {
  if (!(a.size == b.size) || !(a.format == b.format)) return false;
  for (std::int32_t y = 0; y < a.size.height; ++y) {
    if (std::memcmp(a.row(y), b.row(y), row_bytes(a.size, a.format)) != 0) return false;
  }
  return true;
}

}  // namespace limen::test
