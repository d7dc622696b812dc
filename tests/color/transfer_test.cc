// SPDX-License-Identifier: Apache-2.0
#include "limen/color/transfer.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>

namespace limen {
namespace {

// The distance of v from the nearest tie between two integers.
double distance_from_tie(double v) { return std::fabs(v - std::floor(v) - 0.5); }

TEST(Transfer, KnownValues) {
  EXPECT_EQ(linear_from_srgb(0.0), 0.0);
  EXPECT_EQ(linear_from_srgb(1.0), 1.0);
  EXPECT_EQ(srgb_from_linear(0.0), 0.0);
  EXPECT_NEAR(srgb_from_linear(1.0), 1.0, 1e-15);
  // 18 % gray and middle gray, to the digits that are commonly printed.
  EXPECT_NEAR(srgb_from_linear(0.18), 0.4613561295004, 1e-12);
  EXPECT_NEAR(linear_from_srgb(0.5), 0.2140411404822, 1e-12);
  EXPECT_NEAR(linear_from_srgb(0.02), 0.02 / 12.92, 1e-18);
}

TEST(Transfer, InverseOfEachOtherAndOdd) {
  for (int i = -2000; i <= 2000; ++i) {
    const double v = i / 1000.0;
    EXPECT_NEAR(srgb_from_linear(linear_from_srgb(v)), v, 1e-7) << v;
    EXPECT_EQ(linear_from_srgb(-v), -linear_from_srgb(v)) << v;
  }
}

TEST(Transfer, EveryU8Survives) {
  const SrgbTables8& tables = srgb_tables_8();
  for (std::size_t i = 0; i < 256; ++i) {
    ASSERT_EQ(tables.srgb[tables.linear[i]], i);
    if (i > 0) {
      ASSERT_GE(tables.linear[i] - tables.linear[i - 1], 19);
    }
  }
  EXPECT_EQ(tables.linear[255], 65535);
  EXPECT_TRUE(std::is_sorted(tables.srgb.begin(), tables.srgb.end()));
}

TEST(Transfer, EveryU16Survives) {
  const SrgbTables16& tables = srgb_tables_16();
  for (std::size_t i = 0; i < 65536; ++i) ASSERT_EQ(tables.encode(tables.linear[i]), i);
}

TEST(Transfer, EncodeOf16BitsIsNearestOrNextToIt) {
  const SrgbTables16& tables = srgb_tables_16();
  double worst = 0;
  int previous = 0;
  for (int i = 0; i <= 4'000'000; ++i) {
    const float linear = static_cast<float>(i / 4e6);
    const int encoded = tables.encode(linear);
    worst = std::max(worst, std::fabs(encoded - srgb_from_linear(double{linear}) * 65535));
    ASSERT_GE(encoded, previous) << linear;
    previous = encoded;
  }
  EXPECT_LT(worst, 0.54);
}

TEST(Transfer, EncodeOf16BitsTakesAnyFloat) {
  const SrgbTables16& tables = srgb_tables_16();
  const float infinity = std::numeric_limits<float>::infinity();
  EXPECT_EQ(tables.encode(std::numeric_limits<float>::quiet_NaN()), 0);
  EXPECT_EQ(tables.encode(-infinity), 0);
  EXPECT_EQ(tables.encode(-1e-30f), 0);
  EXPECT_EQ(tables.encode(std::numeric_limits<float>::denorm_min()), 0);
  EXPECT_EQ(tables.encode(std::nextafter(1.0f, 0.0f)), 65535);
  EXPECT_EQ(tables.encode(1.0f), 65535);
  EXPECT_EQ(tables.encode(infinity), 65535);
}

// What makes "the same on every machine" true: a libm that is an ulp off rounds no entry elsewhere.
TEST(Transfer, NoTableEntryIsNearATie) {
  double nearest = 1;
  for (int i = 0; i < 256; ++i) {
    nearest = std::min(nearest, distance_from_tie(linear_from_srgb(i / 255.0) * 65535));
  }
  for (int i = 0; i < 65536; ++i) {
    nearest = std::min(nearest, distance_from_tie(srgb_from_linear(i / 65535.0) * 255));
  }
  EXPECT_GT(nearest, 1e-9);
}

}  // namespace
}  // namespace limen
