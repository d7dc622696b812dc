// SPDX-License-Identifier: Apache-2.0
#include "limen/core/geometry.h"

#include <gtest/gtest.h>

#include <limits>

#include "limen/core/checked_size.h"
#include "limen/core/limits.h"
#include "limen/core/planar.h"

namespace limen {
namespace {

constexpr auto kMax = std::numeric_limits<std::int32_t>::max();

TEST(Geometry, LiesInsideIsSafeForAnyWindow) {
  EXPECT_TRUE(lies_inside({0, 0, 4, 3}, {4, 3}));
  EXPECT_FALSE(lies_inside({1, 0, 4, 3}, {4, 3}));
  EXPECT_FALSE(lies_inside({-1, 0, 2, 2}, {4, 3}));
  EXPECT_FALSE(lies_inside({1, 1, kMax, kMax}, {4, 3}));
  EXPECT_FALSE(lies_inside({kMax, kMax, kMax, kMax}, {kMax, kMax}));
  EXPECT_FALSE(lies_inside({0, 0, 0, 3}, {4, 3}));
}

TEST(Geometry, ChromaSidesRoundUp) {
  EXPECT_EQ(chroma_size({5, 3}, ChromaSubsampling::yuv420), (Size{3, 2}));
  EXPECT_EQ(chroma_size({1, 1}, ChromaSubsampling::yuv410), (Size{1, 1}));
  EXPECT_EQ(chroma_size({5, 3}, ChromaSubsampling::yuv422), (Size{3, 3}));
}

TEST(CheckedSize, FindsOverflow) {
  constexpr auto kMost = std::numeric_limits<std::uint64_t>::max();
  EXPECT_EQ(checked_multiply(kMost, 2), std::nullopt);
  EXPECT_EQ(checked_multiply(1u << 31, 1u << 31), 1ull << 62);
  EXPECT_EQ(checked_add(kMost, 1), std::nullopt);
  EXPECT_EQ(checked_align_up(65, 64), 128u);
  EXPECT_EQ(checked_align_up(kMost, 64), std::nullopt);
}

TEST(Limits, SizesAreRefusedByTheLimitTheyBreak) {
  const Limits limits;
  EXPECT_TRUE(check_size({7000, 7000}, limits).has_value());
  EXPECT_EQ(check_size({0, 1}, limits).error().code, ErrorCode::invalid_argument);
  EXPECT_EQ(check_size({kMax, 1}, limits).error().limit, Limit::side);
  EXPECT_EQ(check_size({8000, 8000}, limits).error().limit, Limit::pixels);
  EXPECT_EQ(check_size({8000, 8000}, limits).error().asked, 64'000'000u);
}

}  // namespace
}  // namespace limen
