// SPDX-License-Identifier: Apache-2.0
#pragma once

// Running a test on each instruction set that was built.

#include <gtest/gtest.h>

#include <string>
#include <vector>

#if !defined(LIMEN_HEADER_ONLY)
#include "limen/core/simd_target.h"
#else
#include <hwy/highway.h>
#endif

namespace limen::test {

#if defined(LIMEN_HEADER_ONLY)
#if defined(LIMEN_TEST_AVX2)
static_assert(HWY_STATIC_TARGET == HWY_AVX2);
#elif defined(LIMEN_TEST_AVX512)
static_assert(HWY_STATIC_TARGET == HWY_AVX3);
#endif

// Header-only there is one.
inline std::vector<std::string> targets() { return {hwy::TargetName(HWY_STATIC_TARGET)}; }

class OnTarget {
 public:
  explicit OnTarget(const std::string& /*target*/) {}
};
#else
inline std::vector<std::string> targets() { return simd_targets(); }

class OnTarget {
 public:
  explicit OnTarget(const std::string& target) {
    EXPECT_TRUE(force_simd_target(target).has_value());
  }
  ~OnTarget() { EXPECT_TRUE(force_simd_target("").has_value()); }
};
#endif

}  // namespace limen::test
