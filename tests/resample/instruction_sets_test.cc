// SPDX-License-Identifier: Apache-2.0

// Each instruction set that this machine and this build have must give the same bytes. The scalar
// code and other machines are compared by the programs of CMakeLists.txt.

#include <gtest/gtest.h>

#include "limen/core/simd_target.h"
#include "tests/resample/hash_cases.h"

namespace limen {
namespace {

TEST(InstructionSets, GiveEqualBytes) {
  const auto targets = simd_targets();
  ASSERT_FALSE(targets.empty());
  const auto expected = test::hash_cases();
  for (const auto& [label, hash] : expected) EXPECT_NE(hash, 0u) << label;
  for (const std::string& target : targets) {
    ASSERT_TRUE(force_simd_target(target).has_value());
    EXPECT_EQ(simd_target(), target);
    const auto hashes = test::hash_cases();
    ASSERT_EQ(hashes.size(), expected.size());
    for (std::size_t i = 0; i < hashes.size(); ++i) {
      EXPECT_EQ(hashes[i], expected[i]) << target << " " << expected[i].first;
    }
  }
  ASSERT_TRUE(force_simd_target("").has_value());
}

}  // namespace
}  // namespace limen
