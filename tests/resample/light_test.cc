// SPDX-License-Identifier: Apache-2.0

// What resize-light.h promises of its integers, over all arguments.

#include "limen/resample/resize-light.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace limen {
namespace {

using resample::kDarkCodes;
using resample::kWhiteLight;
using resample::light_of;
using resample::srgb_of_light;

// IEC 61966-2-1.
double decoded(double v) { return v <= 0.04045 ? v / 12.92 : std::pow((v + 0.055) / 1.055, 2.4); }
double encoded(double v) {
  return v <= 0.0031308 ? v * 12.92 : 1.055 * std::pow(v, 1 / 2.4) - 0.055;
}

TEST(Light, IsExactOrNextToItForEveryCode) {
  int exact = 0;
  for (int code = 0; code < 256; ++code) {
    const double wanted = decoded(code / 255.0) * kWhiteLight;
    const double found = light_of(static_cast<std::uint8_t>(code));
    EXPECT_LE(std::abs(found - wanted), code < kDarkCodes ? 0.5 : 0.9) << code;
    exact += found == std::floor(wanted + 0.5) ? 1 : 0;
  }
  EXPECT_GE(exact, 229);
  EXPECT_EQ(light_of(0), 0);
  EXPECT_EQ(light_of(255), kWhiteLight);
}

TEST(Light, RisesWithTheCode) {
  for (int code = 1; code < 256; ++code) {
    EXPECT_GT(light_of(static_cast<std::uint8_t>(code)),
              light_of(static_cast<std::uint8_t>(code - 1)))
        << code;
  }
}

TEST(Light, BecomesTheNearestByte) {
  int unequal = 0;
  for (std::int32_t light = 0; light <= kWhiteLight; ++light) {
    const double wanted = encoded(light / static_cast<double>(kWhiteLight)) * 255;
    const double found = srgb_of_light(light);
    ASSERT_LE(std::abs(found - wanted), light < 1024 ? 0.53 : 0.52) << light;
    unequal += found == std::floor(wanted + 0.5) ? 0 : 1;
    ASSERT_GE(srgb_of_light(light), srgb_of_light(std::max(light - 1, 0))) << light;
  }
  EXPECT_LE(unequal, 140);
}

TEST(Light, BetweenItsUnitsBecomesTheNearestByte) {
  constexpr int kBits = 4;
  const auto byte_of = [](std::int32_t light) {
    const std::int32_t offset = resample::kLightOffset << kBits;
    return resample::srgb_of_octaves(resample::octaves_of(light + offset, kBits));
  };
  int unequal = 0;
  for (std::int32_t light = 0; light <= kWhiteLight << kBits; ++light) {
    const double wanted = encoded(light / static_cast<double>(kWhiteLight << kBits)) * 255;
    const double found = byte_of(light);
    ASSERT_LE(std::abs(found - wanted), light < 1024 << kBits ? 0.53 : 0.515) << light;
    unequal += found == std::floor(wanted + 0.5) ? 0 : 1;
    ASSERT_GE(found, byte_of(std::max(light - 1, 0))) << light;
  }
  EXPECT_LE(unequal, (kWhiteLight << kBits) / 350);
}

TEST(Light, ComesBackAsTheSameCode) {
  for (int code = 0; code < 256; ++code) {
    EXPECT_EQ(srgb_of_light(light_of(static_cast<std::uint8_t>(code))), code);
  }
}

TEST(Light, IsClampedBeyondBlackAndWhite) {
  EXPECT_EQ(srgb_of_light(-1), 0);
  EXPECT_EQ(srgb_of_light(-16384), 0);
  EXPECT_EQ(srgb_of_light(kWhiteLight + 1), 255);
  EXPECT_EQ(srgb_of_light(49151), 255);
}

}  // namespace
}  // namespace limen
