// SPDX-License-Identifier: Apache-2.0
#include "limen/color/alpha.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>

#include "tests/pictures.h"

namespace limen {
namespace {

TEST(Alpha, PremultiplyU8IsNearestEverywhere) {
  for (int c = 0; c < 256; ++c) {
    for (int a = 0; a < 256; ++a) {
      const int expected = static_cast<int>(std::floor(c * a / 255.0 + 0.5));
      ASSERT_EQ(premultiply(static_cast<std::uint8_t>(c), static_cast<std::uint8_t>(a)), expected)
          << c << " " << a;
    }
  }
}

TEST(Alpha, UnpremultiplyU8IsNearestEverywhere) {
  for (int c = 0; c < 256; ++c) {
    for (int a = 1; a < 256; ++a) {
      const int expected = std::min(255, static_cast<int>(std::floor(c * 255.0 / a + 0.5)));
      ASSERT_EQ(unpremultiply(static_cast<std::uint8_t>(c), static_cast<std::uint8_t>(a)), expected)
          << c << " " << a;
    }
    ASSERT_EQ(unpremultiply(static_cast<std::uint8_t>(c), std::uint8_t{0}), 0);
  }
}

TEST(Alpha, U16IsNearest) {
  test::Random random(7);
  for (int i = 0; i < 400'000; ++i) {
    // Extremes are as likely as the rest.
    const auto pick = [&] {
      const std::uint32_t kind = random.below(8);
      return kind == 0 ? 0u : kind == 1 ? 65535u : kind == 2 ? 65534u : random.below(65536);
    };
    const auto c = static_cast<std::uint16_t>(pick());
    const auto a = static_cast<std::uint16_t>(pick());
    ASSERT_EQ(premultiply(c, a), std::floor(static_cast<double>(c) * a / 65535 + 0.5))
        << c << " " << a;
    const double exact = a == 0 ? 0 : std::floor(static_cast<double>(c) * 65535 / a + 0.5);
    ASSERT_EQ(unpremultiply(c, a), std::min(65535.0, exact)) << c << " " << a;
  }
}

TEST(Alpha, OpaqueAndTransparent) {
  for (int c = 0; c < 256; ++c) {
    const auto v = static_cast<std::uint8_t>(c);
    EXPECT_EQ(premultiply(v, std::uint8_t{255}), v);
    EXPECT_EQ(unpremultiply(v, std::uint8_t{255}), v);
    EXPECT_EQ(premultiply(v, std::uint8_t{0}), 0);
  }
  EXPECT_EQ(unpremultiply(0.5f, 0.0f), 0.0f);
  EXPECT_EQ(unpremultiply(0.25f, 0.5f), 0.5f);
}

TEST(Alpha, RowsLeaveAlphaAndMayBeInPlace) {
  std::array<std::uint8_t, 8> row = {200, 100, 50, 128, 255, 0, 255, 0};
  premultiply_row(row.data(), row.data(), 2, 4);
  EXPECT_EQ(row, (std::array<std::uint8_t, 8>{100, 50, 25, 128, 0, 0, 0, 0}));
  unpremultiply_row(row.data(), row.data(), 2, 4);
  EXPECT_EQ(row, (std::array<std::uint8_t, 8>{199, 100, 50, 128, 0, 0, 0, 0}));
  std::array<std::uint16_t, 4> gray = {65535, 1000, 30000, 65535};
  premultiply_row(gray.data(), gray.data(), 2, 2);
  EXPECT_EQ(gray, (std::array<std::uint16_t, 4>{1000, 1000, 30000, 65535}));
}

}  // namespace
}  // namespace limen
