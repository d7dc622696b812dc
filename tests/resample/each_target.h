// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <string>

#if !defined(LIMEN_HEADER_ONLY)
#include "limen/core/simd_target.h"
#endif

namespace limen::test {

/// Runs `body` with each instruction set that there is.
template <class Body>
void with_each_target(const Body& body) {
#if defined(LIMEN_HEADER_ONLY)
  body();
#else
  for (const std::string& target : simd_targets()) {
    ASSERT_TRUE(force_simd_target(target).has_value());
    SCOPED_TRACE(target);
    body();
  }
  ASSERT_TRUE(force_simd_target("").has_value());
#endif
}

}  // namespace limen::test
