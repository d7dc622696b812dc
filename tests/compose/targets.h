// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <cstring>
#include <string>

#include "limen/core/image.h"
#include "limen/core/simd_target.h"

namespace limen::test {

/// Calls body(name) with each instruction set that was built and that this machine has.
template <class Body>
void for_each_target(Body body) {
  for (const std::string& target : simd_targets()) {
    ASSERT_TRUE(force_simd_target(target).has_value());
    body(target);
  }
  ASSERT_TRUE(force_simd_target("").has_value());
}

inline bool same_pixels(const ConstImageView& a, const ConstImageView& b) {
  if (a.size != b.size || a.format != b.format) return false;
  for (std::int32_t y = 0; y < a.size.height; ++y) {
    if (std::memcmp(a.row(y), b.row(y), row_bytes(a.size, a.format)) != 0) return false;
  }
  return true;
}

inline Image copy_of(const ConstImageView& view) {
  auto copy = Image::create(view.size, view.format);
  EXPECT_TRUE(copy.has_value());
  copy_pixels(view, copy->view());
  return *std::move(copy);
}

}  // namespace limen::test
